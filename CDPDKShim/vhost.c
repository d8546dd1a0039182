/* rte_vhost's counters are marked experimental; without them there are none per ring. */
#define ALLOW_EXPERIMENTAL_API
#define _GNU_SOURCE
#include "vhost.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <rte_vhost.h>

#include "guest_rings.h"

/* --- memory that goes away ----------------------------------------------------------------------- */

/* Guests share files with us, and may make them smaller while we read: SIGBUS. Then an empty page is
 * put there, of the size that the mapping has, and the guest harms nobody but itself. Only on threads
 * that are in the library: any other SIGBUS ends the process as it always did. */
static __thread volatile int in_guest;
static uint64_t lost_pages;
static struct sigaction otherwise;

static void page_is_gone(int signal, siginfo_t *info, void *context) {
  (void)context;
  static const uintptr_t sizes[] = {4096, 2 << 20, 1 << 30};
  int error = errno;
  for (int i = 0; in_guest && i < 3; i++) {
    void *page = (void *)((uintptr_t)info->si_addr & ~(sizes[i] - 1));
    if (mmap(page, sizes[i], PROT_READ | PROT_WRITE,
             MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED)
      continue;
    __atomic_fetch_add(&lost_pages, 1, __ATOMIC_RELAXED);
    errno = error;
    return;
  }
  /* The instruction is tried again, and meets this. */
  sigaction(signal, &otherwise, NULL);
  errno = error;
}

static void guard_memory(void) {
  static int done;
  struct sigaction action = {.sa_sigaction = page_is_gone, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  if (done++) return;
  sigaction(SIGBUS, &action, &otherwise);
}

uint64_t pb_vhost_lost_pages(void) { return __atomic_load_n(&lost_pages, __ATOMIC_RELAXED); }

/* --- events -------------------------------------------------------------------------------------- */

static pb_vhost_fn listener;

static int tell(enum pb_vhost_event event, int guest, uint16_t ring, int on) {
  char path[PATH_MAX];
  if (rte_vhost_get_ifname(guest, path, sizeof path)) return -1;
  return listener(event, guest, path, ring, on);
}

/* --- the short way into rings --------------------------------------------------------------------- */

/* Workers go past the library to a ring that allows it: see guest_rings.h. Places in the ring stay the
 * library's; they are fetched for a burst and put back, so that it can go on at any time. Its locks we
 * cannot take. Instead, before it handles a message that might move rings or memory, every ring is closed,
 * which waits for who is inside; and opened again when that is over, if it still can be. The library
 * holds its own locks meanwhile, so nobody who is inside may call anything of it that takes them. */
struct ring_way {
  uint32_t gate;          /* held by who is inside, or opens or closes */
  uint32_t senders;       /* held by the worker that sends */
  uint32_t is_on;         /* the guest says so */
  uint32_t is_open;
  uint32_t library_first; /* once: it has a packet of its own to receive */
  struct pb_guest_ring ring;
} __attribute__((aligned(64)));

struct guest_way {
  struct pb_guest_memory memory;
  int runs;
  uint16_t header; /* of its frames; 0: the library does it all */
  struct ring_way ring[PB_VHOST_RINGS];
};
/* By handle; made for the first guest that has one, and kept. */
static struct guest_way *ways[RTE_MAX_VHOST_DEVICE];
/* A page that is still elsewhere is fetched by the thread that would wait for us. */
static int postcopy_asked;

PB_INLINE void hold(uint32_t *lock) {
  while (__atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE)) __builtin_ia32_pause();
}
PB_INLINE void let_go(uint32_t *lock) { __atomic_store_n(lock, 0, __ATOMIC_RELEASE); }

static void close_ring(struct ring_way *way) {
  hold(&way->gate);
  way->is_open = 0;
  let_go(&way->gate);
}
static void close_rings(struct guest_way *way) {
  for (int i = 0; i < PB_VHOST_RINGS; i++)
    if (way->ring[i].is_open) close_ring(way->ring + i);
}

/* Features under which a ring looks otherwise, or more is to be done for it. */
static int is_simple(uint64_t features) {
  enum { LOG_ALL = 26, IOMMU_PLATFORM = 33, RING_PACKED = 34 };
  return !(features & (1ULL << LOG_ALL | 1ULL << IOMMU_PLATFORM | 1ULL << RING_PACKED));
}

static int read_memory(int guest, struct pb_guest_memory *out) {
  struct rte_vhost_memory *found = NULL;
  out->count = 0;
  if (rte_vhost_get_mem_table(guest, &found) || !found) return 0;
  if (found->nregions <= PB_GUEST_REGIONS) {
    for (uint32_t i = 0; i < found->nregions; i++) {
      const struct rte_vhost_mem_region *r = found->regions + i;
      out->region[out->count++] = (struct pb_guest_region){
          r->guest_phys_addr, r->size, (uint8_t *)(uintptr_t)r->host_user_addr};
    }
  }
  free(found);
  return out->count > 0;
}

static void open_ring(int guest, uint16_t i) {
  struct ring_way *way = ways[guest]->ring + i;
  struct rte_vhost_vring found;
  if (!way->is_on || rte_vhost_get_vhost_vring(guest, i, &found) || !found.desc || !found.avail ||
      !found.used || !found.size || found.size & (found.size - 1))
    return;
  hold(&way->gate);
  way->ring.descriptors = found.desc;
  way->ring.available = found.avail;
  way->ring.used = found.used;
  way->ring.memory = &ways[guest]->memory;
  way->ring.size = found.size;
  way->ring.header = ways[guest]->header;
  way->is_open = 1;
  let_go(&way->gate);
}

/* While all are closed. */
static void open_rings(int guest) {
  struct guest_way *way = ways[guest];
  uint64_t features = 0;
  way->header = 0;
  if (!way->runs || postcopy_asked || rte_vhost_get_negotiated_features(guest, &features) ||
      !is_simple(features) || !read_memory(guest, &way->memory))
    return;
  way->header = features & (1ULL << VIRTIO_NET_F_MRG_RXBUF | 1ULL << VIRTIO_F_VERSION_1) ? 12 : 10;
  for (uint16_t i = 0; i < PB_VHOST_RINGS; i++) open_ring(guest, i);
}

/* Whether the ring is open, and we inside. */
PB_INLINE int enter(int guest, uint16_t ring, struct ring_way *way) {
  hold(&way->gate);
  if (way->is_open && !rte_vhost_get_vring_base(guest, ring, &way->ring.next_available,
                                                &way->ring.next_used))
    return 1;
  let_go(&way->gate);
  return 0;
}
PB_INLINE void leave(int guest, uint16_t ring, struct ring_way *way, uint16_t moved) {
  if (moved) rte_vhost_set_vring_base(guest, ring, way->ring.next_available, way->ring.next_used);
  let_go(&way->gate);
  if (moved) rte_vhost_vring_call(guest, ring);
}

/* --- connections --------------------------------------------------------------------------------- */

static int name_is(const struct sockaddr_un *name, socklen_t length, const char *path) {
  return length > offsetof(struct sockaddr_un, sun_path) && name->sun_family == AF_UNIX &&
         strncmp(name->sun_path, path, sizeof name->sun_path) == 0;
}

/* Whether a descriptor is a connection of the socket at `path`: made there, or accepted there. */
static int is_connection(int fd, const char *path) {
  struct sockaddr_un own = {0}, peer = {0};
  socklen_t own_length = sizeof own, peer_length = sizeof peer;
  if (getpeername(fd, (struct sockaddr *)&peer, &peer_length)) return 0;
  if (name_is(&peer, peer_length, path)) return 1;
  return !getsockname(fd, (struct sockaddr *)&own, &own_length) && name_is(&own, own_length, path);
}

/* The library reads a message's body without asking whether it is there, on the one thread that all
 * ports share. So a message must come as a whole: real peers send it in one piece. The library keeps
 * its descriptors to itself; they are found by their names. */
static void limit_patience(const char *path) {
  struct timeval patience = {.tv_usec = 200000};
  DIR *open_files = opendir("/proc/self/fd");
  if (!open_files) return;
  for (struct dirent *entry; (entry = readdir(open_files));) {
    int fd = atoi(entry->d_name);
    if (entry->d_name[0] == '.' || !is_connection(fd, path)) continue;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  }
  closedir(open_files);
}

/* Queue pairs that a connection may have, by its handle; 0: as many as the library allows. */
static uint16_t queue_limits[RTE_MAX_VHOST_DEVICE];

/* A message on its way to the library, as vhost-user has it: request, flags, size, body. The question
 * how many queues there are is answered here. */
static enum rte_vhost_msg_result before_message(int guest, void *message) {
  enum { GET_QUEUE_NUM = 17, SEND_RARP = 19 };
  uint32_t header[3] = {0};
  memcpy(header, message, sizeof header);
  close_rings(ways[guest]);
  for (int i = 1; header[0] == SEND_RARP && i < PB_VHOST_RINGS; i += 2)
    __atomic_store_n(&ways[guest]->ring[i].library_first, 1, __ATOMIC_RELEASE);
  uint64_t limit = queue_limits[guest];
  if (header[0] != GET_QUEUE_NUM || !limit) return RTE_VHOST_MSG_RESULT_NOT_HANDLED;
  header[2] = sizeof limit;
  memcpy(message, header, sizeof header);
  memcpy((uint8_t *)message + sizeof header, &limit, sizeof limit);
  return RTE_VHOST_MSG_RESULT_REPLY;
}
static enum rte_vhost_msg_result after_message(int guest, void *message) {
  (void)message;
  open_rings(guest);
  return RTE_VHOST_MSG_RESULT_NOT_HANDLED;
}
static const struct rte_vhost_user_extern_ops hooks = {.pre_msg_handle = before_message,
                                                       .post_msg_handle = after_message};

static int renew_way(int guest) {
  struct guest_way *way = ways[guest];
  if (!way && posix_memalign((void **)&way, 64, sizeof *way)) return -1;
  memset(way, 0, sizeof *way);
  ways[guest] = way;
  return 0;
}

static int connected(int guest) {
  char path[PATH_MAX];
  if (guest >= RTE_MAX_VHOST_DEVICE || rte_vhost_get_ifname(guest, path, sizeof path)) return -1;
  limit_patience(path);
  int limit = tell(PB_VHOST_CONNECTED, guest, 0, 0);
  if (limit < 0 || renew_way(guest)) return -1;
  queue_limits[guest] = (uint16_t)limit;
  return rte_vhost_extern_callback_register(guest, &hooks, NULL);
}
/* Events of a driver are told on the library's thread, which reads rings whenever it likes from now on:
 * it stays in guests' memory for good. */
static void disconnected(int guest) { tell(PB_VHOST_DISCONNECTED, guest, 0, 0); }
static int started(int guest) {
  in_guest = 1;
  int refused = tell(PB_VHOST_STARTED, guest, 0, 0);
  if (refused) return refused;
  ways[guest]->runs = 1;
  open_rings(guest);
  return 0;
}
static void stopped(int guest) {
  ways[guest]->runs = 0;
  close_rings(ways[guest]);
  tell(PB_VHOST_STOPPED, guest, 0, 0);
}
static int ring_changed(int guest, uint16_t ring, int on) {
  in_guest = 1;
  if (ring < PB_VHOST_RINGS) {
    ways[guest]->ring[ring].is_on = (uint32_t)on;
    if (!on)
      close_ring(ways[guest]->ring + ring);
    else if (ways[guest]->runs && ways[guest]->header)
      open_ring(guest, ring);
  }
  return tell(PB_VHOST_RING, guest, ring, on);
}

static const struct rte_vhost_device_ops events = {
    .new_connection = connected,
    .destroy_connection = disconnected,
    .new_device = started,
    .destroy_device = stopped,
    .vring_state_changed = ring_changed,
};

static uint64_t flags_of(const struct pb_vhost_setup *s) {
  /* One buffer holds a packet, of 64 KiB, too; flags of received packets say what the guest said;
   * counters; and we connect again ourselves, because the library looks once a second only. */
  uint64_t flags = RTE_VHOST_USER_LINEARBUF_SUPPORT | RTE_VHOST_USER_EXTBUF_SUPPORT |
                   RTE_VHOST_USER_NET_COMPLIANT_OL_FLAGS |
                   RTE_VHOST_USER_NET_STATS_ENABLE | RTE_VHOST_USER_NO_RECONNECT;
  if (s->client) flags |= RTE_VHOST_USER_CLIENT;
  if (s->iommu) flags |= RTE_VHOST_USER_IOMMU_SUPPORT;
  if (s->postcopy) flags |= RTE_VHOST_USER_POSTCOPY_SUPPORT;
  return flags;
}

/* What a guest may not leave to us: UDP packets to be fragmented, TCP packets with CWR to be cut (a
 * packet's buffer cannot say so), and "everything". */
static uint64_t unsupported(const struct pb_vhost_setup *s) {
  uint64_t never = 1ULL << VIRTIO_NET_F_HOST_UFO | 1ULL << VIRTIO_NET_F_HOST_ECN | 1ULL << VIRTIO_NET_F_GSO;
  uint64_t offloads =
      1ULL << VIRTIO_NET_F_HOST_TSO4 | 1ULL << VIRTIO_NET_F_HOST_TSO6 | 1ULL << VIRTIO_NET_F_CSUM;
  return s->offloads ? never : never | offloads;
}

int pb_vhost_open(const char *path, const struct pb_vhost_setup *s, pb_vhost_fn function) {
  listener = function;
  guard_memory();
  if (s->postcopy) postcopy_asked = 1;
  if (rte_vhost_driver_register(path, flags_of(s))) return -ENOSPC;
  if (rte_vhost_driver_callback_register(path, &events) ||
      rte_vhost_driver_disable_features(path, unsupported(s))) {
    rte_vhost_driver_unregister(path);
    return -EINVAL;
  }
  return 0;
}

int pb_vhost_start(const char *path) {
  errno = 0;
  int failed = rte_vhost_driver_start(path);
  return !failed ? 0 : errno ? -errno : -ECONNREFUSED;
}

void pb_vhost_close(const char *path) { rte_vhost_driver_unregister(path); }

/* --- guests -------------------------------------------------------------------------------------- */

void pb_vhost_read(int guest, struct pb_vhost_guest *out) {
  struct rte_vhost_vring ring;
  memset(out, 0, sizeof *out);
  rte_vhost_get_negotiated_features(guest, &out->features);
  out->numa_node = rte_vhost_get_numa_node(guest);
  if (rte_vhost_get_mtu(guest, &out->mtu)) out->mtu = 0;
  out->rings = rte_vhost_get_vring_num(guest);
  if (out->rings > PB_VHOST_RINGS) out->rings = PB_VHOST_RINGS;
  for (uint16_t i = 0; i < out->rings; i++)
    if (rte_vhost_get_vhost_vring(guest, i, &ring) == 0) out->sizes[i] = ring.size;
}

PB_INLINE struct ring_way *way_of(int guest, uint16_t ring) { return ways[guest]->ring + ring; }

/* What went past the library of what it calls "rx_q0_good_packets" and so on. */
static uint64_t by_us(int guest, uint16_t ring, const char *name) {
  static const char *const names[] = {
      "good_packets", "good_bytes", "multicast_packets", "broadcast_packets", "undersize_packets",
      "size_64_packets", "size_65_127_packets", "size_128_255_packets", "size_256_511_packets",
      "size_512_1023_packets", "size_1024_1518_packets", "size_1519_max_packets"};
  const char *rest = strchr(name, '_');
  if (!rest || !(rest = strchr(rest + 1, '_')) || ring >= PB_VHOST_RINGS) return 0;
  const uint64_t *counters = &way_of(guest, ring)->ring.counters.packets;
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
    if (!strcmp(rest + 1, names[i])) return counters[i];
  return 0;
}

int pb_vhost_stats(int guest, uint16_t ring, struct pb_vhost_stat *out, int max) {
  struct rte_vhost_stat_name names[max > 0 ? max : 1];
  struct rte_vhost_stat values[max > 0 ? max : 1];
  int n = rte_vhost_vring_stats_get_names(guest, ring, names, (unsigned)max);
  int m = rte_vhost_vring_stats_get(guest, ring, values, (unsigned)max);
  if (n < 0 || n > max || m < 0 || m > max) return 0;
  int count = 0;
  for (int i = 0; i < m; i++) {
    if (values[i].id >= (uint64_t)n) continue;
    memcpy(out[count].name, names[values[i].id].name, PB_VHOST_STAT_NAME);
    out[count].value = values[i].value + by_us(guest, ring, out[count].name);
    count++;
  }
  return count;
}

uint16_t pb_vhost_receive(int guest, uint16_t queue, struct rte_mempool *pool, struct rte_mbuf **p,
                          uint16_t n) {
  const uint16_t ring = (uint16_t)(queue * 2 + 1);
  struct ring_way *way = way_of(guest, ring);
  enum pb_ring_end end = PB_RING_ODD;
  uint16_t taken = 0;
  in_guest = 1;
  if (!way->library_first && enter(guest, ring, way)) {
    taken = pb_ring_take(&way->ring, pool, p, n, &end);
    leave(guest, ring, way, taken);
  }
  if (!taken && end == PB_RING_ODD) {
    way->library_first = 0;
    taken = rte_vhost_dequeue_burst(guest, ring, pool, p, n);
  }
  in_guest = 0;
  return taken;
}

uint32_t pb_vhost_waiting(int guest, uint16_t queue) {
  in_guest = 1;
  uint32_t n = rte_vhost_rx_queue_count(guest, (uint16_t)(queue * 2 + 1));
  in_guest = 0;
  return n;
}

uint16_t pb_vhost_send(int guest, uint16_t queue, struct rte_mbuf **p, uint16_t n) {
  const uint16_t ring = (uint16_t)(queue * 2);
  struct ring_way *way = way_of(guest, ring);
  enum pb_ring_end end = PB_RING_ODD;
  uint16_t given = 0;
  in_guest = 1;
  hold(&way->senders);
  if (enter(guest, ring, way)) {
    given = pb_ring_give(&way->ring, p, n, &end);
    leave(guest, ring, way, given);
  }
  if (given < n && end == PB_RING_ODD)
    given += rte_vhost_enqueue_burst(guest, ring, p + given, n - given);
  let_go(&way->senders);
  in_guest = 0;
  return given;
}

/* --- paths --------------------------------------------------------------------------------------- */

int pb_vhost_probe(const char *path) {
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  struct stat about;
  if (strlen(path) >= sizeof name.sun_path) return ENAMETOOLONG;
  if (stat(path, &about)) return errno;
  if (!S_ISSOCK(about.st_mode)) return ENOTSOCK;
  strcpy(name.sun_path, path);
  /* A datagram socket cannot connect to a listening one, and the kernel says so only if there is one:
   * no listener sees a connection that comes to nothing. */
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  int error = connect(fd, (struct sockaddr *)&name, sizeof name) ? errno : 0;
  close(fd);
  return error == EPROTOTYPE ? 0 : error;
}

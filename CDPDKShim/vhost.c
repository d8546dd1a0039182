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

#include "offload.h"
#include "vhost_ways.h"

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
  pb_ways_close(guest);
  if (header[0] == SEND_RARP) pb_ways_library_first(guest);
  uint64_t limit = queue_limits[guest];
  if (header[0] != GET_QUEUE_NUM || !limit) return RTE_VHOST_MSG_RESULT_NOT_HANDLED;
  header[2] = sizeof limit;
  memcpy(message, header, sizeof header);
  memcpy((uint8_t *)message + sizeof header, &limit, sizeof limit);
  return RTE_VHOST_MSG_RESULT_REPLY;
}
static enum rte_vhost_msg_result after_message(int guest, void *message) {
  (void)message;
  pb_ways_open(guest);
  return RTE_VHOST_MSG_RESULT_NOT_HANDLED;
}
static const struct rte_vhost_user_extern_ops hooks = {.pre_msg_handle = before_message,
                                                       .post_msg_handle = after_message};

static int connected(int guest) {
  char path[PATH_MAX];
  if (guest >= RTE_MAX_VHOST_DEVICE || rte_vhost_get_ifname(guest, path, sizeof path)) return -1;
  limit_patience(path);
  int limit = tell(PB_VHOST_CONNECTED, guest, 0, 0);
  if (limit < 0 || pb_ways_renew(guest)) return -1;
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
  pb_ways_run(guest, 1);
  return 0;
}
static void stopped(int guest) {
  pb_ways_run(guest, 0);
  tell(PB_VHOST_STOPPED, guest, 0, 0);
}
static int ring_changed(int guest, uint16_t ring, int on) {
  in_guest = 1;
  if (ring < PB_VHOST_RINGS) pb_ways_ring(guest, ring, on);
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
  if (s->postcopy) pb_ways_never();
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
    out[count].value = values[i].value + pb_ways_counter(guest, ring, out[count].name);
    count++;
  }
  return count;
}

uint16_t pb_vhost_receive(int guest, uint16_t queue, struct rte_mempool *pool, struct rte_mbuf **p,
                          uint16_t n) {
  const uint16_t ring = (uint16_t)(queue * 2 + 1);
  in_guest = 1;
  enum pb_ring_end end;
  uint16_t taken = pb_ways_take(guest, ring, pool, p, n, &end);
  if (!taken && end == PB_RING_ODD) taken = rte_vhost_dequeue_burst(guest, ring, pool, p, n);
  in_guest = 0;
  return taken;
}

uint32_t pb_vhost_waiting(int guest, uint16_t queue) {
  in_guest = 1;
  uint32_t n = rte_vhost_rx_queue_count(guest, (uint16_t)(queue * 2 + 1));
  in_guest = 0;
  return n;
}

/* Long packets as the library lets them alone. */
static uint16_t send_by_library(int guest, uint16_t ring, struct rte_mbuf **p, uint16_t n) {
  for (uint16_t i = 0; i < n; i++) p[i] = pb_mbuf_split_for_library(p[i]);
  return rte_vhost_enqueue_burst(guest, ring, p, n);
}

uint16_t pb_vhost_send(int guest, uint16_t queue, struct rte_mbuf **p, uint16_t n) {
  const uint16_t ring = (uint16_t)(queue * 2);
  in_guest = 1;
  pb_ways_hold(guest, ring);
  enum pb_ring_end end;
  uint16_t given = pb_ways_give(guest, ring, p, n, &end);
  if (given < n && end == PB_RING_ODD) given += send_by_library(guest, ring, p + given, n - given);
  pb_ways_let_go(guest, ring);
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

#include "vhost_ways.h"

#include <stdlib.h>
#include <string.h>

#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <rte_vhost.h>

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
  int is_simple; /* the library does it all if not */
  uint64_t features;
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
  const uint64_t features = ways[guest]->features, merges = 1ULL << VIRTIO_NET_F_MRG_RXBUF;
  hold(&way->gate);
  way->ring.descriptors = found.desc;
  way->ring.available = found.avail;
  way->ring.used = found.used;
  way->ring.memory = &ways[guest]->memory;
  way->ring.size = found.size;
  way->ring.header = features & (merges | 1ULL << VIRTIO_F_VERSION_1) ? 12 : 10;
  way->ring.merges = !!(features & merges);
  way->ring.takes_verdicts = !!(features & 1ULL << VIRTIO_NET_F_GUEST_CSUM);
  way->is_open = 1;
  let_go(&way->gate);
}

/* While all are closed. */
static void open_rings(int guest) {
  struct guest_way *way = ways[guest];
  way->is_simple = way->runs && !postcopy_asked &&
                   !rte_vhost_get_negotiated_features(guest, &way->features) &&
                   is_simple(way->features) && read_memory(guest, &way->memory);
  for (uint16_t i = 0; way->is_simple && i < PB_VHOST_RINGS; i++) open_ring(guest, i);
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

/* --- the library's thread ------------------------------------------------------------------------- */

int pb_ways_renew(int guest) {
  struct guest_way *way = ways[guest];
  if (!way && posix_memalign((void **)&way, 64, sizeof *way)) return -1;
  memset(way, 0, sizeof *way);
  ways[guest] = way;
  return 0;
}

void pb_ways_close(int guest) { close_rings(ways[guest]); }
void pb_ways_open(int guest) { open_rings(guest); }
void pb_ways_never(void) { postcopy_asked = 1; }

void pb_ways_run(int guest, int runs) {
  ways[guest]->runs = runs;
  if (runs)
    open_rings(guest);
  else
    close_rings(ways[guest]);
}

void pb_ways_ring(int guest, uint16_t ring, int on) {
  struct ring_way *way = ways[guest]->ring + ring;
  way->is_on = (uint32_t)on;
  if (!on)
    close_ring(way);
  else if (ways[guest]->is_simple)
    open_ring(guest, ring);
}

void pb_ways_library_first(int guest) {
  for (int i = 1; i < PB_VHOST_RINGS; i += 2)
    __atomic_store_n(&ways[guest]->ring[i].library_first, 1, __ATOMIC_RELEASE);
}

PB_INLINE struct ring_way *way_of(int guest, uint16_t ring) { return ways[guest]->ring + ring; }

uint64_t pb_ways_counter(int guest, uint16_t ring, const char *name) {
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

/* --- workers -------------------------------------------------------------------------------------- */

uint16_t pb_ways_take(int guest, uint16_t ring, struct rte_mempool *pool, struct rte_mbuf **p, uint16_t n,
                      enum pb_ring_end *end) {
  struct ring_way *way = way_of(guest, ring);
  *end = PB_RING_ODD;
  if (way->library_first) {
    way->library_first = 0;
    return 0;
  }
  if (!enter(guest, ring, way)) return 0;
  uint16_t taken = pb_ring_take(&way->ring, pool, p, n, end);
  leave(guest, ring, way, taken);
  return taken;
}

uint16_t pb_ways_give(int guest, uint16_t ring, struct rte_mbuf **p, uint16_t n, enum pb_ring_end *end) {
  struct ring_way *way = way_of(guest, ring);
  *end = PB_RING_ODD;
  if (!enter(guest, ring, way)) return 0;
  uint16_t given = pb_ring_give(&way->ring, p, n, end);
  leave(guest, ring, way, given);
  return given;
}

void pb_ways_hold(int guest, uint16_t ring) { hold(&way_of(guest, ring)->senders); }
void pb_ways_let_go(int guest, uint16_t ring) { let_go(&way_of(guest, ring)->senders); }

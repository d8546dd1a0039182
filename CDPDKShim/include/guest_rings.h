/* Rings in a guest's memory (virtio 1.1, 2.6 "Split Virtqueues"; 5.1.6 for what is before a frame): short
 * frames in one or two buffers, in bursts (guest_rings.c), and long or scattered ones (guest_frames.c);
 * checksums and the cutting of TCP that guests leave to us, and we to them. All else is "odd", and left to
 * librte_vhost: requests for other packets, chains that are not as they should be.
 *
 * The guest may write to all of it at any time. So each word of it is read once, what was read is checked
 * against what we have of its memory, and only then used. Functions touch no more than `memory` says, and
 * belong to one thread at a time. */
#pragma once
#include <stdint.h>

struct rte_mbuf;
struct rte_mempool;

/* A part of a guest's memory: `size` bytes at its address `guest` are ours at `host`. */
struct pb_guest_region {
  uint64_t guest, size;
  uint8_t *host;
};
#define PB_GUEST_REGIONS 8
struct pb_guest_memory {
  uint32_t count;
  struct pb_guest_region region[PB_GUEST_REGIONS];
};

/* As librte_vhost counts: packets of less than 64 bytes, 64, to 127, 255, 511, 1023, 1518, more. */
#define PB_SIZE_CLASSES 8
struct pb_ring_counters {
  uint64_t packets, bytes, multicast, broadcast, by_size[PB_SIZE_CLASSES];
};

struct pb_guest_ring {
  /* Of the guest: `size` descriptors, and the two rings. */
  void *descriptors, *available, *used;
  const struct pb_guest_memory *memory;
  uint16_t size; /* a power of two, at most 32768 */
  uint16_t header; /* bytes of virtio_net_hdr: 10, or 12 with a number of chains */
  uint8_t merges;  /* a frame may fill several chains */
  uint8_t takes_verdicts; /* the guest wants to know which checksums were found good */
  /* The next entries to look at and to write. */
  uint16_t next_available, next_used;
  struct pb_ring_counters counters;
};

/* Why a function moved fewer packets than it was to. */
enum pb_ring_end {
  PB_RING_DONE, /* it did not, or there are no more (or there is no more room) */
  PB_RING_ODD,  /* the next one is odd, or there are no buffers */
};

/* Takes up to `n` (32 at most) frames that the guest sends, into buffers of `pool`. */
uint16_t pb_ring_take(struct pb_guest_ring *ring, struct rte_mempool *pool, struct rte_mbuf **packets,
                      uint16_t n, enum pb_ring_end *end);
/* Copies up to `n` (32 at most) packets, which stay the caller's, into buffers that the guest receives in. */
uint16_t pb_ring_give(struct pb_guest_ring *ring, struct rte_mbuf **packets, uint16_t n,
                      enum pb_ring_end *end);

/* Chains of descriptors in a guest's memory, for the two files that move packets there (guest_rings.c,
 * guest_frames.c). Each word that the guest wrote is read once, and checked before it is used. */
#pragma once
#include <emmintrin.h>
#include <linux/virtio_ring.h>

#include "guest_rings.h"
#include "inline.h"
#include "offload.h"

/* The empty assembly hides from the compiler where a value comes from, so that it is not read again. */
PB_INLINE struct vring_desc read_descriptor(const void *from) {
  struct vring_desc copy;
  __m128i value = _mm_loadu_si128(from);
  __asm__ volatile("" : "+x"(value));
  _mm_storeu_si128((__m128i *)(void *)&copy, value);
  return copy;
}

PB_INLINE uint8_t *host_address(const struct pb_guest_memory *m, uint64_t address, uint64_t length) {
  for (uint32_t i = 0; i < m->count; i++) {
    uint64_t offset = address - m->region[i].guest;
    if (offset < m->region[i].size && length <= m->region[i].size - offset)
      return m->region[i].host + offset;
  }
  return NULL;
}

/* A place in a chain: its current descriptor, and the table that it is in. */
struct chain {
  const uint8_t *table;
  uint32_t entries;
  struct vring_desc here;
};

/* The beginning of a chain; 0 if there is none. */
PB_INLINE int chain_begin(const struct pb_guest_ring *r, uint16_t head, struct chain *c) {
  if (head >= r->size) return 0;
  c->table = r->descriptors;
  c->entries = r->size;
  c->here = read_descriptor(c->table + sizeof c->here * head);
  if (!(c->here.flags & VRING_DESC_F_INDIRECT)) return 1;
  c->entries = c->here.len / sizeof c->here;
  c->table = host_address(r->memory, c->here.addr, c->here.len);
  if (!c->table || !c->entries) return 0;
  c->here = read_descriptor(c->table);
  return 1;
}

PB_INLINE int chain_goes_on(const struct chain *c) { return c->here.flags & VRING_DESC_F_NEXT; }

/* 0 if the next descriptor is not in the table. */
PB_INLINE int chain_next(struct chain *c) {
  if (c->here.next >= c->entries) return 0;
  c->here = read_descriptor(c->table + sizeof c->here * c->here.next);
  return 1;
}

/* The number of the i-th chain from here on that the guest has made available. */
PB_INLINE uint16_t available_chain(const struct pb_guest_ring *r, uint16_t i) {
  const struct vring_avail *available = r->available;
  return __atomic_load_n(&available->ring[(uint16_t)(r->next_available + i) & (r->size - 1)],
                         __ATOMIC_RELAXED);
}

/* Chains that the guest has made available. */
PB_INLINE uint16_t chains_there(const struct pb_guest_ring *r) {
  const struct vring_avail *available = r->available;
  return (uint16_t)(__atomic_load_n(&available->idx, __ATOMIC_ACQUIRE) - r->next_available);
}

PB_INLINE void set_used(struct pb_guest_ring *r, uint16_t i, uint16_t head, uint32_t length) {
  struct vring_used *used = r->used;
  used->ring[(uint16_t)(r->next_used + i) & (r->size - 1)] = (struct vring_used_elem){head, length};
}

PB_INLINE void publish(struct pb_guest_ring *r, uint16_t n) {
  struct vring_used *used = r->used;
  r->next_available += n;
  r->next_used += n;
  __atomic_store_n(&used->idx, r->next_used, __ATOMIC_RELEASE);
}

PB_INLINE void count_frame(struct pb_ring_counters *c, const uint8_t *frame, uint32_t length) {
  uint32_t size_class = length < 64 ? 0 : length == 64 ? 1 : length >= 1519 ? 7 : length >= 1024 ? 6
                        : 27 - (uint32_t)__builtin_clz(length);
  c->packets++;
  c->bytes += length;
  c->by_size[size_class]++;
  if (__builtin_expect(frame[0] & 1, 0)) {
    static const uint8_t all[6] = {255, 255, 255, 255, 255, 255};
    int to_all = __builtin_memcmp(frame, all, sizeof all) == 0;
    c->broadcast += (uint64_t)to_all;
    c->multicast += (uint64_t)!to_all;
  }
}

/* --- a frame's header ----------------------------------------------------------------------------- */

/* struct virtio_net_hdr, as the guest wrote it. */
PB_INLINE struct pb_offload read_header(const uint8_t *from) {
  struct pb_offload o;
  uint64_t first;
  uint16_t last;
  __builtin_memcpy(&first, from, sizeof first);
  __builtin_memcpy(&last, from + sizeof first, sizeof last);
  __asm__ volatile("" : "+r"(first), "+r"(last));
  __builtin_memcpy(&o, &first, sizeof first);
  __builtin_memcpy((uint8_t *)&o + sizeof first, &last, sizeof last);
  return o;
}

/* What the guest is told of a packet: what is left to do for it, or that its checksum was found good. */
PB_INLINE struct pb_offload header_for(const struct pb_guest_ring *r, const struct rte_mbuf *m) {
  if (!(m->ol_flags & (RTE_MBUF_F_TX_L4_MASK | RTE_MBUF_F_RX_L4_CKSUM_MASK)))
    return (struct pb_offload){0};
  struct pb_offload o = pb_mbuf_offload(m);
  enum { DATA_VALID = 2 };
  if (!o.flags && r->takes_verdicts && pb_mbuf_checksum_is_good(m)) o.flags = DATA_VALID;
  return o;
}

PB_INLINE void write_header(const struct pb_guest_ring *r, uint8_t *to, struct pb_offload o,
                            uint16_t chains) {
  __builtin_memcpy(to, &o, PB_OFFLOAD_SIZE);
  if (r->header == 12) __builtin_memcpy(to + PB_OFFLOAD_SIZE, &chains, sizeof chains);
}

/* --- guest_frames.c ------------------------------------------------------------------------------- */

/* What a guest asks for is left in the buffer; 0, and the frame is odd, if it is not a plain TCP or UDP
 * packet. Looks at the buffer, whose bytes nobody else writes. */
int pb_guest_request(struct rte_mbuf *packet, struct pb_offload asked);
/* One frame from the chain `head`, in as many buffers as it likes; NULL if it is odd. */
struct rte_mbuf *pb_guest_take_frame(const struct pb_guest_ring *r, uint16_t head, struct rte_mempool *pool);
/* One packet into as many chains as it needs, which are published. 0: it is odd, or there are too few. */
int pb_guest_give_frame(struct pb_guest_ring *r, const struct rte_mbuf *packet, enum pb_ring_end *end);

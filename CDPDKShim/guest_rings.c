#include "guest_rings.h"

#include <emmintrin.h>
#include <linux/virtio_ring.h>

#include <rte_mbuf.h>
#include <rte_memcpy.h>

#include "inline.h"

enum { AT_A_TIME = 32 };

/* --- what the guest wrote ------------------------------------------------------------------------- */

/* The empty assembly hides from the compiler where a value comes from, so that it is not read again. */
PB_INLINE struct vring_desc read_descriptor(const void *from) {
  struct vring_desc copy;
  __m128i value = _mm_loadu_si128(from);
  __asm__ volatile("" : "+x"(value));
  _mm_storeu_si128((__m128i *)(void *)&copy, value);
  return copy;
}

/* The first 8 bytes of a virtio_net_hdr: flags, kind of segments, lengths. */
PB_INLINE uint64_t read_header(const uint8_t *from) {
  uint64_t value;
  __builtin_memcpy(&value, from, sizeof value);
  __asm__ volatile("" : "+r"(value));
  return value;
}

PB_INLINE uint8_t *host_address(const struct pb_guest_memory *m, uint64_t address, uint64_t length) {
  for (uint32_t i = 0; i < m->count; i++) {
    uint64_t offset = address - m->region[i].guest;
    if (offset < m->region[i].size && length <= m->region[i].size - offset)
      return m->region[i].host + offset;
  }
  return NULL;
}

/* The compiler forgets about writing where it may not take the instruction for granted; older CPUs do
 * nothing. */
PB_INLINE void prefetch(const void *line, int write) {
  if (write)
    __asm__ volatile("prefetchw %0" : : "m"(*(const uint8_t *)line));
  else
    __builtin_prefetch(line);
}

/* A frame's buffers: the header, and the bytes behind it. */
struct place {
  uint8_t *header, *data;
  uint32_t length;
};

/* The buffers of a chain; 0 if it is odd. They are to be written by us, or read. */
PB_INLINE int find(const struct pb_guest_ring *r, uint16_t head, uint16_t write, struct place *out) {
  if (head >= r->size) return 0;
  const uint8_t *table = r->descriptors;
  uint32_t entries = r->size;
  struct vring_desc d = read_descriptor(table + sizeof d * head);
  if (d.flags & VRING_DESC_F_INDIRECT) {
    entries = d.len / sizeof d;
    table = host_address(r->memory, d.addr, d.len);
    if (!table || !entries) return 0;
    d = read_descriptor(table);
  }
  out->header = host_address(r->memory, d.addr, d.len);
  if ((d.flags & ~VRING_DESC_F_NEXT) != write || !out->header) return 0;
  if (!(d.flags & VRING_DESC_F_NEXT)) {
    out->data = out->header + r->header;
    out->length = d.len - r->header;
    return d.len > r->header;
  }
  if (d.len != r->header || d.next >= entries) return 0;
  d = read_descriptor(table + sizeof d * d.next);
  out->data = host_address(r->memory, d.addr, d.len);
  out->length = d.len;
  /* More buffers behind are for longer frames, or the rest of one. */
  if (write) d.flags &= (uint16_t)~VRING_DESC_F_NEXT;
  return d.flags == write && out->data && d.len;
}

/* The number of the i-th chain from here on that the guest has made available. */
PB_INLINE uint16_t prefetch_chain(const struct pb_guest_ring *r, uint16_t i) {
  const struct vring_avail *available = r->available;
  const uint16_t mask = r->size - 1;
  uint16_t head = __atomic_load_n(&available->ring[(r->next_available + i) & mask], __ATOMIC_RELAXED);
  prefetch((const uint8_t *)r->descriptors + sizeof(struct vring_desc) * (head & mask), 0);
  return head;
}

/* Up to `n` chains that the guest has made available: their numbers and buffers. */
PB_INLINE uint16_t find_all(const struct pb_guest_ring *r, uint16_t n, uint16_t write, uint16_t *heads,
                            struct place *places, enum pb_ring_end *end) {
  const struct vring_avail *available = r->available;
  uint16_t there = __atomic_load_n(&available->idx, __ATOMIC_ACQUIRE);
  uint16_t waiting = (uint16_t)(there - r->next_available);
  const uint16_t mask = r->size - 1;
  *end = PB_RING_DONE;
  if (n > waiting) n = waiting;
  if (n > AT_A_TIME) n = AT_A_TIME;
  if (!n) return 0;
  /* The guest has looked at them last. */
  const struct vring_used *used = r->used;
  for (uint16_t i = 0; i < n + 7; i += 8)
    prefetch(&used->ring[(uint16_t)(r->next_used + i) & mask], 1);
  prefetch(&used->idx, 1);
  for (uint16_t i = 0; i < n; i++) heads[i] = prefetch_chain(r, i);
  for (uint16_t i = 0; i < n; i++) {
    if (!find(r, heads[i], write, places + i)) {
      *end = PB_RING_ODD;
      return i;
    }
    prefetch(places[i].header, write);
    prefetch(places[i].data + 32, write);
  }
  return n;
}

/* --- what we write -------------------------------------------------------------------------------- */

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

PB_INLINE void count(struct pb_ring_counters *c, const uint8_t *frame, uint32_t length) {
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

/* --- packets -------------------------------------------------------------------------------------- */

uint16_t pb_ring_take(struct pb_guest_ring *r, struct rte_mempool *pool, struct rte_mbuf **packets,
                      uint16_t n, enum pb_ring_end *end) {
  struct place places[AT_A_TIME];
  uint16_t heads[AT_A_TIME];
  uint16_t found = find_all(r, n, 0, heads, places, end), i;
  if (!found) return 0;
  if (rte_pktmbuf_alloc_bulk(pool, packets, found)) {
    *end = PB_RING_ODD;
    return 0;
  }
  const uint32_t room = packets[0]->buf_len - (uint32_t)RTE_PKTMBUF_HEADROOM;
  for (i = 0; i < found; i++) {
    const struct place *p = places + i;
    struct rte_mbuf *m = packets[i];
    /* Flags and kind of segments. */
    if (read_header(p->header) & 0xffff || p->length > room) {
      *end = PB_RING_ODD;
      break;
    }
    uint8_t *frame = rte_pktmbuf_mtod(m, uint8_t *);
    rte_memcpy(frame, p->data, p->length);
    m->data_len = (uint16_t)p->length;
    m->pkt_len = p->length;
    count(&r->counters, frame, p->length);
    set_used(r, i, heads[i], 0);
  }
  if (i < found) rte_pktmbuf_free_bulk(packets + i, (unsigned)(found - i));
  if (i) publish(r, i);
  return i;
}

PB_INLINE int is_plain(const struct rte_mbuf *m) {
  const uint64_t work = RTE_MBUF_F_TX_L4_MASK | RTE_MBUF_F_TX_IP_CKSUM | RTE_MBUF_F_TX_TCP_SEG |
                        RTE_MBUF_F_TX_UDP_SEG;
  return m->nb_segs == 1 && !(m->ol_flags & work);
}

uint16_t pb_ring_give(struct pb_guest_ring *r, struct rte_mbuf **packets, uint16_t n,
                      enum pb_ring_end *end) {
  struct place places[AT_A_TIME];
  uint16_t heads[AT_A_TIME];
  uint16_t found = find_all(r, n, VRING_DESC_F_WRITE, heads, places, end), i;
  for (i = 0; i < found; i++) {
    const struct place *p = places + i;
    const struct rte_mbuf *m = packets[i];
    if (!is_plain(m) || m->data_len > p->length) {
      *end = PB_RING_ODD;
      break;
    }
    const uint8_t *frame = rte_pktmbuf_mtod(m, const uint8_t *);
    static const uint64_t nothing;
    uint32_t one_buffer = 1 << 16;
    __builtin_memcpy(p->header, &nothing, 8);
    /* csum_offset, and num_buffers. */
    __builtin_memcpy(p->header + 8, &one_buffer, r->header == 12 ? 4 : 2);
    rte_memcpy(p->data, frame, m->data_len);
    count(&r->counters, frame, m->data_len);
    set_used(r, i, heads[i], r->header + (uint32_t)m->data_len);
  }
  if (i) publish(r, i);
  return i;
}

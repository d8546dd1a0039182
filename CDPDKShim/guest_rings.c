#include <rte_mbuf.h>
#include <rte_memcpy.h>

#include "guest_chains.h"

enum { AT_A_TIME = 32 };

/* --- what the guest wrote ------------------------------------------------------------------------- */

/* The compiler forgets about writing where it may not take the instruction for granted; older CPUs do
 * nothing. */
PB_INLINE void prefetch(const void *line, int write) {
  if (write)
    __asm__ volatile("prefetchw %0" : : "m"(*(const uint8_t *)line));
  else
    __builtin_prefetch(line);
}

/* A frame's header, and the first bytes behind it; whether there are more of them elsewhere. */
struct place {
  uint8_t *header, *data;
  uint32_t length;
  int goes_on;
};

/* The buffers at a chain's beginning; 0 if it is odd. They are to be written by us, or read. */
PB_INLINE int find(const struct pb_guest_ring *r, uint16_t head, uint16_t write, struct place *out) {
  struct chain c;
  if (!chain_begin(r, head, &c)) return 0;
  out->header = host_address(r->memory, c.here.addr, c.here.len);
  if ((c.here.flags & ~VRING_DESC_F_NEXT) != write || !out->header) return 0;
  out->goes_on = chain_goes_on(&c);
  if (c.here.len > r->header) {
    out->data = out->header + r->header;
    out->length = c.here.len - r->header;
    return 1;
  }
  if (c.here.len != r->header || !out->goes_on || !chain_next(&c)) return 0;
  out->data = host_address(r->memory, c.here.addr, c.here.len);
  out->length = c.here.len;
  out->goes_on = chain_goes_on(&c);
  return (c.here.flags & ~VRING_DESC_F_NEXT) == write && out->data && c.here.len;
}

PB_INLINE uint16_t prefetch_chain(const struct pb_guest_ring *r, uint16_t i) {
  uint16_t head = available_chain(r, i);
  prefetch((const uint8_t *)r->descriptors + sizeof(struct vring_desc) * (head & (r->size - 1)), 0);
  return head;
}

/* Up to `n` chains that the guest has made available: their numbers and buffers. */
PB_INLINE uint16_t find_all(const struct pb_guest_ring *r, uint16_t n, uint16_t write, uint16_t *heads,
                            struct place *places, enum pb_ring_end *end) {
  uint16_t waiting = chains_there(r);
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

/* --- packets -------------------------------------------------------------------------------------- */

/* Into the buffer, if it is short and in one piece; else into another. 0: the frame is odd. */
PB_INLINE int take_one(const struct pb_guest_ring *r, uint16_t head, const struct place *p,
                       struct rte_mempool *pool, struct rte_mbuf **packet) {
  struct rte_mbuf *m = *packet;
  if (__builtin_expect(p->goes_on || p->length > m->buf_len - (uint32_t)RTE_PKTMBUF_HEADROOM, 0)) {
    struct rte_mbuf *long_one = pb_guest_take_frame(r, head, pool);
    if (!long_one) return 0;
    rte_pktmbuf_free(m);
    *packet = long_one;
    return 1;
  }
  struct pb_offload asked = read_header(p->header);
  rte_memcpy(rte_pktmbuf_mtod(m, void *), p->data, p->length);
  m->data_len = (uint16_t)p->length;
  m->pkt_len = p->length;
  return !(asked.flags | asked.gso_type) || pb_guest_request(m, asked);
}

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
  for (i = 0; i < found; i++) {
    if (!take_one(r, heads[i], places + i, pool, packets + i)) {
      *end = PB_RING_ODD;
      break;
    }
    count_frame(&r->counters, rte_pktmbuf_mtod(packets[i], const uint8_t *), packets[i]->pkt_len);
    set_used(r, i, heads[i], 0);
  }
  if (i < found) rte_pktmbuf_free_bulk(packets + i, (unsigned)(found - i));
  if (i) publish(r, i);
  return i;
}

/* Whether the packet may fit into a chain's first buffer. */
PB_INLINE int is_short(const struct rte_mbuf *m) {
  return m->nb_segs == 1 && !(m->ol_flags & (RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_UDP_SEG));
}

/* Packets up to the first one that is not short. */
PB_INLINE uint16_t give_short(struct pb_guest_ring *r, struct rte_mbuf **packets, uint16_t n,
                              enum pb_ring_end *end) {
  struct place places[AT_A_TIME];
  uint16_t heads[AT_A_TIME];
  *end = PB_RING_ODD;
  if (!is_short(packets[0])) return 0;
  uint16_t found = find_all(r, n, VRING_DESC_F_WRITE, heads, places, end), i;
  for (i = 0; i < found; i++) {
    const struct place *p = places + i;
    const struct rte_mbuf *m = packets[i];
    if (!is_short(m) || m->data_len > p->length) {
      *end = PB_RING_ODD;
      break;
    }
    const uint8_t *frame = rte_pktmbuf_mtod(m, const uint8_t *);
    write_header(r, p->header, header_for(r, m), 1);
    rte_memcpy(p->data, frame, m->data_len);
    count_frame(&r->counters, frame, m->data_len);
    set_used(r, i, heads[i], r->header + (uint32_t)m->data_len);
  }
  if (i) publish(r, i);
  return i;
}

uint16_t pb_ring_give(struct pb_guest_ring *r, struct rte_mbuf **packets, uint16_t n,
                      enum pb_ring_end *end) {
  uint16_t given = 0;
  *end = PB_RING_DONE;
  while (given < n) {
    given += give_short(r, packets + given, n - given, end);
    if (given == n || *end == PB_RING_DONE || !pb_guest_give_frame(r, packets[given], end)) break;
    given++;
  }
  return given;
}

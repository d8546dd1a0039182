/* Packet buffers and queues: rte_mbuf is over-aligned and so opaque to Swift. */
#pragma once
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "inline.h"
#include "offload.h"

PB_INLINE uint16_t pb_rx_burst(uint16_t port, uint16_t queue, struct rte_mbuf **p, uint16_t n) {
  return rte_eth_rx_burst(port, queue, p, n);
}
PB_INLINE uint16_t pb_tx_burst(uint16_t port, uint16_t queue, struct rte_mbuf **p, uint16_t n) {
  return rte_eth_tx_burst(port, queue, p, n);
}

PB_INLINE struct rte_mbuf *pb_mbuf_alloc(struct rte_mempool *pool) {
  return rte_pktmbuf_alloc(pool);
}
/* 0, or non-zero when the pool has not that many. */
PB_INLINE int pb_mbuf_alloc_bulk(struct rte_mempool *pool, struct rte_mbuf **p, uint32_t n) {
  return rte_pktmbuf_alloc_bulk(pool, p, n);
}
PB_INLINE void pb_mbuf_free(struct rte_mbuf *m) { rte_pktmbuf_free(m); }
PB_INLINE void pb_mbuf_free_bulk(struct rte_mbuf **p, uint32_t n) { rte_pktmbuf_free_bulk(p, n); }

/* First byte, bytes in the first segment, bytes in all. */
PB_INLINE uint8_t *pb_mbuf_data(const struct rte_mbuf *m) {
  return (uint8_t *)m->buf_addr + m->data_off;
}
PB_INLINE uint32_t pb_mbuf_length(const struct rte_mbuf *m) { return m->data_len; }
PB_INLINE uint32_t pb_mbuf_packet_length(const struct rte_mbuf *m) { return m->pkt_len; }
PB_INLINE void pb_mbuf_set_length(struct rte_mbuf *m, uint32_t n) {
  m->data_len = (uint16_t)n;
  m->pkt_len = n;
}
PB_INLINE uint32_t pb_mbuf_tailroom(const struct rte_mbuf *m) { return rte_pktmbuf_tailroom(m); }
/* New first byte, NULL when there is no room (or nothing to remove). */
PB_INLINE uint8_t *pb_mbuf_prepend(struct rte_mbuf *m, uint16_t n) {
  return (uint8_t *)rte_pktmbuf_prepend(m, n);
}
PB_INLINE uint8_t *pb_mbuf_remove_head(struct rte_mbuf *m, uint16_t n) {
  return (uint8_t *)rte_pktmbuf_adj(m, n);
}
/* Appends a packet in one segment, whose own flags no longer count. */
PB_INLINE void pb_mbuf_chain(struct rte_mbuf *head, struct rte_mbuf *tail) {
  rte_pktmbuf_lastseg(head)->next = tail;
  head->nb_segs++;
  head->pkt_len += tail->data_len;
}
/* Whether someone else holds the same bytes. */
PB_INLINE int pb_mbuf_is_shared(const struct rte_mbuf *m) {
  return rte_mbuf_refcnt_read(m) != 1 || m->nb_segs != 1 || RTE_MBUF_CLONED(m) ||
         (RTE_MBUF_HAS_EXTBUF(m) && rte_mbuf_ext_refcnt_read(m->shinfo) != 1);
}
/* Whether `n` packets can all be changed where they are, and made longer in front by `room` bytes. */
PB_INLINE int pb_mbufs_are_own(struct rte_mbuf *const *p, uint32_t n, uint16_t room) {
  for (uint32_t i = 0; i < n; i++)
    if (pb_mbuf_is_shared(p[i]) || p[i]->data_off < room) return 0;
  return 1;
}
PB_INLINE void pb_mbuf_retain(struct rte_mbuf *m) { rte_pktmbuf_refcnt_update(m, 1); }
PB_INLINE struct rte_mempool *pb_mbuf_pool(const struct rte_mbuf *m) { return m->pool; }
/* A copy of at most `n` bytes, its own, in one segment; NULL when it does not fit or the pool is
 * empty. */
PB_INLINE struct rte_mbuf *pb_mbuf_copy_start(const struct rte_mbuf *m, uint32_t n) {
  if (n > m->pkt_len) n = m->pkt_len;
  if (n > (uint32_t)rte_pktmbuf_data_room_size(m->pool) - RTE_PKTMBUF_HEADROOM)
    return pb_mbuf_copy_long(m, n);
  return rte_pktmbuf_copy(m, m->pool, 0, n);
}

PB_INLINE struct rte_mbuf *pb_mbuf_copy(const struct rte_mbuf *m) {
  return pb_mbuf_copy_start(m, UINT32_MAX);
}

/* The first `n` bytes, out of as many segments as there are. */
PB_INLINE void pb_mbuf_gather(const struct rte_mbuf *m, uint8_t *to, uint32_t n) {
  for (; m && n; m = m->next) {
    uint32_t part = m->data_len < n ? m->data_len : n;
    memcpy(to, pb_mbuf_data(m), part);
    to += part;
    n -= part;
  }
}

/* The last `n` bytes; NULL when they do not lie together. */
PB_INLINE const uint8_t *pb_mbuf_tail(const struct rte_mbuf *m, uint32_t n) {
  while (m->next) m = m->next;
  return m->data_len < n ? NULL : pb_mbuf_data(m) + m->data_len - n;
}

/* The flags that a driver or a kernel device sets and reads for checksums left to hardware. */
PB_INLINE uint64_t pb_mbuf_flags(const struct rte_mbuf *m) { return m->ol_flags; }
PB_INLINE void pb_mbuf_set_flags(struct rte_mbuf *m, uint64_t flags) { m->ol_flags = flags; }

PB_INLINE void pb_prefetch(const void *p) { __builtin_prefetch(p, 0, 3); }
PB_INLINE void pb_prefetch_write(const void *p) { __builtin_prefetch(p, 1, 3); }
PB_INLINE uint64_t pb_tsc(void) { return rte_rdtsc(); }
PB_INLINE uint64_t pb_tsc_hz(void) { return rte_get_tsc_hz(); }

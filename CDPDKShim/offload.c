#include "offload.h"

#include <rte_ethdev.h>
#include <rte_malloc.h>
#include <rte_spinlock.h>

uint32_t pb_requests;

int pb_tx_prepare(uint16_t port, uint16_t queue, struct rte_mbuf *packet) {
  return rte_eth_tx_prepare(port, queue, &packet, 1) == 1;
}

struct rte_mbuf *pb_mbuf_split_for_library(struct rte_mbuf *m) {
  uint16_t headers = (uint16_t)(m->l2_len + m->l3_len + m->l4_len);
  if (!(m->ol_flags & RTE_MBUF_F_TX_TCP_SEG) || m->data_len <= headers) return m;
  struct rte_mbuf *head = rte_pktmbuf_alloc(m->pool);
  if (!head || headers > rte_pktmbuf_tailroom(head)) {
    rte_pktmbuf_free(head);
    return m;
  }
  memcpy(rte_pktmbuf_mtod(head, void *), rte_pktmbuf_mtod(m, void *), headers);
  head->data_len = headers;
  head->pkt_len = m->pkt_len;
  head->nb_segs = m->nb_segs + 1;
  head->next = m;
  head->tx_offload = m->tx_offload;
  head->outer_l3_len = 511; /* the most that there is room for */
  head->ol_flags |= (m->ol_flags & PB_HANDED_OVER) | RTE_MBUF_F_TX_OUTER_IPV4;
  m->ol_flags &= ~PB_HANDED_OVER;
  rte_pktmbuf_adj(m, headers);
  return head;
}

/* The room of a long buffer has the counter of those that hold it behind it. Long frames are mostly as
 * long as can be, and rte_free would clear all of them: so the largest rooms, which hold any frame, are
 * kept for the next (at most 4 MB). */
enum { LARGEST_ROOM = 65536, LARGE_FRAME = 16384, KEPT_ROOMS = 64 };
static struct {
  rte_spinlock_t lock;
  unsigned count;
  void *room[KEPT_ROOMS];
} kept;

static void *room_for(uint32_t size) {
  void *room = NULL;
  if (size == LARGEST_ROOM) {
    rte_spinlock_lock(&kept.lock);
    if (kept.count) room = kept.room[--kept.count];
    rte_spinlock_unlock(&kept.lock);
  }
  return room ? room : rte_malloc(NULL, size + sizeof(struct rte_mbuf_ext_shared_info), RTE_CACHE_LINE_SIZE);
}

static void room_is_free(void *room, void *is_largest) {
  if (is_largest) {
    rte_spinlock_lock(&kept.lock);
    if (kept.count < KEPT_ROOMS) {
      kept.room[kept.count++] = room;
      room = NULL;
    }
    rte_spinlock_unlock(&kept.lock);
  }
  rte_free(room);
}

struct rte_mbuf *pb_mbuf_alloc_long(struct rte_mempool *pool, uint32_t length) {
  struct rte_mbuf *m = length > PB_LONGEST_FRAME ? NULL : rte_pktmbuf_alloc(pool);
  if (!m || length <= rte_pktmbuf_tailroom(m)) return m;
  uint32_t size = RTE_ALIGN_CEIL(length + RTE_PKTMBUF_HEADROOM, RTE_CACHE_LINE_SIZE);
  if (length > LARGE_FRAME) size = LARGEST_ROOM;
  uint8_t *room = room_for(size);
  if (!room) {
    rte_pktmbuf_free(m);
    return NULL;
  }
  struct rte_mbuf_ext_shared_info *shared = (struct rte_mbuf_ext_shared_info *)(room + size);
  shared->free_cb = room_is_free;
  shared->fcb_opaque = size == LARGEST_ROOM ? room : NULL;
  rte_mbuf_ext_refcnt_set(shared, 1);
  rte_pktmbuf_attach_extbuf(m, room, rte_malloc_virt2iova(room), RTE_MIN(size, UINT16_MAX), shared);
  rte_pktmbuf_reset_headroom(m);
  return m;
}

struct rte_mbuf *pb_mbuf_copy_long(const struct rte_mbuf *packet, uint32_t length) {
  struct rte_mbuf *m = pb_mbuf_alloc_long(packet->pool, length);
  if (!m) return NULL;
  uint64_t own = m->ol_flags & RTE_MBUF_F_EXTERNAL;
  m->ol_flags = (packet->ol_flags & ~(RTE_MBUF_F_EXTERNAL | RTE_MBUF_F_INDIRECT)) | own;
  m->tx_offload = packet->tx_offload;
  m->data_len = (uint16_t)length;
  m->pkt_len = length;
  uint8_t *to = rte_pktmbuf_mtod(m, uint8_t *);
  for (; packet && length; packet = packet->next) {
    uint32_t part = RTE_MIN(packet->data_len, length);
    memcpy(to, rte_pktmbuf_mtod(packet, uint8_t *), part);
    to += part;
    length -= part;
  }
  return m;
}

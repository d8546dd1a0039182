/* What is left to be done for a packet before it may appear on a wire, in its buffer's flags, as DPDK
 * defines them; and buffers for frames of up to 64 KiB. Sources/Datapath/Offload says how it is used. */
#pragma once
#include <netinet/in.h>
#include <rte_mbuf.h>
#include <stdint.h>

#include "inline.h"

/* Whether a packet with such a request has ever come. While none has, nobody needs to look for them. */
extern uint32_t pb_requests;
PB_INLINE int pb_requests_seen(void) { return __atomic_load_n(&pb_requests, __ATOMIC_RELAXED) != 0; }
PB_INLINE void pb_requests_note(void) {
  if (!pb_requests_seen()) __atomic_store_n(&pb_requests, 1, __ATOMIC_RELAXED);
}

#define PB_REQUESTS (RTE_MBUF_F_RX_L4_CKSUM_MASK | RTE_MBUF_F_RX_LRO)

/* Whether the checksum of the transport header is to be computed; also of one that is to be cut. */
PB_INLINE int pb_mbuf_needs_checksum(const struct rte_mbuf *m) {
  return (m->ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) == RTE_MBUF_F_RX_L4_CKSUM_NONE;
}
/* Payload bytes of the segments that the packet is to be cut into; 0: it is not. */
PB_INLINE uint32_t pb_mbuf_segment_size(const struct rte_mbuf *m) {
  return m->ol_flags & RTE_MBUF_F_RX_LRO ? m->tso_segsz : 0;
}
PB_INLINE int pb_mbuf_has_request(const struct rte_mbuf *m) {
  return pb_mbuf_needs_checksum(m) || m->ol_flags & RTE_MBUF_F_RX_LRO;
}
/* Whether somebody found the transport checksum good who cannot be asked again: a card, or the kernel. */
PB_INLINE int pb_mbuf_checksum_is_good(const struct rte_mbuf *m) {
  return (m->ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) == RTE_MBUF_F_RX_L4_CKSUM_GOOD;
}
PB_INLINE void pb_mbuf_note_good_checksum(struct rte_mbuf *m) {
  m->ol_flags |= RTE_MBUF_F_RX_L4_CKSUM_GOOD;
}
/* Shorter segments of TCP would make thousands of a frame; nobody asks for less. */
#define PB_LEAST_SEGMENT 48
/* Asks for a checksum and, with a size, for segments. */
PB_INLINE void pb_mbuf_request(struct rte_mbuf *m, uint32_t segment_size) {
  m->ol_flags |= RTE_MBUF_F_RX_L4_CKSUM_NONE;
  if (segment_size) {
    m->ol_flags |= RTE_MBUF_F_RX_LRO;
    m->tso_segsz = segment_size;
  }
}
PB_INLINE void pb_mbuf_request_done(struct rte_mbuf *m) { m->ol_flags &= ~PB_REQUESTS; }
/* Whether any of the packets may have a request; wrong only for drivers that tell good from bad. */
PB_INLINE int pb_any_request(struct rte_mbuf *const *p, uint32_t n) {
  uint64_t all = 0;
  for (uint32_t i = 0; i < n; i++) all |= p[i]->ol_flags;
  return all & RTE_MBUF_F_RX_LRO ||
         (all & RTE_MBUF_F_RX_L4_CKSUM_MASK) == RTE_MBUF_F_RX_L4_CKSUM_NONE;
}

/* Where a packet's headers are, for whoever sends it. */
struct pb_places {
  uint16_t network, transport, payload;
  uint8_t is_ipv6, protocol;
};
/* Tells a driver or librte_vhost to compute the checksum and, with a segment size, to cut. Lengths are
 * within what a buffer can say: 127, 511 and 255 bytes. */
PB_INLINE void pb_mbuf_hand_over(struct rte_mbuf *m, const struct pb_places *p, uint32_t size) {
  uint64_t flags = p->is_ipv6 ? RTE_MBUF_F_TX_IPV6 : RTE_MBUF_F_TX_IPV4;
  flags |= p->protocol == IPPROTO_TCP   ? RTE_MBUF_F_TX_TCP_CKSUM
           : p->protocol == IPPROTO_UDP ? RTE_MBUF_F_TX_UDP_CKSUM
                                        : RTE_MBUF_F_TX_SCTP_CKSUM;
  m->l2_len = p->network;
  m->l3_len = p->transport - p->network;
  m->l4_len = p->payload - p->transport;
  if (size) {
    flags |= p->protocol == IPPROTO_TCP ? RTE_MBUF_F_TX_TCP_SEG : RTE_MBUF_F_TX_UDP_SEG;
    if (!p->is_ipv6) flags |= RTE_MBUF_F_TX_IP_CKSUM;
  }
  m->ol_flags = (m->ol_flags & ~PB_REQUESTS) | flags;
  m->tso_segsz = size;
}
/* Of a driver that computes no IP checksum: the one that is there will do. */
PB_INLINE void pb_mbuf_keep_ip_checksum(struct rte_mbuf *m) { m->ol_flags &= ~RTE_MBUF_F_TX_IP_CKSUM; }
#define PB_HANDED_OVER                                                                          \
  (RTE_MBUF_F_TX_L4_MASK | RTE_MBUF_F_TX_OUTER_IPV4 | RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_UDP_SEG | RTE_MBUF_F_TX_IP_CKSUM | \
   RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IPV6)
/* A packet as librte_vhost gives it to a guest unchanged. In a long one that is handed over it would replace
 * the pseudo-header's sum by one that lacks the length, as some NICs want it; a guest that cuts the packet
 * by itself, to route it on, would go on from there. So the headers, with the right sum, get a buffer of
 * their own that is shorter than what the library believes the headers to be, and it lets them alone
 * (rte_net_intel_cksum_prepare). Takes the packet and returns it, in two buffers if there was need, and
 * memory. */
struct rte_mbuf *pb_mbuf_split_for_library(struct rte_mbuf *m);
/* How long the library believes all headers to be. */
PB_INLINE uint32_t pb_mbuf_believed_headers(const struct rte_mbuf *m) {
  return m->outer_l2_len + m->outer_l3_len + m->l2_len + m->l3_len + m->l4_len;
}
/* Takes that back; the request is gone, too. */
PB_INLINE void pb_mbuf_take_back(struct rte_mbuf *m) { m->ol_flags &= ~PB_HANDED_OVER; }
PB_INLINE uint32_t pb_mbuf_segments(const struct rte_mbuf *m) { return m->nb_segs; }

/* What the kernel says, and is told, of a frame's checksum and segmentation: struct virtio_net_hdr. */
struct pb_offload {
  uint8_t flags;
  uint8_t gso_type;
  uint16_t header_length;
  uint16_t gso_size;
  uint16_t checksum_start;
  uint16_t checksum_offset;
};
#define PB_OFFLOAD_SIZE 10u
/* Of a packet that was handed over; all zero for any other. TCP and UDP only. */
PB_INLINE struct pb_offload pb_mbuf_offload(const struct rte_mbuf *m) {
  struct pb_offload o = {0, 0, 0, 0, 0, 0};
  uint64_t l4 = m->ol_flags & RTE_MBUF_F_TX_L4_MASK;
  if (l4 == 0) return o;
  o.flags = 1; /* VIRTIO_NET_HDR_F_NEEDS_CSUM */
  o.checksum_start = m->l2_len + m->l3_len;
  o.checksum_offset = l4 == RTE_MBUF_F_TX_TCP_CKSUM ? 16 : 6;
  if (m->tso_segsz) {
    int is_ipv6 = !!(m->ol_flags & RTE_MBUF_F_TX_IPV6);
    /* VIRTIO_NET_HDR_GSO_UDP_L4, _TCPV6, _TCPV4 */
    o.gso_type = l4 == RTE_MBUF_F_TX_UDP_CKSUM ? 5 : is_ipv6 ? 4 : 1;
    o.gso_size = m->tso_segsz;
    o.header_length = o.checksum_start + m->l4_len;
  }
  return o;
}

/* Lets an ethdev's driver look at a packet that it is to finish; false when it cannot. */
int pb_tx_prepare(uint16_t port, uint16_t queue, struct rte_mbuf *packet);

/* The longest frame that one buffer can hold. */
#define PB_LONGEST_FRAME (UINT16_MAX - RTE_PKTMBUF_HEADROOM)
/* A buffer with room for `length` bytes, which may be more than the pool's buffers have; NULL when there
 * is no memory. */
struct rte_mbuf *pb_mbuf_alloc_long(struct rte_mempool *pool, uint32_t length);
/* A copy of a packet's first `length` bytes, longer than the pool's buffers, with its requests. */
struct rte_mbuf *pb_mbuf_copy_long(const struct rte_mbuf *packet, uint32_t length);

/* Frames of guests that are not short and in one piece: long ones, which TCP makes when it leaves their
 * cutting to others, lie in many buffers, and fill many. One at a time; what it takes to find the
 * buffers is nothing beside copying 64 KB. */
#include <netinet/in.h>

#include <rte_mbuf.h>
#include <rte_memcpy.h>

#include "guest_chains.h"

/* --- what a guest asks for ------------------------------------------------------------------------ */

enum { NEEDS_CHECKSUM = 1, SEGMENTS_TCPV4 = 1, SEGMENTS_TCPV6 = 4, SEGMENTS_ECN = 0x80 };
enum { IPV6 = 0x100 };

PB_INLINE uint32_t word_at(const uint8_t *from) { return (uint32_t)from[0] << 8 | from[1]; }

/* The protocol, and IPV6 if it is that, of a packet whose transport header is at `start`, with nothing
 * but tags and a usual IP header before it; 0 if it is another one. */
static int protocol_at(const uint8_t *frame, uint32_t length, uint32_t start) {
  uint32_t ip = 14;
  if (start < 34 || start + 8 > length) return 0;
  while (ip + 24 <= start && (word_at(frame + ip - 2) == 0x8100 || word_at(frame + ip - 2) == 0x88a8))
    ip += 4;
  uint32_t type = word_at(frame + ip - 2), version = frame[ip] >> 4;
  if (type == 0x0800 && version == 4) {
    int is_whole = !(word_at(frame + ip + 6) & 0x3fff);
    int fits = ip + (frame[ip] & 15) * 4u == start && ip + word_at(frame + ip + 2) <= length;
    return ip + 20 <= start && is_whole && fits ? frame[ip + 9] : 0;
  }
  if (type == 0x86dd && version == 6 && ip + 40 == start && start + word_at(frame + ip + 4) <= length)
    return frame[ip + 6] | IPV6;
  return 0;
}

int pb_guest_request(struct rte_mbuf *m, struct pb_offload asked) {
  int segments = asked.gso_type & ~SEGMENTS_ECN;
  if (!(asked.flags & NEEDS_CHECKSUM)) return !segments;
  int found = protocol_at(rte_pktmbuf_mtod(m, const uint8_t *), m->data_len, asked.checksum_start);
  int is_tcp = (found & ~IPV6) == IPPROTO_TCP && asked.checksum_offset == 16;
  int is_udp = (found & ~IPV6) == IPPROTO_UDP && asked.checksum_offset == 6;
  if (segments) {
    if (!is_tcp || asked.gso_size < PB_LEAST_SEGMENT) return 0;
    if (segments != (found & IPV6 ? SEGMENTS_TCPV6 : SEGMENTS_TCPV4)) return 0;
  } else if (!is_tcp && !is_udp) {
    return 0;
  }
  pb_mbuf_request(m, segments ? asked.gso_size : 0);
  pb_requests_note();
  return 1;
}

/* --- buffers of a chain --------------------------------------------------------------------------- */

/* More than the longest frame has, or fills in receive buffers of the usual length. */
enum { PARTS = 64 };
struct parts {
  uint8_t *header;
  uint32_t count, length;
  struct {
    uint8_t *data;
    uint32_t length;
  } part[PARTS];
};

/* The descriptor's buffer behind its first `skip` bytes; 0 if it is odd. */
static int add_part(const struct pb_guest_ring *r, struct vring_desc d, uint32_t skip, uint16_t write,
                    struct parts *p) {
  uint8_t *data = host_address(r->memory, d.addr, d.len);
  if (!data || (d.flags & ~VRING_DESC_F_NEXT) != write || d.len < skip || p->count == PARTS) return 0;
  if (skip) p->header = data;
  if (d.len == skip) return 1;
  p->part[p->count].data = data + skip;
  p->part[p->count].length = d.len - skip;
  /* So that no sum runs over. */
  p->length += RTE_MIN(p->part[p->count++].length, 1u << 20);
  return 1;
}

/* Adds a chain's buffers until `enough` bytes are there, or it ends; 0 if it is odd. */
static int add_chain(const struct pb_guest_ring *r, uint16_t head, uint32_t skip, uint16_t write,
                     uint32_t enough, struct parts *p) {
  struct chain c;
  if (!chain_begin(r, head, &c)) return 0;
  for (int step = 0; step <= PARTS; step++) {
    if (!add_part(r, c.here, skip, write, p)) return 0;
    if (p->length >= enough || !chain_goes_on(&c)) return 1;
    if (!chain_next(&c)) return 0;
    skip = 0;
  }
  return 0;
}

/* --- frames --------------------------------------------------------------------------------------- */

struct rte_mbuf *pb_guest_take_frame(const struct pb_guest_ring *r, uint16_t head, struct rte_mempool *pool) {
  struct parts p;
  p.count = p.length = 0;
  if (!add_chain(r, head, r->header, 0, PB_LONGEST_FRAME + 1, &p) || !p.length || p.length > PB_LONGEST_FRAME)
    return NULL;
  struct rte_mbuf *m = pb_mbuf_alloc_long(pool, p.length);
  if (!m) return NULL;
  uint8_t *to = rte_pktmbuf_mtod(m, uint8_t *);
  for (uint32_t i = 0; i < p.count; to += p.part[i++].length) rte_memcpy(to, p.part[i].data, p.part[i].length);
  m->data_len = (uint16_t)p.length;
  m->pkt_len = p.length;
  if (pb_guest_request(m, read_header(p.header))) return m;
  rte_pktmbuf_free(m);
  return NULL;
}

/* There is room for all of it. */
static void copy_to_parts(const struct rte_mbuf *m, const struct parts *p) {
  uint32_t i = 0, filled = 0;
  for (; m; m = m->next) {
    const uint8_t *from = rte_pktmbuf_mtod(m, const uint8_t *);
    for (uint32_t left = m->data_len, n; left; left -= n, from += n) {
      if (filled == p->part[i].length) i++, filled = 0;
      n = RTE_MIN(left, p->part[i].length - filled);
      rte_memcpy(p->part[i].data + filled, from, n);
      filled += n;
    }
  }
}

int pb_guest_give_frame(struct pb_guest_ring *r, const struct rte_mbuf *m, enum pb_ring_end *end) {
  struct parts p;
  uint16_t n = 0, there = chains_there(r), heads[PARTS];
  uint32_t lengths[PARTS];
  p.count = p.length = 0;
  *end = PB_RING_ODD;
  do {
    uint32_t before = p.length;
    if (n && (!r->merges || n == PARTS)) return 0;
    if (n == there) {
      *end = PB_RING_DONE;
      return 0;
    }
    heads[n] = available_chain(r, n);
    if (!add_chain(r, heads[n], n ? 0 : r->header, VRING_DESC_F_WRITE, m->pkt_len, &p)) return 0;
    lengths[n] = RTE_MIN(p.length, m->pkt_len) - before + (n ? 0 : r->header);
    n++;
  } while (p.length < m->pkt_len);
  copy_to_parts(m, &p);
  write_header(r, p.header, header_for(r, m), n);
  for (uint16_t i = 0; i < n; i++) set_used(r, i, heads[i], lengths[i]);
  count_frame(&r->counters, rte_pktmbuf_mtod(m, const uint8_t *), m->pkt_len);
  publish(r, n);
  return 1;
}

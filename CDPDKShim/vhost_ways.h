/* The way past librte_vhost into guests' rings (vhost_ways.c), for vhost.c, which speaks to the library. */
#pragma once
#include "guest_rings.h"
#include "vhost.h"

/* A connection's ways, all closed; non-zero: there is no memory. */
int pb_ways_renew(int guest);
/* Around whatever may move rings or memory: the library's thread. Closing waits for who is inside. */
void pb_ways_close(int guest);
void pb_ways_open(int guest);
/* The guest's driver begins or ends; one of its rings is turned on or off. */
void pb_ways_run(int guest, int runs);
void pb_ways_ring(int guest, uint16_t ring, int on);
/* For all guests, for good. */
void pb_ways_never(void);
/* Once: the library has a packet of its own to receive. */
void pb_ways_library_first(int guest);
/* What went past the library of what it calls "rx_q0_good_packets" and so on. */
uint64_t pb_ways_counter(int guest, uint16_t ring, const char *name);

/* As pb_ring_take and pb_ring_give; a closed ring's packets are odd. A worker's thread. */
uint16_t pb_ways_take(int guest, uint16_t ring, struct rte_mempool *pool, struct rte_mbuf **p, uint16_t n,
                      enum pb_ring_end *end);
uint16_t pb_ways_give(int guest, uint16_t ring, struct rte_mbuf **p, uint16_t n, enum pb_ring_end *end);
/* Around giving, and what the library then does for the rest: one worker at a time, so that packets stay
 * in order. */
void pb_ways_hold(int guest, uint16_t ring);
void pb_ways_let_go(int guest, uint16_t ring);

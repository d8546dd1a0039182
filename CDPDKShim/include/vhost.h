/* vhost-user ports of librte_vhost: a socket per port, and rings in a guest's memory behind it.
 *
 * The library speaks the protocol on a thread of its own and tells what happens through one function.
 * Functions return 0 or a negative errno value unless they say otherwise. */
#pragma once
#include <stdint.h>

#include "inline.h"

struct rte_mbuf;
struct rte_mempool;

/* Rings that a guest may have, and receive or transmit queues: ring 2q is read by the guest (we send
 * on queue q), ring 2q+1 is written by it (we receive from queue q). */
#define PB_VHOST_RINGS 256
#define PB_VHOST_QUEUES 128

enum pb_vhost_event {
  PB_VHOST_CONNECTED,    /* somebody is on the socket: < 0 refuses, > 0 are the queue pairs it may have */
  PB_VHOST_DISCONNECTED, /* and gone: nothing of the handle may be used after this */
  PB_VHOST_STARTED,      /* the driver runs; non-zero: not now */
  PB_VHOST_STOPPED,      /* its rings may not be touched once this returns */
  PB_VHOST_RING,         /* a ring may be used, or may not; the rings' locks are held */
};
/* `guest` is the handle of a connection; `ring` and `on` are those of PB_VHOST_RING. */
typedef int (*pb_vhost_fn)(enum pb_vhost_event event, int guest, const char *path, uint16_t ring,
                           int on);

struct pb_vhost_setup {
  uint8_t client; /* connects to the socket instead of listening on it */
  uint8_t iommu, postcopy;
  uint8_t offloads; /* a guest may leave checksums and segmentation to us */
};
/* Makes the socket and starts to listen, or connects once. Whoever connects may not hold up the
 * library's thread by sending half a message. Must be closed after a failure of pb_vhost_start. */
int pb_vhost_open(const char *path, const struct pb_vhost_setup *setup, pb_vhost_fn function);
int pb_vhost_start(const char *path);
/* Ends the connection, if there is one, and takes the socket away. */
void pb_vhost_close(const char *path);

/* What a guest is like. Only while its connection lives: in an event's function, or after one under
 * a lock that PB_VHOST_STOPPED takes. */
struct pb_vhost_guest {
  uint64_t features;
  int32_t numa_node;
  uint16_t rings, mtu; /* mtu 0: not told */
  uint16_t sizes[PB_VHOST_RINGS];
};
void pb_vhost_read(int guest, struct pb_vhost_guest *out);

#define PB_VHOST_STAT_NAME 64
struct pb_vhost_stat {
  char name[PB_VHOST_STAT_NAME];
  uint64_t value;
};
/* Up to `max` counters of a ring; how many. */
int pb_vhost_stats(int guest, uint16_t ring, struct pb_vhost_stat *out, int max);

/* Copies up to `n` packets out of or into a guest's memory; how many. A worker's thread. When the
 * guest has made its memory smaller, empty pages take the place of what is gone. */
uint16_t pb_vhost_receive(int guest, uint16_t queue, struct rte_mempool *pool, struct rte_mbuf **p,
                          uint16_t n);
/* Packets that wait in a queue of a guest to be received. */
uint32_t pb_vhost_waiting(int guest, uint16_t queue);
uint16_t pb_vhost_send(int guest, uint16_t queue, struct rte_mbuf **p, uint16_t n);

/* How many pages of guests were gone when somebody looked at them. Any thread. */
uint64_t pb_vhost_lost_pages(void);

/* Who is at a path: 0 somebody has a socket there, ECONNREFUSED a socket that nobody has, ENOTSOCK
 * another kind of file, or what errno says (ENOENT, EACCES, ...). Disturbs nobody who listens. */
int pb_vhost_probe(const char *path);

/* System services with signatures that Swift can call. */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct rte_mempool;

/* Zeroed, 64-byte aligned memory in whole pages: huge ones when asked for and there are some.
 * `*size` is rounded up to what was mapped; *huge says which pages it got. NULL when out of memory. */
void *pb_arena_map(size_t *size, int try_huge, int *huge);
void pb_arena_unmap(void *p, size_t size);

/* Pins the calling thread; 0 or an errno value. */
int pb_pin_self(int core);
/* Whether the calling thread may run on it. */
int pb_core_allowed(int core);
void pb_name_self(const char *name);
/* Lets the calling thread's sleeps end when they are to, not up to 50 us later. */
void pb_sharpen_sleep(void);

/* A counter with a descriptor that is readable while it is not zero (eventfd): -1 and errno. */
int pb_event_create(void);
void pb_event_signal(int event);
void pb_event_clear(int event);

/* A set of descriptors to wait for, each with a tag. pb_poll_wait stores the tags of readable ones
 * and returns how many; timeout in ms, -1 for ever. */
int pb_poll_create(void);
int pb_poll_add(int set, int descriptor, void *tag);
void pb_poll_remove(int set, int descriptor);
int pb_poll_wait(int set, void **tags, int max, int timeout);
/* Waits for one descriptor to become readable. */
void pb_wait_readable(int descriptor, int timeout);

/* CLOCK_MONOTONIC in ms. */
int64_t pb_monotonic_ms(void);
int pb_numa_node_of_core(int core);
void pb_sleep_ns(long ns);
void pb_close(int descriptor);

/* DPDK's log, line by line, to a function (any thread). 0 or an errno value. */
typedef void (*pb_log_fn)(const char *text, size_t length);
int pb_capture_log(pb_log_fn sink);

/* rte_errno, and errno's text for it. */
int pb_rte_errno(void);
const char *pb_rte_strerror(int code);

/* A pool of `n` packet buffers with `room` bytes of data room each, for any thread, in memory of a NUMA
 * node, or of any for -1. */
struct rte_mempool *pb_pool_create(const char *name, uint32_t n, uint32_t cache, uint16_t room,
                                   int node);
/* What such a pool needs, and what of DPDK's memory is free (of all nodes for -1); the environment takes
 * more hugepages when it has to. */
uint64_t pb_pool_bytes(uint32_t n, uint16_t room);
uint64_t pb_heap_free(int node);
int pb_has_hugepages(void);
/* The NUMA node whose memory DPDK has, or -1 when there are several. */
int pb_only_node(void);

/* What DPDK says of itself (a pool for PB_TEXT_POOL), to be freed by the caller; NULL when out of memory. */
enum pb_text { PB_TEXT_LOG_TYPES, PB_TEXT_CORES, PB_TEXT_HEAPS, PB_TEXT_POOLS, PB_TEXT_POOL };
char *pb_dpdk_text(enum pb_text what, const struct rte_mempool *pool);
/* Sets the level of DPDK's log types whose names match a pattern. 0 or an errno value; EINVAL when there
 * is no such level. */
int pb_log_set(const char *pattern, const char *level);
void pb_pool_free(struct rte_mempool *pool);
uint32_t pb_pool_available(const struct rte_mempool *pool);
uint32_t pb_pool_in_use(const struct rte_mempool *pool);

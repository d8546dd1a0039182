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
void pb_name_self(const char *name);

/* rte_eal_init, but the calling thread keeps its affinity. */
int pb_eal_init(int argc, char **argv);

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

/* A pool of `n` packet buffers with `room` bytes of data room each, for any thread. */
struct rte_mempool *pb_pool_create(const char *name, uint32_t n, uint32_t cache, uint16_t room);
void pb_pool_free(struct rte_mempool *pool);
uint32_t pb_pool_available(const struct rte_mempool *pool);
uint32_t pb_pool_in_use(const struct rte_mempool *pool);

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

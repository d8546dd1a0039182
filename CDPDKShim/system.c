#define _GNU_SOURCE
#include "system.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>

#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_log.h>
#include <rte_mbuf.h>

#define HUGE_PAGE (2ul << 20)
#define PAGE 4096ul

static void *map(size_t size, int flags) {
  void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
  return p == MAP_FAILED ? NULL : p;
}

void *pb_arena_map(size_t *size, int try_huge, int *huge) {
  size_t rounded = (*size + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
  void *p = try_huge ? map(rounded, MAP_HUGETLB | MAP_POPULATE) : NULL;
  *huge = p != NULL;
  if (!p) {
    rounded = (*size + PAGE - 1) & ~(PAGE - 1);
    p = map(rounded, 0);
    if (p && rounded >= HUGE_PAGE) madvise(p, rounded, MADV_HUGEPAGE);
  }
  *size = rounded;
  return p;
}

void pb_arena_unmap(void *p, size_t size) { munmap(p, size); }

int pb_pin_self(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (core < 0 || core >= CPU_SETSIZE) return EINVAL;
  CPU_SET(core, &set);
  return pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

void pb_name_self(const char *name) { pthread_setname_np(pthread_self(), name); }

static ssize_t write_log(void *sink, const char *text, size_t length) {
  ((pb_log_fn)sink)(text, length);
  return (ssize_t)length;
}

int pb_capture_log(pb_log_fn sink) {
  cookie_io_functions_t functions = {.write = write_log};
  FILE *stream = fopencookie((void *)sink, "w", functions);
  if (!stream) return errno;
  setvbuf(stream, NULL, _IOLBF, 0);
  return rte_openlog_stream(stream);
}

int pb_rte_errno(void) { return rte_errno; }
const char *pb_rte_strerror(int code) { return rte_strerror(code); }

struct rte_mempool *pb_pool_create(const char *name, uint32_t n, uint32_t cache, uint16_t room) {
  return rte_pktmbuf_pool_create(name, n, cache, 0, RTE_PKTMBUF_HEADROOM + room, SOCKET_ID_ANY);
}
void pb_pool_free(struct rte_mempool *pool) { rte_mempool_free(pool); }
uint32_t pb_pool_available(const struct rte_mempool *pool) { return rte_mempool_avail_count(pool); }
uint32_t pb_pool_in_use(const struct rte_mempool *pool) { return rte_mempool_in_use_count(pool); }

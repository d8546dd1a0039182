#define _GNU_SOURCE
#include "system.h"

#include <errno.h>
#include <numa.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_log.h>
#include <rte_malloc.h>
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

int pb_core_allowed(int core) {
  cpu_set_t set;
  if (core < 0 || core >= CPU_SETSIZE) return 0;
  return !pthread_getaffinity_np(pthread_self(), sizeof set, &set) && CPU_ISSET(core, &set);
}

void pb_name_self(const char *name) { pthread_setname_np(pthread_self(), name); }
void pb_sharpen_sleep(void) { prctl(PR_SET_TIMERSLACK, 1ul, 0ul, 0ul, 0ul); }

int pb_event_create(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }
void pb_event_signal(int event) { (void)!eventfd_write(event, 1); }
void pb_event_clear(int event) {
  eventfd_t seen;
  (void)!eventfd_read(event, &seen);
}

int pb_poll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }
int pb_poll_add(int set, int descriptor, void *tag) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = tag};
  return epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event) ? errno : 0;
}
void pb_poll_remove(int set, int descriptor) { epoll_ctl(set, EPOLL_CTL_DEL, descriptor, NULL); }
int pb_poll_wait(int set, void **tags, int max, int timeout) {
  struct epoll_event events[64];
  int n = epoll_wait(set, events, max < 64 ? max : 64, timeout);
  for (int i = 0; i < n; i++) tags[i] = events[i].data.ptr;
  return n < 0 ? 0 : n;
}
void pb_wait_readable(int descriptor, int timeout) {
  struct pollfd p = {.fd = descriptor, .events = POLLIN};
  poll(&p, 1, timeout);
}

int64_t pb_monotonic_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
int pb_numa_node_of_core(int core) {
  int node = numa_available() < 0 ? 0 : numa_node_of_cpu(core);
  return node < 0 ? 0 : node;
}
void pb_sleep_ns(long ns) {
  struct timespec t = {ns / 1000000000, ns % 1000000000};
  nanosleep(&t, NULL);
}
void pb_close(int descriptor) { close(descriptor); }

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

struct rte_mempool *pb_pool_create(const char *name, uint32_t n, uint32_t cache, uint16_t room,
                                   int node) {
  return rte_pktmbuf_pool_create(name, n, cache, 0, RTE_PKTMBUF_HEADROOM + room,
                                 node < 0 ? SOCKET_ID_ANY : node);
}
uint64_t pb_pool_bytes(uint32_t n, uint16_t room) {
  uint32_t element = sizeof(struct rte_mbuf) + RTE_PKTMBUF_HEADROOM + room;
  return (uint64_t)rte_mempool_calc_obj_size(element, 0, NULL) * n;
}
uint64_t pb_heap_free(int node) {
  uint64_t sum = 0;
  for (unsigned i = 0; i < rte_socket_count(); i++) {
    struct rte_malloc_socket_stats stats;
    int socket = rte_socket_id_by_idx(i);
    if ((node >= 0 && socket != node) || rte_malloc_get_socket_stats(socket, &stats)) continue;
    sum += stats.heap_freesz_bytes;
  }
  return sum;
}
int pb_only_node(void) { return rte_socket_count() == 1 ? rte_socket_id_by_idx(0) : -1; }
int pb_has_hugepages(void) { return rte_eal_has_hugepages(); }
void pb_pool_free(struct rte_mempool *pool) { rte_mempool_free(pool); }
uint32_t pb_pool_available(const struct rte_mempool *pool) { return rte_mempool_avail_count(pool); }
uint32_t pb_pool_in_use(const struct rte_mempool *pool) { return rte_mempool_in_use_count(pool); }

char *pb_dpdk_text(enum pb_text what, const struct rte_mempool *pool) {
  char *text = NULL;
  size_t length;
  FILE *stream = open_memstream(&text, &length);
  if (!stream) return NULL;
  switch (what) {
    case PB_TEXT_LOG_TYPES: rte_log_dump(stream); break;
    case PB_TEXT_CORES: rte_lcore_dump(stream); break;
    case PB_TEXT_HEAPS: rte_malloc_dump_stats(stream, NULL); break;
    case PB_TEXT_POOLS: rte_mempool_list_dump(stream); break;
    case PB_TEXT_POOL: rte_mempool_dump(stream, (struct rte_mempool *)(uintptr_t)pool); break;
  }
  fclose(stream);
  return text;
}

/* The number of a level of DPDK's log by its name; 0 when there is no such. */
static uint32_t log_level(const char *name) {
  static const char *const names[] = {"emergency", "alert",  "critical", "error",
                                      "warning",   "notice", "info",     "debug"};
  for (uint32_t i = 0; i < 8; i++)
    if (strcmp(names[i], name) == 0) return i + 1;
  char *end;
  unsigned long number = strtoul(name, &end, 10);
  return *name && !*end && number <= RTE_LOG_MAX ? (uint32_t)number : 0;
}

int pb_log_set(const char *pattern, const char *level) {
  uint32_t number = log_level(level);
  if (!number) return EINVAL;
  return rte_log_set_level_pattern(pattern, number) < 0 ? ENOMEM : 0;
}

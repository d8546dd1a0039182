#define _GNU_SOURCE
#include "system.h"

#include <errno.h>
#include <numa.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <rte_eal.h>
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

int pb_eal_init(int argc, char **argv) {
  cpu_set_t before;
  int known = !pthread_getaffinity_np(pthread_self(), sizeof before, &before);
  int result = rte_eal_init(argc, argv);
  if (known) pthread_setaffinity_np(pthread_self(), sizeof before, &before);
  return result;
}

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

struct rte_mempool *pb_pool_create(const char *name, uint32_t n, uint32_t cache, uint16_t room) {
  return rte_pktmbuf_pool_create(name, n, cache, 0, RTE_PKTMBUF_HEADROOM + room, SOCKET_ID_ANY);
}
void pb_pool_free(struct rte_mempool *pool) { rte_mempool_free(pool); }
uint32_t pb_pool_available(const struct rte_mempool *pool) { return rte_mempool_avail_count(pool); }
uint32_t pb_pool_in_use(const struct rte_mempool *pool) { return rte_mempool_in_use_count(pool); }

#define _GNU_SOURCE
#include "eal.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <time.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_malloc.h>
#include <rte_memory.h>

/* --- start ---------------------------------------------------------------------------------------
 * A processor that does not say how fast its TSC is (AMD's do not) is measured by rte_eal_init: it
 * sleeps for 100 ms, half of the time that a restart takes. The result is rounded to 10 MHz, for which
 * a tenth of that is long enough. There is no option; but our `nanosleep` comes before the C library's,
 * and shortens this one sleep: that of the thread which starts the environment, of this length, as long
 * as the frequency is not known. Devices are probed later. */

static const struct timespec calibration = {.tv_nsec = 100000000}, shorter = {.tv_nsec = 10000000};
static _Thread_local int starting;

int nanosleep(const struct timespec *time, struct timespec *rest) {
  int calibrates = starting && !rest && time->tv_sec == calibration.tv_sec &&
                   time->tv_nsec == calibration.tv_nsec && rte_get_tsc_hz() == 0;
  int error = clock_nanosleep(CLOCK_REALTIME, 0, calibrates ? &shorter : time, rest);
  if (error) errno = error;
  return error ? -1 : 0;
}

int pb_eal_init(int argc, char **argv) {
  cpu_set_t before;
  int known = !pthread_getaffinity_np(pthread_self(), sizeof before, &before);
  starting = 1;
  int result = rte_eal_init(argc, argv);
  starting = 0;
  if (known) pthread_setaffinity_np(pthread_self(), sizeof before, &before);
  return result;
}

/* --- memory -------------------------------------------------------------------------------------- */

/* Enough for a few milliseconds of the kernel's zeroing: as long as that others who allocate wait. */
#define STEP ((16ul << 20) - 4096)

struct keeping {
  int node;
  uint64_t bytes;
};

static int keep(const struct rte_memseg_list *list, const struct rte_memseg *page, void *context) {
  struct keeping *left = context;
  if (list->external || list->socket_id != left->node) return 0;
  if (left->bytes == 0) return 1;
  /* As rte_eal_init marks the pages that it takes; a page is freed under the lock that is held now. */
  ((struct rte_memseg *)(uintptr_t)page)->flags |= RTE_MEMSEG_FLAG_DO_NOT_FREE;
  left->bytes -= page->len < left->bytes ? page->len : left->bytes;
  return 0;
}

static uint64_t heap_size(int node) {
  struct rte_malloc_socket_stats stats;
  return rte_malloc_get_socket_stats(node, &stats) ? 0 : stats.heap_totalsz_bytes;
}

int pb_heap_reserve(int node, uint64_t bytes) {
  /* Takes memory piece by piece, so that the heap must grow, and gives it to the heap. */
  struct piece {
    struct piece *next;
  } *pieces = NULL, *piece;
  int error = 0;
  while (!error && heap_size(node) < bytes) {
    piece = rte_malloc_socket(NULL, STEP, 0, node);
    if (piece) {
      piece->next = pieces;
      pieces = piece;
    } else {
      error = ENOMEM;
    }
  }
  struct keeping left = {.node = node, .bytes = bytes};
  rte_memseg_walk(keep, &left);
  while ((piece = pieces)) {
    pieces = piece->next;
    rte_free(piece);
  }
  return error;
}

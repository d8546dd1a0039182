/* Memory that peers share with DPDK, and what they can do to us with it. DPDK maps and unmaps it without
 * asking anybody; but our `mmap64` and `munmap` come before the C library's, and do more on two of its
 * threads. (Everybody else's calls go to the kernel as they are.)
 *
 * - A peer of a memif port that hangs up has its memory unmapped by the interrupt thread, at once. The
 *   driver has marked the port before, but a thread may be in the middle of a burst there, and would read
 *   what is gone. So the interrupt thread waits until all bursts are over.
 * - A guest may change the length of a table of descriptors between the library's looks at it (librte_vhost
 *   22.11, indirect descriptors): the table at the end of its memory is then read past the end. So what
 *   the library maps for guests is followed by a cushion of zeros, which are no descriptors. */
#define _GNU_SOURCE
#include "peer_memory.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* --- threads -------------------------------------------------------------------------------------- */

enum thread { UNKNOWN, ANY, INTERRUPTS, GUESTS };

static enum thread this_thread(void) {
  static _Thread_local enum thread answer;
  char name[16] = "";
  if (answer == UNKNOWN) {
    pthread_getname_np(pthread_self(), name, sizeof name);
    answer = !strcmp(name, "eal-intr-thread") ? INTERRUPTS : !strcmp(name, "vhost-events") ? GUESTS : ANY;
  }
  return answer;
}

static void (*wait_for_bursts)(void *);
static void *burst_context;

void pb_before_unmapping(void (*wait)(void *), void *context) {
  burst_context = context;
  __atomic_store_n(&wait_for_bursts, wait, __ATOMIC_RELEASE);
}

/* --- the kernel's calls --------------------------------------------------------------------------- */

static void *map(void *address, size_t length, int protection, int flags, int fd, off_t offset) {
  return (void *)syscall(SYS_mmap, address, length, protection, flags, fd, offset);
}
static int unmap(void *address, size_t length) { return (int)syscall(SYS_munmap, address, length); }

/* --- cushions ------------------------------------------------------------------------------------- */

/* The largest table: a ring has 32768 descriptors at most. */
#define CUSHION (32768ul * 16)

/* A mapping that has one. The thread that maps guests' memory mostly unmaps it, too; when a port goes it is
 * whoever closes the port. */
struct cushioned {
  uint8_t *start;
  size_t length, whole;
  struct cushioned *next;
};
static struct cushioned *list;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* `length` bytes of a file, with zeros behind them. Pages of the file may be huge ones, and want their
 * alignment. */
static void *map_cushioned(size_t length, int protection, int flags, int fd, off_t offset) {
  struct stat file;
  struct cushioned *new = fstat(fd, &file) ? NULL : malloc(sizeof *new);
  if (!new) return MAP_FAILED;
  size_t page = file.st_blksize < 4096 ? 4096 : (size_t)file.st_blksize;
  size_t reserved = length + page + CUSHION;
  uint8_t *room = map(NULL, reserved, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  uint8_t *start = (uint8_t *)(((uintptr_t)room + page - 1) / page * page);
  if (room != MAP_FAILED) {
    if (start > room) unmap(room, (size_t)(start - room));
    *new = (struct cushioned){start, length, reserved - (size_t)(start - room), NULL};
    if (map(start, length, protection, flags | MAP_FIXED, fd, offset) == start) {
      pthread_mutex_lock(&lock);
      new->next = list;
      __atomic_store_n(&list, new, __ATOMIC_RELEASE);
      pthread_mutex_unlock(&lock);
      return start;
    }
    unmap(start, new->whole);
  }
  free(new);
  return MAP_FAILED;
}

/* How much there is to unmap: with its cushion, if it has one, which is forgotten. */
static size_t whole(void *address, size_t length) {
  if (!__atomic_load_n(&list, __ATOMIC_ACQUIRE)) return length;
  struct cushioned *found = NULL;
  pthread_mutex_lock(&lock);
  for (struct cushioned **link = &list; *link; link = &(*link)->next) {
    if ((*link)->start != address || (*link)->length != length) continue;
    found = *link;
    *link = found->next;
    break;
  }
  pthread_mutex_unlock(&lock);
  if (!found) return length;
  length = found->whole;
  free(found);
  return length;
}

/* --- in the C library's place --------------------------------------------------------------------- */

void *mmap64(void *address, size_t length, int protection, int flags, int fd, off_t offset) {
  if (!address && fd >= 0 && flags & MAP_SHARED && length % 4096 == 0 && this_thread() == GUESTS)
    return map_cushioned(length, protection, flags, fd, offset);
  return map(address, length, protection, flags, fd, offset);
}

int munmap(void *address, size_t length) {
  void (*wait)(void *) = __atomic_load_n(&wait_for_bursts, __ATOMIC_ACQUIRE);
  if (wait && this_thread() == INTERRUPTS) wait(burst_context);
  return unmap(address, whole(address, length));
}

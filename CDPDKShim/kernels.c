#include "kernels.h"

#include <pthread.h>
#include <string.h>
#include <sys/random.h>

#include <rte_mbuf.h>

/* Secret, so that nobody can choose packets whose hashes collide; these are for measurements. */
static uint64_t seeds[4] __attribute__((aligned(32))) = {
    0x3f84d5b5b5470917, 0xc0ac29b7c97c50dd, 0xbe5466cf34e90c6c, 0x452821e638d01377};
static pthread_once_t seeded = PTHREAD_ONCE_INIT;

static void keep_seeds(void) {}
static void choose_seeds(void) {
  uint64_t chosen[4];
  if (getrandom(chosen, sizeof chosen, 0) == sizeof chosen) memcpy(seeds, chosen, sizeof seeds);
}

void pb_hash_keep_seeds(void) { pthread_once(&seeded, keep_seeds); }

/* One compilation of kernel_body.h per instruction set. */
#define SUFFIX(name) name##_sse42
#define HASH_CRC 1
#define LEVEL "sse4.2"
#pragma clang attribute push(__attribute__((target("sse4.2"))), apply_to = function)
#include "kernel_body.h"
#pragma clang attribute pop

#define SUFFIX(name) name##_aes
#define LEVEL "aes"
#pragma clang attribute push(__attribute__((target("sse4.2,aes"))), apply_to = function)
#include "kernel_body.h"
#pragma clang attribute pop

#define SUFFIX(name) name##_avx2
#define WIDE 1
#define LEVEL "avx2"
#pragma clang attribute push(__attribute__((target("avx2,aes,bmi,bmi2"))), apply_to = function)
#include "kernel_body.h"
#pragma clang attribute pop

/* Three-operand logic and compares of whole keys. CPUs that are slower for having used it (before Ice Lake)
 * do not get it. */
#define SUFFIX(name) name##_avx512
#define WIDE 1
#define WIDEST 1
#define LEVEL "avx512"
#pragma clang attribute push(                                                                     \
    __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx512vbmi2,avx2,aes,bmi,bmi2"))),   \
    apply_to = function)
#include "kernel_body.h"
#pragma clang attribute pop

static int runs(const struct pb_kernels *k) {
  if (k == &kernels_avx512) {
    return __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vbmi2") &&
           runs(&kernels_avx2);
  }
  if (k == &kernels_avx2) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && runs(&kernels_aes);
  }
  if (k == &kernels_aes) return __builtin_cpu_supports("aes");
  return __builtin_cpu_supports("sse4.2");
}

int pb_kernels_select(const char *name, struct pb_kernels *out) {
  pthread_once(&seeded, choose_seeds);
  const struct pb_kernels *all[] = {&kernels_avx512, &kernels_avx2, &kernels_aes, &kernels_sse42};
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
    if ((!name || !strcmp(name, all[i]->name)) && runs(all[i])) {
      *out = *all[i];
      return 0;
    }
  }
  return -1;
}

__attribute__((target("sse4.2"))) uint32_t pb_crc32c(const void *data, uint32_t n) {
  const uint8_t *p = data;
  uint64_t crc = ~0u;
  for (; n >= 8; n -= 8, p += 8) {
    uint64_t word;
    memcpy(&word, p, 8);
    crc = _mm_crc32_u64(crc, word);
  }
  uint32_t tail = (uint32_t)crc;
  for (; n; n--) tail = _mm_crc32_u8(tail, *p++);
  return ~tail;
}

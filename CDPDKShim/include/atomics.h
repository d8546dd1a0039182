/* Words shared by two threads: loads that acquire, stores that release, fences, a spin lock. */
#pragma once
#include <immintrin.h>
#include <stdint.h>

#include "inline.h"

PB_INLINE uint32_t pb_load_acquire_u32(const uint32_t *p) {
  return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}
PB_INLINE void pb_store_release_u32(uint32_t *p, uint32_t v) {
  __atomic_store_n(p, v, __ATOMIC_RELEASE);
}
PB_INLINE uint64_t pb_load_acquire_u64(const uint64_t *p) {
  return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}
PB_INLINE void pb_store_release_u64(uint64_t *p, uint64_t v) {
  __atomic_store_n(p, v, __ATOMIC_RELEASE);
}
PB_INLINE int64_t pb_load_relaxed_i64(const int64_t *p) {
  return __atomic_load_n(p, __ATOMIC_RELAXED);
}
PB_INLINE uint64_t pb_load_relaxed_u64(const uint64_t *p) {
  return __atomic_load_n(p, __ATOMIC_RELAXED);
}
PB_INLINE void pb_store_relaxed_u64(uint64_t *p, uint64_t v) {
  __atomic_store_n(p, v, __ATOMIC_RELAXED);
}
/// Replaces `*expected` by `v`; otherwise writes what is there to `*expected` and returns 0.
PB_INLINE int pb_compare_exchange_u64(uint64_t *p, uint64_t *expected, uint64_t v) {
  return __atomic_compare_exchange_n(p, expected, v, 1, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}
PB_INLINE uint32_t pb_add_u32(uint32_t *p, uint32_t v) {
  return __atomic_fetch_add(p, v, __ATOMIC_SEQ_CST);
}
PB_INLINE void pb_fence_acquire(void) { __atomic_thread_fence(__ATOMIC_ACQUIRE); }
PB_INLINE void pb_fence_full(void) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
PB_INLINE void pb_pause(void) { _mm_pause(); }

PB_INLINE void pb_spin_lock(uint32_t *lock) {
  while (__atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE))
    while (__atomic_load_n(lock, __ATOMIC_RELAXED)) _mm_pause();
}
PB_INLINE void pb_spin_unlock(uint32_t *lock) { __atomic_store_n(lock, 0, __ATOMIC_RELEASE); }

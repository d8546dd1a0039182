#pragma once
#define PB_INLINE static inline __attribute__((always_inline, unused))

/* The kernels, once per instruction set: kernels.c includes this file with SUFFIX, LEVEL and one of
 * HASH_CRC, HASH_AES, HASH_VAES set, inside a target attribute. */

/* The hash of the four 16-byte quarters of a masked key. */
PB_INLINE uint64_t SUFFIX(fold)(__m128i a, __m128i b, __m128i c, __m128i d) {
#if defined HASH_CRC
  uint64_t x = 0x9e3779b97f4a7c15, y = 0x3c6ef372;
  x = _mm_crc32_u64(x, (uint64_t)_mm_cvtsi128_si64(a));
  y = _mm_crc32_u64(y, (uint64_t)_mm_extract_epi64(a, 1));
  x = _mm_crc32_u64(x, (uint64_t)_mm_cvtsi128_si64(b));
  y = _mm_crc32_u64(y, (uint64_t)_mm_extract_epi64(b, 1));
  x = _mm_crc32_u64(x, (uint64_t)_mm_cvtsi128_si64(c));
  y = _mm_crc32_u64(y, (uint64_t)_mm_extract_epi64(c, 1));
  x = _mm_crc32_u64(x, (uint64_t)_mm_cvtsi128_si64(d));
  y = _mm_crc32_u64(y, (uint64_t)_mm_extract_epi64(d, 1));
  x = (x | y << 32) * 0x9e3779b97f4a7c15;
  return x ^ x >> 32;
#else
  const __m128i *s = (const __m128i *)seeds;
#if defined HASH_VAES
  const __m256i *s2 = (const __m256i *)seeds;
  __m256i low = _mm256_xor_si256(_mm256_set_m128i(b, a), s2[0]);
  __m256i high = _mm256_xor_si256(_mm256_set_m128i(d, c), s2[1]);
  low = _mm256_aesenc_epi128(low, s2[0]);
  high = _mm256_aesenc_epi128(high, s2[1]);
  __m256i both = _mm256_xor_si256(low, high);
  __m128i z = _mm_xor_si128(_mm256_castsi256_si128(both), _mm256_extracti128_si256(both, 1));
#else
  a = _mm_aesenc_si128(_mm_xor_si128(a, s[0]), s[0]);
  b = _mm_aesenc_si128(_mm_xor_si128(b, s[1]), s[1]);
  c = _mm_aesenc_si128(_mm_xor_si128(c, s[2]), s[2]);
  d = _mm_aesenc_si128(_mm_xor_si128(d, s[3]), s[3]);
  __m128i z = _mm_xor_si128(_mm_xor_si128(a, b), _mm_xor_si128(c, d));
#endif
  z = _mm_aesenc_si128(z, s[0]);
  z = _mm_aesenc_si128(z, s[0]);
  return (uint64_t)_mm_cvtsi128_si64(z);
#endif
}

PB_INLINE uint64_t SUFFIX(hash_inline)(const void *key, const void *mask) {
  const __m128i *k = key, *m = mask;
  return SUFFIX(fold)(_mm_and_si128(k[0], m[0]), _mm_and_si128(k[1], m[1]),
                      _mm_and_si128(k[2], m[2]), _mm_and_si128(k[3], m[3]));
}

static uint64_t SUFFIX(hash)(const void *key, const void *mask) {
  return SUFFIX(hash_inline)(key, mask);
}

static void SUFFIX(hash_set)(const void *keys, uint32_t which, const void *mask,
                             uint64_t *hashes) {
  for (; which; which &= which - 1) {
    int i = __builtin_ctz(which);
    hashes[i] = SUFFIX(hash_inline)((const char *)keys + 64 * i, mask);
  }
}

/* The shape of a frame by arithmetic only: a branch would be mispredicted on mixed traffic. Frames of
 * no shape get a wrong one, which the template's check finds. */
PB_INLINE uint32_t SUFFIX(shape)(const uint8_t *p) {
  uint32_t tag = p[12] & 1u;                      /* 08 00 and 86 dd, but 81 00 */
  uint32_t v6 = (uint32_t)p[12 + 4 * tag] >> 1 & 1; /* 08 00, but 86 dd */
  uint32_t protocol = p[23 + 4 * tag - 3 * v6];
  uint32_t tcp = protocol >> 1 & ~(protocol >> 4) & 1; /* 6, but 17 */
  return tag << 2 | v6 << 1 | tcp;
}

/* Whether the IP length fits the frame and leaves room for the transport header. */
PB_INLINE int SUFFIX(lengths_fit)(const uint8_t *p, uint32_t frame, const struct pb_template *t,
                                  uint32_t data_offset) {
  uint16_t field;
  __builtin_memcpy(&field, p + t->length_offset, 2);
  uint32_t end = t->length_base + (uint32_t)__builtin_bswap16(field);
  uint32_t l4 = t->l4_offset;
  return (end <= frame) & (end >= l4 + t->l4_minimum) & (end >= l4 + data_offset) &
         (data_offset >= t->data_offset_minimum);
}

PB_INLINE int SUFFIX(extract_one)(const uint8_t *p, uint32_t frame, const struct pb_template *t,
                                  uint64_t first_word, const __m128i *mask, __m128i *key,
                                  uint64_t *hash) {
  uint16_t flags;
  uint32_t ports;
  __builtin_memcpy(&flags, p + t->flags_offset, 2);
  __builtin_memcpy(&ports, p + t->ports_offset, 4);
  __m128i start = _mm_loadu_si128((const __m128i *)p);
  __m128i window = _mm_loadu_si128((const __m128i *)(p + 12));
  __m128i wrong = _mm_and_si128(_mm_xor_si128(window, *(const __m128i *)t->check_value),
                                *(const __m128i *)t->check_mask);

  first_word |= (uint64_t)(flags & t->flags_mask) << 16;
  __m128i k0 = _mm_unpacklo_epi64(_mm_cvtsi64_si128((long long)first_word), start);
  __m128i k1 = _mm_shuffle_epi8(window, *(const __m128i *)t->shuffle);
  k1 = _mm_or_si128(k1, *(const __m128i *)t->base);
  k1 = _mm_blend_epi16(k1, _mm_srli_si128(start, 8), 0x03);
  k1 = _mm_insert_epi32(k1, (int)ports, 3);
  const __m128i *address = (const __m128i *)(p + t->address_offset);
  __m128i k2 = _mm_and_si128(_mm_loadu_si128(address), ((const __m128i *)t->address_mask)[0]);
  __m128i k3 = _mm_and_si128(_mm_loadu_si128(address + 1), ((const __m128i *)t->address_mask)[1]);

  key[0] = k0;
  key[1] = k1;
  key[2] = k2;
  key[3] = k3;
  *hash = SUFFIX(fold)(_mm_and_si128(k0, mask[0]), _mm_and_si128(k1, mask[1]),
                       _mm_and_si128(k2, mask[2]), _mm_and_si128(k3, mask[3]));
  uint32_t data_offset = ((uint32_t)flags >> 2) & t->data_offset_mask;
  return _mm_testz_si128(wrong, wrong) & SUFFIX(lengths_fit)(p, frame, t, data_offset);
}

static uint32_t SUFFIX(extract)(struct rte_mbuf *const *packets, uint32_t count,
                                const struct pb_template *templates, uint64_t first_word,
                                const void *hash_mask, void *keys, uint64_t *hashes) {
  uint32_t done = 0;
  for (uint32_t i = 0; i < count; i++) {
    const struct rte_mbuf *m = packets[i];
    const uint8_t *p = (const uint8_t *)m->buf_addr + m->data_off;
    int ok = SUFFIX(extract_one)(p, m->data_len, templates + SUFFIX(shape)(p), first_word,
                                 hash_mask, (__m128i *)((char *)keys + 64 * i), hashes + i);
    done |= (uint32_t)ok << i;
  }
  return done;
}

static const struct pb_kernels SUFFIX(kernels) = {LEVEL, SUFFIX(extract), SUFFIX(hash),
                                                  SUFFIX(hash_set)};

#undef SUFFIX
#undef LEVEL
#undef HASH_CRC
#undef HASH_AES
#undef HASH_VAES

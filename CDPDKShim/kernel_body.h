/* The kernels, once per instruction set: kernels.c includes this file with SUFFIX and LEVEL set,
 * HASH_CRC where there is no AES, WIDE and WIDEST where there are registers of 32 and 64 bytes, in a target
 * attribute. */

/* The hash of the four 16-byte quarters of a masked key. One quarter after the other enters a chain of
 * AES rounds, and two follow the last, so that every bit of the key reaches every bit of the result.
 * Two chains of two quarters would be shorter, but where they meet, a byte of one undoes the same byte
 * of the other for one pair of values in 256. */
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
  a = _mm_aesenc_si128(_mm_xor_si128(a, s[0]), b);
  a = _mm_aesenc_si128(a, c);
  a = _mm_aesenc_si128(a, d);
  a = _mm_aesenc_si128(a, s[0]);
  a = _mm_aesenc_si128(a, s[1]);
  return (uint64_t)_mm_cvtsi128_si64(a);
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

static uint32_t SUFFIX(probe)(const void *keys, uint32_t which, const void *mask,
                              const struct pb_bucket *buckets, uint64_t bucket_mask,
                              uint64_t *hashes) {
  const __m128i *m = mask;
  const __m128i m0 = m[0], m1 = m[1], m2 = m[2], m3 = m[3];
  uint32_t found = 0;
  for (; which; which &= which - 1) {
    uint32_t i = (uint32_t)__builtin_ctz(which);
    const __m128i *k = (const __m128i *)keys + 4 * i;
    uint64_t hash = SUFFIX(fold)(_mm_and_si128(k[0], m0), _mm_and_si128(k[1], m1),
                                 _mm_and_si128(k[2], m2), _mm_and_si128(k[3], m3));
    const struct pb_bucket *bucket = buckets + (hash & bucket_mask);
    hashes[i] = hash;
    uint32_t ways = pb_bucket_match(bucket, (uint16_t)(hash >> 48) | 1);
    found |= (uint32_t)((ways | bucket->tag[7]) != 0) << i;
  }
  return found;
}

static void SUFFIX(hash_under)(const void *key, const void *const *masks, uint32_t count,
                               uint64_t *hashes) {
  for (uint32_t i = 0; i < count; i++) hashes[i] = SUFFIX(hash_inline)(key, masks[i]);
}

/* Extraction. */

PB_INLINE const uint8_t *SUFFIX(frame)(const struct rte_mbuf *m) {
  return (const uint8_t *)m->buf_addr + m->data_off;
}

/* The shape of a frame by arithmetic only: a branch would be mispredicted on mixed traffic. Frames of
 * no shape get a wrong one, which the template's check finds. */
PB_INLINE uint32_t SUFFIX(shape)(const uint8_t *p) {
  uint32_t tag = p[12] & 1u;                        /* 08 00 and 86 dd, but 81 00 */
  uint32_t v6 = (uint32_t)p[12 + 4 * tag] >> 1 & 1; /* 08 00, but 86 dd */
  uint32_t protocol = p[23 + 4 * tag - 3 * v6];
  uint32_t tcp = protocol >> 1 & ~(protocol >> 4) & 1; /* 6, but 17 */
  uint32_t twice = ((p[12] & 0xf6) == 0x80) & ((p[16] & 0xf6) == 0x80); /* 81 00 or 88 a8 */
  return twice ? PB_TWO_TAGS : tag << 2 | v6 << 1 | tcp;
}

PB_INLINE uint32_t SUFFIX(is_tag)(const uint8_t *p) {
  uint16_t type;
  __builtin_memcpy(&type, p, 2);
  return (type == 0x0081) | (type == 0xa888);
}

/* A template and the caller's masks, in registers where the loop lets them stay there. */
struct SUFFIX(vectors) {
  __m128i check_value, check_mask, shuffle, base, address0, address1;
};

PB_INLINE struct SUFFIX(vectors) SUFFIX(load)(const struct pb_template *t) {
  const __m128i *v = (const __m128i *)t;
  return (struct SUFFIX(vectors)){v[0], v[1], v[2], v[3], v[4], v[5]};
}

/* One frame under one template; offsets follow from the shape. Whether it has the shape, and whether
 * the IP length fits the frame and leaves room for the transport header. */
PB_INLINE int SUFFIX(extract_one)(const uint8_t *p, uint32_t length, uint32_t shape,
                                  struct SUFFIX(vectors) t, uint64_t first_word,
                                  const __m128i *mask, __m128i *key, uint64_t *hash) {
  const uint32_t tag = shape >> 2 & 1, v6 = shape >> 1 & 1, tcp = shape & 1;
  const uint32_t l3 = 14 + 4 * tag, l4 = l3 + 20 + 20 * v6;
  uint16_t flags, total;
  int32_t ports;
  __builtin_memcpy(&flags, p + l4 + 12, 2); /* data offset and flags, if it is TCP */
  __builtin_memcpy(&total, p + l3 + 2 + 2 * v6, 2);
  __builtin_memcpy(&ports, p + l4, 4);
  __m128i start = _mm_loadu_si128((const __m128i *)p);
  __m128i window = _mm_loadu_si128((const __m128i *)(p + 12));
  __m128i wrong = _mm_and_si128(_mm_xor_si128(window, t.check_value), t.check_mask);

  first_word |= (uint64_t)(flags & (0xff0f & -tcp)) << 16;
  __m128i k0 = _mm_unpacklo_epi64(_mm_cvtsi64_si128((long long)first_word), start);
  __m128i k1 = _mm_or_si128(_mm_shuffle_epi8(window, t.shuffle), t.base);
  k1 = _mm_blend_epi16(k1, _mm_srli_si128(start, 8), 0x03);
  k1 = _mm_insert_epi32(k1, shape == PB_TWO_TAGS ? 0 : ports, 3);
  const __m128i *address = (const __m128i *)(p + l3 + 12 - 4 * v6);
  __m128i k2 = _mm_and_si128(_mm_loadu_si128(address), t.address0);
  __m128i k3 = _mm_and_si128(_mm_loadu_si128(address + 1), t.address1);
  key[0] = k0;
  key[1] = k1;
  key[2] = k2;
  key[3] = k3;
  *hash = SUFFIX(fold)(_mm_and_si128(k0, mask[0]), _mm_and_si128(k1, mask[1]),
                       _mm_and_si128(k2, mask[2]), _mm_and_si128(k3, mask[3]));

  if (shape == PB_TWO_TAGS)
    return SUFFIX(is_tag)(p + 12) & SUFFIX(is_tag)(p + 16) & (length >= 18);
  uint32_t end = l3 + 40 * v6 + __builtin_bswap16(total);
  uint32_t header = tcp ? (uint32_t)flags >> 2 & 0x3c : 8;
  return _mm_testz_si128(wrong, wrong) & (end <= length) & (end >= l4 + header) &
         (header >= 8 + 12 * tcp);
}

/* The packets of a set under the template of one shape, which the compiler knows. */
PB_INLINE uint32_t SUFFIX(extract_shape)(const struct pb_burst *b, uint32_t which,
                                         uint64_t first_word, const __m128i *mask,
                                         const uint32_t shape) {
  const struct SUFFIX(vectors) t = SUFFIX(load)(b->templates + shape);
  const __m128i masks[4] = {mask[0], mask[1], mask[2], mask[3]};
  struct rte_mbuf **packets = b->packets;
  __m128i *keys = b->keys;
  uint64_t *hashes = b->hashes;
  const struct pb_bucket *buckets = b->buckets;
  const uint64_t bucket_mask = b->bucket_mask;
  uint32_t done = 0;
  for (; which; which &= which - 1) {
    uint32_t i = (uint32_t)__builtin_ctz(which);
    const struct rte_mbuf *m = packets[i];
    uint64_t hash;
    uint32_t ok = (uint32_t)SUFFIX(extract_one)(SUFFIX(frame)(m), m->data_len, shape, t, first_word,
                                                masks, keys + 4 * i, &hash);
    hashes[i] = hash;
    __builtin_prefetch(buckets + (hash & bucket_mask), 0, 3);
    done |= ok << i;
  }
  return done;
}

static uint32_t SUFFIX(extract_set)(const struct pb_burst *b, uint32_t which, uint64_t first_word,
                                    const void *mask, uint32_t shape) {
  switch (shape) {
    case 0: return SUFFIX(extract_shape)(b, which, first_word, mask, 0);
    case 1: return SUFFIX(extract_shape)(b, which, first_word, mask, 1);
    case 2: return SUFFIX(extract_shape)(b, which, first_word, mask, 2);
    case 3: return SUFFIX(extract_shape)(b, which, first_word, mask, 3);
    case 4: return SUFFIX(extract_shape)(b, which, first_word, mask, 4);
    case 5: return SUFFIX(extract_shape)(b, which, first_word, mask, 5);
    case 6: return SUFFIX(extract_shape)(b, which, first_word, mask, 6);
    case 7: return SUFFIX(extract_shape)(b, which, first_word, mask, 7);
    default: return SUFFIX(extract_shape)(b, which, first_word, mask, PB_TWO_TAGS);
  }
}

/* The packets of a set, sorted by their shapes. */
static uint32_t SUFFIX(extract_mixed)(const struct pb_burst *b, uint32_t which, uint64_t first_word,
                                      const void *mask) {
  uint8_t shapes[32] __attribute__((aligned(16))) = {0};
  uint32_t done = 0, left = which;
  for (; left; left &= left - 1) {
    uint32_t i = (uint32_t)__builtin_ctz(left);
    shapes[i] = (uint8_t)SUFFIX(shape)(SUFFIX(frame)(b->packets[i]));
  }
  const __m128i low = _mm_load_si128((__m128i *)shapes);
  const __m128i high = _mm_load_si128((__m128i *)shapes + 1);
  for (uint32_t shape = 0; shape < PB_SHAPES; shape++) {
    __m128i wanted = _mm_set1_epi8((char)shape);
    uint32_t set = which & ((uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(low, wanted)) |
                            (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(high, wanted)) << 16);
    if (set) done |= SUFFIX(extract_set)(b, set, first_word, mask, shape);
  }
  return done;
}

/* A burst is often of one kind: when three samples have the same shape, all packets are tried under
 * it at once, and the others are sorted. */
static uint32_t SUFFIX(extract)(const struct pb_burst *b, uint32_t count, uint64_t first_word,
                                const void *mask) {
  if (!count) return 0;
  uint32_t all = (uint32_t)((1ull << count) - 1), done = 0;
  uint32_t shape = SUFFIX(shape)(SUFFIX(frame)(b->packets[0]));
  uint32_t middle = SUFFIX(shape)(SUFFIX(frame)(b->packets[count / 2]));
  uint32_t last = SUFFIX(shape)(SUFFIX(frame)(b->packets[count - 1]));
  if (((shape ^ middle) | (shape ^ last)) == 0)
    done = SUFFIX(extract_set)(b, all, first_word, mask, shape);
  uint32_t left = all & ~done;
  return left ? done | SUFFIX(extract_mixed)(b, left, first_word, mask) : done;
}

/* One flow for all. */

PB_INLINE int SUFFIX(same_shape)(struct pb_burst *b, uint32_t count, uint64_t first_word,
                                 const void *flow, const uint32_t shape) {
  const struct SUFFIX(vectors) t = SUFFIX(load)(b->templates + shape);
  const __m128i *f = flow, *m = *(const void *const *)((const char *)flow + 64);
  const __m128i f0 = f[0], f1 = f[1], f2 = f[2], f3 = f[3];
  const __m128i m0 = m[0], m1 = m[1], m2 = m[2], m3 = m[3];
  struct rte_mbuf **packets = b->packets;
  struct pb_total total = {0, 0, 0};
  __m128i seen = _mm_setzero_si128();
  for (uint32_t i = 0; i < count; i++) {
    const struct rte_mbuf *packet = packets[i];
    __m128i k[4];
    uint64_t unused;
    int ok = SUFFIX(extract_one)(SUFFIX(frame)(packet), packet->data_len, shape, t, first_word, m,
                                 k, &unused);
    __m128i d0 = _mm_and_si128(_mm_xor_si128(k[0], f0), m0);
    __m128i d1 = _mm_and_si128(_mm_xor_si128(k[1], f1), m1);
    __m128i d2 = _mm_and_si128(_mm_xor_si128(k[2], f2), m2);
    __m128i d3 = _mm_and_si128(_mm_xor_si128(k[3], f3), m3);
    __m128i d = _mm_or_si128(_mm_or_si128(d0, d1), _mm_or_si128(d2, d3));
    if (!(ok & _mm_testz_si128(d, d))) return 0;
    seen = _mm_or_si128(seen, k[0]);
    total.bytes += packet->pkt_len;
    total.longest = packet->pkt_len > total.longest ? packet->pkt_len : total.longest;
  }
  total.tcp_flags = (uint16_t)_mm_extract_epi16(seen, 1);
  b->total = total;
  return 1;
}

static int SUFFIX(same)(struct pb_burst *b, uint32_t count, uint64_t first_word,
                        const void *flow) {
  if (!count) return 0;
  switch (SUFFIX(shape)(SUFFIX(frame)(b->packets[0]))) {
    case 0: return SUFFIX(same_shape)(b, count, first_word, flow, 0);
    case 1: return SUFFIX(same_shape)(b, count, first_word, flow, 1);
    case 2: return SUFFIX(same_shape)(b, count, first_word, flow, 2);
    case 3: return SUFFIX(same_shape)(b, count, first_word, flow, 3);
    case 4: return SUFFIX(same_shape)(b, count, first_word, flow, 4);
    case 5: return SUFFIX(same_shape)(b, count, first_word, flow, 5);
    case 6: return SUFFIX(same_shape)(b, count, first_word, flow, 6);
    case 7: return SUFFIX(same_shape)(b, count, first_word, flow, 7);
    default: return SUFFIX(same_shape)(b, count, first_word, flow, PB_TWO_TAGS);
  }
}

/* Flow cache. */

static uint32_t SUFFIX(match)(const struct pb_burst *b, uint32_t count) {
  const uint64_t *hashes = b->hashes;
  uint64_t *flows = b->flows;
  const struct pb_bucket *buckets = b->buckets;
  const uint64_t bucket_mask = b->bucket_mask;
  uint32_t found = 0;
  for (uint32_t i = 0; i < count; i++) {
    const struct pb_bucket *bucket = buckets + (hashes[i] & bucket_mask);
    uint32_t ways = pb_bucket_match(bucket, (uint16_t)(hashes[i] >> 48) | 1);
    found |= (uint32_t)(ways != 0) << i;
    /* Without a match this takes the last way's flow, which is not looked at. */
    uint64_t flow = bucket->flow[__builtin_ctz(ways | 0x400) >> 1];
    flows[i] = flow;
    __builtin_prefetch((const char *)flow, 0, 3);
    __builtin_prefetch((const char *)flow + 64, 1, 3);
  }
  return found;
}

PB_INLINE int SUFFIX(is_flow)(const void *key, const void *flow, const void *mask) {
#if defined WIDEST
  __m512i wrong = _mm512_xor_si512(_mm512_loadu_si512(key), _mm512_loadu_si512(flow));
  return !_mm512_test_epi64_mask(wrong, _mm512_loadu_si512(mask));
#elif defined WIDE
  const __m256i *k = key, *f = flow, *m = mask;
  __m256i low = _mm256_and_si256(_mm256_xor_si256(k[0], f[0]), m[0]);
  __m256i high = _mm256_and_si256(_mm256_xor_si256(k[1], f[1]), m[1]);
  __m256i wrong = _mm256_or_si256(low, high);
  return _mm256_testz_si256(wrong, wrong);
#else
  return pb_key_matches(key, flow, mask);
#endif
}

static uint32_t SUFFIX(verify)(const struct pb_burst *b, uint32_t which) {
  const char *keys = b->keys;
  const uint64_t *flows = b->flows;
  uint32_t right = 0;
  for (; which; which &= which - 1) {
    uint32_t i = (uint32_t)__builtin_ctz(which);
    const char *flow = (const char *)flows[i];
    const void *mask = *(const void *const *)(flow + 64);
    right |= (uint32_t)SUFFIX(is_flow)(keys + 64 * i, flow, mask) << i;
  }
  return right;
}

static const struct pb_kernels SUFFIX(kernels) = {
    LEVEL,          SUFFIX(extract), SUFFIX(same), SUFFIX(match), SUFFIX(verify),
    SUFFIX(hash),   SUFFIX(hash_set), SUFFIX(probe), SUFFIX(hash_under)};

#undef SUFFIX
#undef LEVEL
#undef HASH_CRC
#undef WIDE
#undef WIDEST

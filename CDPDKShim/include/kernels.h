/* Kernels: the few loops that need vector instructions beyond the oldest CPU we run on. Each exists
 * per instruction set; pb_kernels_select picks when the daemon starts. All variants that have AES
 * compute the same hashes; keys are the same in all.
 *
 * A key is a FlowKey (Sources/Fields/FlowKey.swift): 64 bytes, 64-byte aligned. */
#pragma once
#include <smmintrin.h>
#include <stdint.h>

#include "inline.h"

struct rte_mbuf;

/* The buckets of flow cache and subtables: one cache line. A tag of 0 is an empty way; tag[7] counts
 * the flows that found the bucket full and went on to the next. */
struct pb_bucket {
  uint16_t tag[8];
  uint64_t flow[6];
};
_Static_assert(sizeof(struct pb_bucket) == 64, "one cache line");

/* How frames of one shape (Ethernet, 802.1Q or not, IPv4 or IPv6, UDP or TCP) become keys without a
 * branch. The "window" is frame bytes 12 to 27: every byte that decides the shape lies in it. */
struct pb_template {
  uint8_t check_value[16], check_mask[16]; /* window bytes that must be so */
  uint8_t shuffle[16];                     /* key bytes 16-31 out of the window (pshufb) */
  uint8_t base[16];                        /* constant bits of key bytes 16-31 */
  uint8_t address_mask[32];                /* key bytes 32-63 out of the frame, at the addresses */
  uint8_t unused[32];
};
_Static_assert(sizeof(struct pb_template) == 128, "two cache lines");

/* Number of templates, indexed by shape: bit 2 a tag, bit 1 IPv6, bit 0 TCP; or two tags, behind which
 * nothing belongs to the key. */
#define PB_SHAPES 9
#define PB_TWO_TAGS 8

/* Of the packets of a burst that are all of one flow. */
struct pb_total {
  uint64_t bytes;
  uint32_t longest;
  uint16_t tcp_flags; /* network order */
};

/* What the passes over a burst of at most 32 packets work on; the arrays have 32 elements each. */
struct pb_burst {
  struct rte_mbuf **packets;
  void *keys;
  uint64_t *hashes;
  uint64_t *flows; /* addresses of flows, or what a bucket's way held */
  const struct pb_template *templates;
  const struct pb_bucket *buckets;
  uint64_t bucket_mask;
  struct pb_total total;
};

/* Extracts keys and hashes of the first `count` packets and prefetches the hashes' buckets.
 * first_word goes into every key's first 8 bytes (in_port, recirc_id); hashes are over key & mask.
 * Returns the set of packets whose key is there; the others have another shape or bad lengths and
 * need the generic parser. Bound: reads up to 96 bytes of a packet's buffer, whatever its length. */
typedef uint32_t (*pb_extract_fn)(const struct pb_burst *burst, uint32_t count,
                                  uint64_t first_word, const void *mask);
/* Whether all packets have the first one's shape and match one flow (see pb_verify_fn); if so, sums
 * them up in burst->total. Stores no keys, takes no hashes, and gives up at the first that differs.
 * Same bound. */
typedef int (*pb_same_fn)(struct pb_burst *burst, uint32_t count, uint64_t first_word,
                          const void *flow);
/* Stores for each packet the flow that its hash's bucket has under its tag, prefetches it, and
 * returns the set of packets that have one. */
typedef uint32_t (*pb_match_fn)(const struct pb_burst *burst, uint32_t count);
/* Which packets of the set match their flow: key equal to the flow's first 64 bytes under the mask
 * that its next 8 bytes point to. */
typedef uint32_t (*pb_verify_fn)(const struct pb_burst *burst, uint32_t which);
/* The hash of key & mask. */
typedef uint64_t (*pb_hash_fn)(const void *key, const void *mask);
/* The same for the keys in the set `which`; other hashes are left alone. */
typedef void (*pb_hash_set_fn)(const void *keys, uint32_t which, const void *mask,
                               uint64_t *hashes);
/* The same, and a look at the bucket of each hash: returns the set of keys that may have a flow in the
 * table, because their tag is there or the search goes on behind the bucket. */
typedef uint32_t (*pb_probe_fn)(const void *keys, uint32_t which, const void *mask,
                                const struct pb_bucket *buckets, uint64_t bucket_mask,
                                uint64_t *hashes);
/* The hashes of one key under `count` masks. */
typedef void (*pb_hash_under_fn)(const void *key, const void *const *masks, uint32_t count,
                                 uint64_t *hashes);

struct pb_kernels {
  const char *name;
  pb_extract_fn extract;
  pb_same_fn same;
  pb_match_fn match;
  pb_verify_fn verify;
  pb_hash_fn hash;
  pb_hash_set_fn hash_set;
  pb_probe_fn probe;
  pb_hash_under_fn hash_under;
};

/* The fastest that this CPU runs, or the named one; 0, or -1 when there is no such or it cannot run. */
int pb_kernels_select(const char *name, struct pb_kernels *out);
/* Hashes of kernels with AES differ from process to process. Not if this is called before kernels are
 * selected: for measurements that must repeat. */
void pb_hash_keep_seeds(void);

/* The ways of a bucket with this tag: bit 2*i for way i. */
PB_INLINE uint32_t pb_bucket_match(const struct pb_bucket *b, uint16_t tag) {
  __m128i equal = _mm_cmpeq_epi16(_mm_load_si128((const __m128i *)b), _mm_set1_epi16((short)tag));
  return (uint32_t)_mm_movemask_epi8(equal) & 0x555u;
}

/* Whether (key ^ value) & mask is zero. */
PB_INLINE int pb_key_matches(const void *key, const void *value, const void *mask) {
  const __m128i *k = key, *v = value, *m = mask;
  __m128i d0 = _mm_and_si128(_mm_xor_si128(k[0], v[0]), m[0]);
  __m128i d1 = _mm_and_si128(_mm_xor_si128(k[1], v[1]), m[1]);
  __m128i d2 = _mm_and_si128(_mm_xor_si128(k[2], v[2]), m[2]);
  __m128i d3 = _mm_and_si128(_mm_xor_si128(k[3], v[3]), m[3]);
  __m128i d = _mm_or_si128(_mm_or_si128(d0, d1), _mm_or_si128(d2, d3));
  return _mm_testz_si128(d, d);
}

/* CRC32c of `n` bytes, as SCTP has it. */
uint32_t pb_crc32c(const void *data, uint32_t n);

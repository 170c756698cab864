#include "CChecksum.h"

#include <zlib.h>

#if defined(__x86_64__)
#include <immintrin.h>

#define FOLDING __attribute__((target("sse4.1,pclmul")))
#define WIDE_FOLDING __attribute__((target("sse4.1,pclmul,avx512f,avx512vl,avx512dq,vpclmulqdq")))

// Constants of the reflected polynomial 0xEDB88320: x^n mod P for the distances that are folded over.
// V. Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel 2009.
static const uint64_t over64Bytes[2] = {0x0154442bd4, 0x01c6e41596};
static const uint64_t over16Bytes[2] = {0x01751997d0, 0x00ccaa009e};
static const uint64_t over256Bytes[2] = {0x011542778a, 0x01322d1430};
static const uint64_t to64Bits[2] = {0x0163cd6124, 0};
static const uint64_t polynomial[2] = {0x01db710641, 0x01f7011641};

FOLDING static inline __m128i fold(__m128i sum, __m128i next, __m128i constants) {
  __m128i low = _mm_clmulepi64_si128(sum, constants, 0x00);
  __m128i high = _mm_clmulepi64_si128(sum, constants, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

// The CRC of 16 bytes that stand for all that was folded into them.
FOLDING static inline uint32_t reduce(__m128i sum) {
  const __m128i mask = _mm_setr_epi32(-1, 0, -1, 0);
  __m128i constants = _mm_loadu_si128((const __m128i *)over16Bytes);
  __m128i low = _mm_clmulepi64_si128(sum, constants, 0x10);
  sum = _mm_xor_si128(_mm_srli_si128(sum, 8), low);
  constants = _mm_loadl_epi64((const __m128i *)to64Bits);
  low = _mm_clmulepi64_si128(_mm_and_si128(sum, mask), constants, 0x00);
  sum = _mm_xor_si128(_mm_srli_si128(sum, 4), low);
  constants = _mm_loadu_si128((const __m128i *)polynomial);
  low = _mm_clmulepi64_si128(_mm_and_si128(sum, mask), constants, 0x10);
  low = _mm_clmulepi64_si128(_mm_and_si128(low, mask), constants, 0x00);
  return (uint32_t)_mm_extract_epi32(_mm_xor_si128(sum, low), 1);
}

// Four sums side by side into one, then the rest 16 bytes at a time.
FOLDING static uint32_t finish(__m128i sums[4], const uint8_t *bytes, size_t count) {
  const __m128i constants = _mm_loadu_si128((const __m128i *)over16Bytes);
  __m128i sum = fold(sums[0], sums[1], constants);
  sum = fold(sum, sums[2], constants);
  sum = fold(sum, sums[3], constants);
  for (; count >= 16; bytes += 16, count -= 16)
    sum = fold(sum, _mm_loadu_si128((const __m128i *)bytes), constants);
  return reduce(sum);
}

// `count` is at least 64 and a multiple of 16.
FOLDING static uint32_t folded(uint32_t value, const uint8_t *bytes, size_t count) {
  const __m128i constants = _mm_loadu_si128((const __m128i *)over64Bytes);
  __m128i sums[4];
  for (int i = 0; i < 4; i++) sums[i] = _mm_loadu_si128((const __m128i *)bytes + i);
  sums[0] = _mm_xor_si128(sums[0], _mm_cvtsi32_si128((int)~value));
  for (bytes += 64, count -= 64; count >= 64; bytes += 64, count -= 64)
    for (int i = 0; i < 4; i++)
      sums[i] = fold(sums[i], _mm_loadu_si128((const __m128i *)bytes + i), constants);
  return ~finish(sums, bytes, count);
}

WIDE_FOLDING static inline __m512i foldWide(__m512i sum, __m512i next, __m512i constants) {
  __m512i low = _mm512_clmulepi64_epi128(sum, constants, 0x00);
  __m512i high = _mm512_clmulepi64_epi128(sum, constants, 0x11);
  return _mm512_ternarylogic_epi64(low, high, next, 0x96);
}

// `count` is at least 256 and a multiple of 16.
WIDE_FOLDING static uint32_t foldedWide(uint32_t value, const uint8_t *bytes, size_t count) {
  __m512i constants = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)over256Bytes));
  __m512i sums[4];
  for (int i = 0; i < 4; i++) sums[i] = _mm512_loadu_si512((const __m512i *)bytes + i);
  sums[0] = _mm512_xor_si512(
      sums[0], _mm512_zextsi128_si512(_mm_cvtsi32_si128((int)~value)));
  for (bytes += 256, count -= 256; count >= 256; bytes += 256, count -= 256)
    for (int i = 0; i < 4; i++)
      sums[i] = foldWide(sums[i], _mm512_loadu_si512((const __m512i *)bytes + i), constants);
  constants = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)over64Bytes));
  __m512i sum = foldWide(sums[0], sums[1], constants);
  sum = foldWide(sum, sums[2], constants);
  sum = foldWide(sum, sums[3], constants);
  for (; count >= 64; bytes += 64, count -= 64)
    sum = foldWide(sum, _mm512_loadu_si512((const __m512i *)bytes), constants);
  __m128i parts[4] = {
      _mm512_extracti32x4_epi32(sum, 0), _mm512_extracti32x4_epi32(sum, 1),
      _mm512_extracti32x4_epi32(sum, 2), _mm512_extracti32x4_epi32(sum, 3)};
  return ~finish(parts, bytes, count);
}

typedef uint32_t Folding(uint32_t value, const uint8_t *bytes, size_t count);

// What the CPU can do, NULL where that is nothing, and how many bytes it takes at least.
static Folding *chosen(size_t *least) {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("vpclmulqdq") && __builtin_cpu_supports("avx512f") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
    *least = 256;
    return foldedWide;
  }
  *least = 64;
  return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1") ? folded : NULL;
}
#endif

uint32_t paritty_crc32(uint32_t value, const void *start, size_t count) {
  const uint8_t *bytes = start;
#if defined(__x86_64__)
  size_t least;
  Folding *folding = chosen(&least);
  if (folding && count >= least) {
    size_t whole = count & ~(size_t)15;
    value = folding(value, bytes, whole);
    bytes += whole;
    count -= whole;
  }
#endif
  return (uint32_t)crc32_z(value, bytes, count);
}

#include "CTensorKernels.h"

#include <string.h>

// Every product is rounded before it is added, on every CPU: results have the same bits on all.
#pragma STDC FP_CONTRACT OFF
// Vectors wider than a register cross no call: every function that takes one is inlined.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))
#define JOIN(prefix, name) prefix##name
#define JOINED(prefix, name) JOIN(prefix, name)
#define MIN __builtin_elementwise_min
#define MAX __builtin_elementwise_max

/// Pairs taken through all loops while they lie in the first-level cache.
enum { CHUNK = 2048 };

typedef int16_t s16x8 __attribute__((vector_size(16)));
typedef uint16_t u16x8 __attribute__((vector_size(16)));
typedef int32_t s32x8 __attribute__((vector_size(32)));
typedef uint32_t u32x8 __attribute__((vector_size(32)));
typedef uint8_t u8x32 __attribute__((vector_size(32)));
typedef float f32x8 __attribute__((vector_size(32)));
typedef uint8_t u8x64 __attribute__((vector_size(64)));
typedef int16_t s16x32 __attribute__((vector_size(64)));
typedef uint16_t u16x32 __attribute__((vector_size(64)));
typedef int32_t s32x16 __attribute__((vector_size(64)));
typedef uint32_t u32x16 __attribute__((vector_size(64)));
typedef int64_t s64x8 __attribute__((vector_size(64)));
typedef uint64_t u64x8 __attribute__((vector_size(64)));
typedef double f64x8 __attribute__((vector_size(64)));

INLINE bool is_float(ctk_dtype dtype) { return dtype >= ctk_f16; }

INLINE bool is_unsigned(ctk_dtype dtype) { return dtype <= ctk_u64; }

INLINE size_t byte_count(ctk_dtype dtype) {
    switch (dtype) {
    case ctk_bool: case ctk_u8: case ctk_i8: return 1;
    case ctk_u16: case ctk_i16: case ctk_f16: case ctk_bf16: return 2;
    case ctk_u32: case ctk_i32: case ctk_f32: return 4;
    case ctk_u64: case ctk_i64: case ctk_f64: return 8;
    }
}

/// The bits of infinity, which are its rank as well.
INLINE int64_t infinity_bits(ctk_dtype dtype) {
    switch (dtype) {
    case ctk_f16: return 0x7c00;
    case ctk_bf16: return 0x7f80;
    case ctk_f32: return 0x7f800000;
    default: return 0x7ff0000000000000;
    }
}

/// What the first loop over a chunk finds; ranges are those of ranks.
typedef struct {
    int64_t dev_least, dev_most, prod_least, prod_most;
    uint64_t ulp;
    int64_t equal;
    int64_t dev_nan, dev_infinite, prod_nan, prod_infinite;
    /// Pairs of which a side is not finite, and those of them that agree.
    int64_t special, agreeing;
    bool has_specials;
} survey;

/// What the second loop over a chunk finds.
typedef struct {
    int64_t mismatched;
    int64_t may_raise_relative;
    double max_absolute;
} measures;

/// The running sums of a block: lane k mod 8 takes element k.
typedef struct {
    f64x8 absolutes, squares, dev_squares, prod_squares, products;
} lane_sums;

/// The records of a block and where to look for the elements that set them: these, or soon after.
typedef struct {
    double absolute, relative;
    size_t absolute_start, relative_start, mismatch_start, special_mismatch_start;
    bool has_mismatch, has_special_mismatch;
} records;

/// A relative difference of integers of one byte.
typedef struct {
    int numerator, denominator;
} fraction;

typedef void comparison(ctk_run dev, ctk_run prod, size_t count, ctk_tolerance tolerance, ctk_differences *result);

// Elements one by one, where a chunk set a record.

INLINE int16_t byte_value(ctk_dtype dtype, uint8_t bits) {
    return dtype == ctk_bool ? bits != 0 : dtype == ctk_u8 ? (int16_t)bits : (int16_t)(int8_t)bits;
}

static uint64_t bits_at(ctk_run run, size_t k) {
    const uint8_t *address = (const uint8_t *)run.elements + k * byte_count(run.dtype);
    uint16_t two;
    uint32_t four;
    uint64_t eight;
    switch (byte_count(run.dtype)) {
    case 1: return *address;
    case 2: memcpy(&two, address, 2); return two;
    case 4: memcpy(&four, address, 4); return four;
    default: memcpy(&eight, address, 8); return eight;
    }
}

static double value_of(uint64_t bits, ctk_dtype dtype) {
    uint32_t single;
    float value;
    double wide;
    switch (dtype) {
    case ctk_bool: case ctk_u8: case ctk_i8: return byte_value(dtype, (uint8_t)bits);
    case ctk_i16: return (int16_t)bits;
    case ctk_i32: return (int32_t)bits;
    case ctk_i64: return (double)(int64_t)bits;
    case ctk_u16: case ctk_u32: case ctk_u64: return (double)bits;
    case ctk_f64: memcpy(&wide, &bits, 8); return wide;
    case ctk_f32: single = (uint32_t)bits; break;
    case ctk_bf16: single = (uint32_t)bits << 16; break;
    case ctk_f16:  // as in `floats`
        single = ((uint32_t)bits & 0x7fff) << 13;
        memcpy(&value, &single, 4);
        value *= 0x1p112f;
        memcpy(&single, &value, 4);
        if ((bits & 0x7fff) >= 0x7c00) single |= 0x7f800000;
        single |= ((uint32_t)bits & 0x8000) << 16;
        break;
    }
    memcpy(&value, &single, 4);
    return value;
}

/// One pair: its doubles and the distance between them.
typedef struct {
    double dev, prod, distance;
    bool is_finite;
} pair;

static pair pair_at(ctk_run dev, ctk_run prod, size_t k) {
    uint64_t x = bits_at(dev, k), y = bits_at(prod, k);
    pair found = {.dev = value_of(x, dev.dtype), .prod = value_of(y, prod.dtype)};
    found.is_finite = found.dev - found.dev == 0 && found.prod - found.prod == 0;
    if (dev.dtype == ctk_i64) {
        found.distance = (double)((int64_t)x > (int64_t)y ? x - y : y - x);
    } else if (dev.dtype == ctk_u64) {
        found.distance = (double)(x > y ? x - y : y - x);
    } else {
        found.distance = __builtin_fabs(found.prod - found.dev);
    }
    return found;
}

static bool agrees(pair found, ctk_dtype dtype, ctk_tolerance tolerance) {
    bool are_nan = found.dev != found.dev && found.prod != found.prod;
    if (!found.is_finite) return found.dev == found.prod || (tolerance.nan_equals_nan && are_nan);
    if (!is_float(dtype)) return found.distance == 0;
    return found.distance <= tolerance.absolute + tolerance.relative * __builtin_fabs(found.dev);
}

/// Finds the elements of the records, and stores the records.
static void locate(ctk_run dev, ctk_run prod, size_t count, ctk_tolerance tolerance, const records *best,
                   ctk_differences *result) {
    result->first_mismatch = result->first_special_mismatch = -1;
    result->max_absolute_element = result->max_relative_element = -1;
    result->max_absolute = best->absolute, result->max_relative = best->relative;
    if (best->has_mismatch)
        for (size_t k = best->mismatch_start; k < count && result->first_mismatch < 0; k++)
            if (!agrees(pair_at(dev, prod, k), dev.dtype, tolerance)) result->first_mismatch = (int64_t)k;
    if (best->has_special_mismatch)
        for (size_t k = best->special_mismatch_start; k < count && result->first_special_mismatch < 0; k++) {
            pair found = pair_at(dev, prod, k);
            if (!found.is_finite && !agrees(found, dev.dtype, tolerance)) result->first_special_mismatch = (int64_t)k;
        }
    if (best->absolute > 0)
        for (size_t k = best->absolute_start; k < count && result->max_absolute_element < 0; k++) {
            pair found = pair_at(dev, prod, k);
            if (found.is_finite && found.distance == best->absolute) result->max_absolute_element = (int64_t)k;
        }
    if (best->relative > 0)
        for (size_t k = best->relative_start; k < count && result->max_relative_element < 0; k++) {
            pair found = pair_at(dev, prod, k);
            if (found.is_finite && found.distance / __builtin_fabs(found.dev) == best->relative)
                result->max_relative_element = (int64_t)k;
        }
}

/// The largest distance over magnitude of a chunk, compared as integers, where it is a record; its first element.
static size_t raise_fraction(fraction *largest, const int16_t *dev, const int16_t *distances, size_t count) {
    size_t element = 0;
    for (size_t k = 0; k < count && largest->denominator > 0; k++) {
        int magnitude = dev[k] < 0 ? -dev[k] : dev[k];
        if (distances[k] * largest->denominator > largest->numerator * magnitude) {
            *largest = (fraction){distances[k], magnitude};
            element = k;
        }
    }
    return element;
}

/// The value of a rank.
static double ranked_value(ctk_dtype dtype, int64_t rank) {
    int width = (int)byte_count(dtype) * 8;
    if (!is_float(dtype)) {
        uint64_t bits = (uint64_t)rank;
        if (is_unsigned(dtype)) bits ^= 1ull << (width - 1);
        return value_of(width == 64 ? bits : bits & ((1ull << width) - 1), dtype);
    }
    return rank < 0 ? -value_of((uint64_t)-rank, dtype) : value_of((uint64_t)rank, dtype);
}

static void add_range(ctk_side *side, ctk_dtype dtype, int64_t least, int64_t most) {
    if (least > most) return;  // nothing but NaN
    double minimum = ranked_value(dtype, least), maximum = ranked_value(dtype, most);
    if (minimum < side->minimum) side->minimum = minimum;
    if (maximum > side->maximum) side->maximum = maximum;
}

static void add_survey(ctk_dtype dtype, const survey *seen, size_t chunk, int64_t count, int64_t differing,
                       ctk_differences *result, records *best) {
    int64_t disagreeing = seen->special - seen->agreeing;
    result->finite_count += count - seen->special;
    result->differing_count += differing + disagreeing;
    result->mismatched_count += disagreeing;
    if (seen->ulp > result->max_ulp) result->max_ulp = seen->ulp;
    add_range(&result->dev, dtype, seen->dev_least, seen->dev_most);
    add_range(&result->prod, dtype, seen->prod_least, seen->prod_most);
    result->dev.nan_count += seen->dev_nan, result->dev.infinity_count += seen->dev_infinite;
    result->prod.nan_count += seen->prod_nan, result->prod.infinity_count += seen->prod_infinite;
    if (disagreeing > 0 && !best->has_special_mismatch)
        best->has_special_mismatch = true, best->special_mismatch_start = chunk;
    if (disagreeing > 0 && !best->has_mismatch) best->has_mismatch = true, best->mismatch_start = chunk;
}

/// A copy of the bytes with zeros behind them.
static const uint8_t *with_zeros(const uint8_t *bytes, size_t count, size_t padded, uint8_t *copy) {
    memcpy(copy, bytes, count);
    memset(copy + count, 0, padded - count);
    return copy;
}

// The loops, once for each instruction set, chosen among at run time: one program runs everywhere. Not by
// target_clones, which needs a dynamic linker that static programs lack.

#define FN(name) JOINED(baseline_, name)
#include "kernels.inc"
#undef FN

#ifdef __x86_64__
typedef _Float16 f16x8 __attribute__((vector_size(16)));
#define HAS_F16C

#pragma clang attribute push(__attribute__((target("avx2,f16c,bmi,bmi2"))), apply_to = function)
#define FN(name) JOINED(avx2_, name)
#include "kernels.inc"
#undef FN
#pragma clang attribute pop

#define HAS_INT64_CONVERSION
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,f16c,bmi,bmi2"))), apply_to = function)
#define FN(name) JOINED(avx512_, name)
#include "kernels.inc"
#undef FN
#pragma clang attribute pop
#endif

bool ctk_can_run(ctk_path path) {
#ifdef __x86_64__
    bool runs_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("f16c") && __builtin_cpu_supports("bmi")
        && __builtin_cpu_supports("bmi2");
    switch (path) {
    case ctk_path_baseline: return true;
    case ctk_path_avx2: return runs_avx2;
    case ctk_path_avx512:
        return runs_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
            && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    }
#else
    return path == ctk_path_baseline;
#endif
}

const char *ctk_instruction_set(ctk_path path) {
    switch (path) {
    case ctk_path_avx512: return "AVX-512";
    case ctk_path_avx2: return "AVX2";
    case ctk_path_baseline: break;
    }
#if defined(__x86_64__)
    return "SSE2";
#elif defined(__aarch64__)
    return "NEON";
#else
    return "baseline";
#endif
}

bool ctk_can_compare(ctk_dtype dev, ctk_dtype prod) {
    return dev == prod || (dev >= ctk_f16 && dev <= ctk_f32 && prod >= ctk_f16 && prod <= ctk_f32);
}

void ctk_compare(ctk_path path, ctk_run dev, ctk_run prod, size_t count, ctk_tolerance tolerance,
                 ctk_differences *result) {
    const double infinity = __builtin_inf();
    *result = (ctk_differences){
        .dev = {.minimum = infinity, .maximum = -infinity}, .prod = {.minimum = infinity, .maximum = -infinity}};
    ctk_dtype dtype = dev.dtype == prod.dtype ? dev.dtype : ctk_f32;
    switch (path) {
#ifdef __x86_64__
    case ctk_path_avx512: avx512_comparisons[dtype](dev, prod, count, tolerance, result); return;
    case ctk_path_avx2: avx2_comparisons[dtype](dev, prod, count, tolerance, result); return;
#endif
    default: baseline_comparisons[dtype](dev, prod, count, tolerance, result);
    }
}

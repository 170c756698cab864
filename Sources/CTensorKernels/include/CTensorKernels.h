#pragma once

// The figures of `DifferenceKernel`, one block of pairs at a time, by the widest vectors of the CPU.
//
// What every figure means is defined in Swift, element by element: `DifferenceKernel+Definition.swift`. All paths
// give the same bits, sums included: element k of a block is added to lane k mod 8, and the lanes are folded as
// ((0 + 1) + (2 + 3)) + ((4 + 5) + (6 + 7)).

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The instruction sets that the kernel is compiled for.
typedef enum {
    /// What every CPU of the architecture has: SSE2 or NEON.
    ctk_path_baseline,
    ctk_path_avx2,
    ctk_path_avx512,
} ctk_path;

typedef enum {
    /// One byte; all but 0 are true.
    ctk_bool,
    ctk_u8,
    ctk_u16,
    ctk_u32,
    ctk_u64,
    ctk_i8,
    ctk_i16,
    ctk_i32,
    ctk_i64,
    ctk_f16,
    ctk_bf16,
    ctk_f32,
    ctk_f64,
} ctk_dtype;

/// Elements in native byte order, at any address.
typedef struct {
    const void *_Nonnull elements;
    ctk_dtype dtype;
} ctk_run;

/// Bounds of |prod - dev|, for floats alone: integers and booleans agree only when equal.
typedef struct {
    double absolute;
    double relative;
    bool nan_equals_nan;
} ctk_tolerance;

/// One side alone; `minimum` is the larger where all elements are NaN.
typedef struct {
    double minimum;
    double maximum;
    int64_t nan_count;
    int64_t infinity_count;
} ctk_side;

/// Both sides, pair by pair. Indices count from the first pair of the block; -1 is none.
typedef struct {
    int64_t finite_count;
    int64_t mismatched_count;
    int64_t differing_count;
    int64_t first_mismatch;
    int64_t first_special_mismatch;
    double max_absolute;
    int64_t max_absolute_element;
    double max_relative;
    int64_t max_relative_element;
    /// Of no meaning where the dtypes differ or are no floats.
    uint64_t max_ulp;
    /// Sums over the finite pairs of |prod - dev|, its square, dev * dev, prod * prod, dev * prod.
    double absolutes, squares, dev_squares, prod_squares, products;
    /// Finite pairs that differ, by floor(log2 |prod - dev|) + 48, at least 0, at most 63.
    int64_t histogram[64];
    ctk_side dev;
    ctk_side prod;
} ctk_differences;

/// Whether this CPU, and the system on it, can run the path.
bool ctk_can_run(ctk_path path);

/// The instruction set of a path, for reports: `AVX-512`.
const char *_Nonnull ctk_instruction_set(ctk_path path);

/// Whether `ctk_compare` takes this pair: one dtype on both sides, or two of float16, bfloat16 and float32.
bool ctk_can_compare(ctk_dtype dev, ctk_dtype prod);

/// Compares `count` pairs, one at least and 65,536 at most, of dtypes that `ctk_can_compare`, by a path that
/// `ctk_can_run`. Scratch memory: 70 KiB of stack.
void ctk_compare(ctk_path path, ctk_run dev, ctk_run prod, size_t count, ctk_tolerance tolerance,
                 ctk_differences *_Nonnull result);

#!/usr/bin/env python3
"""What users compare with today, on two .npy files: peers.py WHAT DEV PROD [RUNS]

  full        our metrics in numpy, straightforwardly, in blocks of 256 Ki elements
  allclose    numpy.allclose
  polygraphy  polygraphy's CompareFunc.simple, its logging turned off
  torch       torch.testing.assert_close, which raises with a count of mismatches

Prints `WHAT: <median> GB/s`, of 10^9 bytes, both files counted; the files are mapped and in the page cache. A bfloat16
file holds raw bytes, as numpy writes it. `full` gives counts of mismatched and differing pairs, NaN and
infinities, the largest absolute and relative difference with their places, the largest distance in ULP, range of both
sides, the five sums behind mean, RMSE, cosine and norms, and the histogram of log2 of the differences.
"""
import statistics
import sys
import time
import warnings

import numpy as np

RTOL, ATOL = 1e-4, 1e-5
BLOCK = 1 << 18
FLOAT_BITS = {2: np.int16, 4: np.int32, 8: np.int64}


def widened(bits):
    """bfloat16 as float32, which numpy can compute with."""
    return (bits.astype(np.uint32) << 16).view(np.float32)


def ordered(raw):
    """Bit patterns of floats as integers that count the floats between them."""
    bits = raw.view(FLOAT_BITS[raw.itemsize])
    mask = np.array(-1, bits.dtype) ^ np.iinfo(bits.dtype).min
    return np.where(bits < 0, -(bits & mask).astype(np.int64), bits.astype(np.int64))


def block_metrics(dev, prod, is_bf16):
    a, b = (widened(dev), widened(prod)) if is_bf16 else (dev, prod)
    x, y = a.astype(np.float64), b.astype(np.float64)
    finite = np.isfinite(x) & np.isfinite(y)
    error = np.where(finite, np.abs(x - y), 0.0)
    if dev.dtype == np.int64:
        error = np.where(dev > prod, dev.view(np.uint64) - prod.view(np.uint64),
                         prod.view(np.uint64) - dev.view(np.uint64)).astype(np.float64)
    mismatched = np.where(finite, error > ATOL + RTOL * np.abs(x), (x != y) & ~(np.isnan(x) & np.isnan(y)))
    relative = np.where(error > 0, error / np.abs(x), 0.0)
    xs, ys = np.where(finite, x, 0.0), np.where(finite, y, 0.0)
    different = error[error > 0]
    found = [mismatched.sum(), different.size, finite.sum(), np.isnan(x).sum(), np.isnan(y).sum(), np.isinf(x).sum(),
             np.isinf(y).sum(), error.max(), error.argmax(), relative.max(), relative.argmax(), np.fmin.reduce(x),
             np.fmax.reduce(x), np.fmin.reduce(y), np.fmax.reduce(y), error.sum(), (error * error).sum(),
             (xs * xs).sum(), (ys * ys).sum(), (xs * ys).sum(),
             np.bincount(np.clip(np.frexp(different)[1] + 47, 0, 63), minlength=64)]
    if dev.dtype.kind == "f" or is_bf16:
        steps = np.abs(ordered(dev) - ordered(prod))
        found.append(np.where(finite, steps, 0).max())
    return found


def full(dev, prod, is_bf16):
    dev, prod = dev.ravel(), prod.ravel()
    return [block_metrics(dev[i:i + BLOCK], prod[i:i + BLOCK], is_bf16) for i in range(0, dev.size, BLOCK)]


def allclose(dev, prod, is_bf16):
    a, b = (widened(dev), widened(prod)) if is_bf16 else (dev, prod)
    return np.allclose(a, b, rtol=RTOL, atol=ATOL, equal_nan=True)


def polygraphy(dev, prod, _):
    from polygraphy.comparator import CompareFunc, IterationResult
    from polygraphy.logger import G_LOGGER
    G_LOGGER.module_severity = G_LOGGER.CRITICAL
    compare = CompareFunc.simple(rtol=RTOL, atol=ATOL)
    return compare(IterationResult({"x": np.asarray(dev)}), IterationResult({"x": np.asarray(prod)}))


def torch(dev, prod, is_bf16):
    import torch
    a, b = torch.from_numpy(np.asarray(dev)), torch.from_numpy(np.asarray(prod))
    if is_bf16:
        a, b = a.view(torch.bfloat16), b.view(torch.bfloat16)
    try:
        torch.testing.assert_close(b, a, rtol=RTOL, atol=ATOL, equal_nan=True)
    except AssertionError as error:
        return str(error)


def main():
    warnings.filterwarnings("ignore")
    np.seterr(all="ignore")
    what, dev_path, prod_path = sys.argv[1:4]
    runs = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    dev, prod = np.load(dev_path, mmap_mode="r"), np.load(prod_path, mmap_mode="r")
    is_bf16 = dev.dtype.kind == "V"
    if is_bf16:
        dev, prod = dev.view("<u2"), prod.view("<u2")
    call = {"full": full, "allclose": allclose, "polygraphy": polygraphy, "torch": torch}[what]
    call(dev[:1], prod[:1], is_bf16)  # imports, outside the clock
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        call(dev, prod, is_bf16)
        times.append(time.perf_counter() - start)
    print(f"{what}: {(dev.nbytes + prod.nbytes) / statistics.median(times) / 1e9:.4f} GB/s")


if __name__ == "__main__":
    main()

"""Malformed and nasty files with what a reader should do.  Usage: make_malformed.py OUTDIR

Written with numpy 2.4.6. Nothing here is dangerous to open with a reader that runs no pickle;
those that call something call os.system('true') or eval('1+1').
"""
import io
import json
import os
import shutil
import struct
import sys
import zipfile
import zlib

import numpy as np

out = sys.argv[1]
shutil.rmtree(out, ignore_errors=True)
os.makedirs(out)
EXPECT = {}


def put(name, data, want, why):
    with open(os.path.join(out, name), "wb") as f:
        f.write(data)
    EXPECT[name] = {"want": want, "why": why, "bytes": len(data)}


# ------------------------------------------------------------------ safetensors


def st(header, data=b"", n=None, pad=True):
    h = header if isinstance(header, bytes) else json.dumps(header).encode()
    if pad:
        h += b" " * (-len(h) % 8)
    return struct.pack("<Q", len(h) if n is None else n) + h + data


F4 = np.arange(6, dtype="<f4")
one = {"a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}
good = st(one, F4.tobytes())
put("st-0-bytes.safetensors", b"", "refuse", "empty file")
put("st-7-bytes.safetensors", good[:7], "refuse", "shorter than the length field")
put("st-truncated-header.safetensors", good[:30], "refuse", "file ends inside the JSON header")
put("st-truncated-data.safetensors", good[:-5], "refuse", "data of tensor a is 5 bytes short")
put("st-header-length-2-63.safetensors", st(one, F4.tobytes(), n=1 << 63), "refuse", "header length has the top bit set (negative as a signed 64-bit number)")
put("st-header-length-max.safetensors", st(one, F4.tobytes(), n=(1 << 64) - 1), "refuse", "header length 2^64-1; 8 + length overflows")
put("st-header-length-beyond-file.safetensors", st(one, F4.tobytes(), n=4096), "refuse", "header length beyond the end of the file")
put("st-header-length-0.safetensors", struct.pack("<Q", 0) + F4.tobytes(), "refuse", "header length 0: no JSON")
put("st-overlap.safetensors", st({"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}, "b": {"dtype": "F32", "shape": [4], "data_offsets": [8, 24]}}, F4.tobytes()),
    "refuse", "tensors a and b share bytes 8..16")
put("st-gap.safetensors", st({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}, "b": {"dtype": "F32", "shape": [2], "data_offsets": [16, 24]}}, F4.tobytes()),
    "refuse-or-warn", "hole at 8..16 (the format forbids holes)")
put("st-trailing-bytes.safetensors", good + b"trailing", "refuse-or-warn", "8 bytes after the last tensor")
put("st-offsets-reversed.safetensors", st({"a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [24, 0]}}, F4.tobytes()), "refuse", "begin > end")
put("st-offsets-beyond-file.safetensors", st({"a": {"dtype": "F32", "shape": [1 << 20], "data_offsets": [0, 1 << 22]}}, F4.tobytes()), "refuse", "offsets beyond the end of the file")
put("st-offsets-negative.safetensors", st({"a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [-24, 0]}}, F4.tobytes()), "refuse", "negative offset")
put("st-offsets-float.safetensors", st(b'{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,2.4e1]}}', F4.tobytes()), "refuse", "an offset written as a floating-point number")
put("st-size-mismatch.safetensors", st({"a": {"dtype": "F32", "shape": [2, 4], "data_offsets": [0, 24]}}, F4.tobytes()), "refuse", "shape needs 32 bytes, offsets give 24")
put("st-shape-overflow.safetensors", st({"a": {"dtype": "F32", "shape": [1 << 62, 1 << 3], "data_offsets": [0, 0]}}), "refuse", "product of the shape overflows 64 bits (to 0)")
put("st-unknown-dtype.safetensors", st({"a": {"dtype": "F8_E9M9", "shape": [24], "data_offsets": [0, 24]}, "b": {"dtype": "F32", "shape": [1], "data_offsets": [24, 28]}}, F4.tobytes() + F4[:1].tobytes()),
    "refuse-or-partial", "dtype nobody knows beside a sound tensor")
put("st-bad-json.safetensors", st(b'{"a": {"dtype": "F32", "shape": [2,3], "data_offsets": [0,24]}', F4.tobytes()), "refuse", "unbalanced JSON")
put("st-bad-utf8.safetensors", st(b'{"a\xff\xfe": {"dtype": "F32", "shape": [2,3], "data_offsets": [0,24]}}', F4.tobytes()), "refuse", "header is not UTF-8")
put("st-duplicate-names.safetensors", st(b'{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"a":{"dtype":"F32","shape":[3],"data_offsets":[12,24]}}', F4.tobytes()),
    "refuse", "the JSON object holds the key a twice")
put("st-deep-nesting.safetensors", st(b'{"a":' + b"[" * 50000 + b"]" * 50000 + b"}"), "refuse", "JSON nested 50000 deep (stack overflow in recursive parsers)")
put("st-metadata-not-strings.safetensors", st({"__metadata__": {"n": 3, "l": [1]}, **one}, F4.tobytes()), "refuse-or-warn", "metadata values must be strings")
put("st-not-an-object.safetensors", st(b"[1,2,3]"), "refuse", "header is an array")
put("st-unaligned.safetensors", st(b'{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}', F4.tobytes(), pad=False)[:], "accept", "valid, but the data start at an odd file offset")
put("st-unaligned-inside.safetensors", st({"u": {"dtype": "U8", "shape": [3], "data_offsets": [0, 3]}, "f": {"dtype": "F64", "shape": [2], "data_offsets": [3, 19]}}, b"\x01\x02\x03" + np.array([1.5, -2.5]).tobytes()),
    "accept", "valid: a float64 tensor at data offset 3")
put("st-zero-size-and-scalar.safetensors", st({"e": {"dtype": "F32", "shape": [0, 3], "data_offsets": [0, 0]}, "e2": {"dtype": "F32", "shape": [2, 0], "data_offsets": [0, 0]},
    "s": {"dtype": "F64", "shape": [], "data_offsets": [0, 8]}}, np.array(2.5).tobytes()), "accept", "valid: two empty tensors and a scalar (shape [])")
put("st-no-tensors.safetensors", st({"__metadata__": {"00_raw_text": "only text"}}), "accept", "valid: metadata only")
put("st-bool-bytes.safetensors", st({"b": {"dtype": "BOOL", "shape": [6], "data_offsets": [0, 6]}}, bytes([0, 1, 2, 255, 0, 1])), "accept", "BOOL bytes other than 0 and 1")
ESC = {"normal": 1, "\x1b[2J\x1b[Hcleared": 2, "\x1b]0;title\x07": 3, "\x1b]52;c;aGVsbG8=\x07": 4, "new\nline\ttab\rreturn": 5, "bidi\u202egnp.exe": 6, "zero\u200bwidth\u200d": 7,
       "c1\u009b31m": 8, "wide 東京🙂": 9, "combining e\u0301\u0301\u0301": 10, "": 11, "x" * 5000: 12, "nul\0inside": 13, "\x7fdel": 14, "<script>": 15, "../../up": 16, "%s%n%d": 17}
hdr, off = {}, 0
for k, v in ESC.items():
    hdr[k] = {"dtype": "F32", "shape": [1], "data_offsets": [off, off + 4]}
    off += 4
hdr["__metadata__"] = {"00_text": "payload \x1b[31mred\x1b[0m \x1b]52;c;aGVsbG8=\x07 \x1bP+q\x1b\\ end", "note": "names and payload try to drive the terminal"}
put("st-names-escape-sequences.safetensors", st(hdr, np.array(list(ESC.values()), "<f4").tobytes()), "accept", "valid; no control character of a name or payload may reach the terminal")

# ------------------------------------------------------------------ npy


def npy(a, **kw):
    b = io.BytesIO()
    np.save(b, a, **kw)
    return b.getvalue()


def npy_raw(descr, shape, data, fortran="False", version=(1, 0), align=64, extra=""):
    h = f"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, {extra}}}"
    pre = b"\x93NUMPY" + bytes(version)
    w = 2 if version[0] == 1 else 4
    enc = h.encode("utf-8" if version[0] == 3 else "latin-1")
    total = len(pre) + w + len(enc) + 1
    enc += b" " * (-total % align if align else 0) + b"\n"
    return pre + len(enc).to_bytes(w, "little") + enc + data


A = np.arange(12, dtype="<f4").reshape(3, 4)
put("npy-fortran-order.npy", npy(np.asfortranarray(A)), "accept", "column-major: element [0,1] is 1.0, [1,0] is 4.0")
put("npy-big-endian.npy", npy(A.astype(">f4")), "accept", "big-endian float32, same values as arange(12)")
put("npy-big-endian-text.npy", npy(np.array(["grün", "京"]).astype(">U5")), "accept", "big-endian UCS-4 text")
put("npy-bytes-text.npy", npy(np.array([b"abc", b"de"])), "accept", "dtype |S3")
put("npy-object-pickle.npy", npy(np.array([{"a": 1}, None], dtype=object), allow_pickle=True), "refuse", "object dtype: the data are a pickle")
put("npy-structured.npy", npy(np.array([(1, 2.0)], dtype=[("i", "<i4"), ("f", "<f8")])), "refuse-or-partial", "structured dtype")
put("npy-datetime.npy", npy(np.array(["2026-01-01"], dtype="datetime64[D]")), "refuse-or-partial", "datetime64")
put("npy-complex64.npy", npy(np.array([1 + 2j, np.nan], dtype="<c8")), "refuse-or-accept", "complex numbers")
put("npy-longdouble.npy", npy(np.array([1.0], dtype=np.longdouble)), "refuse-or-accept", "16-byte long double (<f16)")
put("npy-void2.npy", npy_raw("'<V2'", "(3,)", b"\x80\x3f\x00\x40\x40\x40"), "accept-or-refuse", "what np.save writes for ml_dtypes.bfloat16: 1, 2, 3 if read as bfloat16")
put("npy-0d-scalar.npy", npy(np.float64(2.5)), "accept", "shape ()")
put("npy-zero-size.npy", npy(np.zeros((0, 5), np.float32)), "accept", "no elements")
put("npy-version-2.npy", npy_raw("'<f4'", "(3, 4)", A.tobytes(), version=(2, 0)), "accept", "format 2.0: 4-byte header length")
put("npy-version-3.npy", npy_raw("'<f4'", "(3, 4)", A.tobytes(), version=(3, 0)), "accept", "format 3.0: header in UTF-8")
put("npy-version-9.npy", npy_raw("'<f4'", "(3, 4)", A.tobytes(), version=(9, 0)), "refuse", "unknown version")
put("npy-header-unaligned.npy", npy_raw("'<f4'", "(3, 4)", A.tobytes(), align=0), "accept", "header not padded to 64: data start at an odd offset")
put("npy-header-key-order.npy", b"\x93NUMPY\x01\x00" + (lambda h: len(h).to_bytes(2, "little") + h)(b"{\"shape\":(3,4,),\"fortran_order\":False,\"descr\":\"<f4\"}\n") + A.tobytes(), "accept",
    "other key order, double quotes, no blanks: still a Python literal")
put("npy-header-long-suffix.npy", npy_raw("'<f4'", "(3L, 4L)", A.tobytes()), "accept-or-refuse", "shape written by Python 2: 3L")
put("npy-header-code.npy", npy_raw("__import__('os').getpid()", "(3, 4)", A.tobytes()), "refuse", "an expression where a literal must stand")
put("npy-header-length-beyond.npy", b"\x93NUMPY\x01\x00\xff\xff{'descr'", "refuse", "header length beyond the end of the file")
put("npy-truncated.npy", npy(A)[:-7], "refuse-or-partial", "7 bytes of data are missing")
put("npy-trailing.npy", npy(A) + b"more", "accept-or-warn", "4 bytes after the data")
put("npy-shape-negative.npy", npy_raw("'<f4'", "(-1, 4)", A.tobytes()), "refuse", "negative dimension")
put("npy-shape-overflow.npy", npy_raw("'<f4'", "(4611686018427387904, 8)", A.tobytes()), "refuse", "product of the shape overflows 64 bits")
put("npy-shape-huge.npy", npy_raw("'<f4'", "(1099511627776,)", A.tobytes()), "refuse", "4 TiB announced, 48 bytes there: must not allocate first")
put("npy-shape-50-dims.npy", npy_raw("'<f4'", "(" + "1, " * 50 + ")", A[:1, :1].tobytes()), "accept", "50 dimensions of 1 (numpy 2 allows 64)")
put("npy-bool-bytes.npy", npy_raw("'|b1'", "(4,)", bytes([0, 1, 2, 255])), "accept", "bool bytes other than 0 and 1")
put("npy-text-surrogate.npy", npy_raw("'<U2'", "(2,)", np.array([0xD800, 0x41, 0x110000, 0xFFFFFFFF], "<u4").tobytes()), "accept-or-refuse", "code units that are no Unicode scalar values")
put("npy-bad-magic.npy", b"\x93NUMPX" + npy(A)[6:], "refuse", "wrong magic")
put("npy-text-escapes.npy", npy(np.array(["\x1b[2Jcleared", "\x1b]52;c;aGVsbG8=\x07", "a\nb", "\u202eevil"])), "accept", "text payload with terminal escapes")

# ------------------------------------------------------------------ npz / zip


def npz(entries, method=zipfile.ZIP_STORED):
    b = io.BytesIO()
    import warnings
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(b, "w", method) as z:
            for n, d in entries:
                zi = zipfile.ZipInfo(n)
                zi.compress_type = method
                z.writestr(zi, d)
    return b.getvalue()


ok = npz([("00_a.npy", npy(A)), ("01_b.npy", npy(A * 2))])
bad = bytearray(ok)
i = ok.index(A.tobytes())
bad[i + 5] ^= 0x40
put("npz-bad-crc.npz", bytes(bad), "refuse-or-warn", "one bit of 00_a.npy's data is flipped; CRC-32 tells")
put("npz-truncated.npz", ok[:len(ok) // 2], "refuse-or-partial", "no central directory; first entry is whole")
put("npz-empty.npz", npz([]), "accept", "an archive without entries")
put("npz-duplicate-names.npz", npz([("00_a.npy", npy(A)), ("00_a.npy", npy(A * 2))]), "refuse-or-warn", "two entries of the same name with other contents")
put("npz-names-escape-sequences.npz", npz([(k + ".npy", npy(np.float32(v))) for k, v in ESC.items() if "\0" not in k]), "accept", "entry names with escapes, newline, bidi override, 5000 characters, ../..")
put("npz-bzip2.npz", npz([("00_a.npy", npy(A))], zipfile.ZIP_BZIP2), "refuse-or-partial", "compression method 12")
put("npz-lzma.npz", npz([("00_a.npy", npy(A))], zipfile.ZIP_LZMA), "refuse-or-partial", "compression method 14")
put("npz-object-inside.npz", npz([("00_a.npy", npy(A)), ("01_o.npy", npy(np.array([None]), allow_pickle=True))]), "refuse-or-partial", "a sound entry beside a pickled one")
put("npz-not-npy-inside.npz", npz([("readme.txt", b"hello"), ("00_a.npy", npy(A)), ("dir/", b"")]), "accept", "a text file and a directory entry beside a sound array")
put("npz-prefix-bytes.npz", b"#!/bin/sh\nexit 0\n" + ok, "accept-or-refuse", "17 bytes before the archive (offsets are relative)")
put("npz-comment-with-fake-end.npz", ok[:-2] + struct.pack("<H", 26) + b"xx" + b"PK\x05\x06" + b"\0" * 18 + b"yy", "accept-or-refuse", "the archive comment holds a second end-of-directory record")
b = bytearray(npz([("00_a.npy", npy(A))], zipfile.ZIP_DEFLATED))
b[6] |= 1
b[b.index(b"PK\x01\x02") + 8] |= 1
put("npz-encrypted-flag.npz", bytes(b), "refuse", "entry is marked as encrypted")
b = bytearray(ok)
b[30] ^= 1
put("npz-local-name-differs.npz", bytes(b), "refuse-or-warn", "the local header names another file than the directory")
b = bytearray(ok)
c = b.index(b"PK\x01\x02")
b[c + 42:c + 46] = struct.pack("<I", 0xFFFFFF)
put("npz-offset-beyond-file.npz", bytes(b), "refuse", "directory points beyond the end of the file")
b = bytearray(ok)
e = b.rindex(b"PK\x05\x06")
b[e + 10:e + 12] = struct.pack("<H", 60000)
put("npz-entry-count-lies.npz", bytes(b), "refuse-or-warn", "end record announces 60000 entries, 2 are there")
b = bytearray(npz([("00_a.npy", npy(np.zeros(4096, np.float32)))], zipfile.ZIP_DEFLATED))
c = b.index(b"PK\x01\x02")
b[c + 24:c + 28] = struct.pack("<I", 64)
put("npz-deflate-longer-than-announced.npz", bytes(b), "refuse", "directory says 64 bytes, the stream inflates to 16512")
b = bytearray(npz([("00_a.npy", npy(A))], zipfile.ZIP_DEFLATED))
n0 = 30 + struct.unpack("<H", b[26:28])[0]
b[n0:n0 + 4] = b"\xff\xff\xff\xff"
put("npz-deflate-garbage.npz", bytes(b), "refuse", "the deflate stream is invalid")
zeros = npy(np.zeros(50_000_000, np.float32))
put("npz-bomb-200MB.npz", npz([("00_z.npy", zeros)], zipfile.ZIP_DEFLATED), "accept-or-refuse", "inflates to 200 MB from about 200 KB (deflate's limit is about 1:1030); must stay within a memory limit")
# overlapping bomb: 20 directory entries, one local entry of 10 MB
k = npy(np.zeros(2_500_000, np.float32))
co = zlib.compressobj(9, zlib.DEFLATED, -15)
comp = co.compress(k) + co.flush()
name = b"00_z.npy"
local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 33, zlib.crc32(k), len(comp), len(k), len(name), 0) + name + comp
cd = b""
for j in range(20):
    nm = b"%02d_z.npy" % j
    cd += struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 8, 0, 33, zlib.crc32(k), len(comp), len(k), len(nm), 0, 0, 0, 0, 0, 0) + nm
put("npz-bomb-overlapping-200MB.npz", local + cd + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 20, 20, len(cd), len(local), 0), "refuse-or-warn",
    "20 directory entries point at one local entry: 11 KB become 200 MB")
put("npz-zip64-sizes.npz", (lambda b: (np.savez(b, a=A), b.getvalue())[1])(io.BytesIO()), "accept", "plain np.savez: the local headers hold 0xFFFFFFFF and the sizes in a ZIP64 extra field")

# ------------------------------------------------------------------ .pt
PRE = "archive"


def pt(pickle, storages=(), order=b"little"):
    return npz([(f"{PRE}/data.pkl", pickle), (f"{PRE}/byteorder", order)] + [(f"{PRE}/data/{i}", s) for i, s in enumerate(storages)] + [(f"{PRE}/version", b"3\n")])


def s_(t):
    return b"X" + struct.pack("<I", len(t.encode())) + t.encode()


def i_(n):
    return b"K" + bytes([n]) if 0 <= n < 256 else b"J" + struct.pack("<i", n) if -2**31 <= n < 2**31 else b"\x8a\x08" + struct.pack("<q", n)


def tup(*x):
    return b"(" + b"".join(x) + b"t"


def tensor(key, n, shape, stride, offset=0, kind="FloatStorage"):
    return (b"ctorch._utils\n_rebuild_tensor_v2\n" + tup(tup(s_("storage"), b"ctorch\n" + kind.encode() + b"\n", s_(key), s_("cpu"), i_(n)) + b"Q", i_(offset), tup(*map(i_, shape)),
            tup(*map(i_, stride)), b"\x89", b"ccollections\nOrderedDict\n)R") + b"R")


def odict(*items):
    return b"\x80\x02}(" + b"".join(s_(k) + v for k, v in items) + b"u."


T6 = F4.tobytes()
good = tensor("0", 6, (2, 3), (3, 1))
put("pt-hand-made.pt", pt(odict(("x", good)), [T6]), "accept", "a plain dict with one tensor, written by hand: x = arange(6).reshape(2,3)")
put("pt-os-system.pt", pt(odict(("x", good), ("y", b"cos\nsystem\n" + tup(s_("true")) + b"R")), [T6]), "refuse", "GLOBAL os.system called with 'true': must be refused, never run")
put("pt-posix-system-stack-global.pt", pt(b"\x80\x04}(" + s_("y") + s_("posix") + s_("system") + b"\x93" + tup(s_("true")) + b"Ru.", [T6]), "refuse", "the same by STACK_GLOBAL (protocol 4)")
put("pt-builtins-eval.pt", pt(odict(("y", b"cbuiltins\neval\n" + tup(s_("1+1")) + b"R")), [T6]), "refuse", "GLOBAL builtins.eval")
put("pt-build-setstate.pt", pt(odict(("y", b"ccollections\nOrderedDict\n)R" + b"}" + s_("k") + s_("v") + b"sb")), [T6]), "accept-or-refuse", "BUILD opcode on an OrderedDict")
put("pt-inst-opcode.pt", pt(b"\x80\x02}(" + s_("y") + b"(" + s_("true") + b"ios\nsystem\nu.", [T6]), "refuse", "INST opcode (protocol 0) names os.system")
put("pt-numpy-str.pt", pt(odict(("tok", b"cnumpy\nstr_\n" + tup(s_("hello")) + b"R"), ("x", good)), [T6]), "refuse-or-partial", "a numpy.str_ beside a sound tensor: what torch.save writes for list(array_of_str)")
put("pt-storage-missing.pt", pt(odict(("x", tensor("7", 6, (2, 3), (3, 1)))), [T6]), "refuse-or-partial", "tensor refers to data/7, which is absent")
put("pt-storage-short.pt", pt(odict(("x", tensor("0", 100, (10, 10), (10, 1)))), [T6]), "refuse-or-partial", "storage announced with 100 elements, 6 are there")
put("pt-stride-out-of-range.pt", pt(odict(("x", tensor("0", 6, (2, 3), (300, 1)))), [T6]), "refuse-or-partial", "strides reach beyond the storage")
put("pt-stride-negative.pt", pt(odict(("x", tensor("0", 6, (2, 3), (3, -1), 2))), [T6]), "refuse-or-partial", "negative stride")
put("pt-stride-zero-expand.pt", pt(odict(("x", tensor("0", 6, (200, 1000, 1000), (0, 0, 0)))), [T6]), "refuse-or-partial", "stride 0: 6 floats pose as 200 million elements (800 MB if made contiguous)")
put("pt-offset-huge.pt", pt(odict(("x", tensor("0", 6, (2, 3), (3, 1), 2**40))), [T6]), "refuse-or-partial", "storage offset 2^40")
put("pt-shared-storage.pt", pt(odict(("x", good), ("xt", tensor("0", 6, (3, 2), (1, 3))), ("col", tensor("0", 6, (2,), (3,), 1))), [T6]), "accept", "three views of one storage: xt is the transpose, col is column 1 (1, 4)")
put("pt-big-endian.pt", pt(odict(("x", good)), [F4.astype(">f4").tobytes()], order=b"big"), "accept-or-refuse", "byteorder says big; x is still arange(6)")
put("pt-truncated.pt", pt(odict(("x", good)), [T6])[:150], "refuse", "no central directory")
put("pt-pickle-truncated.pt", pt(odict(("x", good))[:60], [T6]), "refuse", "data.pkl ends in the middle of an opcode")
put("pt-stack-underflow.pt", pt(b"\x80\x02RRRR.", [T6]), "refuse", "REDUCE on an empty stack")
put("pt-memo-missing.pt", pt(b"\x80\x02h\x2a.", [T6]), "refuse", "BINGET of a memo that was never put")
lol = b"\x80\x02](" + b"".join(s_("lol") for _ in range(10)) + b"eq\x00"
for j in range(1, 10):
    lol += b"](" + b"".join(b"h" + bytes([j - 1]) for _ in range(10)) + b"eq" + bytes([j])
put("pt-billion-laughs.pt", pt(lol + b".", [T6]), "refuse-or-partial", "nested lists that share members: 10^10 leaves if expanded, 10 lists in memory")
put("pt-deep-nesting.pt", pt(b"\x80\x02" + b"]" * 100000 + b"a" * 99999 + b".", [T6]), "refuse-or-partial", "lists nested 100000 deep")
put("pt-self-reference.pt", pt(b"\x80\x02]q\x00h\x00a.", [T6]), "refuse-or-partial", "a list that contains itself")
million = io.BytesIO()
with zipfile.ZipFile(million, "w") as archive:
    entry = zipfile.ZipInfo("archive/data.pkl", (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, b"\x80\x02](" + b"]" * 2_000_000 + b"e.")
put("pt-million-lists.pt", million.getvalue(), "refuse", "two million empty lists, deflated to 2 kB: 280 MB of memory where nothing counts them")
put("pt-string-length-lies.pt", pt(b"\x80\x02}(X\xff\xff\xff\x7fabc", [T6]), "refuse", "BINUNICODE announces 2 GiB")
put("pt-bare-pickle.pt", b"\x80\x02cos\nsystem\nX\x04\x00\x00\x00true\x85R.", "refuse", "no archive at all: a bare pickle that calls os.system('true')")

# ------------------------------------------------------------------ other
put("not-a-trace.bin", np.random.default_rng(0).bytes(4096), "refuse", "random bytes")
put("png-as.npz", b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "refuse", "a PNG named .npz")
put("text-as.safetensors", b"hello world, this is not a trace\n", "refuse", "text: the first 8 bytes read as a huge header length")

with open(os.path.join(out, "expected.json"), "w") as f:
    f.write("{\n" + ",\n".join(f" {json.dumps(k)}: {json.dumps(v)}" for k, v in EXPECT.items()) + "\n}\n")
print(len(EXPECT), "files")

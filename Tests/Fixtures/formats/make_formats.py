"""One small trace in every format.  Usage: make_formats.py OUTDIR

Written with numpy 2.4.6, ml-dtypes 0.6.0, safetensors 0.8.0, torch 2.13.0.
"""
import json
import os
import shutil
import sys
import warnings
from collections import OrderedDict

import ml_dtypes
import numpy as np

warnings.filterwarnings("ignore")
out = sys.argv[1]
shutil.rmtree(out, ignore_errors=True)
os.makedirs(out)
o = lambda n: os.path.join(out, n)
rng = np.random.default_rng(1)
x = (np.arange(24, dtype=np.float32).reshape(2, 3, 4) - 12) / 4
T = OrderedDict()
T["raw_text"] = np.array("grüße, 東京\n2nd line")
T["tokens"] = np.array(["[CLS]", "gr", "##üße", ",", "東", "京", "[SEP]"])
T["input_ids"] = np.array([[101, 7, 8, 1010, 1879, 1755, 102]], dtype=np.int64)
T["image"] = rng.integers(0, 256, (4, 5, 3)).astype(np.uint8)
T["x"] = x
T["half"] = x.astype(np.float16)
T["double"] = x.astype(np.float64) / 3
T["mask"] = np.array([[True, False, True]])
T["scalar"] = np.float32(0.5)
T["empty"] = np.zeros((0, 3), np.float32)
T["special"] = np.array([np.nan, np.inf, -np.inf, -0.0, 1e-45], np.float32)

np.savez(o("stored.npz"), **T)
np.savez_compressed(o("deflated.npz"), **T)
os.makedirs(o("npydir"))
for i, (k, v) in enumerate(T.items()):
    np.save(o(f"npydir/{i:02d}_{k}.npy"), v)
np.savez(o("bf16-as-void.npz"), bf16=x.astype(ml_dtypes.bfloat16), f8=x.astype(ml_dtypes.float8_e4m3fn))
np.savez_compressed(o("ramp.npz"), ramp=(np.arange(12_000_000) % 251).astype(np.uint8), after=np.arange(3))

from safetensors.numpy import save_file as np_save  # noqa: E402

num = {f"{i:02d}_{k}": np.ascontiguousarray(v) for i, (k, v) in enumerate(T.items()) if v.dtype.kind != "U"}
np_save(num, o("numpy.safetensors"), metadata={"00_raw_text": str(T["raw_text"]), "01_tokens": json.dumps(T["tokens"].tolist(), ensure_ascii=False)})

import torch  # noqa: E402
from safetensors.torch import save_file as pt_save  # noqa: E402

xt = torch.from_numpy(x.copy())
pt_save({"00_f32": xt, "01_bf16": xt.to(torch.bfloat16), "02_f16": xt.half(), "03_f8_e4m3": xt.to(torch.float8_e4m3fn), "04_f8_e5m2": xt.to(torch.float8_e5m2),
         "05_i8": xt.to(torch.int8), "06_bool": xt > 0, "07_i64": xt.long(), "08_scalar": torch.tensor(0.5), "09_empty": torch.zeros(0, 3), "10_f64": xt.double(),
         "11_i16": xt.to(torch.int16), "12_i32": xt.to(torch.int32), "13_u8": xt.abs().to(torch.uint8)},
        o("torch-bf16-f8.safetensors"), metadata={"format": "pt"})

od = OrderedDict()
for k, v in T.items():
    od[k] = (str(v) if v.ndim == 0 else [str(s) for s in v]) if v.dtype.kind == "U" else torch.from_numpy(np.array(v))
od["bf16"] = xt.to(torch.bfloat16)
od["f8_e4m3"] = xt.to(torch.float8_e4m3fn)
od["transposed"] = xt.permute(2, 0, 1)
od["slice_of_x"] = od["x"][1, :, 1:3]
torch.save(od, o("ordereddict.pt"))
np.savez(o("ordereddict-as-numpy.npz"), **T, bf16=x, f8_e4m3=x, transposed=x.transpose(2, 0, 1), slice_of_x=x[1, :, 1:3])
torch.save({"x": xt, "nested": {"y": xt[0]}, "list": [xt[1]]}, o("nested-dict.pt"))
torch.save(od, o("legacy-not-a-zip.pt"), _use_new_zipfile_serialization=False)

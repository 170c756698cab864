"""The smallest traces of every format, each some hundred bytes: what the mutations start from.

    python make_smallest.py          (needs numpy, safetensors, torch)

Elements are such that no two of their bytes are the same run elsewhere in the file.
"""
import base64
import io
import json
import os

import numpy as np
import torch
from safetensors.numpy import save_file

HERE = os.path.dirname(os.path.abspath(__file__))


def at(*parts):
    path = os.path.join(HERE, *parts)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return path


x = np.array([[1.5, -2.25, 3e5], [0.1, 7.0, -1e-3]], np.float32)
ids = np.array([101, 7592, 102], np.int32)

np.save(at("floats.npy"), x)
np.save(at("columns.npy"), np.asfortranarray(x.astype(">f8")))
np.save(at("text.npy"), np.array(["grün", "東京"]))
np.savez(at("stored.npz"), x=x, input_ids=ids)
np.savez_compressed(at("deflated.npz"), x=np.repeat(x, 40, axis=0))
manifest = {"version": 1, "label": "dev", "stages": [{"name": "s", "values": [{"name": "v", "tensor": "x"}, {"name": "t", "text": "ü"}]}]}
np.savez_compressed(at("manifest.npz"), x=x, __paritty__=np.array(json.dumps(manifest, ensure_ascii=False)))
save_file({"0_x": x, "1_ids": ids}, at("two.safetensors"), metadata={"2_text": "grün", "3_t": '["a","b"]'})
torch.save({"x": torch.from_numpy(x).t(), "l": [1, 2.5], "s": "ü"}, at("dict.pt"))


def encoded(array):
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return {"array": base64.b64encode(file.getvalue()).decode(), "polygraphy_class": "ndarray"}


def results(*runners):
    iteration = {"outputs": {"x": {"values": encoded(x[:1]), "polygraphy_class": "LazyArray"}}, "runtime": 0.5, "runner_name": "r", "polygraphy_class": "IterationResult"}
    return json.dumps({"lst": [[name, [iteration]] for name in runners], "polygraphy_class": "RunResults"})


open(at("results.json"), "w").write(results("r", "q"))
open(at("inputs.json"), "w").write(json.dumps([{"x": encoded(x[:1])}]))
for i in range(2):
    open(at("polygraphy", f"{i:010d}.json"), "w").write(results("r"))

np.save(at("npy-folder", "0_x.npy"), x)
np.save(at("npy-folder", "1_text.npy"), np.array(b"abc"))
tags = "step=0___rank=0___dump_index=1___name=x___recompute_status=disabled.pt"
torch.save({"value": torch.from_numpy(x), "meta": {"rank": 0}}, at("sglang", tags))

debugged = {"shape": "torch.Size([2, 3])", "dtype": "torch.float32"}
figures = {"mean": "tensor(5.0000e+04)", "min": "tensor(-2.2500)", "max": "tensor(3.e+05)"}


def tree(value):
    call = {"module_path": "M.l", "inputs": {"args": [{**debugged, "value": value("M.l_inputs_args_0")}]}, "outputs": {**debugged, "value": value("M.l_outputs"), **figures}}
    return json.dumps({"module_path": "M", "inputs": {"kwargs": {"s": "'a'"}}, "children": [call], "outputs": None})


for name in ("M.l_inputs_args_0", "M.l_outputs"):
    save_file({"data": x + (name == "M.l_outputs")}, at("debugger", f"{name}.safetensors"))
open(at("debugger", "M_debug_tree_FULL_TENSORS.json"), "w").write(tree(lambda name: f"./{name}.safetensors"))
printed = ["tensor([[ 1.5000e+00, -2.2500e+00,  3.0000e+05],", "        [ 1.0000e-01,  7.0000e+00, -1.0000e-03]])"]
open(at("debugger-printed", "M_debug_tree_FULL_TENSORS.json"), "w").write(tree(lambda name: printed))

given = {"type": "torch.Tensor", "dtype": "torch.float32", "shape": [2, 3], "Max": 3e5, "Min": -2.25, "Mean": 5e4, "Norm": 3e5, "md5": "a1b2c3d4", "data_name": "T.add.0.forward.input.0.npy"}
kept = {**given, "data_name": None}
dump = {"task": "tensor", "level": "L1", "framework": "pytorch", "dump_data_dir": "/d", "data": {"T.add.0.forward": {"input_args": [given, {"type": "int", "value": 4}], "input_kwargs": {}, "output": [kept]}}}
open(at("msprobe", "dump.json"), "w").write(json.dumps(dump))
open(at("msprobe", "stack.json"), "w").write(json.dumps({"0": [["T.add.0.forward"], ["File /m.py, line 94, in f, \n y = x"]]}))
np.save(at("msprobe", "dump_tensor_data", "T.add.0.forward.input.0.npy"), x)

"""Writes a trace with a manifest: stages with their inputs, source, parameters, and what the run depended on."""
import hashlib
import json
import platform
from importlib.metadata import version
from pathlib import Path

import numpy as np
from safetensors.numpy import save


class Recorder:
    """One run of a pipeline. `run` calls a stage and writes down what went in and what came out."""

    def __init__(self, label, request, artifacts=(), packages=("numpy", "pillow", "tokenizers", "onnxruntime")):
        self.tensors, self.produced = {}, {}
        self.manifest = {
            "version": 1, "label": label, "request": request, "complete": True, "error": None,
            "environment": {"python": platform.python_version(), **{name: version(name) for name in packages}},
            "artifacts": {Path(file).name: "sha256:" + hashlib.sha256(Path(file).read_bytes()).hexdigest()
                          for file in artifacts},
            "stages": [],
        }

    def run(self, stage, output, function, inputs, params=None, notes=None):
        """Calls function(*inputs, **params). Inputs are named: a name that a stage gave out means that value.

        notes(result) may add keys to the output, such as the pieces of token ids.
        """
        params = params or {}
        result = function(*(self.produced[name]["value"] for name in inputs), **params)
        entry = {"role": "output", "name": output, **self.recorded(stage, result)}
        entry |= notes(result) if notes else {}
        kinds = ("tensor", "text")
        taken = [{"role": "input", "name": name} | {k: v for k, v in self.produced[name]["entry"].items() if k in kinds}
                 for name in inputs]
        code = function.__code__
        self.manifest["stages"].append({
            "name": stage,
            "source": {"file": Path(code.co_filename).name, "line": code.co_firstlineno, "function": code.co_name},
            "params": params, "values": [*taken, entry]})
        self.produced[output] = {"value": result, "entry": entry}
        return result

    def recorded(self, stage, value):
        if isinstance(value, str):
            return {"text": value}
        key = stage.replace("/", ".")
        self.tensors[key] = np.ascontiguousarray(value)
        return {"tensor": key}

    def save(self, path):
        Path(path).write_bytes(save(self.tensors, metadata={"paritty": json.dumps(self.manifest, ensure_ascii=False)}))

"""What is true of every pair here, computed without Paritty: reads the traces by numpy and safetensors alone.

Follows the public contract: pairs by name, default tolerances by dtype, the first divergence in dev's order.
Writes facts.json and prints a table.
"""
import json
import re
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

HERE = Path(__file__).parent
TOLERANCES = {"float64": (1e-7, 1e-7), "float32": (1.3e-6, 1e-5), "float16": (1e-3, 1e-5)}  # rtol, atol


def natural(name):
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.findall(r"\d+|\D+", name)]


def bare(name):
    """The name without the number that only gives the order: 03_resize → resize."""
    return re.sub(r"^\d+[_.-]", "", name)


def plain(array):
    """A text for a unicode scalar, else the array."""
    return str(array) if array.dtype.kind == "U" and array.ndim == 0 else array


def load(folder, side):
    """A trace as {stage: (outputs by name, inputs by name or None where they are not recorded)}, in order."""
    directory, archive, tensors = folder / side, folder / f"{side}.npz", folder / f"{side}.safetensors"
    if directory.is_dir():
        files = sorted(directory.glob("*.npy"), key=lambda file: natural(file.name))
        return {bare(file.stem): ({"": plain(np.load(file))}, None) for file in files}
    if archive.exists():
        content = np.load(archive)
        return {bare(name): ({"": plain(content[name])}, None) for name in content.files}
    content, raw = load_file(tensors), tensors.read_bytes()
    header = json.loads(raw[8:8 + int.from_bytes(raw[:8], "little")])
    metadata = header.get("__metadata__", {})
    if "paritty" not in metadata:
        content |= metadata
        return {bare(name): ({"": content[name]}, None) for name in sorted(content, key=natural)}
    trace = {}
    for stage in json.loads(metadata["paritty"])["stages"]:
        sides = {"input": {}, "output": {}}
        for value in stage["values"]:
            sides[value["role"]][value["name"]] = value["text"] if "text" in value else content[value["tensor"]]
        trace[stage["name"]] = (sides["output"], sides["input"])
    return trace


def first_difference(dev, prod):
    """Where two texts part, in code points."""
    for offset, (left, right) in enumerate(zip(dev, prod)):
        if left != right:
            return offset
    return min(len(dev), len(prod))


def compare(dev, prod):
    """Status, kind of divergence, and numbers of one pair of values."""
    if isinstance(dev, str) or isinstance(prod, str):
        if dev == prod:
            return {"status": "identical"}
        return {"status": "diverged", "kind": "text", "text_offset": first_difference(dev, prod)}
    if dev.shape != prod.shape:
        return {"status": "diverged", "kind": "shape", "dev_shape": list(dev.shape), "prod_shape": list(prod.shape)}
    if dev.dtype.kind == "U":
        mismatched = int((dev != prod).sum())
        return {"status": "diverged", "kind": "text", "mismatched": mismatched, "elements": dev.size} \
            if mismatched else {"status": "identical"}
    wide_dev, wide_prod = dev.astype(np.float64), prod.astype(np.float64)
    assert np.isfinite(wide_dev).all() and np.isfinite(wide_prod).all()
    limits = [TOLERANCES[str(array.dtype)] for array in (dev, prod) if array.dtype.kind == "f"]
    rtol, atol = (max(limit) for limit in zip(*limits)) if limits else (0, 0)
    difference = np.abs(wide_dev - wide_prod)
    mismatched = int((difference > atol + rtol * np.abs(wide_dev)).sum())
    place = np.unravel_index(difference.argmax(), difference.shape)
    facts = {"mismatched": mismatched, "elements": dev.size, "max_abs": float(difference.max()),
             "max_abs_index": [int(i) for i in place] if difference.any() else None}
    if (dev.dtype.kind == "f") != (prod.dtype.kind == "f"):
        return {"status": "diverged", "kind": "dtype", **facts}
    if mismatched:
        return {"status": "diverged", "kind": "values", **facts}
    same_bits = dev.dtype == prod.dtype and dev.tobytes() == prod.tobytes()
    return {"status": "identical" if same_bits else "close", **facts}


def worst(results):
    return max(results, key=lambda result: ["identical", "close", "diverged"].index(result["status"]))


def judge(folder):
    dev, prod = load(folder, "dev"), load(folder, "prod")
    order = list(dev)
    names = list(prod)
    for place, name in enumerate(names):  # a stage that only prod has stands right after its predecessor in prod
        if name not in dev:
            order.insert(order.index(names[place - 1]) + 1 if place else 0, name)
    stages, origins = [], []
    for name in order:
        if name not in prod:
            stages.append({"dev": name, "prod": None, "status": "only_dev", "kind": "missing"})
        elif name not in dev:
            stages.append({"dev": None, "prod": name, "status": "only_prod", "kind": "extra"})
        else:
            (dev_out, dev_in), (prod_out, prod_in) = dev[name], prod[name]
            assert dev_out.keys() == prod_out.keys()
            stages.append({"dev": name, "prod": name, **worst([compare(dev_out[v], prod_out[v]) for v in dev_out])})
            if dev_in is not None and stages[-1]["status"] == "diverged":
                assert dev_in.keys() == prod_in.keys()
                if all(compare(dev_in[v], prod_in[v])["status"] != "diverged" for v in dev_in):
                    origins.append(name)
    diverged = [stage for stage in stages if stage["status"] not in ("identical", "close")]
    keys = ("dev", "prod", "kind", "mismatched", "elements", "max_abs", "max_abs_index", "text_offset")
    first = {key: diverged[0].get(key) for key in keys} if diverged else None
    inputs_known = all(inputs is not None for _, inputs in dev.values())
    paired = [name for name in dev if name in prod]
    return {
        "verdict": "diverged" if diverged else "match",
        "first_divergence": first,
        "origins": origins if inputs_known else None,
        "same_order": paired == [name for name in prod if name in dev],
        "stages": stages,
    }


def rows(facts):
    """The facts as JSON with one line per stage."""
    samples = []
    for name, fact in facts.items():
        lines = [f'  "{key}": {json.dumps(value)}' for key, value in fact.items() if key != "stages"]
        stages = ",\n".join("   " + json.dumps(stage) for stage in fact["stages"])
        samples.append(f' "{name}": {{\n' + ",\n".join([*lines, f'  "stages": [\n{stages}\n  ]']) + "\n }")
    return "{\n" + ",\n".join(samples) + "\n}\n"


def main():
    facts = {file.parent.name: judge(file.parent) for file in sorted(HERE.glob("*/pipeline.py"))}
    (HERE / "facts.json").write_text(rows(facts), encoding="utf-8")
    for name, fact in facts.items():
        first = fact["first_divergence"]
        print(f"{name:26} {fact['verdict']:9}", *(f"{k}={v}" for k, v in (first or {}).items() if v is not None),
              f"origins={fact['origins']}" if fact["origins"] else "")


if __name__ == "__main__":
    main()

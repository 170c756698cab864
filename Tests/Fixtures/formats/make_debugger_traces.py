"""Writes hf-tiny-files, hf-tiny-repr and msprobe-*, traces of other people's debuggers.

hf-tiny-files and hf-tiny-repr are two runs of one model with the same weights: one module that runs twice, four
layers of which the debugger keeps the first and the last, a bool, a scalar, infinities, bfloat16, an empty tensor, and
tensors of more than 1000 elements, which are printed with gaps. hf-debugger-files and hf-debugger-repr are a BertModel
with random weights, another at each run.

Written with torch 2.15.0, transformers 5.23.0, mindstudio-probe 26.2.0.
"""

import contextlib
import io
import json
import os
import shutil
import sys

import torch
from torch import nn

here = os.path.dirname(os.path.abspath(__file__))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(24, 24)

    def forward(self, x):
        return x + self.lin(x)


class Positive(nn.Module):
    def forward(self, x):
        return x > 0


class Facts(nn.Module):
    def forward(self, x, axis=None):
        edges = torch.tensor([float("inf"), -float("inf"), float("nan"), 0.0, 2.5])
        return x.sum(), {"counts": (x > 0).sum(-1), "edges": edges}, "done", x[:, :0] > 0


class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(50, 24)
        self.norm = nn.LayerNorm(24)
        self.layer = nn.ModuleList(Block() for _ in range(4))
        self.mask = Positive()
        self.facts = Facts()
        self.head = nn.Linear(24, 3, dtype=torch.bfloat16)

    def forward(self, input_ids, scale=2, pieces=None):
        x = self.norm(self.emb(input_ids)) * scale
        for layer in self.layer:
            x = layer(x)
        x = self.norm(x)
        self.mask(x)
        self.facts(x, axis=-1)
        return {"logits": self.head(x[:, :2].bfloat16()), "hidden": (x[0, :1], x[0, 1:2])}


def hugging_face():
    from transformers.model_debugging_utils import model_addition_debugger_context

    torch.manual_seed(7)
    model = Tiny().eval()
    state = model.state_dict()
    for name, use_repr in (("hf-tiny-files", False), ("hf-tiny-repr", True)):
        folder = os.path.join(here, name)
        shutil.rmtree(folder, ignore_errors=True)
        model = Tiny().eval()
        model.load_state_dict(state)
        with contextlib.redirect_stdout(io.StringIO()), model_addition_debugger_context(model, debug_path=folder, use_repr=use_repr):
            model.forward(torch.arange(48).reshape(1, 48), pieces=["a", None])
        for file in os.listdir(folder):
            os.chmod(os.path.join(folder, file), 0o644)


def msprobe(name, task, options):
    """One process each: the debugger is a singleton."""
    from msprobe.pytorch import PrecisionDebugger

    folder = os.path.join(here, name)
    shutil.rmtree(folder, ignore_errors=True)
    config = os.path.join(here, "config.json")
    with open(config, "w") as f:
        json.dump({"task": task, "dump_path": folder, "rank": [], "step": [], "level": "mix", task: {"scope": [], "list": [], "data_mode": ["all"], **options}}, f)
    torch.manual_seed(7)
    model = nn.Sequential(nn.Linear(4, 3), nn.ReLU())
    debugger = PrecisionDebugger(config_path=config)
    debugger.start(model)
    y = model(torch.arange(8.0).reshape(2, 4) / 4)
    torch.masked_fill(y[:, 0:2], y[:, 0:2] > 1, float("inf")).sum()
    y.sum().backward()
    debugger.stop()
    debugger.step()
    os.remove(config)
    step = os.path.join(folder, "step0")
    os.rename(os.path.join(step, os.listdir(step)[0]), os.path.join(step, "rank0"))
    # Where packages lie says nothing of the format.
    packages = os.path.dirname(os.path.dirname(torch.__file__))
    for file in ("dump.json", "stack.json", "construct.json"):
        path = os.path.join(step, "rank0", file)
        with open(path) as f:
            text = f.read().replace(packages, "/usr/lib/python3/site-packages").replace(here, "/srv/model")
        with open(path, "w") as f:
            f.write(text)


if len(sys.argv) > 1:
    msprobe(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
else:
    hugging_face()
    for arguments in (
        ("msprobe-tensor", "tensor", "{}"),
        ("msprobe-statistics", "statistics", '{"summary_mode": "statistics"}'),
        ("msprobe-md5", "statistics", '{"summary_mode": "md5"}'),
    ):
        assert os.spawnv(os.P_WAIT, sys.executable, [sys.executable, __file__, *arguments]) == 0

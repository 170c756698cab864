"""Writes sglang-dump: two passes of two ranks, named and filled as SGLang's srt/debug_utils/dumper.py does.

    python make_sglang.py          (needs torch)
"""
import os
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(HERE, "sglang-dump", "dump_20261121_031245_120001")


def dump(rank, index, step, name, value, **tags):
    tags = {"step": step, "rank": rank, "dump_index": index, "name": name, "recompute_status": "disabled", **tags}
    meta = {**tags, "world_rank": rank, "world_size": 2}
    path = os.path.join(FOLDER, "___".join(f"{key}={value}" for key, value in tags.items()) + ".pt")
    torch.save({"value": value, "meta": meta}, path)


os.makedirs(FOLDER, exist_ok=True)
for rank in range(2):
    index = 0
    for step in range(2):
        ids = torch.tensor([101, 7 + step, 102])
        x = torch.arange(6, dtype=torch.float32).reshape(2, 3) + 10 * step + 100 * rank
        parts = [("input_ids", ids, {}), ("attn_out", x, {"layer_id": 0}), ("attn_out", x * 2, {"layer_id": 1}),
                 ("heads", (x[0], x[1].to(torch.bfloat16)), {"layer_id": 1})]
        for name, value, tags in parts:
            index += 1
            dump(rank, index, step, name, value, **tags)

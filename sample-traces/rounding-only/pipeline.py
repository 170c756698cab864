"""A sentence encoder before and after ONNX Runtime's graph optimizations: the same numbers but for the last bits."""
import json
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import save

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "shared"))
from minilm import LAYERS, MiniLM, mean_pool, tokenizer, unit  # noqa: E402

MESSAGE = "The parcel left the warehouse on Tuesday and should be with you by Friday."
TOPICS = {"delivery": "When will my parcel arrive?", "payment": "Why was my card charged twice?",
          "returns": "How do I send something back?"}


def run(path, optimized=False):
    tokenize, model = tokenizer(), MiniLM(optimized)
    encoding = tokenize.encode(MESSAGE)
    ids, mask = np.array([encoding.ids]), np.array([encoding.attention_mask])
    stages = {"message": MESSAGE, "input_ids": ids}
    stages |= model(ids, mask, ["embeddings"] + [f"layer.{layer}" for layer in range(LAYERS)])
    stages["sentence_embedding"] = unit(mean_pool(stages[f"layer.{LAYERS - 1}"], mask))
    topics = np.array([model.sentence(text, tokenize) for text in TOPICS.values()])
    stages["scores"] = topics @ stages["sentence_embedding"][0]
    stages["topic"] = list(TOPICS)[int(stages["scores"].argmax())]
    write(path, stages)


def write(path, stages):
    """Stages in order as 00_name, 01_name...: arrays as tensors, texts in the file's metadata."""
    numbered = {f"{place:02}_{name}": value for place, (name, value) in enumerate(stages.items())}
    tensors = {name: np.ascontiguousarray(v) for name, v in numbered.items() if not isinstance(v, str)}
    texts = {name: v for name, v in numbered.items() if isinstance(v, str)}
    data = save(tensors, metadata=texts)
    # The library shuffles the metadata's keys; sorted keys make the same file every time.
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8:8 + length])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + data[8 + length:])


if __name__ == "__main__":
    run(HERE / "dev.safetensors")
    run(HERE / "prod.safetensors", optimized=True)

"""Duplicate questions in one batch. Prod's runtime puts ones for the attention mask, so words attend to padding."""
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "shared"))
from minilm import MiniLM, mean_pool, tokenizer, unit  # noqa: E402

QUESTIONS = [
    "How do I reset my password?",
    "How do I change my email address?",
    "The app says that my account is locked since this morning, and the link in the email does not open on my phone",
]
SAME = 0.7  # two questions are duplicates from this cosine on


def run(path, ignore_mask=False):
    tokenize, model, stages = tokenizer(), MiniLM(), {}
    tokenize.enable_padding()
    batch = tokenize.encode_batch(QUESTIONS)
    stages["questions"] = np.array(QUESTIONS)
    stages["input_ids"] = ids = np.array([encoding.ids for encoding in batch])
    stages["attention_mask"] = mask = np.array([encoding.attention_mask for encoding in batch])
    if ignore_mask:  # the fault: the request reaches the runtime without the mask, which then stands for ones
        mask = np.ones_like(mask)
    stages |= model(ids, mask, ["embeddings", "layer.0.attention", "layer.0", "layer.5"])
    stages["sentence_embedding"] = unit(mean_pool(stages["layer.5"], mask))
    stages["similarity"] = stages["sentence_embedding"] @ stages["sentence_embedding"].T
    duplicates = stages["similarity"][0, 1] >= SAME
    stages["decision"] = "duplicate" if duplicates else "distinct"
    np.savez_compressed(path, **stages)


if __name__ == "__main__":
    run(HERE / "dev.npz")
    run(HERE / "prod.npz", ignore_mask=True)

"""A clinic's search for answers. Prod runs with a vocabulary from which the unused entries have been removed."""
import json
import sys
import tempfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "shared"))
from minilm import TOKENIZER_FILE, WEIGHTS_FILE, MiniLM, mean_pool, tokenizer, unit  # noqa: E402
from recorder import Recorder  # noqa: E402

QUESTION = "Can I move my appointment from Monday to Tuesday, and from the morning to the afternoon?"
ANSWERS = [
    "How to reschedule a visit to another day or hour",
    "Opening hours on Sundays and public holidays",
    "How to pay an invoice by card",
    "What to bring to a blood test",
]
MODEL = MiniLM()


def without_unused(file, folder):
    """The fault: the 994 entries [unused0]...[unused993] are dropped and the others move up.

    The file is sound and every word is still in it. But the rows of the model's embedding stay where they were.
    """
    content = json.loads(Path(file).read_text(encoding="utf-8"))
    words = sorted(content["model"]["vocab"], key=content["model"]["vocab"].get)
    vocabulary = {word: row for row, word in enumerate(w for w in words if not w.startswith("[unused"))}
    content["model"]["vocab"] = vocabulary
    for token in content["added_tokens"]:
        token["id"] = vocabulary[token["content"]]
    for token in content["post_processor"]["special_tokens"].values():
        token["ids"] = [vocabulary[word] for word in token["tokens"]]
    pruned = Path(folder) / "tokenizer.json"
    pruned.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return pruned


def read_question():
    return QUESTION


def embed(ids):
    return MODEL([ids], np.ones((1, len(ids))), ["embeddings"])["embeddings"][0]


def encode(ids):
    return MODEL([ids], np.ones((1, len(ids))), ["layer.5"])["layer.5"][0]


def pool(hidden):
    return unit(mean_pool(hidden[None], np.ones((1, len(hidden)))))[0]


def run(path, label, tokenizer_file):
    tokenize = tokenizer(tokenizer_file)
    index = np.array([MODEL.sentence(answer, tokenizer()) for answer in ANSWERS])  # built long ago, by dev's tokenizer

    def to_ids(question):
        return np.array(tokenize.encode(question).ids)

    def pieces(ids):
        return {"pieces": [tokenize.id_to_token(int(token)) for token in ids]}

    def score(embedding):
        return index @ embedding

    def choose(scores):
        return ANSWERS[int(scores.argmax())]

    trace = Recorder(label, "question-17", [tokenizer_file, WEIGHTS_FILE], ("numpy", "tokenizers", "onnxruntime"))
    trace.run("question", "question", read_question, [])
    trace.run("tokenize", "input_ids", to_ids, ["question"], notes=pieces)
    trace.run("embeddings", "embeddings", embed, ["input_ids"])
    trace.run("layer.5", "hidden", encode, ["input_ids"])
    trace.run("sentence_embedding", "embedding", pool, ["hidden"])
    trace.run("scores", "scores", score, ["embedding"])
    trace.run("answer", "answer", choose, ["scores"])
    trace.save(path)


if __name__ == "__main__":
    run(HERE / "dev.safetensors", "dev", TOKENIZER_FILE)
    with tempfile.TemporaryDirectory() as folder:
        run(HERE / "prod.safetensors", "prod", without_unused(TOKENIZER_FILE, folder))

"""A picture and its caption meet in a decoder. Prod has a fault in each branch: bilinear for bicubic, no lower case."""
import sys
import unicodedata
from pathlib import Path

import numpy as np
from PIL import Image
from tokenizers import normalizers

HERE = Path(__file__).parent
SHARED = HERE.parent / "shared"
sys.path.insert(0, str(SHARED))
from minilm import TOKENIZER_FILE, WEIGHTS_FILE, WIDTH, MiniLM, tokenizer, unit  # noqa: E402
from recorder import Recorder  # noqa: E402
from vision import COMPONENTS, LABELS, MEAN, SIDE, STD, Vision  # noqa: E402

CAPTION = "A Cup of COFFEE on  a Wooden Table"
VISION, MODEL, TOKENIZER = Vision(), MiniLM(), tokenizer()
LABEL_EMBEDDINGS = np.array([MODEL.sentence(f"a photo of {label}", TOKENIZER) for label in LABELS])
TOKENIZER.normalizer = normalizers.Sequence([])  # the stage text/normalize does it
QUERY = np.random.default_rng(0).standard_normal((WIDTH, COMPONENTS)).astype(np.float32)


def decode(file):
    return np.array(Image.open(SHARED / file).convert("RGB"))


def resize(pixels, size, interpolation):
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling[interpolation.upper()]))


def normalize_picture(pixels, mean, std):
    values = (pixels.astype(np.float32) / 255 - np.float32(mean)) / np.float32(std)
    return np.ascontiguousarray(values.transpose(2, 0, 1))


def embed_picture(picture):
    return VISION.embed(picture)


def read_caption():
    return CAPTION


def normalize_text(caption, form, lowercase):
    text = " ".join(unicodedata.normalize(form, caption).split())
    return text.lower() if lowercase else text


def tokenize(text):
    return np.array(TOKENIZER.encode(text).ids)


def pieces(ids):
    return {"pieces": [TOKENIZER.id_to_token(int(token)) for token in ids]}


def embed_text(ids):
    return MODEL([ids], np.ones((1, len(ids))), ["layer.5"])["layer.5"][0]


def attend(patches, words):
    """Every word looks at the patches, by fixed random weights: one row of 32 numbers per word."""
    scores = unit(words) @ QUERY @ unit(patches).T
    attention = np.exp(scores - scores.max(axis=1, keepdims=True))
    return attention / attention.sum(axis=1, keepdims=True) @ patches


def score(attended, words, text_weight):
    """What the patches say by the trained head, and what the caption says by its likeness to the labels."""
    likeness = LABEL_EMBEDDINGS @ unit(words.mean(axis=0))
    return VISION.logits(VISION.features(attended)) + np.float32(text_weight) * likeness


def choose(logits):
    return LABELS[int(logits.argmax())]


def run(path, label, interpolation="bicubic", lowercase=True):
    trace = Recorder(label, "picture-204", [TOKENIZER_FILE, WEIGHTS_FILE, SHARED / "vision.npz"])
    trace.run("image/decode", "pixels", decode, [], {"file": "coffee.png"})
    trace.run("image/resize", "resized", resize, ["pixels"], {"size": [SIDE, SIDE], "interpolation": interpolation})
    scale = {"mean": [round(float(m), 3) for m in MEAN], "std": [round(float(s), 3) for s in STD]}
    trace.run("image/normalize", "picture", normalize_picture, ["resized"], scale)
    trace.run("image/embed", "patches", embed_picture, ["picture"])
    trace.run("text/raw", "caption", read_caption, [])
    trace.run("text/normalize", "text", normalize_text, ["caption"], {"form": "NFC", "lowercase": lowercase})
    trace.run("text/tokenize", "ids", tokenize, ["text"], notes=pieces)
    trace.run("text/embed", "words", embed_text, ["ids"])
    trace.run("decoder/attend", "attended", attend, ["patches", "words"])
    trace.run("decoder/logits", "logits", score, ["attended", "words"], {"text_weight": 5})
    trace.run("decoder/label", "label", choose, ["logits"])
    trace.save(path)


if __name__ == "__main__":
    run(HERE / "dev.safetensors", "dev")
    run(HERE / "prod.safetensors", "prod", interpolation="bilinear", lowercase=False)

"""A picture classifier. Dev resizes bytes (bicubic) and normalizes; prod normalizes and resizes floats (bilinear)."""
import sys
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "shared"))
from vision import LABELS, MEAN, SIDE, STD, Vision  # noqa: E402


def decode(file):
    return np.array(Image.open(file).convert("RGB"))


def normalize(pixels):
    return (pixels.astype(np.float32) / 255 - MEAN) / STD


def resize_bytes(pixels):
    """Bicubic, and every pixel rounded to a whole number and clipped to 0...255."""
    return np.asarray(Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def resize_floats(pixels):
    """Bilinear, channel by channel, neither rounded nor clipped."""
    channels = [Image.fromarray(np.ascontiguousarray(pixels[:, :, channel])) for channel in range(3)]
    return np.stack([np.asarray(c.resize((SIDE, SIDE), Image.Resampling.BILINEAR)) for c in channels], axis=2)


def softmax(logits):
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()


def run(path, normalize_first=False):
    model, stages = Vision(), {}
    stages["decode"] = decode(HERE.parent / "shared" / "coffee.png")
    if normalize_first:  # the fault
        stages["normalize"] = normalize(stages["decode"])
        stages["resize"] = prepared = resize_floats(stages["normalize"])
    else:
        stages["resize"] = resize_bytes(stages["decode"])
        stages["normalize"] = prepared = normalize(stages["resize"])
    stages["model_input"] = np.ascontiguousarray(prepared.transpose(2, 0, 1))
    stages["patch_embedding"] = model.embed(stages["model_input"])
    stages["features"] = model.features(stages["patch_embedding"])
    stages["logits"] = model.logits(stages["features"])
    stages["probabilities"] = softmax(stages["logits"])
    stages["label"] = LABELS[int(stages["probabilities"].argmax())]
    np.savez_compressed(path, **stages)


if __name__ == "__main__":
    run(HERE / "dev.npz")
    run(HERE / "prod.npz", normalize_first=True)

"""A picture classifier. Dev decodes to red green blue; prod decodes to blue green red, as OpenCV does."""
import sys
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "shared"))
from vision import LABELS, MEAN, SIDE, STD, Vision  # noqa: E402


def decode(file):
    return np.array(Image.open(file).convert("RGB"))


def decode_as_opencv(file):
    """What cv2.imread returns: the same bytes with the channels in the order blue, green, red."""
    return np.ascontiguousarray(decode(file)[:, :, ::-1])


def resize(pixels):
    return np.asarray(Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def to_tensor(pixels):
    """[height, width, channel] from 0 to 255 → [channel, height, width] from 0 to 1."""
    return np.ascontiguousarray(pixels.transpose(2, 0, 1).astype(np.float32) / 255)


def normalize(picture):
    return (picture - MEAN[:, None, None]) / STD[:, None, None]


def softmax(logits):
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()


def run(path, bgr=False):
    model, stages = Vision(), {}
    photo = HERE.parent / "shared" / "cat.png"
    stages["decode"] = decode_as_opencv(photo) if bgr else decode(photo)
    stages["resize"] = resize(stages["decode"])
    stages["to_tensor"] = to_tensor(stages["resize"])
    stages["normalize"] = normalize(stages["to_tensor"])
    stages["patch_embedding"] = model.embed(stages["normalize"])
    stages["features"] = model.features(stages["patch_embedding"])
    stages["logits"] = model.logits(stages["features"])
    stages["probabilities"] = softmax(stages["logits"])
    stages["label"] = LABELS[int(stages["probabilities"].argmax())]
    np.savez(path, **stages)


if __name__ == "__main__":
    run(HERE / "dev.npz")
    run(HERE / "prod.npz", bgr=True)

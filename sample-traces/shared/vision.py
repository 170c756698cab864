"""A small picture classifier: principal components of patches, rectified, averaged, and a linear head.

`python vision.py` cuts the photos and trains it; the pipelines only load `vision.npz`.
Photos: scikit-image's chelsea (Stefan van der Walt, CC0), coffee (Rachel Michetti, CC0), rocket (SpaceX, public
domain), astronaut (NASA, public domain).
"""
import importlib.util
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).parent
SIDE, PATCH, COMPONENTS = 96, 12, 32
MEAN = np.array([0.485, 0.456, 0.406], np.float32)  # of ImageNet, red green blue
STD = np.array([0.229, 0.224, 0.225], np.float32)
LABELS = ["astronaut", "cat", "coffee", "rocket"]
PHOTOS = {"astronaut": ("astronaut.png", (120, 0, 370, 250)), "cat": ("chelsea.png", (75, 0, 375, 300)),
          "coffee": ("coffee.png", (100, 0, 500, 400)), "rocket": ("rocket.jpg", (200, 0, 627, 427))}


def patches(picture):
    """A picture [3, 96, 96] as rows of 12x12 pixels: [64, 432]."""
    count = SIDE // PATCH
    cells = picture.reshape(3, count, PATCH, count, PATCH).transpose(1, 3, 0, 2, 4)
    return np.ascontiguousarray(cells.reshape(count * count, -1))


class Vision:
    """The trained weights and the stages that use them."""

    def __init__(self):
        weights = np.load(HERE / "vision.npz")
        self.center, self.basis = weights["center"], weights["basis"]
        self.head, self.bias = weights["head"], weights["bias"]

    def embed(self, picture):
        """[3, 96, 96] → one row of 32 numbers per patch."""
        return (patches(picture) - self.center) @ self.basis

    def features(self, embedded):
        """Rows of patches → the mean of their positive and of their negative parts."""
        return np.concatenate([np.maximum(embedded, 0).mean(axis=0), np.maximum(-embedded, 0).mean(axis=0)])

    def logits(self, features):
        return features @ self.head + self.bias


def train():
    """Principal components and logistic regression on random crops of the four photos."""
    from sklearn.linear_model import LogisticRegression

    data = Path(importlib.util.find_spec("skimage").submodule_search_locations[0]) / "data"
    random, pictures, labels = np.random.default_rng(7), [], []
    for label, (file, box) in PHOTOS.items():
        photo = Image.open(data / file).convert("RGB").crop(box)
        photo.resize((160, 160), Image.Resampling.LANCZOS).save(HERE / f"{label}.png", optimize=True)
        for _ in range(80):
            side = int(random.integers(photo.width * 6 // 10, photo.width))
            x, y = (int(random.integers(0, photo.width - side)) for _ in "xy")
            crop = photo.crop((x, y, x + side, y + side)).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
            light = np.float32(random.uniform(0.8, 1.2))
            pixels = np.clip(np.asarray(crop, np.float32) / 255 * light, 0, 1)
            pictures.append(((pixels - MEAN) / STD).transpose(2, 0, 1))
            labels.append(label)
    rows = np.concatenate([patches(p) for p in pictures]).astype(np.float64)
    center = rows.mean(axis=0)
    _, basis = np.linalg.eigh(np.cov(rows - center, rowvar=False))
    basis = basis[:, ::-1][:, :COMPONENTS]
    basis *= np.sign(basis[np.abs(basis).argmax(axis=0), range(COMPONENTS)])
    zeros = {"head": np.zeros((2 * COMPONENTS, 4)), "bias": np.zeros(4)}
    model = Vision.__new__(Vision)
    model.center, model.basis, model.head, model.bias = center, basis, *zeros.values()
    features = np.array([model.features(model.embed(p)) for p in pictures])
    fit = LogisticRegression(C=0.05, max_iter=5000).fit(features, labels)
    assert list(fit.classes_) == LABELS
    arrays = {"center": center, "basis": basis, "head": fit.coef_.T, "bias": fit.intercept_}
    np.savez(HERE / "vision.npz", **{name: np.asarray(a, np.float32) for name, a in arrays.items()})
    print("trained on", len(labels), "crops; right on", fit.score(features, labels))


if __name__ == "__main__":
    train()

"""Small labelled pictures to train on."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np

LABELS = ("red", "blue")
_COLOURS = {"red": (220, 30, 30), "blue": (30, 30, 220)}
WIDTH, HEIGHT = 96, 64


def write_set(folder: Path, *, train: int = 8, val: int = 4) -> Path:
    """Write pictures with a red and a blue box each; return the COCO file beside them."""
    rng = np.random.default_rng(0)
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number in range(train + val):
        pixels = rng.integers(90, 130, (HEIGHT, WIDTH, 3), dtype=np.uint8)
        name = f"{number}.png"
        images.append(
            {
                "id": number,
                "file_name": name,
                "width": WIDTH,
                "height": HEIGHT,
                "split": "train" if number < train else "val",
            }
        )
        for category, label in enumerate(LABELS, start=1):
            width, height = (int(value) for value in rng.integers(24, 36, 2))
            x, y = int(rng.integers(0, WIDTH - width)), int(rng.integers(0, HEIGHT - height))
            pixels[y : y + height, x : x + width] = _COLOURS[label]
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": number,
                    "category_id": category,
                    "bbox": [x, y, width, height],
                }
            )
        cv2.imwrite(str(folder / name), pixels[:, :, ::-1])
    categories = [{"id": number, "name": name} for number, name in enumerate(LABELS, start=1)]
    coco = folder / "labels.json"
    coco.write_text(
        json.dumps({"images": images, "annotations": annotations, "categories": categories})
    )
    return coco

"""Made-up detectors and labelled pictures whose figures can be worked out by hand."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.workers.onnx_models import COLOURS, SIDE, save_yolov8

# What the tiny model finds in a picture of its own size, whatever is in it: xywh from the corner.
FOUND = [16.0, 16.0, 32.0, 32.0]


def tiny_model(path: Path, **metadata: str) -> Path:
    """A model that finds FOUND as "red", with a score as high as the picture is red."""
    x, y, width, height = FOUND
    names = str(dict(enumerate(COLOURS)))  # as its exporter writes them
    save_yolov8(path, (x + width / 2, y + height / 2, width, height), {"names": names, **metadata})
    return path


def labelled(boxes: list[list[float]], *, name: str = "red") -> dict[str, Any]:
    """COCO labels of one picture for each box."""
    return {
        "images": [
            {"id": 10 + number, "file_name": f"{number}.png", "width": SIDE, "height": SIDE}
            for number in range(len(boxes))
        ],
        "annotations": [
            {"id": 1 + number, "image_id": 10 + number, "category_id": 7, "bbox": box}
            for number, box in enumerate(boxes)
        ],
        "categories": [{"id": 7, "name": name}],
    }


def labelled_zip(labels: dict[str, Any], *, folder: str = "set/") -> bytes:
    """An archive of the labels and their pictures, all red."""
    picture = io.BytesIO()
    Image.fromarray(np.full((SIDE, SIDE, 3), (230, 10, 10), np.uint8)).save(picture, "PNG")
    files = {"labels.json": json.dumps(labels).encode()}
    files |= {image["file_name"]: picture.getvalue() for image in labels["images"]}
    return zip_of({folder + name: content for name, content in files.items()})


def zip_of(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()

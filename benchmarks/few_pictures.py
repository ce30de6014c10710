"""What some dozen labelled pictures of a real camera make of the starter.

`python -m benchmarks.few_pictures [--quick] [--learning-rate R]`. Thirty frames of the first 40 s
of `vtest.mp4` are learned, twenty of the rest are judged on. Their boxes are those of YOLOX-nano,
as a person would take them over from a suggestion: AP tells how far the two agree. Trained as the
dashboard proposes:

- starter: before any training, which never saw a real picture;
- from_starter: begun with it;
- scratch: begun with nothing, for as many epochs.
"""

import argparse
import json
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measuring import TEST_DATA, report
from workers.datasets.coco import to_coco
from workers.datasets.labels import Box, LabelledImage
from workers.detect.base import Detector
from workers.detect.registry import DetectorSpec, load_detector
from workers.detect.spec import read_class_names
from workers.device import torch_device
from workers.media.images import read_image
from workers.media.indexing import build_frame_index
from workers.media.stills import save_stills
from workers.training import Recipe, TrainingSet, train
from workers.training.judging import metrics_of, predict
from workers.training.model import model_from
from workers.training.starter import STARTER

VIDEO = TEST_DATA / "video" / "vtest.mp4"
WEIGHTS = TEST_DATA / "weights"
LABEL = "worker"
PARTS = {"train": np.linspace(0, 400, 30).astype(int), "val": np.linspace(420, 790, 20).astype(int)}
SUGGESTED_FROM = 0.3
RECIPE = Recipe("nano-fine", (640, 352), epochs=30, learning_rate=4e-4, warm_up_steps=12)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one epoch, to see that it works")
    parser.add_argument("--learning-rate", type=float, default=RECIPE.learning_rate)
    options = parser.parse_args()
    recipe = replace(RECIPE, learning_rate=options.learning_rate)
    if options.quick:
        recipe = replace(recipe, epochs=1)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        dataset = make_set(folder)
        known = model_from(STARTER, dataset.labels, recipe)
        found = predict(known, dataset.val, recipe.input_size, recipe.batch_size)
        sides = {"starter": shown(metrics_of(found, dataset.val, dataset.labels))}
        for name, base in (("from_starter", STARTER), ("scratch", None)):
            begun = time.perf_counter()
            outcome = train(dataset, recipe, folder / name, base=base)
            minutes = (time.perf_counter() - begun) / 60
            assert outcome.metrics is not None
            sides[name] = shown(outcome.metrics) | {"minutes": round(minutes, 1)}
    boxes = {split: sum(len(one.labels) for one in getattr(dataset, split)) for split in PARTS}
    facts = {"device": torch_device(), "learning_rate": recipe.learning_rate, "boxes": boxes}
    report("few_pictures", {**facts, "sides": sides})


def make_set(folder: Path) -> TrainingSet:
    """Write the pictures, and draw in them what YOLOX-nano sees."""
    classes = read_class_names(WEIGHTS / "coco_classes.txt")
    model = WEIGHTS / "yolox_nano.onnx"
    drawer = load_detector(DetectorSpec("yolox", "onnx", model, classes, SUGGESTED_FROM))
    index = build_frame_index(VIDEO)
    save_stills(VIDEO, index, np.concatenate(list(PARTS.values())), folder)
    images = [
        drawn(folder / f"{number}.jpg", split, drawer)
        for split, numbers in PARTS.items()
        for number in numbers
    ]
    labels = folder / "labels.json"
    labels.write_text(json.dumps(to_coco(images, [LABEL])))
    return TrainingSet.read(labels, folder)


def drawn(picture: Path, split: str, drawer: Detector) -> LabelledImage:
    image = read_image(picture)
    height, width = image.shape[:2]
    [found] = drawer.detect([image])
    boxes = [
        Box(LABEL, tuple(box)).cut(width, height)
        for box, label in zip(found.boxes.tolist(), found.labels, strict=True)
        if label == "person"
    ]
    return LabelledImage(picture.name, width, height, split, boxes)


def shown(metrics: dict[str, Any]) -> dict[str, float]:
    return {name: round(metrics[name], 3) for name in ("AP", "AP50")}


if __name__ == "__main__":
    main()

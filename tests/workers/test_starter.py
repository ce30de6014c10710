"""The detector that the repository brings."""

import json

import numpy as np

from workers.detect.registry import DetectorSpec, load_detector
from workers.simulate import render_scene
from workers.training.starter import LABELS, SECOND, STARTER

# Far from the seeds that it learned from and was judged on.
SEEDS = range(40_000_000, 40_000_004)


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    low, high = np.maximum(one[:2], other[:2]), np.minimum(one[2:], other[2:])
    shared = float(np.prod(np.clip(high - low, 0, None)))
    areas = float(np.prod(one[2:] - one[:2]) + np.prod(other[2:] - other[:2]))
    return shared / (areas - shared)


def test_the_starter_is_small_and_says_what_it_is() -> None:
    assert sum(one.stat().st_size for one in STARTER.iterdir()) < 10_000_000
    facts = json.loads((STARTER / "cvd.json").read_text())
    assert "simulated pours only" in facts["origin"]
    assert tuple(facts["input_size"]) == SECOND.input_size
    assert tuple(facts["labels"].values()) == LABELS


def test_the_starter_finds_people_and_running_pokers_in_pours_it_never_saw() -> None:
    detector = load_detector(DetectorSpec("starter", "dfine", STARTER))
    wanted = found = 0
    for seed in SEEDS:
        pictures = render_scene(seed, width=960, height=540, pictures=2)
        for picture, detections in zip(
            pictures, detector.detect([one.image for one in pictures]), strict=True
        ):
            for truth in picture.objects:
                if truth.label in ("worker", "vibrator_in"):
                    wanted += 1
                    found += any(
                        label == truth.label and overlap(np.array(truth.box), box) > 0.5
                        for box, label in zip(detections.boxes, detections.labels, strict=True)
                    )
    assert wanted >= 20
    assert found >= 0.75 * wanted

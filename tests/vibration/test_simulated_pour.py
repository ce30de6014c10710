"""The analysis of pours that another program planned and drew: they share file formats only."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from workers.simulate import Options, simulate
from workers.vibration.analysis import analyse_vibration
from workers.vibration.frames import frame_from_json
from workers.vibration.site import Site

SECONDS = 90.0


def frames_of(coco: dict[str, Any]) -> list[dict[str, Any]]:
    """The drawn boxes as frame results, as a detector without faults would give them."""
    names = {category["id"]: category["name"] for category in coco["categories"]}
    frames = {
        image["id"]: {
            **{key: image[key] for key in ("frame", "pts_seconds", "width", "height")},
            "boxes": [],
            "scores": [],
            "labels": [],
        }
        for image in coco["images"]
    }
    for annotation in coco["annotations"]:
        x, y, width, height = annotation["bbox"]
        frame = frames[annotation["image_id"]]
        frame["boxes"].append([x, y, x + width, y + height])
        frame["scores"].append(0.9)
        frame["labels"].append(names[annotation["category_id"]])
    return list(frames.values())


def counterpart(true: dict[str, Any], insertions: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The one that overlaps it by at least half in time and lies within half a metre."""

    def overlap(found: dict[str, Any]) -> float:
        shared = min(true["end_s"], found["end_s"]) - max(true["start_s"], found["start_s"])
        whole = max(true["end_s"], found["end_s"]) - min(true["start_s"], found["start_s"])
        return shared / whole

    near = [
        found
        for found in insertions
        if math.hypot(found["x_m"] - true["x_m"], found["y_m"] - true["y_m"]) <= 0.5
    ]
    best = max(near, key=overlap, default=None)
    return best if best is not None and overlap(best) >= 0.5 else None


@pytest.mark.parametrize("seed", [5101, 5102])
def test_it_finds_the_insertions_that_were_planned(seed: int, tmp_path: Path) -> None:
    simulate(Options(seed=seed, seconds=SECONDS, width=480, height=270, fps=5.0), tmp_path)
    coco, site, truth = (
        json.loads((tmp_path / f"{name}.json").read_text()) for name in ("coco", "site", "truth")
    )
    frames = [frame_from_json(frame) for frame in frames_of(coco)]
    report = analyse_vibration(frames, Site.from_json(site)).to_json()
    whole = [true for true in truth["insertions"] if not true["is_truncated"]]
    assert len(whole) >= 3
    pairs = [(true, counterpart(true, report["insertions"])) for true in whole]
    assert [true["id"] for true, found in pairs if found is None] == []
    assert len(report["insertions"]) == len(truth["insertions"])
    errors = [abs(found["duration_s"] - true["duration_s"]) for true, found in pairs if found]
    assert max(errors) <= 0.8
    planted = {violation["rule"] for violation in truth["violations"]} & {"V01", "V02"}
    judged = {f["rule"] for f in report["findings"] if f["status"] == "violation"}
    assert planted == judged & {"V01", "V02"}

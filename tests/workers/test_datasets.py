"""Labelled pictures: what is wrong, what lies between, who goes where, and files of exchange."""

import json
from pathlib import Path

import numpy as np
import pytest
from pycocotools.coco import COCO

from workers.datasets.coco import DatasetFileError, from_coco, to_coco
from workers.datasets.interpolation import interpolate
from workers.datasets.labels import Box, LabelledImage
from workers.datasets.problems import problems_of
from workers.datasets.splitting import split_groups
from workers.datasets.spread import choose_spread
from workers.datasets.yolo import from_yolo, to_yolo
from workers.media.decode import read_frames
from workers.media.images import read_image
from workers.media.indexing import build_frame_index
from workers.media.stills import save_stills


def box(label: str, left: float, top: float, right: float, bottom: float) -> Box:
    return Box(label, (left, top, right, bottom))


def test_every_bad_box_is_named_and_good_ones_are_not() -> None:
    boxes = [
        box("worker", 10, 10, 60, 90),
        box("shovel", 10, 10, 60, 90),
        box("worker", 50, 50, 50, 80),
        box("worker", 600, 10, 645, 60),
        box("worker", 20, 20, 22, 80),
        box("worker", 10, 10, 61, 90),
    ]
    found = problems_of(boxes, width=640, height=360, classes=["worker"])
    assert [(one.box, one.code) for one in found] == [
        (1, "class_unknown"),
        (2, "box_empty"),
        (3, "box_outside"),
        (4, "box_tiny"),
        (5, "box_twice"),
    ]


def test_a_pixel_of_rounding_is_not_outside() -> None:
    assert not problems_of([box("a", -0.6, 0, 640.9, 50)], width=640, height=360, classes=["a"])


def test_boxes_in_between_follow_their_own_object() -> None:
    first = [box("worker", 0, 0, 10, 20), box("worker", 100, 0, 110, 20), box("hose", 5, 5, 9, 9)]
    # The two workers come in the other order, and the hose is gone.
    last = [box("worker", 104, 8, 114, 28), box("worker", 4, 0, 14, 20)]
    quarter = interpolate(first, last, 0.25)
    assert quarter == [box("worker", 1, 0, 11, 20), box("worker", 101, 2, 111, 22)]


def test_an_object_that_jumped_too_far_is_left_out() -> None:
    assert interpolate([box("a", 0, 0, 10, 10)], [box("a", 500, 0, 510, 10)], 0.5) == []


def test_whole_videos_are_split_and_training_is_never_empty() -> None:
    sizes = {"one": 60, "two": 20, "three": 10, "four": 10}
    splits = split_groups(sizes, val_share=0.2, test_share=0.2, seed=1)
    assert splits["one"] == "train"
    assert {splits[name] for name in ("two", "three", "four")} == {"val", "test"}
    assert set(split_groups({"only": 5}, val_share=0.3, test_share=0.0, seed=0).values()) == {
        "train"
    }
    assert set(split_groups({"a": 5, "b": 5}, val_share=0.1, test_share=0.0, seed=0).values()) == {
        "train",
        "val",
    }
    with pytest.raises(ValueError, match="leave something"):
        split_groups(sizes, val_share=0.5, test_share=0.5, seed=0)


def test_look_alikes_do_not_fill_the_choice() -> None:
    hashes = np.zeros((100, 32), dtype=np.uint8)
    hashes[70] = 0xFF
    hashes[30, :16] = 0xFF
    assert choose_spread(hashes, 3).tolist() == [0, 30, 70]
    # More than there are different ones: the rest in order.
    assert choose_spread(hashes, 5).tolist() == [0, 1, 2, 30, 70]
    assert choose_spread(hashes[:2], 9).tolist() == [0, 1]


IMAGES = [
    LabelledImage("a.jpg", 640, 360, "train", [box("vibrator_in", 10, 20, 30.5, 80)]),
    LabelledImage("b.jpg", 320, 240, "", []),
]
CLASSES = ["worker", "vibrator_in"]


def test_a_coco_file_opens_in_pycocotools_and_comes_back(tmp_path: Path) -> None:
    data = to_coco(IMAGES, CLASSES)
    (tmp_path / "coco.json").write_text(json.dumps(data), encoding="utf-8")
    [annotation] = COCO(str(tmp_path / "coco.json")).loadAnns([1])
    assert (annotation["bbox"], annotation["category_id"]) == ([10, 20, 20.5, 60], 2)
    assert annotation["area"] == 1230
    assert from_coco(data) == IMAGES


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"annotations": [{"image_id": 9, "category_id": 1, "bbox": [0, 0, 1, 1]}]}, "image"),
        ({"annotations": [{"image_id": 1, "category_id": 9, "bbox": [0, 0, 1, 1]}]}, "category"),
        ({"annotations": [{"image_id": 1, "category_id": 1, "bbox": [0, 0, None, 1]}]}, "numbers"),
        ({"annotations": [{"image_id": 1, "category_id": 1, "bbox": [0, 0, 1e99, 1]}]}, "numbers"),
        ({"images": "x"}, "images"),
        ({"images": [{"id": 7, "file_name": name} for name in "ab"]}, "images: two .* id 7"),
        ({"categories": [{"id": 1, "name": name} for name in CLASSES]}, "categories: two .* id 1"),
    ],
)
def test_a_wrong_coco_file_is_refused_with_the_place(change: dict[str, object], place: str) -> None:
    with pytest.raises(DatasetFileError, match=place):
        from_coco(to_coco(IMAGES, CLASSES) | change)


def test_yolo_lines_go_both_ways() -> None:
    text = to_yolo(IMAGES[0].boxes, CLASSES, width=640, height=360)
    assert text == "1 0.031641 0.138889 0.032031 0.166667\n"
    [back] = from_yolo(text, CLASSES, width=640, height=360, where="a.txt")
    assert back.label == "vibrator_in"
    assert back.xyxy == pytest.approx((10, 20, 30.5, 80), abs=0.01)


@pytest.mark.parametrize("line", ["1 0.5 0.5 0.1", "2 0.5 0.5 0.1 0.1", "0 nan 0 0 0", "x 0 0 0 0"])
def test_a_wrong_yolo_line_is_named(line: str) -> None:
    with pytest.raises(DatasetFileError, match=r"a\.txt, line 2"):
        from_yolo(f"0 0.5 0.5 0.1 0.1\n{line}\n", CLASSES, width=10, height=10, where="a.txt")


def test_stills_are_the_very_frames(test_data: Path, tmp_path: Path) -> None:
    video = test_data / "video" / "vtest.mp4"
    index = build_frame_index(video)
    frames = np.array([3, 400, 401])
    counts: list[int] = []
    save_stills(video, index, frames, tmp_path, counts.append)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["3.jpg", "400.jpg", "401.jpg"]
    assert counts == [1, 2, 3]
    [wanted] = read_frames(video, index, np.array([400]))
    still = read_image(tmp_path / "400.jpg").astype(int)
    assert np.abs(still - wanted.image).mean() < 2.0
    # Its neighbour, a tenth of a second away, already differs more.
    [neighbour] = read_frames(video, index, np.array([404]))
    assert np.abs(still - neighbour.image).mean() > 2.0

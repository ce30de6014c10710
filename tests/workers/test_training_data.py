"""What is trained on: order, changes to pictures, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.workers.training_sets import LABELS, write_set
from workers.training import Recipe, TrainingError, TrainingSet
from workers.training.augment import (
    Sample,
    augment,
    crop,
    focus_window,
    mirror,
    random_window,
    stretch,
    whole_small_boxes,
)
from workers.training.batches import input_size_at, make_parts, picture_numbers
from workers.training.data import Example
from workers.training.rarity import rarities_of

Coco = dict[str, Any]
ONES = np.ones(3, np.float32)


def painted(boxes: list[tuple[int, int, int, int]], width: int = 200, height: int = 120) -> Sample:
    """A black picture in which box n is filled in channel n."""
    image = np.zeros((height, width, 3), np.uint8)
    for number, (x1, y1, x2, y2) in enumerate(boxes):
        image[y1:y2, x1:x2, number] = 255
    return Sample(
        image, np.array(boxes, np.float32).reshape(-1, 4), np.arange(len(boxes), dtype=np.int64)
    )


def extent(image: np.ndarray, number: int) -> list[int]:
    """Where box n of a painted picture is to be seen, found by its pixels."""
    rows, columns = np.nonzero(image[:, :, number] > 127)
    return [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


def test_a_mirrored_picture_has_its_boxes_where_the_pixels_are() -> None:
    sample = mirror(painted([(10, 20, 50, 100)]))
    assert sample.boxes.tolist() == [[150, 20, 190, 100]]
    assert extent(sample.image, 0) == [150, 20, 190, 100]


def test_a_crop_keeps_boxes_of_which_half_is_left() -> None:
    sample = painted([(10, 20, 50, 100), (90, 10, 130, 60), (80, 10, 110, 60)])
    cropped = crop(sample, (5, 10, 105, 110))
    assert cropped.boxes.tolist() == [[5, 10, 45, 90], [75, 0, 100, 50]]
    assert cropped.labels.tolist() == [0, 2]


def test_a_crop_moves_boxes_with_the_pixels() -> None:
    sample = crop(painted([(10, 20, 50, 100), (120, 10, 180, 60)]), (5, 10, 105, 110))
    assert sample.boxes.tolist() == [[5, 10, 45, 90]]
    assert sample.labels.tolist() == [0]
    assert extent(sample.image, 0) == [5, 10, 45, 90]


def test_a_stretched_picture_has_stretched_boxes() -> None:
    sample = stretch(painted([(20, 30, 60, 90)]), (100, 240))
    assert sample.boxes.tolist() == [[10, 60, 30, 180]]


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_changed_boxes_lie_where_the_pixels_are(seed: int) -> None:
    recipe = Recipe(crop_share=1.0, colour_share=0.0, crop_least=0.3)
    before = painted([(10, 20, 50, 100), (120, 10, 180, 60), (60, 70, 110, 118)])
    after = augment(before, ONES, (320, 192), recipe, np.random.default_rng(seed))
    assert after.image.shape == (192, 320, 3)
    for box, label in zip(after.boxes, after.labels, strict=True):
        assert np.abs(box - extent(after.image, int(label))).max() <= 1.0


@pytest.mark.parametrize("seed", range(10))
def test_a_window_never_cuts_a_small_box(seed: int) -> None:
    # The first and the second are chained: keeping one whole makes the window touch the other.
    small = [(10, 20, 20, 40), (18, 38, 40, 50)]
    sample = painted([*small, (60, 5, 160, 115)], width=240, height=120)
    rng = np.random.default_rng(seed)
    for window in (focus_window(sample, ONES, 0.6, rng), random_window(sample, 0.6, rng)):
        x1, y1, x2, y2 = whole_small_boxes(sample, window)
        for left, top, right, bottom in small:
            is_inside = x1 <= left and y1 <= top and right <= x2 and bottom <= y2
            is_outside = right <= x1 or left >= x2 or bottom <= y1 or top >= y2
            assert is_inside or is_outside


def test_the_focus_is_on_small_boxes() -> None:
    sample = painted([(5, 5, 105, 115), (180, 90, 190, 95)])
    rng = np.random.default_rng(1)
    windows = [focus_window(sample, ONES[:2], 0.4, rng) for _ in range(100)]
    # 1 / 50 against 1 / 11,000: the small one nearly always; any part of 0.4 that holds its middle.
    assert sum(w[0] <= 185 <= w[2] and w[1] <= 92.5 <= w[3] for w in windows) >= 97
    assert all(w[2] - w[0] == pytest.approx(80) and w[2] <= 200 for w in windows)


def test_the_focus_is_on_rare_boxes() -> None:
    sample = painted([(20, 50, 40, 70), (160, 50, 180, 70)])
    rarity = np.array([1 / 99, 1 / 1], np.float32)
    rng = np.random.default_rng(1)
    windows = [focus_window(sample, rarity, 0.4, rng) for _ in range(100)]
    assert sum(w[0] <= 170 <= w[2] for w in windows) >= 95


def test_lying_and_standing_boxes_of_a_class_are_told_apart() -> None:
    def example(boxes: list[list[float]], labels: list[int]) -> Example:
        return Example(Path("a.png"), 99, 99, np.array(boxes, np.float32), np.array(labels))

    tall, wide, square = [0.0, 0.0, 10.0, 30.0], [0.0, 0.0, 30.0, 10.0], [0.0, 0.0, 10.0, 12.0]
    first = example([tall, tall, wide], [0, 0, 0])
    second = example([tall, tall, square], [0, 1, 0])
    one, other = rarities_of([first, second])
    assert one.tolist() == pytest.approx([1 / 3, 1 / 3, 1])
    assert other.tolist() == pytest.approx([1 / 3, 1, 1])


def test_every_picture_is_taken_once_before_any_is_taken_again() -> None:
    recipe = Recipe(batch_size=4)
    taken = [number for step in range(5) for number in picture_numbers(step, 10, recipe)]
    assert sorted(taken[:10]) == list(range(10)) == sorted(taken[10:])
    assert taken[:10] != taken[10:]
    assert taken[4:8] == picture_numbers(1, 10, recipe)


def test_a_step_is_the_same_whoever_asks_and_when(tmp_path: Path) -> None:
    examples = TrainingSet.read(write_set(tmp_path), tmp_path).train
    recipe = Recipe(input_size=(96, 64), batch_size=4, parts=2)
    rarities = rarities_of(examples)
    one, other = (make_parts(3, 10, examples, rarities, recipe) for _ in range(2))
    assert [part.images.shape for part in one] == [(2, 3, 64, 96)] * 2
    assert all(a.images.equal(b.images) for a, b in zip(one, other, strict=True))
    # Shares of the picture, centre and size; each picture shows its two boxes, wherever cropped.
    assert all(0 <= float(t["boxes"].min()) <= float(t["boxes"].max()) <= 1 for t in one[0].targets)


def test_training_begins_with_the_smaller_size() -> None:
    recipe = Recipe(input_size=(512, 288), first_size=(320, 192), first_share=0.25)
    sizes = [input_size_at(step, 8, recipe) for step in range(8)]
    assert sizes == [(320, 192)] * 2 + [(512, 288)] * 6


def test_a_recipe_survives_the_disk() -> None:
    recipe = Recipe(size="small", input_size=(320, 192), first_size=(160, 96), first_share=0.5)
    assert Recipe.from_json(json.loads(json.dumps(recipe.to_json()))) == recipe


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"input_size": [300, 192]}, "multiples of 32"),
        ({"size": "tiny"}, "nano"),
        ({"epochs": 0}, "epochs"),
        ({"learning_rate": float("nan")}, "learning_rate"),
        ({"batch_size": 8, "parts": 3}, "divide"),
        ({"momentum": 0.9}, "momentum"),
        ({"epochs": "many"}, "cannot be used"),
    ],
)
def test_a_recipe_that_cannot_be_used_is_refused(fields: dict[str, Any], word: str) -> None:
    with pytest.raises(TrainingError, match=word) as caught:
        Recipe.from_json(fields)
    assert caught.value.code == "recipe_invalid"


def drop_boxes(coco: Coco) -> None:
    coco["annotations"] = []


def drop_blue(coco: Coco) -> None:
    coco["annotations"] = [one for one in coco["annotations"] if one["category_id"] == 1]


def move_out(coco: Coco) -> None:
    coco["annotations"][3]["bbox"] = [200, 10, 20, 20]


def forget_picture(coco: Coco) -> None:
    coco["images"][2]["file_name"] = "gone.png"


def forget_categories(coco: Coco) -> None:
    del coco["categories"]


@pytest.mark.parametrize(
    ("spoil", "code", "word"),
    [
        (drop_boxes, "training_set_empty", "has a box"),
        (drop_blue, "class_empty", "blue"),
        (move_out, "box_outside", "1.png"),
        (forget_picture, "image_missing", "gone.png"),
        (forget_categories, "labels_unreadable", "categories"),
    ],
)
def test_bad_labels_are_refused_by_name(
    tmp_path: Path, spoil: Callable[[Coco], None], code: str, word: str
) -> None:
    path = write_set(tmp_path)
    coco = json.loads(path.read_text())
    spoil(coco)
    path.write_text(json.dumps(coco))
    with pytest.raises(TrainingError, match=word) as caught:
        TrainingSet.read(path, tmp_path)
    assert caught.value.code == code


def test_a_class_that_nobody_asked_for_may_be_empty(tmp_path: Path) -> None:
    path = write_set(tmp_path)
    coco = json.loads(path.read_text())
    drop_blue(coco)
    path.write_text(json.dumps(coco))
    assert TrainingSet.read(path, tmp_path, labels=["red"]).labels == ("red",)


def test_a_corrupt_picture_is_named(tmp_path: Path) -> None:
    dataset = TrainingSet.read(write_set(tmp_path), tmp_path)
    picture = tmp_path / "5.png"
    picture.write_bytes(picture.read_bytes()[:600])
    with pytest.raises(TrainingError, match=r"5\.png") as caught:
        dataset.check()
    assert caught.value.code == "image_corrupt"


def test_the_digest_knows_pixels_and_boxes(tmp_path: Path) -> None:
    path = write_set(tmp_path)
    digest = TrainingSet.read(path, tmp_path).check()
    assert TrainingSet.read(path, tmp_path).check() == digest
    coco = json.loads(path.read_text())
    coco["annotations"][0]["bbox"][0] += 1
    path.write_text(json.dumps(coco))
    assert TrainingSet.read(path, tmp_path).check() != digest
    assert TrainingSet.read(path, tmp_path).labels == LABELS

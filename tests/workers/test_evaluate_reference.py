"""The fast evaluation gives the figures of the official one."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from workers.evaluation.coco import evaluate_boxes, evaluate_coco, metrics_of
from workers.evaluation.files import check_truth
from workers.evaluation.reference import evaluate_by_pycocotools, reference_metrics

# Few values, so that equal scores and equal overlaps are common; sizes on both sides of the
# official limits at 32 and 96 pixels.
places = st.sampled_from([0, 4, 8, 40])
sizes = st.sampled_from([8, 10, 30, 32, 34, 96, 100])
scores = st.sampled_from([0.1, 0.3, 0.3, 0.5, 0.9])
boxes = st.tuples(places, places, sizes, sizes).map(list)
images = st.sampled_from([1, 2, 5])
categories = st.sampled_from([3, 7])
truths = st.fixed_dictionaries(
    {
        "image_id": images,
        "category_id": categories,
        "bbox": boxes,
        "iscrowd": st.sampled_from([0, 0, 1]),
    }
)
results = st.fixed_dictionaries(
    # Class 8 is not in the ground truth.
    {"image_id": images, "category_id": st.sampled_from([3, 7, 8]), "bbox": boxes, "score": scores}
)


def same(ours: Any, theirs: Any) -> bool:
    if isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(same(ours[k], theirs[k]) for k in theirs)
    if ours is None or theirs is None:
        return ours is theirs
    return ours == pytest.approx(theirs, abs=1e-12)


@given(annotations=st.lists(truths, max_size=14), found=st.lists(results, max_size=25))
@example(annotations=[], found=[])
@settings(max_examples=150, deadline=None)
def test_figures_are_those_of_pycocotools(
    annotations: list[dict[str, Any]], found: list[dict[str, Any]]
) -> None:
    truth = {
        "images": [{"id": id} for id in (1, 2, 5, 6)],
        "categories": [{"id": 3, "name": "worker"}, {"id": 7, "name": "helmet"}],
        # The area is that of an outline, which is less than that of the box.
        "annotations": [
            {**one, "area": 0.8 * one["bbox"][2] * one["bbox"][3]} for one in annotations
        ],
    }
    ours = metrics_of(evaluate_boxes(truth, found))
    theirs = reference_metrics(check_truth(truth, "truth"), found)
    assert same(ours, theirs), (ours, theirs)


def test_the_hundred_and_first_box_of_a_picture_does_not_count() -> None:
    truth = {
        "images": [{"id": 1}],
        "categories": [{"id": 3, "name": "worker"}],
        "annotations": [{"image_id": 1, "category_id": 3, "bbox": [0, 0, 50, 50]}],
    }
    wrong = {"image_id": 1, "category_id": 3, "bbox": [200, 200, 9, 9], "score": 0.9}
    right = {"image_id": 1, "category_id": 3, "bbox": [0, 0, 50, 50], "score": 0.5}
    assert metrics_of(evaluate_boxes(truth, [wrong] * 100 + [right]))["AP"] == 0.0
    assert metrics_of(evaluate_boxes(truth, [wrong] * 99 + [right]))["AP"] == pytest.approx(0.01)


def test_an_annotation_with_the_number_zero_counts() -> None:
    annotation = {"id": 0, "image_id": 1, "category_id": 3, "bbox": [0, 0, 50, 50]}
    truth = {
        "images": [{"id": 1}],
        "categories": [{"id": 3, "name": "worker"}],
        "annotations": [annotation],
    }
    found = [{"image_id": 1, "category_id": 3, "bbox": [0, 0, 50, 50], "score": 0.5}]
    assert metrics_of(evaluate_boxes(truth, found))["AP"] == pytest.approx(1)
    assert reference_metrics(check_truth(truth, "truth"), found)["AP"] == pytest.approx(1)


def test_on_real_detections_all_figures_are_those_of_pycocotools(test_data: Path) -> None:
    files = (
        test_data / "coco" / "instances_val2014_100.json",
        test_data / "coco" / "instances_val2014_fakebbox100_results.json",
    )
    assert same(evaluate_coco(*files), evaluate_by_pycocotools(*files))

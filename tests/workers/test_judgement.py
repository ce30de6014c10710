"""Judgements, worked out by hand on a few pictures."""

import json
from pathlib import Path
from typing import Any

import pytest

from workers.detect.base import Detector
from workers.errors import EvaluationError
from workers.evaluation.judgement import Judgement, judge
from workers.media.images import read_image

WORKER, HELMET = 1, 2


def truth(
    *annotations: tuple[int, int, list[float]], crowds: tuple[int, ...] = ()
) -> dict[str, Any]:
    return {
        "images": [{"id": id} for id in (10, 20, 30)],
        "categories": [{"id": WORKER, "name": "worker"}, {"id": HELMET, "name": "helmet"}],
        "annotations": [
            {"image_id": image, "category_id": category, "bbox": box, "iscrowd": int(n in crowds)}
            for n, (image, category, box) in enumerate(annotations)
        ],
    }


def found(*boxes: tuple[int, int, list[float], float]) -> list[dict[str, Any]]:
    keys = ("image_id", "category_id", "bbox", "score")
    return [dict(zip(keys, box, strict=True)) for box in boxes]


@pytest.fixture(scope="module")
def judgement() -> Judgement:
    """Four objects; of the five boxes two are right, from 0.8 on."""
    return judge(
        truth(
            (10, WORKER, [0, 0, 100, 100]),
            (10, WORKER, [200, 0, 100, 50]),
            (20, HELMET, [0, 0, 20, 20]),
            (30, WORKER, [0, 0, 40, 40]),
        ),
        found(
            (10, WORKER, [0, 0, 100, 100], 0.9),
            (10, WORKER, [200, 0, 100, 50], 0.8),
            (20, WORKER, [0, 0, 20, 20], 0.85),
            (20, HELMET, [300, 300, 20, 20], 0.6),
            (30, WORKER, [20, 0, 40, 40], 0.7),
        ),
        score_threshold=0.5,
    )


def test_it_counts_what_is_right_wrong_and_missed(judgement: Judgement) -> None:
    point = judgement.at_threshold
    assert (point.right, point.wrong, point.missed) == (2, 3, 2)
    assert (point.precision, point.recall) == (2 / 5, 2 / 4)
    assert point.f1 == pytest.approx(4 / 9)
    assert [one.objects for one in judgement.classes] == [3, 1]
    helmet = judgement.classes[1].at_threshold
    assert (helmet.right, helmet.wrong, helmet.missed) == (0, 1, 1)


def test_the_recommended_threshold_has_the_best_f1(judgement: Judgement) -> None:
    # From above 0.7 to 0.8: 2 of 3 boxes and of 4 objects, 4 / 7; with all boxes it is 4 / 9.
    assert judgement.recommended_threshold is not None
    assert 0.7 < judgement.recommended_threshold <= 0.8
    assert [point.threshold for point in judgement.sweep[:3]] == [0.0, 0.01, 0.02]
    assert judgement.sweep[75].f1 == pytest.approx(4 / 7)
    assert judgement.sweep[95].precision is None
    # Of the helmets nothing is right at any threshold.
    assert judgement.classes[1].recommended_threshold is None


def test_the_confusion_says_which_was_taken_for_which(judgement: Judgement) -> None:
    assert judgement.confusion == {
        "labels": ["worker", "helmet", "background"],
        "rows": [[2, 0, 1], [1, 0, 0], [1, 1, 0]],
    }


def test_misses_come_largest_first_with_the_reason(judgement: Judgement) -> None:
    assert [(one.image_id, one.label, one.reason) for one in judgement.misses] == [
        (30, "worker", "poor_box"),
        (20, "helmet", "wrong_label"),
    ]
    assert judgement.misses[0].box == (0, 0, 40, 40)
    # 20 of 60 pixels' width.
    assert judgement.misses[0].overlap == pytest.approx(1 / 3, abs=1e-4)


def test_false_alarms_come_surest_first_with_the_reason(judgement: Judgement) -> None:
    assert [(one.image_id, one.score, one.reason) for one in judgement.false_alarms] == [
        (20, 0.85, "wrong_label"),
        (30, 0.7, "poor_box"),
        (20, 0.6, "nothing_there"),
    ]


def test_a_second_box_is_a_duplicate_and_a_low_score_is_named() -> None:
    box = [0.0, 0.0, 50.0, 50.0]
    judgement = judge(
        truth((10, WORKER, box), (20, WORKER, box)),
        found((10, WORKER, box, 0.9), (10, WORKER, box, 0.8), (20, WORKER, box, 0.2)),
        score_threshold=0.5,
    )
    assert [one.reason for one in judgement.false_alarms] == ["duplicate"]
    assert [(one.reason, one.score) for one in judgement.misses] == [("low_score", 0.2)]


def test_boxes_on_a_crowd_are_neither_right_nor_wrong() -> None:
    judgement = judge(
        truth((10, WORKER, [0, 0, 300, 300]), (20, WORKER, [0, 0, 50, 50]), crowds=(0,)),
        found((10, WORKER, [10, 10, 40, 40], 0.9), (20, WORKER, [0, 0, 50, 50], 0.8)),
    )
    assert (judgement.objects, judgement.boxes) == (1, 2)
    point = judgement.at_threshold
    assert (point.right, point.wrong, point.missed) == (1, 0, 0)
    assert judgement.confusion["rows"] == [[1, 0, 0], [0, 0, 0], [0, 0, 0]]
    assert judgement.false_alarms == []


def test_curves_reach_as_far_as_the_recall(judgement: Judgement) -> None:
    worker = judgement.classes[0]
    # In order of score right, wrong, right, wrong: 1 up to a recall of a third, 2 / 3 up to two.
    assert len(worker.precision) == len(judgement.recall) == 101
    assert worker.precision[:34] == [1.0] * 34
    assert worker.precision[34:67] == pytest.approx([2 / 3] * 33, abs=1e-5)
    assert worker.precision[67:] == [0.0] * 34
    assert (worker.scores[0], worker.scores[34], worker.scores[67]) == (0.9, 0.8, 0.0)
    assert judgement.precision[0] == 0.5
    assert worker.metrics["AP50"] == pytest.approx((34 + 33 * 2 / 3) / 101)


def test_sizes_have_their_own_figures(judgement: Judgement) -> None:
    assert [(one.name, one.objects) for one in judgement.sizes] == [
        ("small", 1),
        ("medium", 2),
        ("large", 1),
    ]
    assert judgement.sizes[2].metrics == {"AP": pytest.approx(1), "AR100": 1.0}


def test_with_nothing_to_find_or_nothing_found_it_still_is_json() -> None:
    empty = judge(truth(), found((10, WORKER, [0, 0, 9, 9], 0.9)))
    assert empty.recommended_threshold is None
    assert empty.at_threshold.recall is None
    assert empty.precision == []
    nothing = judge(truth((10, WORKER, [0, 0, 50, 50])), [])
    assert nothing.metrics["AP"] == 0.0
    assert nothing.at_threshold.missed == 1
    for one in (empty, nothing):
        assert json.loads(json.dumps(one.to_json(), allow_nan=False))["images"] == 3


def test_bad_results_are_refused() -> None:
    with pytest.raises(EvaluationError, match="result 0 is bad: the ground truth has no image 99"):
        judge(truth(), found((99, WORKER, [0, 0, 9, 9], 0.9)))


def test_a_detector_is_judged_on_photos(yolox: Detector, test_data: Path) -> None:
    labels = json.loads((test_data / "coco" / "instances_val2014_100.json").read_text())
    ids = [category["id"] for category in labels["categories"]]
    category_ids = dict(zip(yolox.classes, ids, strict=True))
    results = []
    photos = sorted((test_data / "photos" / "coco").iterdir())
    for photo in photos:
        seen = yolox.detect([read_image(photo)])[0]
        results += found(
            *(
                (int(photo.stem), category_ids[label], [x1, y1, x2 - x1, y2 - y1], score)
                for (x1, y1, x2, y2), score, label in zip(
                    seen.boxes.tolist(), seen.scores.tolist(), seen.labels, strict=True
                )
            )
        )
    shown = {int(photo.stem) for photo in photos}
    labels["images"] = [image for image in labels["images"] if image["id"] in shown]
    labels["annotations"] = [one for one in labels["annotations"] if one["image_id"] in shown]
    judgement = judge(labels, results)
    assert judgement.images == 5
    assert judgement.metrics["AP50"] is not None
    assert judgement.metrics["AP50"] > 0.4
    rows = judgement.confusion["rows"]
    objects = sum(sum(row) for row in rows[:-1])
    assert objects == judgement.objects
    assert sum(rows[k][k] for k in range(80)) >= judgement.at_threshold.right

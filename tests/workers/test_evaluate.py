import json
from pathlib import Path
from typing import Any

import pytest

from workers.errors import EvaluationError
from workers.evaluation.coco import evaluate_coco

TRUTH: dict[str, Any] = {
    "images": [{"id": 1}, {"id": 2}],
    "categories": [{"id": 7, "name": "person"}, {"id": 9, "name": "helmet"}],
    "annotations": [
        {"image_id": 1, "category_id": 7, "bbox": [10, 10, 100, 100]},
        {"image_id": 2, "category_id": 7, "bbox": [10, 10, 100, 100]},
    ],
}
FOUND = {"image_id": 1, "category_id": 7, "bbox": [10, 10, 100, 100], "score": 0.9}


def evaluate(folder: Path, truth: Any, results: Any) -> dict[str, Any]:
    (folder / "truth.json").write_text(json.dumps(truth))
    (folder / "results.json").write_text(json.dumps(results))
    return evaluate_coco(folder / "truth.json", folder / "results.json")


def test_it_gives_the_official_figures(test_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = test_data / "coco"
    metrics = evaluate_coco(
        folder / "instances_val2014_100.json",
        folder / "instances_val2014_fakebbox100_results.json",
    )
    assert metrics["AP"] == pytest.approx(0.50458, abs=5e-6)
    assert metrics["AP50"] == pytest.approx(0.69697, abs=5e-6)
    assert metrics["AP75"] == pytest.approx(0.57298, abs=5e-6)
    assert metrics["AR100"] == pytest.approx(0.59535, abs=5e-6)
    assert len(metrics["per_class"]) == 80
    assert capsys.readouterr().out == ""


def test_half_of_the_objects_found_perfectly_is_half_of_the_precision(tmp_path: Path) -> None:
    metrics = evaluate(tmp_path, TRUTH, [FOUND])
    # Precision is 1 at the recalls 0, 0.01, ... 0.5, which are 51 of 101, and 0 above.
    assert metrics["AP"] == pytest.approx(51 / 101)
    assert metrics["AR100"] == pytest.approx(0.5)
    assert metrics["per_class"]["person"]["AP50"] == pytest.approx(51 / 101)


def test_where_there_is_nothing_to_find_there_is_no_figure(tmp_path: Path) -> None:
    metrics = evaluate(tmp_path, TRUTH, [FOUND])
    assert metrics["APs"] is None
    assert metrics["per_class"]["helmet"] == {"AP": None, "AP50": None}


def test_finding_nothing_is_a_result(tmp_path: Path) -> None:
    metrics = evaluate(tmp_path, TRUTH, [])
    assert (metrics["AP"], metrics["AR100"]) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("results", "reason"),
    [
        ({"not": "a list"}, "not a list"),
        ([{**FOUND, "image_id": 77}], "no image 77"),
        ([{**FOUND, "bbox": [1, 2, 3]}], r"\[x, y, width, height\]"),
        ([{**FOUND, "bbox": [1, 2, 3, "4"]}], "numbers"),
        ([{**FOUND, "score": "high"}], "score"),
        ([FOUND, {"image_id": 1}], "result 1 is bad: it has no category_id"),
        ([None], "result 0 is bad"),
    ],
)
def test_bad_results_are_refused_with_the_reason(tmp_path: Path, results: Any, reason: str) -> None:
    with pytest.raises(EvaluationError, match=reason) as caught:
        evaluate(tmp_path, TRUTH, results)
    assert caught.value.code == "results_unreadable"


@pytest.mark.parametrize(
    ("truth", "reason"),
    [
        ([], "images, annotations, categories"),
        ({**TRUTH, "annotations": [{"image_id": 1}]}, "bbox"),
        (
            {**TRUTH, "annotations": [{**TRUTH["annotations"][0], "category_id": 1}]},
            "unknown image or category",
        ),
    ],
)
def test_bad_ground_truth_is_refused_with_the_reason(
    tmp_path: Path, truth: Any, reason: str
) -> None:
    with pytest.raises(EvaluationError, match=reason) as caught:
        evaluate(tmp_path, truth, [FOUND])
    assert caught.value.code == "ground_truth_unreadable"


def test_files_that_are_missing_or_no_json_are_refused(tmp_path: Path) -> None:
    (tmp_path / "truth.json").write_text("{cut off")
    with pytest.raises(EvaluationError, match="not JSON"):
        evaluate_coco(tmp_path / "truth.json", tmp_path / "results.json")
    with pytest.raises(EvaluationError, match="cannot be read"):
        evaluate_coco(tmp_path / "none.json", tmp_path / "results.json")

"""Our COCO evaluation against pycocotools, on as many pictures as the validation set of COCO has.

`python -m benchmarks.evaluation [--quick]`. Ground truth and detections are made up with a seed:
80 classes, 7 objects and up to 100 detections a picture. Both sides start from checked Python
lists, as they come out of JSON, and give the same twelve figures and those of each class.
"""

import argparse
from typing import Any

import numpy as np

from benchmarks.measuring import measure_interleaved, report
from workers.evaluation.coco import evaluate_checked, metrics_of
from workers.evaluation.files import check_results, check_truth
from workers.evaluation.reference import reference_metrics

PICTURES, QUICK_PICTURES = 5000, 100
CLASSES = 80
OBJECTS, MOST_FOUND = 7, 100
TARGET_RATIO, TARGET_DIFFERENCE = 5.0, 1e-9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_PICTURES} pictures")
    quick = parser.parse_args().quick
    truth, results = make_up(QUICK_PICTURES if quick else PICTURES)
    truth = check_truth(truth, "truth")
    check_results(results, truth, "results")
    figures: dict[str, dict[str, Any]] = {}

    def ours() -> None:
        figures["ours"] = metrics_of(evaluate_checked(truth, results))

    def pycocotools() -> None:
        figures["pycocotools"] = reference_metrics(truth, results)

    sides = measure_interleaved({"ours": ours, "pycocotools": pycocotools}, 1 if quick else 3)
    report(
        "evaluation",
        {
            "pictures": len(truth["images"]),
            "objects": len(truth["annotations"]),
            "detections": len(results),
            "target_ratio": TARGET_RATIO,
            "target_difference": TARGET_DIFFERENCE,
            "ratio": round(sides["pycocotools"]["wall_s"] / sides["ours"]["wall_s"], 1),
            "ratio_by_cpu_time": round(sides["pycocotools"]["cpu_s"] / sides["ours"]["cpu_s"], 1),
            "seconds": {name: round(side["wall_s"], 2) for name, side in sides.items()},
            "AP": figures["ours"]["AP"],
            "largest_difference": largest_difference(figures["ours"], figures["pycocotools"]),
        },
    )


def make_up(pictures: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return ground truth, and detections that find most of it and more."""
    random = np.random.default_rng(1)
    annotations: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    for image in range(1, pictures + 1):
        # Few classes in a picture, many of each, as in photos.
        classes = random.choice(CLASSES, 3, replace=False)
        count = int(random.poisson(OBJECTS))
        boxes = np.column_stack(
            [random.uniform(0, 500, (count, 2)), random.lognormal(4, 0.8, (count, 2))]
        )
        kinds = random.choice(classes, count)
        for box, kind, is_crowd in zip(boxes, kinds, random.random(count) < 0.01, strict=True):
            annotations.append(
                {
                    "image_id": image,
                    "category_id": int(kind),
                    "bbox": box.tolist(),
                    "area": float(box[2] * box[3] * 0.6),
                    "iscrowd": int(is_crowd),
                }
            )
        shifted = np.repeat(boxes, 3, axis=0)
        shifted = shifted + np.tile(shifted[:, 2:], 2) * random.normal(0, 0.06, shifted.shape)
        noise = MOST_FOUND - len(shifted)
        others = np.column_stack(
            [
                random.uniform(0, 500, (max(noise, 0), 2)),
                random.lognormal(4, 0.8, (max(noise, 0), 2)),
            ]
        )
        labels = [*np.repeat(kinds, 3), *random.choice(CLASSES, len(others))]
        scores = [*random.beta(3, 2, len(shifted)), *random.beta(1, 6, len(others))]
        for box, kind, score in zip([*shifted, *others], labels, scores, strict=True):
            results.append(
                {
                    "image_id": image,
                    "category_id": int(kind),
                    "bbox": np.abs(box).round(2).tolist(),
                    "score": round(float(score), 3),
                }
            )
    truth = {
        "images": [{"id": image} for image in range(1, pictures + 1)],
        "categories": [{"id": kind, "name": f"class {kind}"} for kind in range(CLASSES)],
        "annotations": annotations,
    }
    return truth, results


def largest_difference(ours: dict[str, Any], theirs: dict[str, Any]) -> float:
    """Return by how much any figure differs; infinite where only one has it."""
    worst = 0.0
    for name, figure in theirs.items():
        if isinstance(figure, dict):
            worst = max(worst, largest_difference(ours[name], figure))
        elif (figure is None) != (ours[name] is None):
            return float("inf")
        elif figure is not None:
            worst = max(worst, abs(figure - ours[name]))
    return worst


if __name__ == "__main__":
    main()

"""How good the starter detector is on simulated pours that it has never seen.

    python -m benchmarks.starter [--quick] [--pours N] [--videos N] [--detector FOLDER]

Renders pours with seeds far from those of the training, at middle difficulty, and prints AP and
AP50 of each class with the number of its boxes. Then the whole chain: whole videos are rendered,
analysed with the detector at 5 frames a second and judged by the vibration rules, and the
insertions are compared with the planted ones (a drag counts as two stays). Writes
`benchmarks/results/starter.json`.

All of it is simulated: the figures say nothing about a real site.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.pour_truth import true_insertions
from benchmarks.vibration_scores import Score, score_insertions
from workers.cli.main import main as workers
from workers.detect.registry import DetectorSpec, load_detector
from workers.evaluation.coco import evaluate_coco
from workers.media.images import read_image
from workers.training.pours import Pours, render_pours
from workers.training.starter import LABELS, STARTER

RESULTS = Path(__file__).parent / "results" / "starter.json"
FIRST_SEED = 20_000_000
FIRST_VIDEO_SEED = 30_000_000
VIDEO_S = 60.0
RATE = 5.0
BATCH = 8


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few pours, to see that it works")
    parser.add_argument("--pours", type=int, help="five pictures of each are judged (100)")
    parser.add_argument("--videos", type=int, help="pours of a minute to follow (6)")
    parser.add_argument("--detector", type=Path, default=STARTER, help="its folder")
    options = parser.parse_args()
    pours = options.pours or (2 if options.quick else 100)
    videos = options.videos if options.videos is not None else (1 if options.quick else 6)
    with tempfile.TemporaryDirectory() as folder:
        detection = judge_pictures(options.detector, pours, Path(folder))
        _print_detection(detection)
        chain = judge_videos(options.detector, videos, Path(folder), 20 if options.quick else 60)
        _print_chain(chain)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"detection": detection, "chain": chain}, indent=2) + "\n")


def judge_pictures(detector_folder: Path, pours: int, folder: Path) -> dict[str, Any]:
    """Detect in pictures of unseen pours and compare with the truth."""
    truth_path = folder / "pictures" / "truth.json"
    seeds = range(FIRST_SEED, FIRST_SEED + pours)
    render_pours(Pours(seeds, 5, "middle", LABELS), truth_path)
    truth = json.loads(truth_path.read_text())
    numbers = {one["name"]: one["id"] for one in truth["categories"]}
    detector = load_detector(
        DetectorSpec("starter", "dfine", detector_folder, score_threshold=0.001)
    )
    results = []
    for first in range(0, len(truth["images"]), BATCH):
        images = truth["images"][first : first + BATCH]
        found = detector.detect(
            [read_image(truth_path.parent / one["file_name"]) for one in images]
        )
        for image, detections in zip(images, found, strict=True):
            for box, score, label in zip(
                detections.boxes.tolist(),
                detections.scores.tolist(),
                detections.labels,
                strict=True,
            ):
                x1, y1, x2, y2 = box
                results.append(
                    {
                        "image_id": image["id"],
                        "category_id": numbers[label],
                        "bbox": [x1, y1, x2 - x1, y2 - y1],
                        "score": score,
                    }
                )
    results_path = folder / "results.json"
    results_path.write_text(json.dumps(results))
    metrics = evaluate_coco(truth_path, results_path)
    names = {number: name for name, number in numbers.items()}
    boxes = Counter(names[one["category_id"]] for one in truth["annotations"])
    return {
        "pours": pours,
        "pictures": len(truth["images"]),
        "first_seed": FIRST_SEED,
        "AP": metrics["AP"],
        "AP50": metrics["AP50"],
        "per_class": {
            label: {**metrics["per_class"][label], "boxes": boxes[label]} for label in LABELS
        },
    }


def judge_videos(detector: Path, videos: int, folder: Path, seconds: float) -> dict[str, Any]:
    """Follow whole pours from the picture to the insertions."""
    score = Score(is_compliant=False, hours=videos * seconds / 3600.0)
    true_count = said_count = 0
    for seed in range(FIRST_VIDEO_SEED, FIRST_VIDEO_SEED + videos):
        pour = folder / f"pour{seed}"
        frames, report = pour / "frames.jsonl", pour / "report.json"
        _run("simulate", "--out", pour, "--seed", seed, "--seconds", seconds)
        _run("analyse", pour / "video.mp4", "--detector", detector, "--fps", RATE, "--out", frames)
        _run("vibration", "--frames", frames, "--site", pour / "site.json", "--out", report)
        true = true_insertions(pour / "truth.json")
        score_insertions(true, json.loads(report.read_text())["insertions"], score)
        true_count += score.true_insertions
        said_count += score.said_insertions
        print(
            f"pour {seed}: {score.true_insertions} insertions, {score.said_insertions} reported",
            file=sys.stderr,
        )
    errors = np.abs(score.duration_errors)
    return {
        "videos": videos,
        "seconds": seconds,
        "first_seed": FIRST_VIDEO_SEED,
        "insertions": true_count,
        "reported": said_count,
        "matched": score.matched,
        "precision": score.matched / said_count if said_count else None,
        "recall": score.matched / true_count if true_count else None,
        "duration_mae_s": float(errors.mean()) if errors.size else None,
        "position_median_m": float(np.median(score.position_errors)) if errors.size else None,
    }


def _run(*arguments: object) -> None:
    if workers([str(one) for one in arguments]) != 0:
        raise SystemExit(f"python -m workers {arguments[0]} failed")


def _print_detection(found: dict[str, Any]) -> None:
    print(
        f"{found['pictures']} pictures of {found['pours']} unseen simulated pours, middle: "
        f"AP {found['AP']:.3f}, AP50 {found['AP50']:.3f}"
    )
    for label, one in found["per_class"].items():
        print(
            f"  {label:14} AP {one['AP'] or 0:.3f}  AP50 {one['AP50'] or 0:.3f}  n={one['boxes']}"
        )
    sys.stdout.flush()


def _print_chain(chain: dict[str, Any]) -> None:
    print(f"{chain['videos']} simulated pours of {chain['seconds']:g} s, {RATE:g} frames a second:")
    for name in ("precision", "recall", "duration_mae_s", "position_median_m"):
        value = "-" if chain[name] is None else f"{chain[name]:.3f}"
        print(f"  insertion {name:18} {value}")
    print(f"  n={chain['insertions']} planted, {chain['reported']} reported")


if __name__ == "__main__":
    main()

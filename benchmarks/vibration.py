"""How well the vibration analysis does on made-up pours with known truth, and how fast.

    python -m benchmarks.vibration [--quick] [--seeds FIRST COUNT]

Prints a table and writes `benchmarks/results/vibration.json`. All data are synthetic: the
figures say how the analysis copes with noise, not how a detector does on a real site. Seeds from
3000 on were not looked at while the analysis was tuned.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.pour_frames import NOISE, make_frames, make_site
from benchmarks.pour_world import make_world
from benchmarks.vibration_scores import BY_EVENT, BY_MAP, Score, score
from workers.vibration.analysis import analyse_vibration
from workers.vibration.frames import FrameFile, frame_from_json
from workers.vibration.site import Site

RESULTS = Path(__file__).parent / "results" / "vibration.json"
FIRST_SEED = 3000
RATES = (2.0, 5.0, 10.0)
OBJECTS = 10
HOUR_FRAMES = 18_000

Sample = list[Score]
Figure = dict[str, Any]


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one pour of each kind")
    parser.add_argument("--seeds", nargs=2, type=int, metavar=("FIRST", "COUNT"))
    parser.add_argument("--peak-of", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peak_of:
        _print_peak(options.peak_of)
        return
    first, count = options.seeds or (FIRST_SEED, 1 if options.quick else 16)
    result: dict[str, Any] = {"first_seed": first, "settings": []}
    for noise in ("middle",) if options.quick else NOISE:
        for rate in (5.0,) if options.quick else RATES:
            is_target = noise == "middle" and rate == 5.0
            pours = count if is_target else max(1, count // 4)
            scores = run_pours(range(first, first + pours), rate, noise)
            figures = figures_of(scores)
            result["settings"].append({"noise": noise, "rate": rate, "figures": figures})
            _print_figures(noise, rate, figures)
    result["speed"] = measure_speed(hours=2 if options.quick else 10)
    print(json.dumps(result["speed"], indent=2))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n")


def run_pours(seeds: range, rate: float, noise: str) -> Sample:
    """Make, analyse and score one compliant and one violating pour for each seed."""
    scores = []
    for seed in seeds:
        for is_compliant in (True, False):
            world = make_world(seed, is_compliant=is_compliant)
            frames = make_frames(world, seed, rate, NOISE[noise])
            site = Site.from_json(make_site(world, seed))
            report = analyse_vibration(map(frame_from_json, frames), site).to_json()
            scores.append(score(world, report, is_compliant=is_compliant))
        print(f"seed {seed} done", file=sys.stderr)
    return scores


def figures_of(scores: Sample) -> dict[str, Figure]:
    """Work out every figure with its number of cases and its 95 % interval over pours."""
    violating = [one for one in scores if not one.is_compliant]
    compliant = [one for one in scores if one.is_compliant]
    figures = {
        "insertion_precision": _ratio(scores, lambda s: (s.matched, s.said_insertions)),
        "insertion_recall": _ratio(scores, lambda s: (s.matched, s.true_insertions)),
        "duration_mae_s": _pooled(scores, lambda s: np.abs(s.duration_errors), np.mean),
        "duration_bias_s": _pooled(scores, lambda s: s.duration_errors, np.mean),
        "position_median_m": _pooled(scores, lambda s: s.position_errors, np.median),
        "position_p95_m": _pooled(scores, lambda s: s.position_errors, _p95),
        "position_error_over_sigma_rms": _pooled(scores, _normalised, _rms),
        "coverage_error_points": _pooled(scores, lambda s: [s.coverage_error], np.mean),
        "coverage_error_worst_points": _pooled(scores, lambda s: [s.coverage_error], np.max),
        "missed_area_found": _ratio(violating, lambda s: (s.found["V04"], s.planted["V04"])),
        "missed_area_false_per_pour": _ratio(
            scores, lambda s: (s.raised["V04"] - s.right["V04"], 1)
        ),
        "compliant_false_alarms_per_hour": _ratio(
            compliant, lambda s: (sum(s.raised.values()), s.hours)
        ),
        "compliant_to_review_per_hour": _ratio(compliant, lambda s: (s.to_review, s.hours)),
    }
    for rule in sorted((*BY_EVENT, *BY_MAP)):
        figures[f"{rule}_precision"] = _rule(scores, rule, "right", "raised")
        figures[f"{rule}_recall"] = _rule(scores, rule, "found", "planted")
    return figures


def _rule(scores: Sample, rule: str, part: str, whole: str) -> Figure:
    return _ratio(scores, lambda s: (getattr(s, part)[rule], getattr(s, whole)[rule]))


def _ratio(scores: Sample, parts: Callable[[Score], tuple[float, float]]) -> Figure:
    table = np.array([parts(one) for one in scores], dtype=float).reshape(-1, 2)

    def ratio(rows: np.ndarray) -> float:
        part, whole = rows.sum(axis=0)
        return float(part / whole) if whole else float("nan")

    cases = table[:, 1].sum()
    return _with_interval(table, ratio, int(cases) if cases == int(cases) else float(cases))


def _pooled(
    scores: Sample, values: Callable[[Score], Any], summary: Callable[[Any], Any]
) -> Figure:
    pools = [np.asarray(values(one), dtype=float) for one in scores]

    def pooled(indices: np.ndarray) -> float:
        return float(summary(np.concatenate([pools[int(i)] for i in indices.ravel()])))

    cases = sum(len(pool) for pool in pools)
    return _with_interval(np.arange(len(pools))[:, None], pooled, cases)


def _with_interval(
    table: np.ndarray, statistic: Callable[[np.ndarray], float], cases: float
) -> Figure:
    rng = np.random.default_rng(0)
    draws = [
        statistic(table[rng.integers(0, len(table), len(table))]) for _ in range(400)
    ]  # fmt: skip
    known = np.array([draw for draw in draws if np.isfinite(draw)])
    low, high = np.percentile(known, [2.5, 97.5]) if len(known) else (np.nan, np.nan)
    return {
        "value": _number(statistic(table)), "cases": round(cases, 2), "pours": len(table),
        "interval_95": [_number(low), _number(high)],
    }  # fmt: skip


def _number(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None


def _normalised(one: Score) -> np.ndarray:
    # Per axis: the distance has two of them.
    return np.array(one.position_errors) / np.array(one.position_sigmas) / np.sqrt(2.0)


def _p95(values: np.ndarray) -> float:
    return float(np.percentile(values, 95))


def _rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


def _print_figures(noise: str, rate: float, figures: dict[str, Figure]) -> None:
    print(f"\n{noise} noise, {rate:g} frames a second")
    for name, figure in figures.items():
        low, high = figure["interval_95"]
        print(
            f"  {name:36} {figure['value']!s:>9}  [{low} .. {high}]"
            f"  n={figure['cases']:g} in {figure['pours']} pours"
        )
    sys.stdout.flush()


def measure_speed(hours: int) -> dict[str, Any]:
    """Time an hour at 5 frames a second with 10 objects a frame; compare peaks of memory."""
    with tempfile.TemporaryDirectory() as folder:
        one, many = Path(folder, "1"), Path(folder, str(hours))
        one.mkdir()
        many.mkdir()
        site = _write_hours(one, 1)
        _write_hours(many, hours)
        frames = list(FrameFile(one / "frames.jsonl"))
        analysing, reading = [], []
        for _ in range(5):
            start = time.process_time()
            analyse_vibration(frames, site)
            analysing.append(time.process_time() - start)
            start = time.process_time()
            analyse_vibration(FrameFile(one / "frames.jsonl"), site)
            reading.append(time.process_time() - start)
        peaks = {name: _peak_mb(path) for name, path in (("1", one), (str(hours), many))}
    return {
        "frames": len(frames),
        "objects_per_frame": sum(len(frame.labels) for frame in frames) / len(frames),
        "times_real_time": round(3600.0 / float(np.median(analysing))),
        "times_real_time_with_reading": round(3600.0 / float(np.median(reading))),
        "peak_memory_mb_by_hours": peaks,
        "peak_ratio": round(peaks[str(hours)] / peaks["1"], 3),
    }


def _write_hours(folder: Path, hours: int) -> Site:
    world = make_world(7, is_compliant=True)
    with (folder / "frames.jsonl").open("w") as file:
        for index, frame in enumerate(_endless(world)):
            if index == HOUR_FRAMES * hours:
                break
            file.write(json.dumps(frame) + "\n")
    (folder / "site.json").write_text(json.dumps(make_site(world, 7)))
    return Site.from_json(make_site(world, 7))


def _endless(world: Any) -> Iterator[dict[str, Any]]:
    """Yield one pour after the other; every frame has exactly `OBJECTS` objects."""
    frames = list(make_frames(world, 7, 5.0, NOISE["middle"]))
    offset = 0.0
    while True:
        for frame in frames:
            boxes = frame["boxes"][:OBJECTS]
            missing = OBJECTS - len(boxes)
            yield {
                **frame,
                "pts_seconds": round(frame["pts_seconds"] + offset, 6),
                "boxes": boxes + [[5.0 + i, 5.0, 25.0 + i, 60.0] for i in range(missing)],
                "scores": frame["scores"][:OBJECTS] + [0.5] * missing,
                "labels": frame["labels"][:OBJECTS] + ["worker"] * missing,
            }
        offset += world.seconds + 1.0


def _peak_mb(folder: Path) -> float:
    output = subprocess.run(
        [sys.executable, "-m", "benchmarks.vibration", "--peak-of", str(folder)],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return float(output)


def _print_peak(folder: Path) -> None:
    site = Site.from_json(json.loads((folder / "site.json").read_text()))
    analyse_vibration(FrameFile(folder / "frames.jsonl"), site).to_text()
    print(round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0, 1))


if __name__ == "__main__":
    main()

"""A plain scene to write streams by hand: seen from straight above, 100 pixels to the metre."""

from collections.abc import Iterable, Sequence
from typing import Any

from workers.vibration.analysis import analyse_vibration
from workers.vibration.frames import Frame, frame_from_json
from workers.vibration.report import VibrationReport
from workers.vibration.site import Site

WIDTH, HEIGHT = 1280, 720
PX_PER_M = 100.0

Json = dict[str, Any]
Seen = tuple[str, Sequence[float]]


def to_pixel(x: float, y: float) -> tuple[float, float]:
    return x * PX_PER_M, HEIGHT - y * PX_PER_M


def calibration() -> Json:
    """Eight points and two check points without any error."""
    places = [
        (1.0, 1.0), (6.0, 1.0), (11.0, 1.0), (1.0, 3.5), (11.0, 3.5), (1.0, 6.0), (6.0, 6.0),
        (11.0, 6.0), (3.0, 2.0), (9.0, 5.0),
    ]  # fmt: skip
    rows = [[*to_pixel(x, y), x, y] for x, y in places]
    return {"image_size": [WIDTH, HEIGHT], "points": rows[:8], "check_points": rows[8:]}


def square(x1: float, y1: float, x2: float, y2: float) -> list[list[float]]:
    return [[x1, y1], [x2, y1], [x2, y2], [x1, y2]]


def site_json(**changes: Any) -> Json:
    site: Json = {
        "calibration": calibration(),
        "pour": square(2.0, 2.0, 4.0, 4.0),
        "openings": [],
        "zones": [],
        "radius_m": 0.30,
        "profile": "CN-GB",
        "rules": {},
    }
    return site | changes


def site(**changes: Any) -> Site:
    return Site.from_json(site_json(**changes))


def poker_in(x: float, y: float) -> Seen:
    u, v = to_pixel(x, y)
    return "vibrator_in", (u - 8, v - 60, u + 8, v)


def poker_out(x: float, y: float) -> Seen:
    return "vibrator_out", poker_in(x, y)[1]


def worker(x: float, y: float) -> Seen:
    u, v = to_pixel(x, y)
    return "worker", (u - 30, v - 170, u + 30, v)


def head(x: float, y: float, label: str) -> Seen:
    u, v = to_pixel(x, y)
    return label, (u - 12, v - 170, u + 12, v - 145)


def frame(time_s: float, seen: Iterable[Seen], size: tuple[int, int] = (WIDTH, HEIGHT)) -> Frame:
    objects = list(seen)
    return frame_from_json(
        {
            "frame": 0,
            "pts_seconds": time_s,
            "width": size[0],
            "height": size[1],
            "boxes": [list(box) for _, box in objects],
            "scores": [0.9] * len(objects),
            "labels": [label for label, _ in objects],
            "pdq": None,
            "pdq_quality": 0,
        }
    )


def stays(
    plan: Sequence[tuple[float, float, float, float]], *, end_s: float, rate: float = 5.0
) -> list[Frame]:
    """Return frames of one poker that stands at (start, end, x, y) and is held out in between."""
    frames = []
    for index in range(round(end_s * rate) + 1):
        time_s = index / rate
        seen = [poker_in(x, y) for start, end, x, y in plan if start <= time_s < end]
        if not seen:
            _, _, x, y = min(plan, key=lambda one: min(abs(one[0] - time_s), abs(one[1] - time_s)))
            seen = [poker_out(x + 0.02, y)]
        frames.append(frame(time_s, seen))
    return frames


def report(frames: Iterable[Frame], **changes: Any) -> VibrationReport:
    return analyse_vibration(frames, site(**changes))


def codes(result: VibrationReport) -> set[str]:
    return {note.code for note in result.notes}


def rules(result: VibrationReport) -> set[str]:
    return {finding.rule for finding in result.findings}

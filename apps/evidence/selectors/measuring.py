"""By what a pour was measured: rules, calibrations, cameras, and the time that none of them saw."""

from collections.abc import Iterable, Sequence
from typing import Any

from apps.analysis.models import Run, Segment, SegmentState
from apps.inspection.calibrations import finite
from apps.inspection.selectors.clock import PourClock
from apps.inspection.services.camera import shifts_of
from workers.errors import WorkerError
from workers.vibration.calibration import Calibration
from workers.vibration.camera import INLIERS_MIN, CameraShift
from workers.vibration.pour_site import PourSite, calibration_from_json
from workers.vibration.rules.table import RULE_SPECS
from workers.vibration.site import Site

Json = dict[str, Any]
Span = tuple[float, float]

# Notes on times in which a camera saw no place that could be measured.
BLIND_NOTES = ("stream_lost", "camera_moved", "view_lost")


def rules_of(site: Site, judged: list[str], not_judged: list[dict[str, str]]) -> list[Json]:
    """Every rule with its parameters at this site, and whether it was judged."""
    reasons = {one["rule"]: one["reason"] for one in not_judged}
    return [
        {
            "id": rule,
            "parameters": {
                name: value
                for name, value in site.rules[rule].parameters.items()
                if value is not None
            },
            "is_judged": rule in judged,
            "reason": reasons.get(rule, ""),
        }
        for rule in RULE_SPECS
    ]


def calibrations_of(site: PourSite, names: dict[int, str]) -> list[Json]:
    """How well each camera knows the ground, also for lifts with a plane of their own."""
    rows = []
    for camera, setup in site.document["cameras"].items():
        video = names.get(int(camera)) if camera.isdecimal() else None
        given = [("", setup["calibration"])]
        given += [(lift["name"], lift["calibration"]) for lift in setup["lifts"]]
        for lift, points in given:
            if video is None or points is None:
                continue
            try:
                calibration = calibration_from_json(points, "calibration")
            except WorkerError:
                # What does not fix a plane is named among the notes.
                continue
            rows.append(_calibration(video, lift, points, calibration))
    return rows


def _calibration(video: str, lift: str, points: Json, calibration: Calibration) -> Json:
    quality = calibration.quality
    return {
        "video": video,
        "lift": lift,
        "grade": str(quality.grade),
        "points": len(points["points"]),
        "check_points": len(points["check_points"]),
        "rmse_px": quality.rmse_px,
        "rmse_m": quality.rmse_m,
        "max_m": quality.max_m,
        "leave_one_out_m": finite(quality.leave_one_out_rmse_m),
        "check_m": finite(quality.check_rmse_m),
    }


def cameras_of(site: PourSite, clock: PourClock) -> list[Json]:
    """How much each camera moved against its calibrated picture."""
    rows = []
    for video in clock.videos:
        setup = site.document["cameras"].get(str(video.pk))
        measured = shifts_of(video, setup["still_seconds"]) if setup else []
        shifts = [CameraShift.from_row(row) for row in measured]
        if shifts:
            sizes = [shift.size_px for shift in shifts if shift.inliers >= INLIERS_MIN]
            rows.append(
                {
                    "video": video.filename,
                    "measured": len(shifts),
                    "worst_px": max(sizes, default=None),
                    "lost": len(shifts) - len(sizes),
                }
            )
    return rows


def unobserved_s(run: Run | None, notes: Iterable[Json], clock: PourClock) -> float | None:
    """How long videos of the pour run without any camera seeing it; None before an analysis.

    Args:
        notes: of the inspection's report, with times on the clock of their video.
    """
    if run is None:
        return None
    analysed: dict[int, list[Span]] = {}
    done = Segment.objects.filter(run=run, state=SegmentState.DONE)
    for video_id, start_s, end_s in done.values_list("video", "start_seconds", "end_seconds"):
        analysed.setdefault(video_id, []).append((start_s, end_s))
    blind: dict[int, list[Span]] = {}
    for note in notes:
        if note["code"] in BLIND_NOTES and "video" in note:
            blind.setdefault(note["video"], []).append((note["start_s"], note["end_s"]))
    recorded: list[Span] = []
    seen: list[Span] = []
    for video in clock.videos:
        offset_s = clock.offsets_s[video.pk]
        recorded.append((offset_s, offset_s + video.duration_seconds))
        for part in analysed.get(video.pk, []):
            live = _without(part, blind.get(video.pk, []))
            seen += [(offset_s + begin_s, offset_s + last_s) for begin_s, last_s in live]
    return round(_length_s(recorded) - _length_s(seen), 3)


def _without(span: Span, holes: Sequence[Span]) -> list[Span]:
    parts = []
    begin_s, last_s = span
    for start_s, end_s in sorted(holes):
        if begin_s < min(start_s, last_s):
            parts.append((begin_s, min(start_s, last_s)))
        begin_s = max(begin_s, end_s)
    return [*parts, (begin_s, last_s)] if begin_s < last_s else parts


def _length_s(spans: Sequence[Span]) -> float:
    """The time that some spans cover together, each moment once."""
    total_s, reached_s = 0.0, float("-inf")
    for start_s, end_s in sorted(spans):
        total_s += max(end_s - max(start_s, reached_s), 0.0)
        reached_s = max(reached_s, end_s)
    return total_s

"""A pour as files: the document that describes it, and what becomes of it.

The document (JSON): `{"site": the site of `pour_site`, "is_final", "videos": [{"camera",
"offset_s", "duration_s", "width", "height", "frames": file of frame results or null, "shifts":
[[pts_seconds, dx_px, dy_px, inliers], ...], "is_unmeasurable": true where the calibrated picture
is too plain for shifts}], "corrections": [{"id", "kind": "add", "change" or
"remove", "camera", "before": {"start_s", "end_s", "u_px", "v_px"} or null, "after": the same or
null}]}`. Names of files are relative to the document.

The result (a folder): `report.json`, the contract's vibration report on the pour's clock; its
insertions and findings also say where they are in a video, and it has `judged_rules`, `applied`
(by correction) and `tracks` (by camera, `[kind, start_s, end_s]` on the video's clock). For each
lift that has a map, `classes-N` (uint8 of `coverage.Cell`) and `dose-N` (little-endian float32,
seconds), both compressed by zlib, row by row from the lowest y; the report's `maps` tells their
sizes.
"""

import json
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from workers.errors import WorkerError
from workers.vibration.camera import CameraShift
from workers.vibration.corrections import Correction, CorrectionKind, Mark
from workers.vibration.coverage import Coverage, DwellLimits
from workers.vibration.frames import Frame, FrameFile
from workers.vibration.insertions import Flag, Insertion
from workers.vibration.pour import PourReport, analyse_pour
from workers.vibration.pour_site import PourSite
from workers.vibration.recording import PourVideo, Spot
from workers.vibration.rules.table import RULE_SPECS

Json = dict[str, Any]
REPORT = "report.json"
DOSE_DWELLS = 2.0
"""The dose is drawn up to so many times the longest dwell that is allowed: days compare."""
_PROGRESS_FRAMES = 2000


class Frames:
    """Frame results of a file, telling how many were read."""

    def __init__(self, path: Path, on_frames: Callable[[int], None]) -> None:
        self._file = FrameFile(path)
        self._on_frames = on_frames

    def __len__(self) -> int:
        return len(self._file)

    def __iter__(self) -> Iterator[Frame]:
        for number, frame in enumerate(self._file, start=1):
            if number % _PROGRESS_FRAMES == 0:
                self._on_frames(_PROGRESS_FRAMES)
            yield frame


def judge_files(document: Path, out: Path, progress: Callable[[float], None]) -> PourReport:
    """Judge the pour that a document describes and write the result into a folder.

    Args:
        progress: is told the share of the frames that were read.

    Raises:
        WorkerError: the document, its site or its frames cannot be used.
    """
    try:
        data = json.loads(document.read_bytes())
        site = PourSite.from_json(data["site"])
        totals = [0, 0]

        def on_frames(count: int) -> None:
            totals[0] += count
            progress(totals[0] / max(totals[1], 1))

        videos = [_video(video, document.parent, on_frames) for video in data["videos"]]
        totals[1] = sum(len(video.frames) for video in videos if isinstance(video.frames, Frames))
        corrections = [_correction(one) for one in data["corrections"]]
        is_final = bool(data["is_final"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise WorkerError("pour_invalid", f"{document}: not a pour: {error!r}.") from error
    found = analyse_pour(site, videos, corrections, is_final=is_final)
    out.mkdir(parents=True, exist_ok=True)
    for lift, coverage in found.report.coverages.items():
        _write_map(out, lift, coverage)
    text = json.dumps(pour_json(found), ensure_ascii=False, separators=(",", ":"))
    (out / REPORT).write_text(text, encoding="utf-8")
    return found


def _video(data: Json, folder: Path, on_frames: Callable[[int], None]) -> PourVideo:
    frames = None if data["frames"] is None else Frames(folder / data["frames"], on_frames)
    return PourVideo(
        camera=str(data["camera"]),
        offset_s=float(data["offset_s"]),
        duration_s=float(data["duration_s"]),
        width=int(data["width"]),
        height=int(data["height"]),
        # Without a single frame, nothing was analysed.
        frames=frames or None,
        shifts=[CameraShift.from_row(row) for row in data["shifts"]],
        is_unmeasurable=bool(data.get("is_unmeasurable", False)),
    )


def _correction(data: Json) -> Correction:
    return Correction(
        id=int(data["id"]),
        kind=CorrectionKind(data["kind"]),
        camera=str(data["camera"]),
        before=_mark(data["before"]),
        after=_mark(data["after"]),
    )


def _mark(data: Json | None) -> Mark | None:
    if data is None:
        return None
    u, v = data["u_px"], data["v_px"]
    pixel = None if u is None or v is None else (float(u), float(v))
    return Mark(float(data["start_s"]), float(data["end_s"]), pixel)


def pour_json(found: PourReport) -> Json:
    """Return the result in the shape of `report.json`, without its maps."""
    report = found.report.to_json()
    for row, insertion in zip(report["insertions"], found.report.insertions, strict=True):
        view = insertion.views[0]
        row |= {
            "video": view.camera,
            "video_start_s": round(view.start_s, 3),
            "video_end_s": round(view.end_s, 3),
            **_pixel(view.pixel),
            "origin": str(insertion.origin),
            "edit": insertion.edit,
            "grade": grade_of(insertion, found.limits),
            "is_valid": found.limits.is_valid(insertion),
        }
    rows = zip(report["findings"], found.spots, found.finding_lifts, strict=True)
    for row, spot, lift in rows:
        row |= {**_spot(spot), "lift_number": lift}
    not_judged = {note.rule for note in found.report.notes if note.code == "rule_not_judged"}
    report["judged_rules"] = [
        rule for rule in RULE_SPECS if rule[0] in "VS" and rule not in not_judged
    ]
    report["applied"] = {str(key): value for key, value in sorted(found.applied.items())}
    report["tracks"] = {
        camera: [[one.kind, round(one.start_s, 3), round(one.end_s, 3)] for one in spans]
        for camera, spans in sorted(found.tracks.items())
    }
    report["maps"] = _maps(found, report["coverage"]["lifts"])
    return report


def grade_of(insertion: Insertion, limits: DwellLimits) -> str:
    """Return what became of an insertion: `short`, `good`, `over` or `unclear`."""
    effective_s = limits.effective_s(insertion)
    if Flag.LOW_OBSERVATION in insertion.flags or Flag.CAMERA_MOVED in insertion.flags:
        return "unclear"
    if effective_s > limits.max_s:
        return "over"
    if effective_s >= limits.min_s:
        return "good"
    return "short" if insertion.is_judgeable else "unclear"


def _spot(spot: Spot | None) -> Json:
    if spot is None:
        return {"video": None, "video_start_s": None, "video_end_s": None, **_pixel(None)}
    return {
        "video": spot.camera,
        "video_start_s": round(spot.start_s, 3),
        "video_end_s": round(spot.end_s, 3),
        **_pixel(spot.pixel),
    }


def _pixel(pixel: tuple[float, float] | None) -> Json:
    u, v = pixel or (None, None)
    return {
        "u_px": None if u is None else round(u, 1), "v_px": None if v is None else round(v, 1)
    }  # fmt: skip


def _maps(found: PourReport, facts: list[Json]) -> list[Json]:
    maps = []
    for (lift, coverage), lift_facts in zip(
        sorted(found.report.coverages.items()), facts, strict=True
    ):
        rows, columns = coverage.grid.is_pour.shape
        maps.append(
            {
                "lift": lift,
                "origin_m": [coverage.grid.x_m, coverage.grid.y_m],
                "cell_m": coverage.grid.cell_m,
                "columns": columns,
                "rows": rows,
                "dose_scale_s": DOSE_DWELLS * found.limits.max_s,
                **lift_facts,
            }
        )
    return maps


def _write_map(out: Path, lift: int, coverage: Coverage) -> None:
    dose = np.ascontiguousarray(coverage.dose_s, dtype="<f4")
    (out / f"classes-{lift}").write_bytes(zlib.compress(coverage.classes.tobytes()))
    (out / f"dose-{lift}").write_bytes(zlib.compress(dose.tobytes()))

"""Drawings and stills for whoever asks: made once, then served from disk.

What is to be drawn is looked up first, `picture_make` then needs no database: it may take a while
and runs in a thread of its own.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apps.common.errors import Conflict, NotFound
from apps.evidence.selectors.plans import plan_of
from apps.evidence.storage import STILLS_KEPT, drawing_path, folder_thin, still_path
from apps.evidence.tools import draw
from apps.inspection.models import Inspection
from apps.inspection.selectors.planes import planes_of
from apps.inspection.services.camera import shifts_of
from apps.projects.models import Project, Video, VideoState
from apps.projects.storage import FRAMES, ORIGINAL, video_path
from workers.vibration.camera import Camera, CameraShift

DRAWINGS_KEPT = 60
# One more whenever the same plan is drawn in another way: what was drawn before is drawn anew.
LOOK = 2
# Beyond this the plan no longer lies where it belongs.
SHIFT_MAX_PX = 5.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """A picture, and how it is made if it is not there: `python -m workers` with these words."""

    path: Path
    words: tuple[str, ...]
    kept: int
    document: dict[str, Any] | None = None


def picture_make(wanted: Wanted) -> Path:
    """The picture as a file, made if it is not there. Raises what `draw` does."""
    path = wanted.path
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        folder_thin(path.parent, wanted.kept)
        draw(*wanted.words, "--out", str(path), document=wanted.document)
    return path


def plan_wanted(project: Project, *, lift: int, layer: str, lang: str, suffix: str) -> Wanted:
    """The plan of a lift. Raises NotFound where it has no map."""
    path = drawing_path(project.pk, _key(project, lift, layer, lang), suffix)
    document = None if path.exists() else plan_of(project, lift).to_json()
    return Wanted(path, ("plan", *_look(layer, lang)), DRAWINGS_KEPT, document)


def overlay_wanted(
    project: Project, *, lift: int, layer: str, lang: str, video: int, seconds: float
) -> Wanted:
    """The plan laid over a still of one of the project's videos.

    Raises:
        NotFound: there is no such video, or no map of the lift.
        Conflict: `video_not_calibrated`.
    """
    shown = project.videos.filter(pk=video, state=VideoState.READY).first()
    if shown is None:
        raise NotFound("There is no such video.")
    seconds = _within(shown, seconds)
    path = drawing_path(
        project.pk, _key(project, lift, layer, lang, video, round(seconds * 1000)), "png"
    )
    document = None
    if not path.exists():
        document = plan_of(project, lift).to_json() | _camera_of(shown, lift, seconds)
    words = ("overlay", "--video", *_picture(shown, seconds), *_look(layer, lang))
    return Wanted(path, words, DRAWINGS_KEPT, document)


def still_wanted(video: Video, seconds: float) -> Wanted:
    """The frame shown at a time. Raises NotFound for a video that is not ready."""
    if video.state != VideoState.READY:
        raise NotFound("The video cannot be shown.", code="video_not_ready")
    seconds = _within(video, seconds)
    path = still_path(video.project_id, video.pk, round(seconds * 1000))
    return Wanted(path, ("still", *_picture(video, seconds)), STILLS_KEPT)


def _within(video: Video, seconds: float) -> float:
    return min(seconds, video.duration_seconds)


def _look(layer: str, lang: str) -> tuple[str, ...]:
    return "--layer", layer, "--language", lang


def _picture(video: Video, seconds: float) -> tuple[str, ...]:
    return (
        str(video_path(video.folder, ORIGINAL)),
        "--index",
        str(video_path(video.folder, FRAMES)),
        "--seconds",
        f"{seconds:.3f}",
    )


def _key(project: Project, *parts: object) -> str:
    """Changes with every computation and with the name that the plan prints."""
    inspection = Inspection.objects.filter(project=project).first()
    computed = inspection.computed if inspection else 0
    text = "\n".join(map(str, (LOOK, computed, project.name, *parts)))
    return f"{computed}-{hashlib.sha256(text.encode()).hexdigest()[:24]}"


def _camera_of(video: Video, lift: int, seconds: float) -> dict[str, Any]:
    """The calibration of the camera for a lift, and how far it has moved at a time."""
    planes = planes_of(video)
    calibration = planes.of(lift)
    if calibration is None or planes.still_seconds is None:
        raise Conflict("The video has no calibration.", code="video_not_calibrated")
    shifts = [CameraShift.from_row(row) for row in shifts_of(video, planes.still_seconds)]
    shift_px = Camera(shifts, SHIFT_MAX_PX).at(seconds)
    return {"calibration": calibration, "shift_px": list(shift_px)}

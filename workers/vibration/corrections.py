"""Corrections by hand, applied again to whatever was detected.

A correction knows what it is about by place and time in the picture of a video: a new analysis,
a new calibration or a new clock does not move those. One that fits nothing any more is told and
never dropped silently.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import hypot

from workers.vibration.insertions import Flag, Insertion, Origin, View
from workers.vibration.stays import SAME_PLACE_M

REACH_WIDTHS = 0.06
"""So far from where a correction saw it may an insertion be, in widths of the picture."""
SAME_OVERLAP = 0.5
"""An insertion added where one was detected is that one if they share so much of the shorter."""

MANUAL_SIGMA_S = 0.2
"""How well a person marks the moment in which a poker goes in or comes out."""


class CorrectionKind(StrEnum):
    """What a correction does."""

    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Mark:
    """A place and a time in the picture of a video.

    Attributes:
        start_s, end_s: on the video's clock.
        pixel: (u, v) in the upright picture.
    """

    start_s: float
    end_s: float
    pixel: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person said about an insertion.

    Attributes:
        id: of the correction.
        before: the insertion as the person saw it; None for one that is added.
        after: as it should be; None for one that is removed.
    """

    id: int
    kind: CorrectionKind
    camera: str
    before: Mark | None
    after: Mark | None


Enter = Callable[[str, Mark], Insertion]
"""(camera, mark) -> the insertion that a person entered there, on the pour's clock."""


def correct(
    insertions: Sequence[Insertion],
    corrections: Sequence[Correction],
    enter: Enter,
    widths_px: Mapping[str, int],
) -> tuple[list[Insertion], dict[int, bool]]:
    """Apply corrections in their order, each to what the ones before it have made.

    Args:
        widths_px: by camera, the width of its picture.

    Returns:
        The insertions in any order; and by correction whether it fitted something. One of a
        camera that is not there any more does not.
    """
    current = list(insertions)
    applied = {}
    for one in corrections:
        is_applied = one.camera in widths_px
        if is_applied and one.kind is CorrectionKind.ADD and one.after is not None:
            _add(current, one, enter(one.camera, one.after), widths_px[one.camera])
        elif is_applied and one.before is not None:
            is_applied = _change(current, one, enter, widths_px[one.camera])
        applied[one.id] = is_applied
    return current, applied


def _add(current: list[Insertion], correction: Correction, made: Insertion, width_px: int) -> None:
    """Add an insertion; one that was detected just there by now is the same and gives way."""
    made = replace(made, origin=Origin.ADDED, edit=correction.id)
    mark = correction.after
    index = None if mark is None else _find(current, correction.camera, mark, width_px)
    if index is not None and _is_same(current[index], made, width_px):
        made = replace(made, views=(*made.views, *_other_views(current.pop(index), made)))
    current.append(made)


def _change(current: list[Insertion], correction: Correction, enter: Enter, width_px: int) -> bool:
    mark = correction.before
    index = None if mark is None else _find(current, correction.camera, mark, width_px)
    if index is None:
        return False
    old = current.pop(index)
    if correction.after is not None:
        made = enter(correction.camera, correction.after)
        origin = Origin.ADDED if old.origin is Origin.ADDED else Origin.CORRECTED
        views = (*made.views, *_other_views(old, made))
        current.append(replace(made, origin=origin, edit=correction.id, views=views))
    return True


def _find(insertions: Sequence[Insertion], camera: str, mark: Mark, width_px: int) -> int | None:
    """Return the index of the insertion that fits a mark best: at that time, near that place."""
    best: tuple[float, int] | None = None
    for index, one in enumerate(insertions):
        for view in one.views:
            if view.camera == camera and (fit := _fit(view, mark, width_px)) is not None:
                best = max(best, (fit, -index)) if best else (fit, -index)
    return -best[1] if best else None


def _fit(view: View, mark: Mark, width_px: int) -> float | None:
    shared_s = min(view.end_s, mark.end_s) - max(view.start_s, mark.start_s)
    if shared_s <= 0.0:
        return None
    share = shared_s / (max(view.end_s, mark.end_s) - min(view.start_s, mark.start_s))
    if view.pixel is None or mark.pixel is None:
        return share
    distance = hypot(view.pixel[0] - mark.pixel[0], view.pixel[1] - mark.pixel[1])
    reach = REACH_WIDTHS * width_px
    return share - distance / reach if distance <= reach else None


def _is_same(detected: Insertion, made: Insertion, width_px: int) -> bool:
    """Whether two are one: no two pokers are in one place at one time."""
    shorter_s = min(detected.end_s - detected.start_s, made.end_s - made.start_s)
    shared_s = min(detected.end_s, made.end_s) - max(detected.start_s, made.start_s)
    if detected.origin is not Origin.DETECTED or shared_s < SAME_OVERLAP * shorter_s:
        return False
    if detected.x_m is not None and made.x_m is not None:
        (x, y), (made_x, made_y) = detected.place, made.place
        return hypot(x - made_x, y - made_y) <= SAME_PLACE_M
    first, second = detected.views[0].pixel, made.views[0].pixel
    if first is None or second is None:
        return True
    return hypot(first[0] - second[0], first[1] - second[1]) <= REACH_WIDTHS * width_px / 3.0


def _other_views(old: Insertion, made: Insertion) -> list[View]:
    return [view for view in old.views if view.camera != made.views[0].camera]


def entered(
    camera: str, mark: Mark, *, offset_s: float, lift: int,
    metric: tuple[float, float, float] | None, is_camera_moved: bool,
) -> Insertion:  # fmt: skip
    """Return an insertion that a person marked, on the pour's clock.

    Args:
        offset_s: the pour's time at the first frame of the video.
        metric: x_m, y_m, sigma_m; None without a calibration.
    """
    x_m, y_m, sigma_m = metric or (None, None, None)
    return Insertion(
        id=0,
        lift=lift,
        x_m=x_m,
        y_m=y_m,
        sigma_m=sigma_m,
        start_s=mark.start_s + offset_s,
        end_s=mark.end_s + offset_s,
        duration_s=mark.end_s - mark.start_s,
        duration_sigma_s=MANUAL_SIGMA_S,
        observed_ratio=1.0,
        sightings=0,
        flags=(Flag.CAMERA_MOVED, Flag.MANUAL) if is_camera_moved else (Flag.MANUAL,),
        views=(View(camera, mark.start_s, mark.end_s, mark.pixel),),
    )

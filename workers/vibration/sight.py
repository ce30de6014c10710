"""What the cameras of a pour could see together, and when that was too little."""

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from workers.vibration.coverage import Mask, make_grid
from workers.vibration.merging import Span, unseen_spans
from workers.vibration.recording import Recording
from workers.vibration.site import Site, ZoneKind

SEEN_SHARE = 0.9
"""Cameras see all when they see so much of what all cameras together can see."""


def pour_unseen(recordings: Sequence[Recording], ground: Site) -> list[Span]:
    """Return the times in which a part of what cameras can see was seen by none."""
    masks = {each.video.camera: _sight(each, ground) for each in recordings}
    known = {camera: mask for camera, mask in masks.items() if mask is not None}
    whole = union_of(list(known.values()))

    @cache
    def is_enough(cameras: frozenset[str]) -> bool:
        if not cameras or whole is None:
            return bool(cameras)
        part = union_of([known[camera] for camera in cameras if camera in known])
        return part is not None and bool(part.sum() >= SEEN_SHARE * whole.sum())

    return _unseen(recordings, ground, is_enough)


def posts_unseen(recordings: Sequence[Recording], ground: Site) -> list[Span]:
    """Return the times in which nobody could tell whether all post zones were empty."""
    posts = [
        zone.polygon.representative_point().coords[0]
        for zone in ground.zones
        if zone.kind is ZoneKind.POST
    ]
    seen_by = {each.video.camera: [each.sees(post) for post in posts] for each in recordings}

    def is_enough(cameras: frozenset[str]) -> bool:
        return all(any(seen_by[one][post] for one in cameras) for post in range(len(posts)))

    return _unseen(recordings, ground, is_enough)


def _unseen(
    recordings: Sequence[Recording], ground: Site, is_enough: Callable[[frozenset[str]], bool]
) -> list[Span]:
    live = {each.video.camera: each.on_pour_clock(each.seen.watched) for each in recordings}
    recorded = [
        span
        for each in recordings
        for span in each.on_pour_clock([(each.seen.start_s, each.seen.end_s)])
    ]
    shortest_s = ground.rules["Q04"].number("gap_max_s")
    return unseen_spans(live, recorded, is_enough, shortest_s)


def _sight(recording: Recording, ground: Site) -> Mask | None:
    """Return what a camera measures of the pour, by the first of its calibrations."""
    if ground.pour is None:
        return None
    for lift in range(len(recording.site.lifts)):
        calibration = recording.calibration(lift)
        if calibration is not None:
            return make_grid(
                ground.pour, ground.openings, calibration, ground.radius_m
            ).is_observable
    return None


def union_of(masks: Sequence[Mask]) -> Mask | None:
    """Return what any of some masks has; None for no masks."""
    if not masks:
        return None
    union: Mask = np.logical_or.reduce(masks)
    return union

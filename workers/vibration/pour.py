"""A whole pour: several videos on one clock, one ground and one judgement.

Every camera is observed by itself, with its own calibration and its own movement. What they saw
is laid on the pour's clock, an insertion seen by two cameras at once in one place is one, and
what people corrected is applied. The rules then judge the pour as a whole; what limits a
recording (Q01, Q02, Q04) is said of each. Nothing counts as missed where no camera saw.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from workers.vibration.analysis import dwell_limits
from workers.vibration.calibration import Calibration, Grade
from workers.vibration.camera import Camera, CameraShift
from workers.vibration.corrections import Correction, Mark, correct, entered
from workers.vibration.coverage import Coverage, DwellLimits, Mask, cover, make_grid
from workers.vibration.frames import FrameLike
from workers.vibration.ground import Ground
from workers.vibration.insertions import Flag, Insertion
from workers.vibration.merging import (
    Span,
    merge_insertions,
    merge_people,
    on_pour_clock,
    unseen_spans,
)
from workers.vibration.observe import Observations, Observer, observe
from workers.vibration.pour_site import PourSite
from workers.vibration.report import VibrationReport
from workers.vibration.rules.case import Finding, Note
from workers.vibration.rules.judge import (
    judge_rules,
    manual_checks,
    notes_on_input,
    notes_on_recording,
)
from workers.vibration.site import Site

SEEN_SHARE = 0.9
"""Cameras see all when they see so much of what all cameras together can see."""
_PER_RECORDING = ("Q01", "Q02", "Q04")


@dataclass(frozen=True, slots=True)
class PourVideo:
    """One video of a pour.

    Attributes:
        camera: its name in the site.
        offset_s: the pour's time at its first frame.
        width, height: of its upright picture, in pixels.
        frames: frame results on its own clock; None where nothing was analysed.
        shifts: measured movement of the camera against its calibrated picture.
        is_unmeasurable: that picture shows too little for shifts to be measured.
    """

    camera: str
    offset_s: float
    duration_s: float
    width: int
    height: int
    frames: Iterable[FrameLike] | None = None
    shifts: Sequence[CameraShift] = ()
    is_unmeasurable: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """Where to look for something, in one video.

    Attributes:
        start_s, end_s: on the video's clock.
        pixel: in its upright picture; None where it is not in sight.
    """

    camera: str
    start_s: float
    end_s: float
    pixel: tuple[float, float] | None


@dataclass(frozen=True, slots=True, eq=False)
class PourReport:
    """What was found in a pour.

    Attributes:
        report: on the pour's clock, but notes that name a camera, which are on its video's.
        spots: where to look for each finding, in the order of the findings; None where no video
            shows the time.
        finding_lifts: number of the lift of each finding, where it belongs to one.
        limits: by which insertions were graded.
        applied: by correction, whether it fitted something.
    """

    report: VibrationReport
    spots: tuple[Spot | None, ...]
    finding_lifts: tuple[int | None, ...]
    limits: DwellLimits
    applied: Mapping[int, bool]


class Recording:
    """A video with its site, and what was observed in it on its own clock."""

    def __init__(self, video: PourVideo, site: Site) -> None:
        self.video = video
        self.site = site
        self.grounds = [Ground(lift.calibration) for lift in site.lifts]
        self.camera = Camera(video.shifts, site.rules["Q01"].number("shift_max_px"))
        if video.frames is not None:
            self.seen = observe(video.frames, site, video.shifts)
        else:
            self.seen = replace(
                Observer(site, video.shifts).finish(), start_s=0.0, end_s=video.duration_s
            )

    @property
    def is_analysed(self) -> bool:
        """Whether there were frames."""
        return self.video.frames is not None

    def calibration(self, lift: int) -> Calibration | None:
        """The calibration that places rest on in a lift; None where they cannot."""
        calibration = self.site.lifts[lift].calibration
        is_refused = calibration is None or calibration.quality.grade is Grade.REFUSED
        return None if is_refused else calibration

    def enter(self, mark: Mark) -> Insertion:
        """Return the insertion that a person marked in the picture, on the pour's clock."""
        lift = self.site.lift_index_at(mark.start_s)
        ground = self.grounds[lift]
        metric = None
        if mark.pixel is not None and ground.is_metric:
            place = ground.project(*mark.pixel, self.video.width, self.camera.at(mark.start_s))
            if place is not None:
                sigma_m = ground.sigma_at(place, mark.end_s - mark.start_s)
                metric = None if sigma_m is None else (*place, sigma_m)
        return entered(
            self.video.camera, mark, offset_s=self.video.offset_s, lift=lift, metric=metric,
            is_camera_moved=self.camera.is_moved_between(mark.start_s, mark.end_s),
        )  # fmt: skip

    def on_pour_clock(self, spans: Sequence[Span]) -> list[Span]:
        """Return times of this video on the pour's clock."""
        offset_s = self.video.offset_s
        return [(start_s + offset_s, end_s + offset_s) for start_s, end_s in spans]

    def spot(self, start_s: float, end_s: float, place: tuple[float, float] | None) -> Spot | None:
        """Return a time of the pour in this video; None if the video does not show it."""
        begin_s, stop_s = start_s - self.video.offset_s, end_s - self.video.offset_s
        if stop_s < 0.0 or begin_s > self.video.duration_s:
            return None
        begin_s, stop_s = max(begin_s, 0.0), min(stop_s, self.video.duration_s)
        pixel = None
        if place is not None:
            ground = self.grounds[self.site.lift_index_at(begin_s)]
            pixel = ground.pixel_of(place, self.video.width) if ground.is_metric else None
        if pixel is not None and not self._is_in_picture(pixel):
            pixel = None
        return Spot(self.video.camera, begin_s, stop_s, pixel)

    def _is_in_picture(self, pixel: tuple[float, float]) -> bool:
        return 0.0 <= pixel[0] <= self.video.width and 0.0 <= pixel[1] <= self.video.height


def analyse_pour(
    site: PourSite,
    videos: Sequence[PourVideo],
    corrections: Sequence[Correction] = (),
    *,
    is_final: bool = True,
) -> PourReport:
    """Judge a pour from all its videos and what people corrected.

    Args:
        videos: in any order; those without frames are seen through hand-made insertions only.
        is_final: False while the pour goes on, when nothing can be called left out yet.

    Raises:
        FramesError: frames of a video are there but cannot be used.
    """
    offsets_s = {video.camera: video.offset_s for video in videos}
    ground = site.ground(offsets_s)
    recordings = [Recording(video, site.camera(video.camera, offsets_s)) for video in videos]
    seen_by_each = [
        [on_pour_clock(one, each.video.camera, each.video.offset_s) for one in each.seen.insertions]
        for each in recordings
    ]
    by_camera = {each.video.camera: each for each in recordings}
    corrected, applied = correct(
        merge_insertions(seen_by_each, ground.radius_m),
        corrections,
        lambda camera, mark: by_camera[camera].enter(mark),
        {video.camera: video.width for video in videos},
    )
    insertions = _numbered(corrected)
    used = _used(recordings, insertions)
    seen = _merged(used, insertions, ground)
    limits = dwell_limits(ground)
    coverages = _cover_lifts(used, seen, ground, limits)
    findings, not_judged = judge_rules(ground, seen, coverages, limits, is_final=is_final)
    notes = [
        *notes_on_input(ground, seen),
        *not_judged,
        *(_unmeasured(each) for each in used if each.video.is_unmeasurable),
        *_notes_on_recordings(used),
        *notes_on_recording("Q03", ground, seen),
        *manual_checks(),
    ]
    report = VibrationReport(ground, seen.insertions, tuple(findings), tuple(notes), coverages)
    by_id = {one.id: one for one in insertions}
    return PourReport(
        report,
        tuple(_spot(finding, by_id, recordings) for finding in findings),
        tuple(_lift(finding, by_id, ground) for finding in findings),
        limits,
        applied,
    )


def _numbered(insertions: list[Insertion]) -> tuple[Insertion, ...]:
    insertions.sort(key=lambda one: (one.start_s, one.end_s, one.views[0].camera, one.x_m or 0.0))
    return tuple(replace(one, id=number) for number, one in enumerate(insertions, start=1))


def _used(recordings: list[Recording], insertions: Sequence[Insertion]) -> list[Recording]:
    """Return the recordings that say something: analysed, or looked through by a person."""
    looked_at = {one.views[0].camera for one in insertions if Flag.MANUAL in one.flags}
    return [each for each in recordings if each.is_analysed or each.video.camera in looked_at]


def _merged(
    recordings: Sequence[Recording], insertions: tuple[Insertion, ...], ground: Site
) -> Observations:
    all_seen = [each.seen for each in recordings]
    counts: Counter[str] = Counter()
    for seen in all_seen:
        counts.update(seen.counts)
    offsets_s = [each.video.offset_s for each in recordings]
    ends = list(zip(offsets_s, all_seen, strict=True))
    return Observations(
        insertions=insertions,
        drags=tuple(
            sorted(
                (
                    replace(
                        drag, start_s=drag.start_s + each.video.offset_s,
                        end_s=drag.end_s + each.video.offset_s, camera=each.video.camera,
                    )
                    for each in recordings
                    for drag in each.seen.drags
                ),
                key=lambda drag: (drag.start_s, drag.camera, drag.x, drag.y),
            )
        ),
        people=merge_people(
            [(each.video.camera, each.video.offset_s, each.seen.people) for each in recordings]
        ),
        frames=sum(seen.frames for seen in all_seen),
        start_s=min((offset + seen.start_s for offset, seen in ends), default=0.0),
        end_s=max((offset + seen.end_s for offset, seen in ends), default=0.0),
        gaps=tuple(_unseen(recordings, ground)),
        interval_s=max((seen.interval_s for seen in all_seen), default=0.0),
        counts=dict(sorted(counts.items())),
        moved_frames=sum(seen.moved_frames for seen in all_seen),
        repeated_frames=sum(seen.repeated_frames for seen in all_seen),
        misfits=sum(seen.misfits for seen in all_seen),
        is_metric=any(seen.is_metric for seen in all_seen),
        camera_spans=(),
        camera_worst_px=None,
    )  # fmt: skip


def _unseen(recordings: Sequence[Recording], ground: Site) -> list[Span]:
    """Return the times in which a part of what cameras can see was seen by none."""
    masks = {each.video.camera: _sight(each, ground) for each in recordings}
    known = {camera: mask for camera, mask in masks.items() if mask is not None}
    whole = _union(list(known.values()))

    @cache
    def is_enough(cameras: frozenset[str]) -> bool:
        if not cameras or whole is None:
            return bool(cameras)
        part = _union([known[camera] for camera in cameras if camera in known])
        return part is not None and bool(part.sum() >= SEEN_SHARE * whole.sum())

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


def _union(masks: Sequence[Mask]) -> Mask | None:
    if not masks:
        return None
    union: Mask = np.logical_or.reduce(masks)
    return union


def _cover_lifts(
    recordings: Sequence[Recording], seen: Observations, ground: Site, limits: DwellLimits
) -> dict[int, Coverage]:
    """Map each lift that was poured while somebody recorded: unobservable where no camera saw."""
    if ground.pour is None or not seen.knows_insertions:
        return {}
    coverages = {}
    first, last = ground.lift_index_at(seen.start_s), ground.lift_index_at(seen.end_s)
    for lift in range(first, last + 1):
        grids = [
            make_grid(ground.pour, ground.openings, calibration, ground.radius_m)
            for each in recordings
            if _shows(each, lift) and (calibration := each.calibration(lift)) is not None
        ]
        observable = _union([grid.is_observable for grid in grids])
        if observable is not None:
            grid = replace(grids[0], is_observable=observable)
            placed = [one for one in seen.insertions if one.lift == lift and one.x_m is not None]
            coverages[lift] = cover(grid, placed, ground.radius_m, limits)
    return coverages


def _shows(recording: Recording, lift: int) -> bool:
    """Whether the lift was poured in some part of a recording."""
    site, seen = recording.site, recording.seen
    return site.lift_index_at(seen.start_s) <= lift <= site.lift_index_at(seen.end_s)


def _notes_on_recordings(recordings: Sequence[Recording]) -> list[Note]:
    return [
        replace(note, camera=each.video.camera)
        for rule in _PER_RECORDING
        for each in recordings
        for note in notes_on_recording(rule, each.site, each.seen)
    ]


def _unmeasured(recording: Recording) -> Note:
    return Note(
        "camera_unmeasured",
        "Whether the camera moved was not measured: its reference picture shows too little that "
        "stands still. Choose another reference picture.",
        "Q01",
        camera=recording.video.camera,
    )


def _spot(
    finding: Finding, insertions: Mapping[int, Insertion], recordings: Sequence[Recording]
) -> Spot | None:
    """Return where to look for a finding: in the video that saw it, else in one that shows it."""
    place = None
    if finding.x_m is not None and finding.y_m is not None:
        place = (finding.x_m, finding.y_m)
    camera = finding.camera
    if finding.insertion_ids:
        first = insertions[finding.insertion_ids[0]]
        camera = first.views[0].camera
    spots = [
        (spot.camera != camera, spot.pixel is None, index, spot)
        for index, each in enumerate(recordings)
        if (spot := each.spot(finding.start_s, finding.end_s, place)) is not None
    ]
    if not spots:
        return None
    best = min(spots, key=lambda one: one[:3])[3]
    pixel = best.pixel or finding.pixel
    if pixel is None and len(finding.insertion_ids) == 1:
        pixel = insertions[finding.insertion_ids[0]].views[0].pixel
    return replace(best, pixel=pixel)


def _lift(finding: Finding, insertions: Mapping[int, Insertion], ground: Site) -> int | None:
    if finding.insertion_ids:
        return insertions[finding.insertion_ids[-1]].lift
    return ground.lift_index_at(finding.start_s) if finding.rule.startswith("V") else None

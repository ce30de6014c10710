"""A whole pour: several videos on one clock, one ground and one judgement.

Every camera is observed by itself, with its own calibration and its own movement. What they saw
is laid on the pour's clock, an insertion seen by two cameras at once in one place is one, and
what people corrected is applied. The rules then judge the pour as a whole; what limits a
recording (Q01, Q02, Q04) is said of each. Nothing counts as missed where no camera saw.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from workers.track.spans import TrackSpan
from workers.vibration.analysis import dwell_limits
from workers.vibration.corrections import Correction, correct
from workers.vibration.coverage import Coverage, DwellLimits, cover, make_grid
from workers.vibration.insertions import Flag, Insertion
from workers.vibration.merging import merge_insertions, merge_people, on_pour_clock
from workers.vibration.observe import Observations
from workers.vibration.pour_site import PourSite
from workers.vibration.recording import PourVideo, Recording, Spot
from workers.vibration.report import VibrationReport
from workers.vibration.rules.case import Finding, Note
from workers.vibration.rules.judge import (
    judge_rules,
    manual_checks,
    notes_on_input,
    notes_on_recording,
)
from workers.vibration.sight import posts_unseen, pour_unseen, union_of
from workers.vibration.site import Site

_PER_RECORDING = ("Q01", "Q02", "Q04")


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
        tracks: by camera, when each person and each poker was in sight, on its video's clock.
    """

    report: VibrationReport
    spots: tuple[Spot | None, ...]
    finding_lifts: tuple[int | None, ...]
    limits: DwellLimits
    applied: Mapping[int, bool]
    tracks: Mapping[str, tuple[TrackSpan, ...]]


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
        is_final: False while not all has been analysed, when nothing can be called left out yet.

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
        {each.video.camera: each.seen.tracks for each in recordings},
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
        gaps=tuple(pour_unseen(recordings, ground)),
        posts_unseen=tuple(posts_unseen(recordings, ground)),
        interval_s=max((seen.interval_s for seen in all_seen), default=0.0),
        counts=dict(sorted(counts.items())),
        moved_frames=sum(seen.moved_frames for seen in all_seen),
        repeated_frames=sum(seen.repeated_frames for seen in all_seen),
        misfits=sum(seen.misfits for seen in all_seen),
        is_metric=any(seen.is_metric for seen in all_seen),
        borrowed_lifts=frozenset(
            lift
            for each in recordings
            for lift in each.seen.borrowed_lifts
            if _shows(each, lift)
        ),
        camera_spans=(),
        camera_worst_px=None,
    )  # fmt: skip


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
        observable = union_of([grid.is_observable for grid in grids])
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

"""The whole way: frames and a site in, a report out."""

from collections.abc import Iterable

from workers.vibration.camera import CameraShift
from workers.vibration.coverage import Coverage, DwellLimits, cover, make_grid
from workers.vibration.frames import FrameLike
from workers.vibration.observe import Observations, observe
from workers.vibration.report import VibrationReport
from workers.vibration.rules.judge import judge
from workers.vibration.site import Site


def analyse_vibration(
    frames: Iterable[FrameLike],
    site: Site,
    *,
    shifts: Iterable[CameraShift] = (),
    is_final: bool = True,
) -> VibrationReport:
    """Find insertions, judge the rules and map the coverage of a recording.

    Args:
        frames: frame results with the contract's labels, at 0.5 to 60 a second, at any pace.
        shifts: measured movement of the camera against the calibrated picture.
        is_final: False while not all has been analysed, when nothing can be called left out yet.

    Raises:
        FramesError: there are no frames, or they are too far out of order.
    """
    return judge_observations(observe(frames, site, shifts), site, is_final=is_final)


def judge_observations(seen: Observations, site: Site, *, is_final: bool = True) -> VibrationReport:
    """Judge what was observed: again, after a person has corrected insertions, without frames."""
    limits = dwell_limits(site)
    coverages = cover_lifts(seen, site, limits)
    findings, notes = judge(site, seen, coverages, limits, is_final=is_final)
    return VibrationReport(site, seen.insertions, tuple(findings), tuple(notes), coverages)


def dwell_limits(site: Site) -> DwellLimits:
    """Return what makes an insertion count at this site."""
    return DwellLimits(
        min_s=site.rules["V01"].number("dwell_min_s"),
        max_s=site.rules["V02"].number("dwell_max_s"),
        depth_m=site.rules["V01"].number("depth_m"),
    )


def cover_lifts(seen: Observations, site: Site, limits: DwellLimits) -> dict[int, Coverage]:
    """Map the coverage of each lift that was poured within the recording.

    Without a calibration, a pour, or somebody who knows insertions (a detector or a person) there
    is none: an unseen pour is never a missed one.
    """
    if site.pour is None or not seen.knows_insertions:
        return {}
    first, last = site.lift_index_at(seen.start_s), site.lift_index_at(seen.end_s)
    coverages = {}
    for index in range(first, last + 1):
        calibration = site.lifts[index].calibration
        if calibration is None or calibration.quality.grade == "refused":
            continue
        grid = make_grid(site.pour, site.openings, calibration, site.radius_m)
        placed = [one for one in seen.insertions if one.lift == index and one.x_m is not None]
        coverages[index] = cover(grid, placed, site.radius_m, limits)
    return coverages

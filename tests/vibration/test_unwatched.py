"""What nobody saw accuses nobody: it is to be reviewed, or not judged at all."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.vibration.scene import (
    HEIGHT,
    WIDTH,
    calibration,
    frame,
    poker_in,
    poker_out,
    report,
    site,
    site_json,
    square,
    stays,
    to_pixel,
    worker,
)
from workers.vibration.analysis import analyse_vibration, cover_lifts, dwell_limits
from workers.vibration.camera import CameraShift
from workers.vibration.corrections import Correction, CorrectionKind, Mark
from workers.vibration.frames import Frame
from workers.vibration.observe import observe
from workers.vibration.pour import analyse_pour
from workers.vibration.pour_site import PourSite
from workers.vibration.recording import PourVideo
from workers.vibration.report import VibrationReport
from workers.vibration.rules.case import Verdict
from workers.vibration.rules.judge import judge

TURNED = CameraShift(0.0, 0.0, 0.0, 80, turn_px=60.0)
DANGER = [{"name": "boom", "kind": "danger", "polygon": square(6.0, 2.0, 8.0, 5.0)}]


def violations(result: VibrationReport) -> set[str]:
    return {one.rule for one in result.findings if one.status is Verdict.VIOLATION}


def test_a_camera_that_was_turned_stops_metric_rules_and_time_rules_go_on() -> None:
    def x_at(time_s: float) -> float:
        return 2.5 + 0.25 * min(max(time_s - 10.0, 0.0), 4.0)

    # Six seconds here, a metre in four seconds, six seconds there; somebody under the boom.
    frames = [
        frame(
            t / 5,
            [
                *([poker_in(x_at(t / 5), 3.0)] if 20 <= t < 100 else []),
                worker(7.0 if 25 <= t < 75 else 5.0, 3.0),
            ],
        )
        for t in range(125)
    ]
    here = site(zones=DANGER)
    assert {"V01", "V05", "S03", "S04"} <= violations(analyse_vibration(frames, here))
    turned = analyse_vibration(frames, here, shifts=[TURNED])
    assert violations(turned) == {"V01"}
    not_judged = {one.rule: one.reason for one in turned.notes if one.code == "rule_not_judged"}
    assert not_judged["V05"] == not_judged["S03"]
    assert not_judged["S03"] == "the camera was moved, or saw too little, all the time"
    assert "V01" not in not_judged
    back = CameraShift(20.2, 0.0, 0.0, 80)
    assert violations(analyse_vibration(frames, here, shifts=[TURNED, back])) == {"V01"}
    late = CameraShift(20.2, 0.0, 0.0, 80, turn_px=60.0)
    assert {"V05", "S03", "S04"} <= violations(analyse_vibration(frames, here, shifts=[late]))


def test_a_drag_is_measured_only_where_its_own_camera_gives_metres() -> None:
    def x_at(time_s: float) -> float:
        return 2.5 + 0.25 * min(max(time_s - 10.0, 0.0), 4.0)

    dragging = [frame(t / 5, [poker_in(x_at(t / 5), 3.0)]) for t in range(1, 125)]
    standing = stays([(1.0, 15.0, 2.5, 3.0)], end_s=25.0)

    def lengths(first: list[Frame], second: list[Frame]) -> list[float]:
        """Of drags that two cameras see, the second one without a calibration."""
        data = site_json()
        cameras = {"1": {"calibration": data.pop("calibration")}}
        videos = [
            PourVideo(name, 0.0, 25.0, WIDTH, HEIGHT, frames)
            for name, frames in (("1", first), ("2", second))
        ]
        found = analyse_pour(PourSite.from_json({**data, "cameras": cameras}), videos).report
        return [one.value for one in found.findings if one.rule == "V05"]

    assert lengths(dragging, standing) == [pytest.approx(1.0, abs=0.1)]
    assert lengths(standing, dragging) == []


ROW = [(5.0, 17.0, 2.5, 3.0), (20.0, 32.0, 2.9, 3.0), (35.0, 47.0, 3.3, 3.0)]
ENDS = [ROW[0], ROW[2]]


def statuses(result: VibrationReport, rule: str) -> list[Verdict]:
    return [one.status for one in result.findings if one.rule == rule]


def test_a_point_that_may_lie_between_two_others_makes_their_spacing_a_question() -> None:
    whole = stays(ROW, end_s=50.0)
    assert statuses(report(whole), "V03") == []
    # 0.8 m, and 0.42 m are allowed.
    assert statuses(report(stays(ENDS, end_s=50.0)), "V03") == [Verdict.VIOLATION]
    # Moved for two seconds, the camera cannot have missed a point, but one has no place now.
    moved = [CameraShift(24.0, 9.0, 0.0, 80), CameraShift(26.0, 0.0, 0.0, 80)]
    unplaced = analyse_vibration(whole, site(), shifts=moved)
    assert statuses(unplaced, "V03") == [Verdict.TO_REVIEW]
    assert set(statuses(unplaced, "V04")) == {Verdict.TO_REVIEW}
    gap = [one for one in whole if not 19.0 < one.pts_seconds < 33.0]
    assert statuses(report(gap), "V03") == [Verdict.TO_REVIEW]
    short = [one for one in stays(ENDS, end_s=50.0) if not 20.0 < one.pts_seconds < 26.0]
    assert statuses(report(short), "V03") == [Verdict.VIOLATION]


def test_a_gap_in_one_lift_says_nothing_about_another() -> None:
    lifts = [{"start_s": 0.0}, {"start_s": 60.0, "calibration": calibration()}]
    second = [(65.0, 77.0, 2.5, 3.0), (95.0, 107.0, 3.3, 3.0)]
    cut = [one for one in stays([*ENDS, *second], end_s=110.0) if not 79.0 < one.pts_seconds < 93.0]
    assert statuses(report(cut, lifts=lifts), "V03") == [Verdict.VIOLATION, Verdict.TO_REVIEW]


def test_ground_that_is_not_measured_well_may_hide_a_point() -> None:
    here = site()
    seen = observe(stays(ENDS, end_s=50.0), here)
    limits = dwell_limits(here)

    def spacing(first_column: int, last_column: int) -> list[Verdict]:
        """Cells of 0.05 m from x = 2 m on; the points are in columns 10 and 26."""
        coverages = cover_lifts(seen, here, limits)
        coverages[0].grid.is_observable[:, first_column:last_column] = False
        findings, _ = judge(here, seen, coverages, limits, is_final=True)
        return [one.status for one in findings if one.rule == "V03"]

    assert spacing(16, 20) == [Verdict.TO_REVIEW]
    assert spacing(26, 40) == [Verdict.TO_REVIEW]
    assert spacing(30, 40) == [Verdict.VIOLATION]


def test_concrete_is_not_surely_late_where_nobody_looked() -> None:
    placements = [{"polygon": square(2.0, 2.0, 3.0, 3.0), "placed_s": 0}]
    changes = {"placements": placements, "rules": {"V11": {"delay_max_min": 1}}}
    frames = stays([(2.0, 17.0, 3.5, 3.5)], end_s=130.0, rate=2.0)
    assert statuses(report(frames, **changes), "V11") == [Verdict.VIOLATION]
    cut = [one for one in frames if not 25.0 < one.pts_seconds < 40.0]
    assert statuses(report(cut, **changes), "V11") == [Verdict.TO_REVIEW]
    after = [one for one in frames if not 70.0 < one.pts_seconds < 90.0]
    assert statuses(report(after, **changes), "V11") == [Verdict.VIOLATION]


@pytest.mark.parametrize("moved_s", [0.0, 30.0])
def test_in_a_pour_a_camera_moved_until_the_end_saw_too_little(moved_s: float) -> None:
    data = site_json()
    cameras = {"1": {"calibration": data.pop("calibration")}}
    frames = stays(ENDS, end_s=60.0)

    def found(*shifts: CameraShift) -> VibrationReport:
        seen = PourVideo("1", 0.0, 60.0, WIDTH, HEIGHT, frames, shifts=shifts)
        return analyse_pour(PourSite.from_json({**data, "cameras": cameras}), [seen]).report

    assert violations(found()) == {"V03", "V04", "V09", "V15"}
    assert violations(found(CameraShift(moved_s, 60.0, 0.0, 80))) == set()


def working(end_s: float, *, is_attended: Callable[[float], bool]) -> list[Frame]:
    """A poker at work all the time, somebody at the post at some times."""
    return [
        frame(
            t / 2,
            [
                poker_in(2.3 + 0.3 * (t // 40 % 5), 3.0) if t % 40 < 30 else poker_out(3.0, 3.0),
                *([worker(8.5, 2.5)] if is_attended(t / 2) else []),
            ],
        )
        for t in range(round(end_s * 2))
    ]


def post(x: float) -> dict[str, Any]:
    zones = [{"name": "post", "kind": "post", "polygon": square(x, 2.0, x + 1.0, 3.0)}]
    return {"zones": zones, "rules": {"S06": {"absent_max_min": 1}}}


def test_an_absence_that_was_watched_in_parts_only_is_to_be_reviewed() -> None:
    # 100 s, of which 20 in the middle are missing: 40 s at a time are less than a minute.
    frames = working(240.0, is_attended=lambda time_s: not 50.0 <= time_s < 150.0)
    assert statuses(report(frames, **post(8.0)), "S06") == [Verdict.VIOLATION]
    cut = [one for one in frames if not 90.0 < one.pts_seconds < 110.0]
    (finding,) = [one for one in report(cut, **post(8.0)).findings if one.rule == "S06"]
    assert finding.status is Verdict.TO_REVIEW
    assert finding.value == pytest.approx(100.0 / 60.0, abs=0.02)


def test_nobody_is_missed_at_a_post_in_a_video_that_was_not_analysed() -> None:
    first = PourVideo("1", 0.0, 60.0, WIDTH, HEIGHT, working(60.0, is_attended=lambda _: True))
    alone = working(180.0, is_attended=lambda _: False)
    second = PourVideo("2", 60.0, 180.0, WIDTH, HEIGHT)
    by_hand = [
        Correction(
            number, CorrectionKind.ADD, "2", None,
            Mark(20.0 * number, 20.0 * number + 15.0, to_pixel(2.5, 3.0)),
        )
        for number in range(1, 9)
    ]  # fmt: skip

    def judged(*videos: PourVideo, post_x: float) -> VibrationReport:
        data = site_json(**post(post_x))
        camera = {"calibration": data.pop("calibration")}
        cameras = {"1": camera, "2": camera}
        site = PourSite.from_json({**data, "cameras": cameras})
        return analyse_pour(site, videos, by_hand).report

    assert statuses(judged(first, second, post_x=8.0), "S06") == []
    analysed = replace(second, frames=alone)
    assert statuses(judged(first, analysed, post_x=8.0), "S06") == [Verdict.VIOLATION]
    # The picture ends at x = 12.8 m.
    out_of_sight = judged(first, analysed, post_x=20.0)
    assert statuses(out_of_sight, "S06") == []
    (note,) = [one for one in out_of_sight.notes if one.rule == "S06"]
    assert note.reason == "no camera saw the post zone"

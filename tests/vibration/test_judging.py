"""What decides whether rules are judged, and how sure they are."""

from dataclasses import replace
from typing import Any

import pytest

from tests.vibration.judged import dwell, grid_stays, of, reason
from tests.vibration.scene import (
    calibration,
    codes,
    frame,
    poker_in,
    report,
    rules,
    site_json,
    stays,
    worker,
)  # fmt: skip
from workers.vibration.analysis import judge_observations
from workers.vibration.insertions import Flag, Insertion
from workers.vibration.observe import observe
from workers.vibration.report import VibrationReport
from workers.vibration.rules.case import Verdict
from workers.vibration.rules.judge import MANUAL_CHECKS
from workers.vibration.rules.table import Severity
from workers.vibration.site import Site


def test_what_no_camera_sees_is_always_left_to_a_person() -> None:
    result = grid_stays(3, 3, 0.36)
    subjects = {note.subject for note in result.notes if note.code == "manual_check"}
    assert subjects == {name for name, _ in MANUAL_CHECKS}


def test_no_poker_detections_are_a_status_and_never_a_missed_pour() -> None:
    result = report([frame(t / 5, [worker(3.0, 3.0)]) for t in range(100)])
    assert "no_vibrator_detections" in codes(result)
    assert not result.findings
    coverage = result.to_json()["coverage"]
    assert coverage["covered_pct"] is None
    assert coverage["uncovered_m2"] is None


def test_insertions_entered_by_hand_are_judged_before_any_detector_was_trained() -> None:
    site = Site.from_json(site_json())
    seen = observe([frame(t / 5, []) for t in range(300)], site)
    entered = Insertion(1, 0, 3.0, 3.0, 0.05, 10.0, 14.0, 4.0, 0.1, 1.0, 0, (Flag.MANUAL,))
    good = replace(entered, id=2, x_m=3.4, start_s=20.0, end_s=35.0, duration_s=15.0)
    result = judge_observations(replace(seen, insertions=(entered, good)), site)
    assert [one.insertion_ids for one in of(result, "V01")] == [(1,)]
    assert of(result, "V01")[0].status is Verdict.VIOLATION
    report_json = result.to_json()
    assert report_json["insertions"][0]["flags"] == ["manual"]
    assert report_json["coverage"]["covered_pct"] == pytest.approx(7.07, rel=0.03)


def test_a_smaller_hole_matters_where_the_site_says_so() -> None:
    missing = {(2, 2)}
    assert not of(grid_stays(5, 5, 0.36, skip=missing), "V04")
    finer = {"V04": {"hole_area_min_m2": 0.002}}
    assert of(grid_stays(5, 5, 0.36, skip=missing, rules=finer), "V04")


def test_without_a_calibration_time_rules_work_and_metric_rules_say_why_not() -> None:
    result = dwell(5.0, calibration=None)
    assert rules(result) == {"V01"}
    assert "calibration_missing" in codes(result)
    for rule in ("V03", "V04", "V05", "V09", "V15"):
        assert "calibration" in reason(result, rule)


def test_the_site_says_how_much_calibration_points_may_disagree() -> None:
    data = site_json()
    data["calibration"]["points"][4][2] += 0.2
    worst = Site.from_json(data).calibration
    assert worst is not None
    assert 0.05 < worst.quality.rmse_m < 0.10

    def grade(**rules: Any) -> str:
        calibration = Site.from_json(data | {"rules": rules}).calibration
        assert calibration is not None
        return str(calibration.quality.grade)

    assert grade() == "amber"
    assert grade(Q02={"rmse_max_m": 0.05}) == "refused"
    data["calibration"]["points"][4][2] += 0.3
    assert grade() == "refused"
    assert grade(Q02={"rmse_max_m": 0.4}) == "amber"


def test_the_site_says_how_much_of_a_stay_must_be_seen() -> None:
    # Half of the frames show the poker: every other one, for 12 s.
    frames = [
        frame(t / 5, [poker_in(3.0, 3.0)] if 25 <= t < 86 and t % 2 else []) for t in range(120)
    ]
    by_default = report(frames)
    assert [one.flags for one in by_default.insertions] == [(Flag.LOW_OBSERVATION,)]
    assert "insertion_unobserved" in codes(by_default)
    lower = report(frames, rules={"Q03": {"ratio_min": 0.4}})
    assert [one.flags for one in lower.insertions] == [()]
    assert "insertion_unobserved" not in codes(lower)


def test_a_refused_calibration_is_as_none() -> None:
    data = site_json()
    for row in data["calibration"]["points"][:3]:
        row[2] += 1.5
    frames = stays([(5.0, 10.0, 3.0, 3.0)], end_s=15.0)
    seen = observe(frames, Site.from_json(data))
    result = judge_observations(seen, Site.from_json(data))
    assert "calibration_refused" in codes(result)
    assert rules(result) == {"V01"}


def test_a_radius_that_nobody_set_makes_findings_advisory() -> None:
    data = site_json()
    del data["radius_m"]
    site = Site.from_json(data)
    result = judge_observations(observe(stays([(5, 20, 3.0, 3.0)], end_s=25.0), site), site)
    assert "radius_not_set" in codes(result)
    assert all(f.is_advisory and f.severity is Severity.INFO for f in of(result, "V04"))
    assert of(result, "V04")


def test_nothing_is_called_left_out_while_the_pour_goes_on() -> None:
    site = Site.from_json(site_json())
    seen = observe(stays([(5, 20, 3.0, 3.0)], end_s=25.0), site)
    result = judge_observations(seen, site, is_final=False)
    assert not {"V03", "V04", "V09", "V15"} & rules(result)
    assert "not all has been analysed" in reason(result, "V03")
    assert "not all has been analysed" in reason(result, "V04")


# Two points of each lift are 0.8 m apart, 0.42 m are allowed.
TWO_LIFTS = [{"name": "1", "start_s": 0.0}, {"name": "2", "start_s": 60.0}]
FAR_APART = [
    (5.0, 17.0, 2.5, 3.0), (35.0, 47.0, 3.3, 3.0), (65.0, 77.0, 2.5, 3.0), (95.0, 107.0, 3.3, 3.0),
]  # fmt: skip


@pytest.mark.parametrize(("end_s", "judged"), [(110.0, [(1, 2)]), (706.8, [(1, 2)]),
                                               (707.2, [(1, 2), (3, 4)])])  # fmt: skip
def test_a_lift_is_judged_when_the_next_has_begun_or_nothing_is_done_for_ten_minutes(
    end_s: float, judged: list[tuple[int, int]]
) -> None:
    site = Site.from_json(site_json(lifts=TWO_LIFTS))
    seen = observe(stays(FAR_APART, end_s=end_s), site)
    result = judge_observations(seen, site, is_final=False)
    assert [one.insertion_ids for one in of(result, "V03")] == judged
    assert len(of(result, "V04")) == len(judged)
    left_out = [n for n in result.notes if n.code == "lift_not_judged" and n.rule == "V04"]
    assert [(n.subject, n.reason) for n in left_out] == [("2", "not all has been analysed")] * (
        2 - len(judged)
    )


def test_a_lift_on_the_plane_of_another_breaks_rules_about_time_only() -> None:
    # Six seconds, far from the others, are too short on whatever plane.
    plan = [*FAR_APART, (109.0, 115.0, 2.2, 3.95)]
    frames = stays(plan, end_s=118.0)

    def lift_two(**changes: Any) -> VibrationReport:
        return report(frames, lifts=[TWO_LIFTS[0], TWO_LIFTS[1] | changes])

    own, common = lift_two(calibration=calibration()), lift_two()
    for rule in ("V03", "V04"):
        assert {one.status for one in of(own, rule)} == {Verdict.VIOLATION}
        first, *second = [one.status for one in of(common, rule)]
        assert first is Verdict.VIOLATION
        assert set(second) == {Verdict.TO_REVIEW}
    assert [one.status for one in of(common, "V01")] == [Verdict.VIOLATION]
    assert "lift_off_plane" not in codes(own)
    (note,) = [one for one in common.notes if one.code == "lift_off_plane"]
    assert (note.rule, note.subject, note.start_s) == ("Q02", "2", 60.0)


def test_the_common_plane_is_that_of_the_lift_in_whose_picture_it_was_clicked() -> None:
    frames = stays(FAR_APART, end_s=110.0)
    later = report(frames, lifts=TWO_LIFTS, still_seconds=80.0)
    assert [one.status for one in of(later, "V03")] == [Verdict.TO_REVIEW, Verdict.VIOLATION]


def test_a_lift_with_uncertain_places_leaves_the_others_to_be_judged() -> None:
    site = Site.from_json(site_json(lifts=TWO_LIFTS))
    seen = observe(stays(FAR_APART, end_s=110.0), site)

    def blurred(*lifts: int) -> VibrationReport:
        insertions = tuple(
            replace(one, sigma_m=0.2) if one.lift in lifts else one for one in seen.insertions
        )
        return judge_observations(replace(seen, insertions=insertions), site)

    # Half of the radius are 0.15 m.
    result = blurred(0)
    (finding,) = of(result, "V04")
    assert finding.start_s == pytest.approx(64.9)
    (note,) = [one for one in result.notes if one.code == "lift_not_judged"]
    assert (note.rule, note.subject, note.end_s) == ("V04", "1", 60.0)
    assert "0.20 m only" in (note.reason or "")
    assert "0.20 m only" in reason(blurred(0, 1), "V04")
    assert len(of(blurred(), "V04")) == 2


def test_a_hole_in_the_recording_turns_missed_areas_into_questions() -> None:
    frames = stays([(5.0, 20.0, 3.0, 3.0), (60.0, 75.0, 3.4, 3.0)], end_s=80.0)
    whole = report(frames)
    cut = report([one for one in frames if not 25.0 < one.pts_seconds < 55.0])
    assert {one.status for one in of(whole, "V04")} == {Verdict.VIOLATION}
    assert {one.status for one in of(cut, "V04")} == {Verdict.TO_REVIEW}
    assert "stream_lost" in codes(cut)

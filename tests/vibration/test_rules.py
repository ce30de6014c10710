"""Each rule broken, kept, near its limit, and not to be judged."""

from dataclasses import replace
from typing import Any

import pytest

from tests.vibration.judged import dwell, grid_stays, of, reason
from tests.vibration.scene import (
    calibration,
    frame,
    head,
    poker_in,
    poker_out,
    report,
    rules,
    site_json,
    square,
    stays,
    worker,
)  # fmt: skip
from workers.vibration.analysis import dwell_limits, judge_observations
from workers.vibration.observe import observe
from workers.vibration.pour_files import grade_of
from workers.vibration.rules.case import Finding, Verdict
from workers.vibration.rules.judge import JUDGES, OBSERVERS
from workers.vibration.rules.table import RULE_SPECS, Severity
from workers.vibration.site import Site


def test_every_rule_of_the_table_has_a_unit() -> None:
    assert set(JUDGES) | set(OBSERVERS) == set(RULE_SPECS)


def test_v01_says_how_short_and_how_sure() -> None:
    (finding,) = of(dwell(6.0), "V01")
    assert (finding.value, finding.limit, finding.unit) == (pytest.approx(6.0), 10.0, "s")
    assert finding.status is Verdict.VIOLATION
    assert finding.severity is Severity.MINOR
    assert finding.insertion_ids == (1,)
    assert (finding.x_m, finding.y_m) == pytest.approx((3.0, 3.0), abs=1e-6)


@pytest.mark.parametrize("seconds", [9.2, 10.0, 10.8])
def test_v01_near_the_limit_is_to_be_reviewed(seconds: float) -> None:
    assert [one.status for one in of(dwell(seconds), "V01")] == [Verdict.TO_REVIEW]


def test_v01_and_v02_leave_a_good_stay_alone() -> None:
    assert not {"V01", "V02"} & rules(dwell(20.0))


def test_v01_is_major_only_where_a_limit_is_fixed() -> None:
    assert of(dwell(3.0), "V01")[0].severity is Severity.MINOR
    assert of(dwell(3.0, profile="ACI"), "V01")[0].severity is Severity.MAJOR
    fixed = {"V01": {"method_statement": True}}
    assert of(dwell(3.0, rules=fixed), "V01")[0].severity is Severity.MAJOR
    assert of(dwell(6.0, rules=fixed), "V01")[0].severity is Severity.MINOR


def test_v01_takes_off_the_withdrawal_where_a_depth_is_given() -> None:
    # 0.3 m at 75 mm/s is 4 s, so 12 s in the concrete are 8 s held still.
    (finding,) = of(dwell(12.0, rules={"V01": {"depth_m": 0.3}}), "V01")
    assert finding.value == pytest.approx(8.0)


def test_v01_does_not_accuse_where_not_all_was_seen() -> None:
    frames = stays([(5.0, 11.0, 3.0, 3.0)], end_s=12.0)
    frames = [f if f.pts_seconds < 8.0 else frame(f.pts_seconds, []) for f in frames]
    frames.append(frame(30.0, [poker_out(2.2, 2.2)]))
    (finding,) = of(report(frames), "V01")
    assert finding.status is Verdict.TO_REVIEW


def test_v01_asks_when_the_poker_came_back_to_the_same_place() -> None:
    plan = [(5.0, 11.0, 3.0, 3.0), (16.0, 22.0, 3.0, 3.0), (40.0, 46.0, 3.0, 3.0)]
    findings = of(report(stays(plan, end_s=50.0)), "V01")
    assert [one.status for one in findings] == [
        Verdict.TO_REVIEW, Verdict.TO_REVIEW, Verdict.VIOLATION,
    ]  # fmt: skip


def test_v02_says_how_long() -> None:
    (finding,) = of(dwell(40.0), "V02")
    assert (finding.value, finding.limit, finding.status) == (
        pytest.approx(40.0), 30.0, Verdict.VIOLATION,
    )  # fmt: skip
    assert of(dwell(30.4), "V02")[0].status is Verdict.TO_REVIEW
    assert of(dwell(20.0, profile="ACI"), "V02")[0].limit == 15.0


def test_v02_counts_the_time_that_the_map_counts() -> None:
    # 0.5 m at 75 mm/s are 6.7 s: 33 s in the concrete are 26.3 s held still, 40 s are 33.3 s.
    deep = {"V01": {"depth_m": 0.5}}
    held = dwell(33.0, rules=deep)
    assert not of(held, "V02")
    assert [grade_of(one, dwell_limits(held.site)) for one in held.insertions] == ["good"]
    too_long = dwell(40.0, rules=deep)
    (finding,) = of(too_long, "V02")
    assert finding.value == pytest.approx(33.33, abs=0.01)
    assert finding.status is Verdict.VIOLATION
    assert [grade_of(one, dwell_limits(too_long.site)) for one in too_long.insertions] == ["over"]


def test_a_good_grid_breaks_no_rule_and_a_square_grids_diagonals_are_no_spacing() -> None:
    result = grid_stays(5, 4, 0.36)
    assert not result.findings
    (coverage,) = result.coverages.values()
    assert coverage.covered_pct == pytest.approx(100.0)


def test_v03_measures_neighbours_that_are_too_far() -> None:
    plan = [(5.0, 17.0, 2.5, 3.0), (20.0, 32.0, 3.3, 3.0)]
    (finding,) = of(report(stays(plan, end_s=40.0)), "V03")
    assert finding.value == pytest.approx(0.8)
    assert finding.limit == pytest.approx(0.42)
    assert (finding.x_m, finding.y_m) == pytest.approx((2.9, 3.0))
    assert finding.status is Verdict.VIOLATION


def test_v03_within_the_noise_is_to_be_reviewed_and_across_an_opening_nothing() -> None:
    near = [(5.0, 17.0, 2.5, 3.0), (20.0, 32.0, 2.95, 3.0)]
    assert [one.status for one in of(report(stays(near, end_s=40.0)), "V03")] == [Verdict.TO_REVIEW]
    far = [(5.0, 17.0, 2.5, 3.0), (20.0, 32.0, 3.3, 3.0)]
    opening = [square(2.7, 2.7, 3.1, 3.3)]
    assert not of(report(stays(far, end_s=40.0), openings=opening), "V03")


def test_v04_finds_the_block_that_was_left_out_and_nothing_else() -> None:
    result = grid_stays(6, 6, 0.36, skip={(2, 2), (3, 2), (2, 3), (3, 3)})
    (finding,) = of(result, "V04")
    assert (finding.x_m, finding.y_m) == pytest.approx((2.15 + 2.5 * 0.36,) * 2, abs=0.05)
    assert finding.limit == pytest.approx(0.0707, abs=1e-3)
    assert finding.severity is Severity.MAJOR


def test_v09_finds_an_edge_that_was_left_out() -> None:
    result = grid_stays(6, 4, 0.36, skip={(1, 3), (2, 3), (3, 3), (4, 3)})
    (finding,) = of(result, "V09")
    assert finding.value > 0.5
    assert finding.y_m == pytest.approx(2.3 + 3 * 0.36)


@pytest.mark.parametrize("line", [[[3.0, 2.0], [3.0, 4.0]], [[3.0, 4.0], [3.0, 2.0]]])
def test_v09_finds_the_side_of_a_formwork_that_was_left_out(line: list[list[float]]) -> None:
    plan = [(5.0 + 15 * i, 17.0 + 15 * i, 3.3, 2.15 + 0.3 * i) for i in range(7)]
    result = report(stays(plan, end_s=120.0), formwork=[line])
    assert max(one.value for one in of(result, "V09")) == pytest.approx(2.0, abs=0.1)


def test_v15_compares_coverage_with_its_target() -> None:
    (finding,) = of(dwell(20.0), "V15")
    assert finding.unit == "%"
    assert finding.value == pytest.approx(100 * 3.1416 * 0.09 / 4.0, rel=0.03)
    assert finding.severity is Severity.INFO


def test_v08_is_for_review_where_places_are_not_that_exact() -> None:
    (finding,) = of(report(stays([(5.0, 20.0, 3.0, 2.03)], end_s=25.0)), "V08")
    assert finding.value == pytest.approx(0.03, abs=1e-3)
    assert finding.status is Verdict.TO_REVIEW


def test_v12_counts_visits_and_v13_measures_how_far_outside() -> None:
    plan = [(5.0 + 20 * i, 17.0 + 20 * i, 3.0, 3.0) for i in range(3)]
    (visits,) = of(report(stays(plan, end_s=70.0)), "V12")
    assert (visits.value, visits.insertion_ids) == (3.0, (1, 2, 3))
    (outside,) = of(report(stays([(5.0, 20.0, 5.0, 3.0)], end_s=25.0)), "V13")
    assert outside.value == pytest.approx(1.0)


def test_v10_measures_from_the_lift_below() -> None:
    lifts = [
        {"name": "1", "start_s": 0},
        {"name": "2", "start_s": 300, "calibration": calibration()},
    ]
    frames = stays([(5.0, 20.0, 3.0, 3.0), (320.0, 335.0, 3.05, 3.0)], end_s=340.0, rate=2.0)
    late = report(frames, lifts=lifts, rules={"V10": {"initial_set_min": 4}})
    (finding,) = of(late, "V10")
    # From 20 s to 320 s are five minutes.
    assert finding.value == pytest.approx(5.0, abs=0.05)
    assert finding.status is Verdict.VIOLATION
    soon = report(frames, lifts=lifts, rules={"V10": {"initial_set_min": 6}})
    assert [one.status for one in of(soon, "V10")] == [Verdict.TO_REVIEW]
    assert not of(report(frames, lifts=lifts, rules={"V10": {"initial_set_min": 7}}), "V10")
    # While nobody looked, the layer below may have been vibrated once more.
    blind = [one for one in frames if not 100.0 < one.pts_seconds < 200.0]
    (finding,) = of(report(blind, lifts=lifts, rules={"V10": {"initial_set_min": 4}}), "V10")
    assert finding.status is Verdict.TO_REVIEW


def test_v11_finds_placed_concrete_that_waited() -> None:
    placements = [
        {"polygon": square(2.0, 2.0, 3.0, 3.0), "placed_s": 0},
        {"polygon": square(2.9, 2.9, 3.1, 3.1), "placed_s": 0},
    ]
    frames = stays([(5.0, 20.0, 3.0, 3.0)], end_s=130.0, rate=2.0)
    (finding,) = of(report(frames, placements=placements, rules={"V11": {"delay_max_min": 1}}),
                    "V11")  # fmt: skip
    # A quarter of the disc lies in the first square metre.
    assert finding.value == pytest.approx(1.0 - 3.1416 * 0.09 / 4.0, abs=0.02)


@pytest.mark.parametrize(
    ("start_s", "end_s", "is_in_time"),
    [(45.0, 62.0, True), (30.0, 41.0, True), (2.0, 14.0, False), (55.0, 75.0, False)],
)
def test_v11_counts_what_was_vibrated_for_long_enough_in_its_time_and_lift(
    start_s: float, end_s: float, is_in_time: bool
) -> None:
    placements = [{"polygon": square(2.9, 2.9, 3.1, 3.1), "placed_s": 10}]
    frames = stays([(start_s, end_s, 3.0, 3.0)], end_s=100.0)
    rules_of_it = {"V11": {"delay_max_min": 50 / 60}}
    wide = {"polygon": square(2.6, 2.6, 3.4, 3.4), "placed_s": 10}

    def area(**changes: Any) -> float:
        found = of(report(frames, placements=[wide], rules=rules_of_it, **changes), "V11")
        return sum(one.value for one in found)

    assert not of(report(frames, placements=placements, rules=rules_of_it), "V11")  # too small
    left = 0.64 - 3.1416 * 0.09
    assert area() == pytest.approx(left if is_in_time else 0.64, abs=0.03)
    # What is done in the next lift does not help this one.
    later = [{"name": "1", "start_s": 0.0}, {"name": "2", "start_s": 25.0}]
    assert area(lifts=later) == pytest.approx(0.64, abs=0.03)


def test_v14_needs_a_plan_and_counts_pokers_at_work() -> None:
    frames = stays([(5.0 + 15 * i, 17.0 + 15 * i, 2.3 + 0.3 * (i % 5), 3.0) for i in range(30)],
                   end_s=460.0, rate=2.0)  # fmt: skip
    (finding,) = of(report(frames, rules={"V14": {"plan": 2}}), "V14")
    assert finding.value == pytest.approx(455.0 / 60.0, abs=0.1)
    assert not of(report(frames, rules={"V14": {"plan": 1}}), "V14")
    assert "planned" in reason(report(frames), "V14")


def person_frames(label: str, start: int, stop: int) -> list[Any]:
    return [
        frame(t / 5, [worker(8.0, 3.0), head(8.0, 3.0, label if start <= t < stop else "helmet")])
        for t in range(200)
    ]


def test_s01_needs_time_to_be_sure_and_works_without_a_calibration() -> None:
    (finding,) = of(report(person_frames("no_helmet", 50, 100), calibration=None), "S01")
    assert (finding.start_s, finding.end_s) == pytest.approx((10.0, 19.8))
    assert finding.severity is Severity.MAJOR
    assert not of(report(person_frames("no_helmet", 50, 58)), "S01")


def test_s01_does_not_repeat_itself_within_the_cooldown() -> None:
    frames = [
        frame(t / 5, [worker(8.0, 3.0), head(8.0, 3.0, "no_helmet" if t % 75 < 40 else "helmet")])
        for t in range(300)
    ]
    assert len(of(report(frames), "S01")) == 1


def test_s01_with_a_helmet_or_a_detector_without_helmets() -> None:
    assert not of(report(person_frames("helmet", 0, 200)), "S01")
    only_people = [frame(t / 5, [worker(8.0, 3.0)]) for t in range(100)]
    assert "neither" in reason(report(only_people), "S01")


DANGER = [{"name": "boom", "kind": "danger", "polygon": square(6.0, 2.0, 8.0, 5.0)}]


def walk(stay_s: float) -> list[Any]:
    """Walk into the zone at x = 6 m at 10 s, and out again."""
    return [
        frame(t / 5, [worker(7.0 if 10.0 <= t / 5 < 10.0 + stay_s else 5.0, 3.0)])
        for t in range(200)
    ]


def test_s03_and_s04_by_the_time_in_the_zone() -> None:
    long = report(walk(8.0), zones=DANGER)
    assert of(long, "S03")[0].value == pytest.approx(7.8)
    assert of(long, "S04")[0].status is Verdict.VIOLATION
    assert of(long, "S03")[0].note == "boom"
    short = report(walk(2.0), zones=DANGER)
    assert of(short, "S03")
    assert not of(short, "S04")
    assert not of(report(walk(0.6), zones=DANGER), "S03")
    assert "danger zone" in reason(report(walk(8.0)), "S03")


def test_s03_and_s04_need_somebody_in_the_zone_most_of_the_time() -> None:
    # Outside it for a minute, and inside by the noise of one frame in nine.
    beside = [frame(t / 5, [worker(6.1 if t % 9 == 0 else 5.9, 3.0)]) for t in range(300)]
    assert not {"S03", "S04"} & rules(report(beside, zones=DANGER))
    # Two visits of 2.4 s, seen outside in between: none is longer than 4 s.
    visits = [
        frame(t / 5, [worker(6.2 if t in range(50, 63) or t in range(70, 83) else 5.8, 3.0)])
        for t in range(120)
    ]
    found = report(visits, zones=DANGER)
    assert [one.value for one in of(found, "S03")] == pytest.approx([2.4, 2.4])
    assert not of(found, "S04")
    # The same, but not seen at all in between, as behind a mixer: one visit.
    hidden = [one for one in visits if not 12.5 < one.pts_seconds < 13.9]
    assert [one.value for one in of(report(hidden, zones=DANGER), "S04")] == pytest.approx([6.4])


def test_s05_with_a_limit_of_nobody() -> None:
    frames = [frame(t / 5, [worker(3.0, 3.0)]) for t in range(100)]
    assert of(report(frames, rules={"S05": {"people_max": 0}}), "S05")


def test_s03_needs_a_calibration_and_says_so() -> None:
    assert "calibration" in reason(report(walk(8.0), zones=DANGER, calibration=None), "S03")


def test_s05_counts_people() -> None:
    frames = [
        frame(t / 5, [worker(2.2 + 0.3 * i, 3.0) for i in range(5 if 50 <= t < 120 else 2)])
        for t in range(200)
    ]
    (finding,) = of(report(frames, rules={"S05": {"people_max": 4}}), "S05")
    assert (finding.value, finding.limit) == (5.0, 4.0)
    assert not of(report(frames, rules={"S05": {"people_max": 5}}), "S05")


def test_s06_misses_the_supervisor_only_while_the_pour_goes_on() -> None:
    post = [{"name": "post", "kind": "post", "polygon": square(8.0, 2.0, 9.0, 3.0)}]
    frames = [
        frame(
            t / 2,
            [
                poker_in(2.3 + 0.3 * (t // 40 % 5), 3.0) if t % 40 < 30 else poker_out(3.0, 3.0),
                *([worker(8.5, 2.5)] if not 100 <= t < 300 else []),
            ],
        )
        for t in range(480)
    ]
    (finding,) = of(report(frames, zones=post, rules={"S06": {"absent_max_min": 1}}), "S06")
    assert finding.value == pytest.approx(100.0 / 60.0, abs=0.05)
    assert not of(report(frames, zones=post, rules={"S06": {"absent_max_min": 2}}), "S06")


def test_v06_and_v07_are_not_judged_from_boxes() -> None:
    result = dwell(20.0, rules={"V07": {"enabled": True}})
    assert "boxes do not show it" in reason(result, "V06")
    assert "boxes do not show it" in reason(result, "V07")


def test_v07_is_minor_for_its_angle_is_the_sites_own() -> None:
    here = Site.from_json(site_json(rules={"V07": {"enabled": True}}))
    seen = observe(stays([(5.0, 20.0, 3.0, 3.0)], end_s=25.0), here)

    def tilted(degrees: float) -> list[Finding]:
        (one,) = seen.insertions
        leaning = replace(seen, insertions=(replace(one, tilt_deg=degrees),))
        return of(judge_observations(leaning, here), "V07")

    assert [(one.value, one.severity) for one in tilted(45.0)] == [(45.0, Severity.MINOR)]
    assert not tilted(20.0)

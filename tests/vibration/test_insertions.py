"""Where and how long the poker stayed, in streams written by hand."""

import random
from collections.abc import Sequence

import pytest

from tests.vibration.scene import (
    frame,
    poker_in,
    poker_out,
    report,
    rules,
    site,
    site_json,
    stays,
    worker,
)  # fmt: skip
from workers.vibration.frames import Frame
from workers.vibration.insertions import Flag, Insertion
from workers.vibration.observe import observe


def insertions(frames: Sequence[Frame]) -> tuple[Insertion, ...]:
    return observe(frames, site()).insertions


def test_a_stay_has_its_place_and_one_interval_more_than_its_sightings() -> None:
    # Seen in the concrete at 5.0, 5.2 ... 16.8: 11.8 s between, 12.0 s with one interval.
    (one,) = insertions(stays([(5.0, 17.0, 3.0, 2.5)], end_s=20.0))
    assert one.duration_s == pytest.approx(12.0)
    assert (one.start_s, one.end_s) == pytest.approx((4.9, 16.9))
    assert one.place == pytest.approx((3.0, 2.5), abs=1e-6)
    assert one.observed_ratio == 1.0
    assert one.flags == ()


@pytest.mark.parametrize("rate", [0.5, 1.0, 2.0, 10.0, 25.0, 60.0])
def test_durations_hold_at_every_rate(rate: float) -> None:
    frames = stays([(8.0, 28.0, 3.0, 2.5)], end_s=40.0, rate=rate)
    (one,) = insertions(frames)
    assert one.duration_s == pytest.approx(20.0, abs=1.0 / rate)


def test_durations_hold_at_an_uneven_rate() -> None:
    rng = random.Random(4)
    times, time_s = [], 0.0
    while time_s < 40.0:
        times.append(time_s)
        time_s += rng.choice([0.04, 0.1, 0.3, 0.7])
    frames = [
        frame(t, [poker_in(3.0, 2.5) if 8.0 <= t < 28.0 else poker_out(3.0, 2.5)]) for t in times
    ]
    (one,) = insertions(frames)
    assert one.duration_s == pytest.approx(20.0, abs=0.7)


def test_a_touch_is_no_insertion() -> None:
    assert insertions(stays([(5.0, 5.8, 3.0, 2.5)], end_s=10.0)) == ()


def test_a_short_look_away_is_bridged_and_counted() -> None:
    frames = stays([(5.0, 17.0, 3.0, 2.5)], end_s=20.0)
    frames = [one if not 9.0 < one.pts_seconds < 10.3 else frame(one.pts_seconds, [])
              for one in frames]  # fmt: skip
    (one,) = insertions(frames)
    assert one.duration_s == pytest.approx(12.0)
    assert one.flags == (Flag.INTERPOLATED,)
    assert one.observed_ratio == pytest.approx(54 / 60)


def test_a_wrong_label_in_between_does_not_end_a_stay() -> None:
    frames = stays([(5.0, 17.0, 3.0, 2.5)], end_s=20.0)
    frames[50] = frame(frames[50].pts_seconds, [poker_out(3.0, 2.5)])
    (one,) = insertions(frames)
    assert one.duration_s == pytest.approx(12.0)


def test_taken_out_for_a_while_is_not_counted_as_vibration() -> None:
    (one,) = insertions(stays([(5.0, 11.0, 3.0, 2.5), (13.0, 19.0, 3.0, 2.5)], end_s=22.0))
    assert one.duration_s == pytest.approx(12.0, abs=0.3)
    assert one.end_s - one.start_s == pytest.approx(14.0)


@pytest.mark.parametrize(("away_m", "count"), [(0.06, 1), (0.15, 2)])
def test_taken_out_it_is_back_in_its_own_hole_or_in_the_next(away_m: float, count: int) -> None:
    visits = [(5.0, 11.0, 3.0, 2.5), (13.0, 19.0, 3.0 + away_m, 2.5)]
    found = insertions(stays(visits, end_s=22.0))
    assert len(found) == count
    assert sum(one.duration_s for one in found) == pytest.approx(12.0)


def test_never_seen_out_it_may_be_a_little_farther_away() -> None:
    frames = [
        frame(
            k / 5,
            [poker_in(3.0, 2.5)] if 5.0 <= k / 5 < 11.0
            else [poker_in(3.15, 2.5)] if 13.0 <= k / 5 < 19.0
            else [],
        )
        for k in range(110)
    ]  # fmt: skip
    (one,) = insertions(frames)
    assert (one.start_s, one.end_s) == pytest.approx((4.9, 18.9))


def test_two_visits_far_apart_in_time_are_two_insertions() -> None:
    found = insertions(stays([(5.0, 17.0, 3.0, 2.5), (22.0, 34.0, 3.0, 2.5)], end_s=40.0))
    assert [one.duration_s for one in found] == pytest.approx([12.0, 12.0])


def test_vanishing_is_hidden_where_pokers_are_seen_out_and_withdrawal_where_never() -> None:
    frames = stays([(5.0, 17.0, 3.0, 2.5)], end_s=30.0)
    vanished = [one if one.pts_seconds < 12.0 else frame(one.pts_seconds, []) for one in frames]
    assert insertions(vanished)[0].flags == (Flag.TRUNCATED,)
    only_in = [
        frame(one.pts_seconds, [poker_in(3.0, 2.5)] if 5.0 <= one.pts_seconds < 12.0 else [])
        for one in frames
    ]
    assert insertions(only_in)[0].flags == ()


def test_somebody_before_the_place_hides_it() -> None:
    frames = [
        frame(t / 5, [poker_in(3.0, 2.5)] if t < 60 else [worker(3.0, 2.3)]) for t in range(5, 120)
    ]
    assert Flag.TRUNCATED in insertions(frames)[0].flags


def test_a_stay_at_the_edge_of_the_stream_is_truncated() -> None:
    (one,) = insertions(stays([(0.0, 12.0, 3.0, 2.5)], end_s=20.0))
    assert one.flags == (Flag.TRUNCATED,)


def test_a_stay_at_the_edge_is_truncated_also_where_the_frames_there_do_not_show_it() -> None:
    def shown(first: int, last: int) -> tuple[Flag, ...]:
        frames = [
            frame(t / 5, [poker_in(3.0, 2.5)] if first <= t <= last else []) for t in range(60)
        ]
        (one,) = insertions(frames)
        return one.flags

    assert shown(1, 40) == shown(2, 40) == shown(15, 58) == (Flag.TRUNCATED,)
    assert shown(10, 40) == ()
    # Seen out of the concrete first, it was not in it before.
    (one,) = insertions(stays([(0.2, 12.0, 3.0, 2.5)], end_s=20.0))
    assert one.flags == ()


def test_the_poker_may_move_on_without_being_seen_out() -> None:
    frames = [
        frame(t / 5, [poker_in(3.0, 2.5) if t < 80 else poker_in(3.42, 2.5)]) for t in range(1, 160)
    ]
    first, second = insertions(frames)
    assert first.place == pytest.approx((3.0, 2.5), abs=0.01)
    assert second.place == pytest.approx((3.42, 2.5), abs=0.01)
    assert "V05" not in rules(report(frames))


def test_a_drag_is_found_and_separates_two_places() -> None:
    def x_at(time_s: float) -> float:
        return 2.5 + 0.25 * min(max(time_s - 10.0, 0.0), 4.0)

    frames = [frame(t / 5, [poker_in(x_at(t / 5), 3.0)]) for t in range(1, 125)]
    (finding,) = [one for one in report(frames).findings if one.rule == "V05"]
    # One metre in four seconds, from 10 s on.
    assert finding.value == pytest.approx(1.0, abs=0.1)
    assert finding.start_s == pytest.approx(10.0, abs=0.4)
    assert finding.end_s == pytest.approx(14.0, abs=0.4)
    assert [one.place[0] for one in insertions(frames)] == pytest.approx([2.5, 3.5], abs=0.05)


def test_a_poker_carried_above_the_concrete_is_no_drag() -> None:
    frames = [frame(t / 5, [poker_out(2.5 + 0.05 * t, 3.0)]) for t in range(100)]
    result = report(frames)
    assert not result.insertions
    assert "V05" not in rules(result)


def test_two_pokers_side_by_side_are_two() -> None:
    frames = [
        frame(
            t / 5,
            [
                poker_in(3.0, 2.5) if 25 <= t < 100 else poker_out(3.0, 2.5),
                poker_in(3.4, 2.5) if 40 <= t < 110 else poker_out(3.4, 2.5),
            ],
        )
        for t in range(150)
    ]
    assert [one.duration_s for one in insertions(frames)] == pytest.approx([15.0, 14.0])


def test_two_boxes_of_one_poker_count_once() -> None:
    frames = [frame(t / 5, [poker_in(3.0, 2.5), poker_in(3.05, 2.5)]) for t in range(1, 100)]
    assert len(insertions(frames)) == 1


def test_without_a_calibration_durations_stand_and_places_do_not() -> None:
    frames = stays([(5.0, 17.0, 3.0, 2.5)], end_s=20.0)
    (one,) = report(frames, calibration=None).insertions
    assert one.duration_s == pytest.approx(12.0)
    assert (one.x_m, one.y_m, one.sigma_m) == (None, None, None)


def test_frames_of_another_size_show_the_same_place() -> None:
    frames = stays([(5.0, 17.0, 3.0, 2.5)], end_s=20.0)
    half = [
        Frame(
            one.pts_seconds, one.width // 2, one.height // 2,
            [[edge / 2 for edge in box] for box in one.boxes], one.scores, one.labels,
        )
        for one in frames
    ]  # fmt: skip
    assert insertions(half)[0].place == pytest.approx((3.0, 2.5), abs=1e-6)


def test_each_lift_has_its_own_plane() -> None:
    higher = site_json()["calibration"]
    # The upper plane lies 0.5 m nearer: its metres are 110 pixels long.
    for row in (*higher["points"], *higher["check_points"]):
        row[0], row[1] = 640 + 1.1 * (row[0] - 640), 360 + 1.1 * (row[1] - 360)
    higher["points"] = [row for row in higher["points"] if 0 <= row[0] <= 1280][:8]
    lifts = [
        {"name": "lower", "start_s": 0},
        {"name": "upper", "start_s": 20, "calibration": higher},
    ]
    frames = stays([(5.0, 17.0, 3.0, 2.5), (25.0, 37.0, 3.0, 2.5)], end_s=40.0)
    first, second = report(frames, lifts=lifts).insertions
    assert (first.lift, second.lift) == (0, 1)
    # u = 300 and v = 470 lie 340 and 110 pixels from the middle, so 3.40 / 1.1 m to the left.
    assert second.place == pytest.approx((6.4 - 3.4 / 1.1, 3.6 - 1.1 / 1.1), abs=0.01)

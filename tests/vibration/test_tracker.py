"""Identity over frames, at low rates and through misses and crossings."""

import itertools
from math import inf

import numpy as np
import pytest

from workers.track.tracker import PERSON, POKER, Tracker, assign


def test_assignment_takes_the_lowest_sum_and_leaves_out_what_is_not_allowed() -> None:
    # Greedy would pair the 1 and leave 9: 10 in all; the best is 2 + 3.
    assert assign([[1.0, 2.0], [3.0, 9.0]]) == [(0, 1), (1, 0)]
    assert assign([[inf, inf], [1.0, inf]]) == [(1, 0)]
    assert assign([]) == []


def test_assignment_pairs_as_many_as_it_can() -> None:
    assert assign([[0.1, 4.0], [0.1, inf]]) == [(0, 1), (1, 0)]


def test_assignment_agrees_with_trying_every_way() -> None:
    rng = np.random.default_rng(3)
    for _ in range(50):
        costs = rng.uniform(0.0, 1.0, (4, 4))
        best = min(
            sum(costs[row, column] for row, column in enumerate(order))
            for order in itertools.permutations(range(4))
        )
        said = sum(costs[pair] for pair in assign(costs.tolist()))
        assert said == pytest.approx(best)


def test_a_poker_that_stays_keeps_its_id_through_misses() -> None:
    tracker = Tracker(POKER)
    ids = [tracker.update(t, [(1.0, 1.0, 1.0)])[0] for t in (0.0, 0.2, 2.0, 9.0)]
    assert ids == [[1], [1], [1], [1]]


def test_a_track_ends_after_its_time_and_says_so() -> None:
    tracker = Tracker(POKER)
    tracker.update(0.0, [(1.0, 1.0, 1.0)])
    ids, ended = tracker.update(10.1, [(1.0, 1.0, 1.0)])
    assert ended == [1]
    assert ids == [2]


def test_a_far_point_is_another_object_however_lonely() -> None:
    tracker = Tracker(POKER)
    tracker.update(0.0, [(0.0, 0.0, 1.0)])
    # 3 m/s for 0.2 s and 0.4 m of slack reach 1.0 m.
    assert tracker.update(0.2, [(1.1, 0.0, 1.0)])[0] == [2]


def test_people_who_cross_keep_their_ids_at_two_frames_a_second() -> None:
    tracker = Tracker(PERSON)
    for step in range(13):
        x = -3.0 + 0.5 * step
        # One metre a second towards each other, passing 0.4 m apart.
        ids, _ = tracker.update(step * 0.5, [(x, 0.0, 1.0), (-x, 0.4, 1.0)])
    assert ids == [1, 2]


def test_a_lost_track_does_not_take_the_place_of_a_standing_one() -> None:
    tracker = Tracker(POKER)
    tracker.update(0.0, [(0.0, 0.0, 1.0), (3.0, 0.0, 1.0)])
    tracker.update(0.2, [(0.02, 0.0, 1.0)])
    assert tracker.update(4.0, [(0.01, 0.0, 1.0), (0.6, 0.0, 1.0)])[0] == [1, 2]


def test_two_trackers_share_no_ids() -> None:
    first, second = Tracker(POKER), Tracker(POKER)
    assert first.update(0.0, [(0.0, 0.0, 1.0)])[0] == second.update(0.0, [(9.0, 0.0, 1.0)])[0]

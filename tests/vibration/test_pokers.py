"""Boxes that show one poker, and its state while the last of the rod comes out."""

from dataclasses import replace

import pytest

from tests.vibration.scene import Seen, frame, poker_in, poker_out, site
from workers.vibration.frames import Frame
from workers.vibration.insertions import Insertion
from workers.vibration.observe import observe
from workers.vibration.pokers import PokerBox, seen_pokers


def scored(time_s: float, seen: list[tuple[Seen, float]]) -> Frame:
    return replace(
        frame(time_s, [one for one, _ in seen]), scores=tuple(score for _, score in seen)
    )


def both(x: float, y: float, in_score: float, out_score: float) -> list[tuple[Seen, float]]:
    """The same poker, seen in and out of the concrete."""
    return [(poker_out(x, y), out_score), (poker_in(x, y), in_score)]


def stay_with_an_end(in_score: float, out_score: float) -> tuple[Insertion, ...]:
    """In from 5 s to 15 s; then both are seen for 1 s, and then only that it is out."""
    frames = []
    for index in range(101):
        time_s = index / 5.0
        if time_s < 5.0 or time_s >= 16.0:
            seen = [(poker_out(3.0, 2.5), 0.9)]
        elif time_s < 15.0:
            seen = [(poker_in(3.0, 2.5), 0.9)]
        else:
            seen = both(3.0, 2.5, in_score, out_score)
        frames.append(scored(time_s, seen))
    return observe(frames, site()).insertions


def test_a_rod_that_is_nearly_out_is_in() -> None:
    (one,) = stay_with_an_end(in_score=0.65, out_score=0.8)
    assert one.duration_s == pytest.approx(11.0)


def test_it_is_out_when_that_is_far_more_certain() -> None:
    (one,) = stay_with_an_end(in_score=0.5, out_score=0.8)
    assert one.duration_s == pytest.approx(10.0)


def test_a_poker_held_over_the_concrete_needs_no_lead() -> None:
    frames = [scored(index / 5.0, both(3.0, 2.5, 0.7, 0.75)) for index in range(50)]
    assert observe(frames, site()).insertions == ()


def test_boxes_that_end_in_one_place_are_one_poker() -> None:
    def box(score: float, is_in: bool, u: float) -> PokerBox:
        return PokerBox(score, is_in, (u - 8.0, 100.0, u + 8.0, 160.0))

    # 100 pixels to the metre: 10 pixels are one place, 20 are two.
    found = seen_pokers(
        [box(0.5, True, 300.0), box(0.8, False, 310.0), box(0.6, True, 330.0), box(0.4, True, 301)],
        lambda foot: (foot[0] / 100.0, foot[1] / 100.0),
    )
    assert [one.spot for one in found] == [(3.1, 1.6), (3.3, 1.6)]
    shown, spot = found[0].state(was_in=False)
    assert (shown.is_in, shown.score, spot) == (False, 0.8, (3.1, 1.6))
    shown, spot = found[0].state(was_in=True)
    assert (shown.is_in, shown.score) == (False, 0.8)


def test_what_is_not_on_the_ground_is_left_out() -> None:
    assert seen_pokers([PokerBox(0.9, True, (0.0, 0.0, 9.0, 9.0))], lambda _: None) == []

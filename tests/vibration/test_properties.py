"""What must hold for every stream: made-up pours, small enough to try many of."""

import random
from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.pour_frames import NOISE, make_frames, make_site
from benchmarks.pour_world import make_world
from tests.vibration.scene import calibration, frame, poker_in, poker_out, site, square
from tests.vibration.test_coverage import insertion
from workers.vibration.analysis import analyse_vibration
from workers.vibration.coverage import DwellLimits, cover, make_grid
from workers.vibration.frames import Frame, frame_from_json
from workers.vibration.insertions import Flag, Insertion
from workers.vibration.observe import Observer
from workers.vibration.site import Site

FEW = settings(max_examples=8, deadline=None)
Plan = list[tuple[float, float, float, float]]


@cache
def pour() -> tuple[Site, tuple[Frame, ...]]:
    """Five noisy minutes of a pour with planted violations."""
    world = make_world(3, is_compliant=False)
    frames = []
    for one in make_frames(world, 3, 5.0, NOISE["middle"]):
        if one["pts_seconds"] > 300.0:
            break
        frames.append(frame_from_json(one))
    return Site.from_json(make_site(world, 3)), tuple(frames)


@cache
def text() -> str:
    here, frames = pour()
    return analyse_vibration(frames, here).to_text()


@FEW
@given(st.sampled_from([64.0, 4096.0, -32.0, 0.1, 36_000.0]))
def test_shifting_time_shifts_the_result_and_nothing_else(shift_s: float) -> None:
    here, frames = pour()
    plain = analyse_vibration(frames, here)
    moved = analyse_vibration(
        [replace(one, pts_seconds=one.pts_seconds + shift_s) for one in frames], here
    )
    assert len(moved.insertions) == len(plain.insertions)
    for one, other in zip(plain.insertions, moved.insertions, strict=True):
        assert other.start_s - shift_s == pytest.approx(one.start_s, abs=1e-6)
        assert other.duration_s == pytest.approx(one.duration_s, abs=1e-6)
        assert other.place == pytest.approx(one.place, abs=1e-9)
        assert other.flags == one.flags
    assert [(one.rule, one.status) for one in moved.findings] == [
        (one.rule, one.status) for one in plain.findings
    ]


@FEW
@given(st.integers(0, 10_000))
def test_the_order_of_objects_in_a_frame_and_names_of_tracks_do_not_matter(seed: int) -> None:
    here, frames = pour()
    rng = random.Random(seed)
    shuffled = []
    for one in frames:
        order = list(range(len(one.labels)))
        rng.shuffle(order)
        shuffled.append(
            replace(
                one,
                boxes=[one.boxes[i] for i in order],
                scores=[one.scores[i] for i in order],
                labels=[one.labels[i] for i in order],
            )
        )
    assert analyse_vibration(shuffled, here).to_text() == text()


def test_track_ids_are_not_read() -> None:
    world = make_world(3, is_compliant=True)
    with_ids = next(make_frames(world, 3, 5.0, NOISE["none"]))
    without = {key: value for key, value in with_ids.items() if key != "track_ids"}
    assert "track_ids" in with_ids
    assert frame_from_json(with_ids) == frame_from_json(without)


@FEW
@given(st.lists(st.integers(1, 1499), max_size=5), st.integers(0, 10_000))
def test_segments_cut_anywhere_and_come_in_any_order(cuts: list[int], seed: int) -> None:
    here, frames = pour()
    edges = [0, *sorted(cuts), len(frames)]
    segments = [frames[a:b] for a, b in pairwise(edges)]
    random.Random(seed).shuffle(segments)
    joined = [one for segment in segments for one in segment]
    again = analyse_vibration(joined, here)
    whole = analyse_vibration(frames, here)
    assert again.insertions == whole.insertions
    assert again.findings == whole.findings


def test_the_same_input_gives_the_same_bytes() -> None:
    here, frames = pour()
    assert analyse_vibration(list(frames), here).to_text() == text()


def test_the_state_of_two_videos_is_not_shared() -> None:
    here, frames = pour()
    first, second = Observer(here), Observer(here)
    for one in frames:
        first.add(one)
        second.add(one)
    assert first.finish() == second.finish()


places = st.tuples(st.floats(1.5, 4.5), st.floats(1.5, 4.5))
insertions = st.builds(
    lambda place, seconds, flags: insertion(place[0], place[1], seconds, flags),
    places, st.floats(1.0, 60.0), st.sampled_from([(), (Flag.TRUNCATED,), (Flag.LOW_OBSERVATION,)]),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(insertions, max_size=12), insertions)
def test_adding_an_insertion_never_lowers_coverage(
    before: list[Insertion], added: Insertion
) -> None:
    here = site()
    assert here.pour is not None
    assert here.calibration is not None
    grid = make_grid(here.pour, here.openings, here.calibration, 0.3)
    limits = DwellLimits(10.0, 30.0)
    old = cover(grid, before, 0.3, limits)
    new = cover(grid, [*before, added], 0.3, limits)
    assert old.covered_pct is not None
    assert new.covered_pct is not None
    assert new.covered_pct >= old.covered_pct - 1e-9
    assert new.uncovered_m2 is not None
    assert old.uncovered_m2 is not None
    assert new.uncovered_m2 <= old.uncovered_m2 + 1e-9
    assert (new.dose_s >= old.dose_s).all()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.floats(2.0, 40.0), st.floats(0.5, 12.0)), min_size=1, max_size=5),
    st.sampled_from([0.5, 1.0, 2.0, 5.0, 10.0, 30.0]),
)
def test_time_in_the_concrete_is_never_more_than_was_there(
    plan: list[tuple[float, float]], rate: float
) -> None:
    spans, clock = [], 3.0
    for index, (stay_s, away_s) in enumerate(plan):
        spans.append((clock, clock + stay_s, 2.3 + 0.4 * index))
        clock += stay_s + max(away_s, 2.5 / rate)
    frames = []
    for index in range(int((clock + 3.0) * rate)):
        t = index / rate
        seen = [poker_in(x, 3.0) for start, end, x in spans if start <= t < end]
        out = min(spans, key=lambda one: min(abs(one[0] - t), abs(one[1] - t)))
        frames.append(frame(t, seen or [poker_out(out[2], 3.0)]))
    here = Site.from_json(
        {"calibration": calibration(), "pour": square(2, 2, 5, 4), "radius_m": 0.3}
    )
    said = sum(one.duration_s for one in analyse_vibration(frames, here).insertions)
    assert said <= sum(end - start for start, end, _ in spans) + len(spans) / rate

"""Boxes that are copied to another picture go along with their objects."""

import numpy as np
import pytest
from numpy.typing import NDArray

from workers.datasets.following import CONFIDENCE_MIN, follow
from workers.datasets.labels import Box

Image = NDArray[np.uint8]

WIDTH, HEIGHT = 320, 200


def texture(seed: int, width: int, height: int, cell: int = 5) -> Image:
    """Coloured squares of `cell` pixels: a video has nothing as fine as its pixels."""
    rows, columns = -(-height // cell), -(-width // cell)
    squares = np.random.default_rng(seed).integers(30, 226, (rows, columns, 3), dtype=np.uint8)
    return np.kron(squares, np.ones((cell, cell, 1), np.uint8))[:height, :width]


def scene(*things: tuple[Image, int, int], ground: int = 0) -> Image:
    """A ground with things on it, whose left upper corners may lie outside."""
    picture = texture(ground, WIDTH, HEIGHT)
    for thing, left, top in things:
        rows, columns = thing.shape[:2]
        part = picture[max(top, 0) : max(top + rows, 0), max(left, 0) : max(left + columns, 0)]
        from_row, from_column = max(-top, 0), max(-left, 0)
        part[:] = thing[from_row : from_row + len(part), from_column : from_column + part.shape[1]]
    return picture


WORKER = texture(1, 30, 60)


def at(left: float, top: float, width: float = 30, height: float = 60) -> Box:
    return Box("worker", (left, top, left + width, top + height))


def test_each_box_follows_its_own_object() -> None:
    other = texture(2, 40, 24)
    before = scene((WORKER, 100, 70), (other, 200, 20))
    after = scene((WORKER, 123, 61), (other, 190, 40))
    worker, tool = follow(before, after, [at(100, 70), Box("tool", (200, 20, 240, 44))])
    assert worker.box.xyxy == pytest.approx((123, 61, 153, 121), abs=0.5)
    assert tool.box == Box("tool", pytest.approx((190, 40, 230, 64), abs=0.5))  # type: ignore[arg-type]
    assert worker.is_found
    assert worker.confidence > 0.95
    # The ground around an object does not hold its box back, and what stands still stays.
    [still] = follow(before, before, [at(100, 70)])
    assert still.box.xyxy == pytest.approx((100, 70, 130, 130), abs=0.01)
    assert still.confidence == pytest.approx(1.0, abs=1e-3)


def test_large_pictures_are_compared_smaller_and_places_stay_exact() -> None:
    before, after = (
        np.kron(scene((WORKER, left, 70)), np.ones((6, 6, 1), np.uint8)) for left in (100, 117)
    )
    [found] = follow(before, after, [at(600, 420, 180, 360)])
    assert found.box.xyxy == pytest.approx((702, 420, 882, 780), abs=3.0)


def test_what_has_vanished_stays_where_it_was_and_says_so() -> None:
    before, after = scene((WORKER, 100, 70)), scene(ground=9)
    [found] = follow(before, after, [at(100, 70)])
    assert found.box == at(100, 70)
    assert not found.is_found
    assert found.confidence < CONFIDENCE_MIN


def test_what_went_further_than_one_walks_is_not_found() -> None:
    before, after = scene((texture(3, 12, 12), 20, 20)), scene((texture(3, 12, 12), 280, 160))
    [found] = follow(before, after, [at(20, 20, 12, 12)])
    assert (found.is_found, found.box) == (False, at(20, 20, 12, 12))


@pytest.mark.parametrize(
    ("left", "top", "box"),
    [
        (-8, 70, (0, 70, 22, 130)),
        (WIDTH - 22, 70, (WIDTH - 22, 70, WIDTH, 130)),
        (150, -15, (150, 0, 180, 45)),
        (150, HEIGHT - 45, (150, HEIGHT - 45, 180, HEIGHT)),
    ],
)
def test_a_box_ends_at_the_border_that_its_object_crosses(
    left: int, top: int, box: tuple[float, ...]
) -> None:
    start = (min(max(left, 3), WIDTH - 33), min(max(top, 3), HEIGHT - 63))
    before, after = scene((WORKER, *start)), scene((WORKER, left, top))
    [found] = follow(before, after, [at(*start)])
    assert found.is_found
    assert found.box.xyxy == pytest.approx(box, abs=0.6)


def test_a_box_in_the_corner_is_followed_away_from_it() -> None:
    before, after = scene((WORKER, 0, 0)), scene((WORKER, 25, 12))
    [found] = follow(before, after, [at(0, 0)])
    assert found.box.xyxy == pytest.approx((25, 12, 55, 72), abs=0.5)


def test_a_plain_surface_looks_the_same_everywhere() -> None:
    wall = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
    assert [(one.box, one.confidence) for one in follow(wall, wall, [at(100, 70)])] == [
        (at(100, 70), 0.0)
    ]
    # Nothing of a textured object is on a plain wall either.
    [gone] = follow(scene(), wall, [at(100, 70)])
    assert (gone.box, gone.is_found) == (at(100, 70), False)


@pytest.mark.parametrize("box", [at(400, 20), at(50, 50, 0.4, 9), at(50, 50, -9, 9)])
def test_a_box_with_nothing_in_it_stays(box: Box) -> None:
    [found] = follow(scene(), scene(), [box])
    assert (found.box, found.confidence) == (box, 0.0)


def test_pictures_of_different_sizes_have_nothing_in_common() -> None:
    [found] = follow(scene(), scene()[:100], [at(10, 10)])
    assert (found.box, found.is_found) == (at(10, 10), False)
    assert follow(scene(), scene(), []) == []


def test_something_else_than_a_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="uint8"):
        follow(scene()[..., 0], scene(), [])
    with pytest.raises(ValueError, match="float64"):
        follow(scene(), scene().astype(float), [])

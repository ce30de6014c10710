import json
from pathlib import Path

import cv2
import numpy as np
import pdqhash
import pytest

from workers.hashing.pdq import distance_bits, hash_to_hex, hex_to_hash, pdq_hash
from workers.media.images import read_image

# Awkward ones too: smaller than the block, exactly the block, odd, extreme proportions.
SIZES = [(5, 5), (40, 30), (64, 64), (64, 200), (129, 127), (480, 360), (1920, 1080), (2000, 70)]


def scene(width: int, height: int, seed: int) -> np.ndarray:
    """A picture with something to see at every scale."""
    rng = np.random.default_rng(seed)
    picture = np.zeros((height, width, 3), np.float32)
    for cells in (3, 9, 27, 81):
        noise = rng.uniform(0, 255, (cells, cells, 3)).astype(np.float32)
        picture += cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC) / 4
    return picture.clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("size", SIZES)
def test_it_agrees_with_the_reference_library(size: tuple[int, int]) -> None:
    for seed in range(3):
        picture = scene(*size, seed)
        digest, quality = pdq_hash(picture)
        bits, reference_quality = pdqhash.compute(picture)
        reference = np.packbits(bits.astype(np.uint8)).tobytes()
        assert abs(quality - reference_quality) <= 1
        if quality >= 80:
            assert distance_bits(digest, reference) <= 2


@pytest.mark.parametrize("implementation", ["python", "wasm"])
def test_it_is_near_the_published_hashes(test_data: Path, implementation: str) -> None:
    folder = test_data / "pdq"
    published = json.loads((folder / "expected_pdq.json").read_text())[implementation]
    assert published
    for name, expected in published.items():
        digest, _ = pdq_hash(read_image(folder / name))
        assert distance_bits(digest, hex_to_hash(expected)) <= 16, name


def test_an_edited_copy_is_near_and_another_picture_is_far(test_data: Path) -> None:
    folder = test_data / "pdq"
    original, _ = pdq_hash(read_image(folder / "bridge-mods" / "aaa-orig.jpg"))
    copy, _ = pdq_hash(read_image(folder / "bridge-mods" / "shrink-a-lot.jpg"))
    other, _ = pdq_hash(read_image(folder / "misc-images" / "wee.jpg"))
    # 31 bits is the published limit for a match.
    assert distance_bits(original, copy) <= 31
    assert distance_bits(original, other) > 31


def test_a_gray_picture_hashes_like_the_same_picture_in_rgb() -> None:
    gray = scene(320, 240, 0)[:, :, 0]
    assert pdq_hash(gray) == pdq_hash(np.repeat(gray[:, :, None], 3, axis=2))


def test_rows_with_padding_hash_like_rows_without() -> None:
    padded = scene(330, 240, 0)
    assert pdq_hash(padded[:, :320]) == pdq_hash(np.ascontiguousarray(padded[:, :320]))


def test_a_featureless_picture_has_no_quality() -> None:
    assert pdq_hash(np.full((100, 100, 3), 90, np.uint8))[1] == 0


def test_a_picture_too_small_to_hash_has_hash_and_quality_zero() -> None:
    assert pdq_hash(scene(4, 300, 0)) == (bytes(32), 0)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((10, 10, 4), np.uint8),
        np.zeros((10, 10), np.float32),
        np.zeros(100, np.uint8),
    ],
)
def test_what_is_no_picture_is_refused(array: np.ndarray) -> None:
    with pytest.raises(ValueError, match="expected"):
        pdq_hash(array)


def test_distance_counts_the_bits_that_differ() -> None:
    a = bytes([0b1010_1010] + [0] * 31)
    b = bytes([0b1010_0101] + [0] * 30 + [1])
    assert distance_bits(a, b) == 5
    assert distance_bits(a, a) == 0


def test_hex_is_read_as_it_is_written() -> None:
    digest = bytes(range(32))
    assert hash_to_hex(digest) == "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
    assert hex_to_hash(hash_to_hex(digest)) == digest
    with pytest.raises(ValueError, match="64 hex digits"):
        hex_to_hash("00ff")

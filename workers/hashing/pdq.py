"""PDQ: a 256-bit perceptual hash of a picture, with a quality.

The algorithm is Facebook's PDQ ("The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing
Algorithm", 2019): luma, two passes of a box filter along each axis, decimation to 64x64, the
16x16 lowest frequencies of its cosine transform, one bit each for being above their median.

Filtering and decimation are linear along each axis. Together they are two matrix products,
`rows @ luma @ columns.T`, with 64 rows each that are zero outside a narrow band, so that every
pixel is read about once.
"""

import threading
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

HASH_BYTES = 32
HASH_BITS = 256

_SIZE = 64
_FREQUENCIES = 16
# The published algorithm gives no hash for pictures smaller than this.
_MIN_SIDE = 5
# A strip of so many pixels, as float32, stays in the L2 cache.
_STRIP_PIXELS = 130_000

# ITU-R BT.601. Rounding it to whole levels is much faster, and is only felt in small pictures,
# where few pixels are averaged.
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
_EXACT_PIXELS = 256 * 256

FloatArray = NDArray[np.float32]


def pdq_hash(image: NDArray[np.uint8]) -> tuple[bytes, int]:
    """Hash a picture.

    Args:
        image: (H, W, 3) uint8 RGB or (H, W) uint8 luma.

    Returns:
        The 32 bytes of the hash in the order in which it is written in hex, and its quality from
        0 (featureless, do not match) to 100. Pictures below 5 pixels have hash zero, quality 0.

    Raises:
        ValueError: if the array is not a picture.
    """
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or image.shape[2:] not in ((), (3,)):
        raise ValueError(
            f"expected (H, W, 3) or (H, W) uint8, got {image.shape} {image.dtype.name}"
        )
    if min(image.shape[:2]) < _MIN_SIDE:
        return bytes(HASH_BYTES), 0
    block = _to_block(image)
    cosine = _cosine_matrix()
    spectrum = (cosine @ block @ cosine.T).ravel()
    # The reference takes the lower median, so that half of the bits are set.
    median = np.partition(spectrum, HASH_BITS // 2 - 1)[HASH_BITS // 2 - 1]
    return np.packbits((spectrum > median)[::-1]).tobytes(), _quality(block)


def distance_bits(a: bytes, b: bytes) -> int:
    """Return the Hamming distance of two hashes: how many of their 256 bits differ.

    >>> distance_bits(bytes(32), bytes([0b101] + [0] * 31))
    2
    """
    if len(a) != HASH_BYTES or len(b) != HASH_BYTES:
        raise ValueError(f"expected {HASH_BYTES} bytes each, got {len(a)} and {len(b)}")
    return (int.from_bytes(a) ^ int.from_bytes(b)).bit_count()


def hash_to_hex(digest: bytes) -> str:
    """Return a hash as 64 hex digits, as PDQ hashes are published."""
    return digest.hex()


def hex_to_hash(text: str) -> bytes:
    """Read a hash from its 64 hex digits.

    Raises:
        ValueError: if `text` is anything else.
    """
    digest = bytes.fromhex(text)
    if len(digest) != HASH_BYTES:
        raise ValueError(f"expected {2 * HASH_BYTES} hex digits, got {len(text)} characters")
    return digest


@dataclass(frozen=True, slots=True, eq=False)
class _Band:
    """The part `[start, end)` of one row of a filter matrix that is not zero."""

    start: int
    end: int
    weights: FloatArray


@lru_cache(maxsize=16)
def _bands(length: int) -> tuple[_Band, ...]:
    """Return the 64 rows of the matrix that filters an axis of `length` pixels and decimates it.

    One pass of the reference's box filter has a window of `ceil(length / 128)` pixels, the
    greater half ahead where that is even, and shorter at the borders. A picture that is 64
    pixels long is not filtered.
    """
    if length == _SIZE:
        one = np.ones(1, np.float32)
        return tuple(_Band(i, i + 1, one) for i in range(_SIZE))
    window = -(-length // (2 * _SIZE))
    ahead = window // 2
    behind = window - 1 - ahead
    bands = []
    for i in range(_SIZE):
        centre = int((i + 0.5) * length / _SIZE)
        start, end = max(0, centre - 2 * behind), min(length, centre + 2 * ahead + 1)
        weights = np.zeros(end - start)
        middle_start, middle_end = max(0, centre - behind), min(length, centre + ahead + 1)
        for middle in range(middle_start, middle_end):
            first, last = max(0, middle - behind), min(length, middle + ahead + 1)
            weights[first - start : last - start] += 1 / (last - first)
        weights /= middle_end - middle_start
        bands.append(_Band(start, end, weights.astype(np.float32)))
    return tuple(bands)


@dataclass(frozen=True, slots=True, eq=False)
class _Strip:
    """The pixel rows `[start, end)` that some rows of the block need, with their numbers."""

    start: int
    end: int
    bands: tuple[tuple[int, _Band], ...]


@lru_cache(maxsize=16)
def _strips(height: int, width: int) -> tuple[_Strip, ...]:
    numbered = tuple(enumerate(_bands(height)))
    step = max(1, _STRIP_PIXELS * _SIZE // (height * width))
    parts = [numbered[i : i + step] for i in range(0, _SIZE, step)]
    return tuple(_Strip(part[0][1].start, part[-1][1].end, part) for part in parts)


@lru_cache(maxsize=16)
def _column_groups(width: int) -> tuple[tuple[slice, slice, FloatArray], ...]:
    """Return the column matrix, transposed, in groups of 8 outputs as small dense matrices.

    Each entry has the columns of the picture, the columns of the block, and the matrix.
    """
    bands = _bands(width)
    groups = []
    for first in range(0, _SIZE, 8):
        part = bands[first : first + 8]
        start, end = part[0].start, part[-1].end
        matrix = np.zeros((end - start, len(part)), np.float32)
        for j, band in enumerate(part):
            matrix[band.start - start : band.end - start, j] = band.weights
        groups.append((slice(start, end), slice(first, first + 8), matrix))
    return tuple(groups)


@lru_cache(maxsize=1)
def _cosine_matrix() -> FloatArray:
    """Return rows 1 to 16 of the 64-point DCT-II: (16, 64), without the constant row 0."""
    position = 2 * np.arange(_SIZE) + 1
    frequency = np.arange(1, _FREQUENCIES + 1)[:, None]
    cosine = np.sqrt(2 / _SIZE) * np.cos(np.pi / (2 * _SIZE) * frequency * position)
    return np.asarray(cosine, np.float32)


class _Scratch(threading.local):
    """Working memory that each thread keeps: getting new pages costs as much as hashing.

    Attributes:
        gray: (R, W) uint8, a strip of the picture.
        luma: (R, W) float32, the same.
        rows: (64, W) float32, what is left of all strips.
    """

    def __init__(self) -> None:
        self.fit(0, 0)

    def fit(self, height: int, width: int) -> None:
        """Make room for strips of `height` and pictures of `width` pixels."""
        self.gray = np.empty((height, width), np.uint8)
        self.luma = np.empty((height, width), np.float32)
        self.rows = np.empty((_SIZE, width), np.float32)


_scratch = _Scratch()


def _to_block(image: NDArray[np.uint8]) -> FloatArray:
    """Filter and decimate a picture to (64, 64) float32 luma."""
    height, width = image.shape[:2]
    strips = _strips(height, width)
    longest = max(strip.end - strip.start for strip in strips)
    if _scratch.luma.shape != (longest, width):
        _scratch.fit(longest, width)
    rows = _scratch.rows
    exact = height * width <= _EXACT_PIXELS
    for strip in strips:
        luma = _scratch.luma[: strip.end - strip.start]
        _to_luma(image[strip.start : strip.end], luma, exact=exact)
        for i, band in strip.bands:
            np.dot(
                band.weights, luma[band.start - strip.start : band.end - strip.start], out=rows[i]
            )
    block = np.empty((_SIZE, _SIZE), np.float32)
    for source, target, matrix in _column_groups(width):
        block[:, target] = rows[:, source] @ matrix
    return block


def _to_luma(strip: NDArray[np.uint8], luma: FloatArray, *, exact: bool) -> None:
    if strip.ndim == 2:
        luma[:] = strip
    elif exact:
        np.dot(strip.astype(np.float32), _LUMA, out=luma)
    else:
        luma[:] = cv2.cvtColor(strip, cv2.COLOR_RGB2GRAY, dst=_scratch.gray[: len(strip)])


def _quality(block: FloatArray) -> int:
    """Return the reference's measure of how much there is to see: the sum of its gradients."""
    scaled = block * np.float32(100 / 255)
    total = sum(
        int(np.abs(difference).astype(np.int32).sum())
        for difference in (scaled[1:] - scaled[:-1], scaled[:, 1:] - scaled[:, :-1])
    )
    return min(100, total // 90)

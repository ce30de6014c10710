"""Pictures that differ from each other, chosen from many that look alike."""

import numpy as np
from numpy.typing import NDArray

_ONES = np.array([bin(byte).count("1") for byte in range(256)], dtype=np.uint16)


def choose_spread(hashes: NDArray[np.uint8], count: int) -> NDArray[np.int64]:
    """Choose pictures so that each is as far as possible from those before it.

    The greedy farthest-point method (Gonzalez, 1985), which is within a factor of two of the best
    covering radius.

    Args:
        hashes: (N, B) bytes of binary hashes, for example 32 of a PDQ hash.
        count: how many, at most N.

    Returns:
        (count,) indices in growing order; the first picture is always among them.
    """
    count = min(count, len(hashes))
    if count <= 0:
        return np.empty(0, dtype=np.int64)
    chosen = [0]
    distances = _bits_apart(hashes, hashes[0])
    while len(chosen) < count:
        # Those that are equal to a chosen one come last, and in their order.
        distances[chosen[-1]] = 0
        candidate = int(distances.argmax())
        if distances[candidate] == 0:
            rest = np.setdiff1d(np.arange(len(hashes)), chosen)
            chosen += rest[: count - len(chosen)].tolist()
            break
        chosen.append(candidate)
        distances = np.minimum(distances, _bits_apart(hashes, hashes[candidate]))
    return np.array(sorted(chosen), dtype=np.int64)


def _bits_apart(hashes: NDArray[np.uint8], one: NDArray[np.uint8]) -> NDArray[np.int64]:
    apart: NDArray[np.int64] = _ONES[np.bitwise_xor(hashes, one)].sum(axis=1, dtype=np.int64)
    return apart

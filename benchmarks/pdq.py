"""Our PDQ against the `pdqhash` package (the reference in C++), at several sizes, on one core.

`python -m benchmarks.pdq [--quick]`
"""

import argparse
import os
from collections.abc import Callable

# Before NumPy: its threads are counted when it is imported.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import cv2
import numpy as np
import pdqhash
from numpy.typing import NDArray

from benchmarks.measuring import TEST_DATA, measure_interleaved, report
from workers.hashing.pdq import distance_bits, pdq_hash
from workers.media.images import read_image

Picture = NDArray[np.uint8]

SIZES = {"360p": (480, 360), "512": (512, 512), "1080p": (1920, 1080), "2160p": (3840, 2160)}
TARGET_RATIO = 40.0
TARGET_BITS = 2
# In a round, for about the same time.
OUR_HASHES, THEIR_HASHES = 40, 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few repeats")
    repeats = 1 if parser.parse_args().quick else 9
    cv2.setNumThreads(1)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    photos = sorted((TEST_DATA / "pdq").rglob("*.*g")) + sorted(
        (TEST_DATA / "photos").rglob("*.jpg")
    )
    images = [read_image(path) for path in photos]
    report(
        "pdq",
        {
            "target_ratio_1080p": TARGET_RATIO,
            "target_bits": TARGET_BITS,
            "photos": len(images),
            "worst_bits_at_quality_80": max(map(bits_apart, images)),
            "sizes": {name: compare(images[0], size, repeats) for name, size in SIZES.items()},
        },
    )


def compare(image: Picture, size: tuple[int, int], repeats: int) -> dict[str, float]:
    picture = np.asarray(cv2.resize(image, size), np.uint8)

    def hash_many(function: Callable[[Picture], object], count: int) -> Callable[[], None]:
        def run() -> None:
            for _ in range(count):
                function(picture)

        return run

    # Several at a time, so that each finds the caches as it leaves them itself.
    sides = measure_interleaved(
        {
            "ours": hash_many(pdq_hash, OUR_HASHES),
            "pdqhash": hash_many(pdqhash.compute, THEIR_HASHES),
        },
        repeats,
    )
    ours = sides["ours"]["wall_s"] / OUR_HASHES
    theirs = sides["pdqhash"]["wall_s"] / THEIR_HASHES
    return {
        "ours_ms": round(ours * 1000, 3),
        "pdqhash_ms": round(theirs * 1000, 3),
        "ratio": round(theirs / ours, 1),
    }


def bits_apart(image: Picture) -> int:
    """How far we are from the reference; 0 where the picture is too poor to be matched."""
    digest, quality = pdq_hash(image)
    bits, _ = pdqhash.compute(image)
    reference = np.packbits(bits.astype(np.uint8)).tobytes()
    return distance_bits(digest, reference) if quality >= 80 else 0


if __name__ == "__main__":
    main()

"""Analysing the frames of a video: decode, detect and hash at the same time."""

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.detect.base import Detections, Detector
from workers.device import cuda_device_count, use_one_thread_per_call
from workers.hashing.pdq import pdq_hash
from workers.media.decode import Frame, read_frames
from workers.media.frame_index import FrameIndex
from workers.memory import keep_freed_memory
from workers.pipelines.results import FrameResult

# How often a waiting thread looks up: stopping takes about this long, and the work in hand.
_POLL_S = 0.1
# Batches of very large pictures are smaller, because a handful of them waits at any time.
_MAX_BATCH_BYTES = 128 * 2**20


def analyse_frames(
    path: str | Path,
    index: FrameIndex,
    frames: NDArray[np.int64],
    detector: Detector,
    *,
    should_stop: Callable[[], bool] = lambda: False,
) -> Generator[FrameResult, None, None]:
    """Detect and hash the frames with the given numbers.

    While one result is used, the next ones are being made: one thread decodes and hashes, and
    `detector.streams` threads detect. What waits between them is bounded, so memory does not grow
    with the video. The threads end with the iterator, however it ends.

    Args:
        path: the video that `index` was built from.
        index: its frame index.
        frames: (N,) int64, strictly increasing frame numbers.
        detector: what finds the objects.
        should_stop: asked ten times a second, by the thread that iterates; when it says yes, the
            iterator ends early.

    Yields:
        A result for each frame that can be decoded, in order of presentation.

    Raises:
        WorkerError: what decoding or detecting raises, after the results of the batches before.
    """
    use_one_thread_per_call()
    keep_freed_memory()
    with _Pipeline(detector) as pipeline:
        pipeline.start(path, index, frames)
        yield from pipeline.results(should_stop)


@dataclass(frozen=True, slots=True)
class _HashedFrame:
    """What is known of a frame while its objects are looked for. It does not hold the picture."""

    number: int
    pts_seconds: float
    width: int
    height: int
    pdq: bytes
    pdq_quality: int


@dataclass(frozen=True, slots=True)
class _Batch:
    frames: list[_HashedFrame]
    detections: "Future[list[Detections]]"


class _Stopped(Exception):
    """The caller wants no more results."""


class _Pipeline:
    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._stop = threading.Event()
        # Each stream has a batch in hand and one waiting, also when decoding falls behind a while.
        self._batches: queue.Queue[_Batch | BaseException | None] = queue.Queue(
            2 * detector.streams
        )
        self._pool = ThreadPoolExecutor(detector.streams, thread_name_prefix="detect")
        self._decode_thread: threading.Thread | None = None

    def __enter__(self) -> "_Pipeline":
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._decode_thread:
            self._decode_thread.join()
        self._pool.shutdown(cancel_futures=True)

    def start(self, path: str | Path, index: FrameIndex, frames: NDArray[np.int64]) -> None:
        self._decode_thread = threading.Thread(
            target=self._decode, args=(path, index, frames), name="decode", daemon=True
        )
        self._decode_thread.start()

    def results(self, should_stop: Callable[[], bool]) -> Iterator[FrameResult]:
        patience = _Patience(should_stop)
        try:
            while (batch := self._next_batch(patience)) is not None:
                patience.wait_for(batch.detections)
                yield from _to_results(batch)
        except _Stopped:
            return

    def _next_batch(self, patience: "_Patience") -> _Batch | None:
        while True:
            patience.check()
            try:
                item = self._batches.get(timeout=_POLL_S)
            except queue.Empty:
                continue
            if isinstance(item, BaseException):
                raise item
            return item

    def _decode(self, path: str | Path, index: FrameIndex, frames: NDArray[np.int64]) -> None:
        """Feed the other threads. Runs in the decoding thread."""
        try:
            # A detector that keeps every core busy loses the least to a decoder with one thread.
            uses_cpu = self._detector.uses_cpu
            reader = read_frames(
                path,
                index,
                frames,
                should_stop=self._stop.is_set,
                threads=1 if uses_cpu else 0,
                on_gpu=not uses_cpu and cuda_device_count() > 0,
            )
            sizes = _batch_sizes(len(frames), self._detector.batch_size, self._detector.streams)
            for batch in _in_batches(reader, sizes):
                images = [frame.image for frame in batch]
                detections = self._pool.submit(self._detector.detect, images)
                self._put(_Batch([_hash(frame) for frame in batch], detections))
            self._put(None)
        except BaseException as error:  # noqa: BLE001 - it is raised again by the one who iterates
            self._put(error)

    def _put(self, item: _Batch | BaseException | None) -> None:
        while not self._stop.is_set():
            try:
                self._batches.put(item, timeout=_POLL_S)
            except queue.Full:
                continue
            return


class _Patience:
    """Waits, and asks now and then whether to go on."""

    def __init__(self, should_stop: Callable[[], bool]) -> None:
        self._should_stop = should_stop
        self._asked_at = 0.0

    def check(self) -> None:
        now = time.monotonic()
        if now - self._asked_at >= _POLL_S:
            self._asked_at = now
            if self._should_stop():
                raise _Stopped

    def wait_for(self, future: "Future[Any]") -> None:
        while not wait([future], timeout=_POLL_S).done:
            self.check()


def _batch_sizes(count: int, largest: int, streams: int) -> Iterator[int]:
    """Yield the sizes of batches of `count` frames, without end.

    The last ones are ever smaller, so that no stream waits long for the end of another.
    """
    while True:
        fair = count // (2 * streams) if streams > 1 else count
        size = max(1, min(largest, fair))
        yield size
        count -= size


def _in_batches(frames: Iterable[Frame], sizes: Iterator[int]) -> Iterator[list[Frame]]:
    batch: list[Frame] = []
    size = next(sizes)
    for frame in frames:
        batch.append(frame)
        if len(batch) >= size or len(batch) * frame.image.nbytes >= _MAX_BATCH_BYTES:
            yield batch
            batch, size = [], next(sizes)
    if batch:
        yield batch


def _hash(frame: Frame) -> _HashedFrame:
    height, width = frame.image.shape[:2]
    return _HashedFrame(frame.number, frame.pts_seconds, width, height, *pdq_hash(frame.image))


def _to_results(batch: _Batch) -> Iterator[FrameResult]:
    for frame, detections in zip(batch.frames, batch.detections.result(), strict=True):
        yield FrameResult(
            frame=frame.number,
            pts_seconds=frame.pts_seconds,
            width=frame.width,
            height=frame.height,
            detections=detections,
            pdq=frame.pdq,
            pdq_quality=frame.pdq_quality,
        )

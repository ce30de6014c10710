import json
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.media import make_video, number_in
from workers.detect.base import Detections, Detector
from workers.detect.registry import DetectorSpec, load_detector
from workers.errors import DetectorError
from workers.hashing.pdq import pdq_hash
from workers.media.decode import Frame, read_frames
from workers.media.indexing import build_frame_index
from workers.pipelines import analyse
from workers.pipelines.analyse import analyse_frames
from workers.pipelines.results import FrameResult


class NumberReader:
    """A detector that reads the number in made videos, and is as slow as it is told to be."""

    name = kind = digest = backend = "numbers"
    input_size = None
    score_threshold, nms_iou = 0.0, 1.0
    uses_cpu = True
    classes = tuple(str(number) for number in range(1000))

    def __init__(self, *, batch_size: int = 1, streams: int = 2, seconds: float = 0.0) -> None:
        self.batch_size, self.streams, self.seconds = batch_size, streams, seconds
        self.fails_at: int | None = None
        self.sizes: list[int] = []

    def detect(self, images: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        self.sizes.append(len(images))
        time.sleep(self.seconds)
        numbers = [number_in(image) for image in images]
        if self.fails_at in numbers:
            raise DetectorError("detector_failed", "It fell over.")
        box, score = np.array([[1, 2, 3, 4]], np.float32), np.array([0.5], np.float32)
        return [Detections(box, score, (str(number),)) for number in numbers]


@pytest.fixture(autouse=True)
def _no_thread_is_left_behind() -> Iterator[None]:
    yield
    names = [thread.name for thread in threading.enumerate()]
    assert not [name for name in names if name.startswith(("decode", "detect"))]


@pytest.mark.parametrize(("batch_size", "streams"), [(1, 1), (1, 3), (4, 2), (50, 1)])
def test_every_frame_gets_its_own_result_in_order(
    small_video: Path, batch_size: int, streams: int
) -> None:
    index = build_frame_index(small_video)
    frames = np.arange(1, 30, 2)
    detector = NumberReader(batch_size=batch_size, streams=streams)
    results = list(analyse_frames(small_video, index, frames, detector))
    assert [result.frame for result in results] == frames.tolist()
    assert [result.detections.labels for result in results] == [(str(n),) for n in frames]
    assert [result.pts_seconds for result in results] == pytest.approx(frames / 10)


@pytest.mark.parametrize(("uses_cpu", "threads"), [(True, 1), (False, 0)])
def test_decoding_takes_all_cores_where_the_detector_leaves_them(
    small_video: Path, monkeypatch: pytest.MonkeyPatch, uses_cpu: bool, threads: int
) -> None:
    asked: list[int] = []

    def reader(*arguments: Any, threads: int, **options: Any) -> Iterator[Frame]:
        asked.append(threads)
        return read_frames(*arguments, threads=threads, **options)

    monkeypatch.setattr(analyse, "read_frames", reader)
    detector = NumberReader()
    detector.uses_cpu = uses_cpu
    index = build_frame_index(small_video)
    assert len(list(analyse_frames(small_video, index, np.arange(5), detector))) == 5
    assert asked == [threads]


def test_the_last_batches_are_small_so_that_streams_end_together(small_video: Path) -> None:
    detector = NumberReader(batch_size=4, streams=2)
    index = build_frame_index(small_video)
    list(analyse_frames(small_video, index, np.arange(30), detector))
    # A quarter of what is left, up to 4: 30, 26, 22, 18, 14 (3), 11 (2), 9 (2), 7, 6, ... left.
    assert sorted(detector.sizes, reverse=True) == [4, 4, 4, 4, 3, 2, 2, *[1] * 7]


def test_each_result_has_the_hash_of_its_frame(small_video: Path) -> None:
    index = build_frame_index(small_video)
    frames = np.array([4, 20])
    results = analyse_frames(small_video, index, frames, NumberReader())
    for result, frame in zip(results, read_frames(small_video, index, frames), strict=True):
        assert (result.pdq, result.pdq_quality) == pdq_hash(frame.image)


def test_a_result_has_the_shape_of_the_contract(small_video: Path) -> None:
    index = build_frame_index(small_video)
    result = next(analyse_frames(small_video, index, np.array([12]), NumberReader()))
    line = json.loads(result.to_line())
    assert line == {
        "frame": 12,
        "pts_seconds": 1.2,
        "width": 160,
        "height": 120,
        "boxes": [[1, 2, 3, 4]],
        "scores": [0.5],
        "labels": ["12"],
        "pdq": result.pdq.hex() if result.pdq else None,
        "pdq_quality": result.pdq_quality,
    }
    assert FrameResult.from_json(line).to_line() == result.to_line()


def test_a_frame_without_objects_has_a_result_too(small_video: Path) -> None:
    index = build_frame_index(small_video)
    hog = load_detector(DetectorSpec(name="hog", kind="hog"))
    results = list(analyse_frames(small_video, index, np.arange(5), hog))
    assert [result.to_json()["boxes"] for result in results] == [[]] * 5
    assert FrameResult.from_json(results[0].to_json()).detections.boxes.shape == (0, 4)


def test_it_stops_soon_after_it_is_asked(small_video: Path) -> None:
    index = build_frame_index(small_video)
    stop = threading.Event()
    detector = NumberReader(seconds=0.05)
    results = analyse_frames(small_video, index, np.arange(30), detector, should_stop=stop.is_set)
    next(results)
    stop.set()
    # What had been found may still be given, but nothing new is begun for it.
    assert len(list(results)) < 20
    assert len(detector.sizes) < 25


def test_it_stops_while_a_detector_takes_its_time(small_video: Path) -> None:
    index = build_frame_index(small_video)
    asked_at = time.monotonic()
    detector = NumberReader(seconds=0.5, streams=1)
    results = analyse_frames(
        small_video,
        index,
        np.arange(30),
        detector,
        should_stop=lambda: time.monotonic() - asked_at > 0.1,
    )
    assert list(results) == []
    assert len(detector.sizes) <= 2


def test_leaving_early_stops_the_work(small_video: Path) -> None:
    index = build_frame_index(small_video)
    detector = NumberReader(seconds=0.01)
    results = analyse_frames(small_video, index, np.arange(30), detector)
    assert next(results).frame == 0
    results.close()
    calls = len(detector.sizes)
    time.sleep(0.1)
    assert len(detector.sizes) == calls < 30


def test_an_error_of_the_detector_comes_out_after_the_results_before_it(small_video: Path) -> None:
    index = build_frame_index(small_video)
    detector = NumberReader()
    detector.fails_at = 7
    results = analyse_frames(small_video, index, np.arange(30), detector)
    given: list[int] = []
    with pytest.raises(DetectorError, match="fell over"):
        given.extend(result.frame for result in results)
    assert given == list(range(7))


def test_an_error_of_the_decoder_comes_out(small_video: Path, tmp_path: Path) -> None:
    index = build_frame_index(small_video)
    with pytest.raises(Exception, match="no file"):
        list(analyse_frames(tmp_path / "gone.mp4", index, np.arange(30), NumberReader()))


def test_no_more_frames_are_decoded_ahead_than_are_needed(tmp_path: Path) -> None:
    path = tmp_path / "long.mp4"
    make_video(path, size=(64, 48), seconds=40)
    index = build_frame_index(path)
    detector = NumberReader(batch_size=2, streams=2)
    results = analyse_frames(path, index, np.arange(400), detector)
    next(results)
    time.sleep(0.5)
    # Four batches in the queue, one at each of its ends.
    assert len(detector.sizes) <= 6
    results.close()


def test_real_detections_of_a_segment_are_those_of_the_whole(vtest: Path, yolox: Detector) -> None:
    index = build_frame_index(vtest)
    frames = index.sample(2)
    whole = [r.to_line() for r in analyse_frames(vtest, index, frames[frames < 340], yolox)]
    segment = frames[(frames >= 320) & (frames < 340)]
    part = [r.to_line() for r in analyse_frames(vtest, index, segment, yolox)]
    assert part == whole[-len(part) :]
    assert '"person"' in part[0]

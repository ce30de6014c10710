"""The analysis of a video against the bare model and against a plain loop.

`python -m benchmarks.analyse [--quick]`. YOLOX-nano on every frame of `vtest.mp4`:

- ours: decoding, preparing, inference, suppression, PDQ and JSON Lines, as `workers analyse`;
- bare: nothing but inference of prepared pictures in memory, with the same runtime and streams;
- plain: what one writes first: OpenCV's reader, onnxruntime as it comes, `pdqhash`, one after
  the other. Each round has a process of its own: an analysis changes threads and memory of its
  process, and how fast onnxruntime's pinned threads are depends on where the others happen to be.
"""

import argparse
import itertools
import json
import multiprocessing
import statistics
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime
import pdqhash

from benchmarks.measuring import TEST_DATA, measure_interleaved, report
from workers.detect.onnx import OnnxDetector
from workers.detect.spec import DetectorSpec, read_class_names
from workers.media.indexing import build_frame_index
from workers.pipelines.analyse import analyse_frames

Array = np.ndarray[Any, Any]

VIDEO = TEST_DATA / "video" / "vtest.mp4"
MODEL = TEST_DATA / "weights" / "yolox_nano.onnx"
CLASSES = read_class_names(TEST_DATA / "weights" / "coco_classes.txt")
SIDE = 416
SCORE_THRESHOLD, NMS_IOU = 0.25, 0.45
TARGET_OF_BARE, TARGET_OF_PLAIN = 0.85, 1.8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="40 frames once")
    quick = parser.parse_args().quick
    index = build_frame_index(VIDEO)
    frames = index.sample(None)[: 40 if quick else None]
    spec = DetectorSpec("yolox", "onnx", MODEL, CLASSES, SCORE_THRESHOLD, NMS_IOU)
    detector = OnnxDetector(spec)
    pictures = prepared_pictures(32)
    plain_seconds: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        ours_path, plain_path = Path(folder) / "ours.jsonl", Path(folder) / "plain.jsonl"

        def ours() -> None:
            with open(ours_path, "w", encoding="utf-8") as out:
                for result in analyse_frames(VIDEO, index, frames, detector):
                    out.write(result.to_line() + "\n")

        def bare() -> None:
            with ThreadPoolExecutor(detector.streams) as pool:
                inputs = itertools.islice(itertools.cycle(pictures), len(frames))
                # The outputs are dropped, as they are in use.
                done = pool.map(lambda picture: bool(detector.engine.runtime.run(picture)), inputs)
                assert all(done)

        def plain() -> None:
            spawn = multiprocessing.get_context("spawn")
            with ProcessPoolExecutor(1, mp_context=spawn) as pool:
                plain_seconds.append(pool.submit(plain_loop, len(frames), plain_path).result())

        sides = measure_interleaved({"ours": ours, "bare": bare, "plain": plain}, 1 if quick else 7)
        boxes = {path.stem: count_boxes(path) for path in (ours_path, plain_path)}
    sides["plain"]["wall_s"] = statistics.median(plain_seconds)
    report(
        "analyse",
        {
            "frames": len(frames),
            "runtime": detector.backend,
            "target_of_bare": TARGET_OF_BARE,
            "target_of_plain": TARGET_OF_PLAIN,
            "of_bare": round(sides["bare"]["wall_s"] / sides["ours"]["wall_s"], 3),
            "of_plain": round(sides["plain"]["wall_s"] / sides["ours"]["wall_s"], 3),
            "of_bare_by_cpu_time": round(sides["bare"]["cpu_s"] / sides["ours"]["cpu_s"], 3),
            "ms_per_frame": {
                name: round(side["wall_s"] / len(frames) * 1000, 3) for name, side in sides.items()
            },
            "plain_ms_per_frame_by_round": [
                round(seconds / len(frames) * 1000, 3) for seconds in sorted(plain_seconds)
            ],
            "boxes_found": boxes,
        },
    )


def prepared_pictures(count: int) -> list[Array]:
    reader = cv2.VideoCapture(str(VIDEO))
    return [prepare(reader.read()[1])[0] for _ in range(count)]


def plain_loop(count: int, path: Path) -> float:
    """Return how many seconds it took, without loading anything."""
    session = onnxruntime.InferenceSession(str(MODEL), providers=["CPUExecutionProvider"])
    reader = cv2.VideoCapture(str(VIDEO))
    begun = time.perf_counter()
    with open(path, "w", encoding="utf-8") as out:
        for number in range(count):
            _, image = reader.read()
            tensor, scale = prepare(image)
            output = session.run(None, {"images": tensor})[0][0]
            boxes, scores, class_ids = read_output(output, scale)
            bits, quality = pdqhash.compute(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
            line = {
                "frame": number,
                "pts_seconds": reader.get(cv2.CAP_PROP_POS_MSEC) / 1000,
                "width": image.shape[1],
                "height": image.shape[0],
                "boxes": boxes.tolist(),
                "scores": scores.tolist(),
                "labels": [CLASSES[class_id] for class_id in class_ids],
                "pdq": np.packbits(bits.astype(np.uint8)).tobytes().hex(),
                "pdq_quality": int(quality),
            }
            out.write(json.dumps(line) + "\n")
    return time.perf_counter() - begun


def prepare(image: Array) -> tuple[Array, float]:
    """Put a BGR picture into the input of YOLOX, as its authors' demo does."""
    scale = min(SIDE / image.shape[0], SIDE / image.shape[1])
    size = int(image.shape[1] * scale), int(image.shape[0] * scale)
    padded = np.full((SIDE, SIDE, 3), 114, np.uint8)
    padded[: size[1], : size[0]] = cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(padded.transpose(2, 0, 1)[None], np.float32), scale


def read_output(output: Array, scale: float) -> tuple[Array, Array, Array]:
    """Decode all boxes, then score, then suppress, as the authors' demo does."""
    grids, strides = [], []
    for stride in (8, 16, 32):
        cells = SIDE // stride
        x, y = np.meshgrid(np.arange(cells), np.arange(cells))
        grids.append(np.stack((x, y), 2).reshape(-1, 2))
        strides.append(np.full((cells * cells, 1), stride))
    grid, stride_of = np.concatenate(grids), np.concatenate(strides)
    centres = (output[:, :2] + grid) * stride_of
    sizes = np.exp(output[:, 2:4]) * stride_of
    boxes = np.concatenate((centres - sizes / 2, centres + sizes / 2), axis=1) / scale
    by_class = output[:, 4:5] * output[:, 5:]
    class_ids, scores = by_class.argmax(axis=1), by_class.max(axis=1)
    good = scores > SCORE_THRESHOLD
    boxes, scores, class_ids = boxes[good], scores[good], class_ids[good]
    xywh = np.concatenate((boxes[:, :2], boxes[:, 2:] - boxes[:, :2]), axis=1)
    # The stubs of OpenCV ask for lists, the function takes arrays.
    kept = cv2.dnn.NMSBoxesBatched(xywh, scores, class_ids, SCORE_THRESHOLD, NMS_IOU)  # type: ignore[arg-type]
    rows = np.asarray(kept, np.int64)
    return boxes[rows], scores[rows], class_ids[rows]


def count_boxes(path: Path) -> int:
    return sum(len(json.loads(line)["boxes"]) for line in path.read_text("utf-8").splitlines())


if __name__ == "__main__":
    main()

"""The starter, a D-FINE nano: end to end against the bare model, and its forms against each other.

`python -m benchmarks.detect [--quick]`:

- end to end: decoding every frame of `vtest.mp4`, preparing, inference, thresholds and PDQ;
- bare: nothing but inference of prepared pictures, by what computes it end to end;
- torch: the same pictures in plain torch on the CPU, one after the other with all threads.

On a machine with CUDA the first two run there, for the starter and for an untrained D-FINE large
at 640x640, and what one thread decodes and hashes is measured alone.
"""

import argparse
import itertools
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.measuring import TEST_DATA, measure_interleaved, report
from workers.detect.engine import HostEngine
from workers.detect.export import export_onnx
from workers.detect.folder import ModelFolder
from workers.detect.huggingface import HuggingFaceDetector
from workers.detect.inputs import Fitting, InputFormat
from workers.detect.spec import DetectorSpec
from workers.detect.torch_model import BoxModel, TorchRuntime, load_box_model
from workers.device import accelerated, torch_device
from workers.hashing.pdq import pdq_hash
from workers.media.decode import read_frames
from workers.media.frame_index import FrameIndex
from workers.media.indexing import build_frame_index
from workers.pipelines.analyse import analyse_frames
from workers.training import Recipe
from workers.training.model import new_model
from workers.training.saving import Card, save_detector
from workers.training.starter import LABELS, STARTER

Array = np.ndarray[Any, Any]

VIDEO = TEST_DATA / "video" / "vtest.mp4"
TARGETS = {"of_bare": {"cpu": 0.85, "cuda": 0.7}, "of_torch": 1.4, "box_px": 1.0, "score": 0.01}
GPU_BATCH = 32


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20 frames once")
    quick = parser.parse_args().quick
    index = build_frame_index(VIDEO)
    frames = index.sample(None)[: 20 if quick else None if torch_device() == "cuda" else 300]
    repeats = 1 if quick else 3
    with tempfile.TemporaryDirectory() as temporary:
        figures = measure(STARTER, index, frames, repeats, Path(temporary))
        figures["torch_to_onnx"] = asdict(export_onnx(STARTER, Path(temporary, "starter.onnx")))
        if torch_device() == "cuda":
            large = untrained("large", Path(temporary, "large"))
            figures["large"] = measure(large, index, frames, repeats, Path(temporary))
    report("detect", {"device": torch_device(), "targets": TARGETS, **figures})


def measure(
    folder: Path, index: FrameIndex, frames: NDArray[np.int64], repeats: int, temporary: Path
) -> dict[str, Any]:
    """End to end against the bare model."""
    spec = DetectorSpec("measured", "dfine", folder, cache_folder=temporary / "cache")
    detector = HuggingFaceDetector(spec)
    model, _ = load_box_model(ModelFolder.read(folder))
    assert detector.input_size is not None
    pictures = prepared_pictures(index, 8, detector.input_size)
    sides: dict[str, Callable[[], object]] = {
        "ours": lambda: sum(1 for _ in analyse_frames(VIDEO, index, frames, detector)),
        "bare": bare(detector, model, pictures, len(frames)),
    }
    if torch_device() == "cpu":
        # Fewer, as it takes longer; the figures are for each picture.
        sides["torch"] = in_torch(model, pictures, max(1, len(frames) // 2))
    else:
        sides["decoding"] = lambda: read_and_hash(index, frames)
    measured = measure_interleaved(sides, repeats)
    per_picture_s = {
        name: side["wall_s"] / (len(frames) // 2 if name == "torch" else len(frames))
        for name, side in measured.items()
    }
    return {
        "backend": detector.backend,
        "input_size": detector.input_size,
        "frames": len(frames),
        "of_bare": round(per_picture_s["bare"] / per_picture_s["ours"], 3),
        "of_torch": ratio(per_picture_s, "torch", "bare"),
        "ms_per_picture": {name: round(s * 1000, 2) for name, s in per_picture_s.items()},
    }


def untrained(size: str, folder: Path) -> Path:
    """Write a detector with random weights, which finds nothing and takes as long as any."""
    recipe = Recipe(size=size, input_size=(640, 640))
    card = Card((640, 640), LABELS, 0.5, "untrained", "Apache-2.0", {}, recipe.to_json(), "")
    save_detector(folder, new_model(LABELS, recipe), card, {})
    return folder


def read_and_hash(index: FrameIndex, frames: NDArray[np.int64]) -> None:
    """What one thread does while the device works."""
    for frame in read_frames(VIDEO, index, frames, on_gpu=True):
        pdq_hash(frame.image)


def ratio(per_picture_s: dict[str, float], slow: str, fast: str) -> float | None:
    if slow not in per_picture_s:
        return None
    return round(per_picture_s[slow] / per_picture_s[fast], 3)


def prepared_pictures(index: FrameIndex, count: int, size: tuple[int, int]) -> list[Array]:
    width, height = size
    input_format = InputFormat(width, height, Fitting.STRETCHED)
    pictures = []
    for frame in read_frames(VIDEO, index, index.sample(None)[:count]):
        tensor = np.empty((1, 3, height, width), np.float32)
        input_format.prepare(frame.image, tensor[0])
        pictures.append(tensor)
    return pictures


def bare(
    detector: HuggingFaceDetector, model: BoxModel, pictures: list[Array], count: int
) -> Callable[[], object]:
    """Inference alone, by what the detector uses."""
    engine = detector.engine
    if not isinstance(engine, HostEngine):
        return on_cuda(model, pictures, count)

    def run() -> None:
        with ThreadPoolExecutor(engine.streams) as pool:
            inputs = itertools.islice(itertools.cycle(pictures), count)
            # The outputs are dropped, as they are in use.
            done = pool.map(lambda picture: bool(engine.runtime.run(picture)), inputs)
            assert all(done)

    return run


def on_cuda(model: BoxModel, pictures: list[Array], count: int) -> Callable[[], object]:
    device = torch.device("cuda")
    on_device = model.to(device)
    batch = torch.from_numpy(np.concatenate(pictures)).to(device)
    batch = batch.repeat(GPU_BATCH // len(batch), 1, 1, 1)

    def run() -> None:
        with torch.inference_mode(), accelerated(device):
            for _ in range(-(-count // GPU_BATCH)):
                on_device(batch)
        torch.cuda.synchronize()

    return run


def in_torch(model: BoxModel, pictures: list[Array], count: int) -> Callable[[], object]:
    runtime = TorchRuntime(model)

    def run() -> None:
        for picture in itertools.islice(itertools.cycle(pictures), count):
            runtime.run(picture)

    return run


if __name__ == "__main__":
    main()

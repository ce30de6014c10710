"""What computes on a CUDA device finds what the CPU finds."""

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from av.codec.hwaccel import HWAccel

from tests.workers.training_sets import write_set
from workers.detect.folder import ModelFolder
from workers.detect.heads import Candidates
from workers.detect.huggingface import HuggingFaceDetector
from workers.detect.registry import DetectorSpec
from workers.detect.torch_model import TorchEngine, load_box_model
from workers.media.container import open_video
from workers.media.indexing import build_frame_index
from workers.pipelines.analyse import analyse_frames
from workers.simulate import render_scene
from workers.training import Recipe, TrainingError, TrainingSet, train
from workers.training.starter import STARTER

pytestmark = pytest.mark.gpu

# Half precision on the device, full on the CPU.
BOX_PX, SCORE = 2.0, 0.05
SURE = 0.3


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    scenes = (render_scene(seed, width=960, height=540, pictures=4) for seed in (51, 52))
    return [picture.image for scene in scenes for picture in scene]


@pytest.fixture
def all_memory() -> Iterator[None]:
    yield
    torch.cuda.set_per_process_memory_fraction(1.0)


def leave_bytes(free: int) -> None:
    """Let torch take no more than so many bytes beyond what it has."""
    torch.cuda.empty_cache()
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction((torch.cuda.memory_reserved() + free) / total)


def engine_on(device: str) -> TorchEngine:
    model, head = load_box_model(ModelFolder.read(STARTER))
    return TorchEngine(model, head, SURE, torch.device(device))


def assert_same(some: list[Candidates], others: list[Candidates]) -> None:
    """Each finding has its counterpart, if it is not at the threshold itself."""
    assert len(some) == len(others)
    assert sum(len(one.scores) for one in some) > 20
    for one, other in zip(some, others, strict=True):
        for mine, theirs in ((one, other), (other, one)):
            for box, score, number in zip(mine.boxes, mine.scores, mine.class_ids, strict=True):
                if score < SURE + SCORE:
                    continue
                is_near = np.abs(theirs.boxes - box).max(axis=1, initial=0.0) < BOX_PX
                is_alike = np.abs(theirs.scores - score) < SCORE
                assert np.any(is_near & is_alike & (theirs.class_ids == number))


def test_the_starter_finds_the_same_on_both(pictures: list[np.ndarray]) -> None:
    detector = HuggingFaceDetector(DetectorSpec("starter", "dfine", STARTER))
    assert not detector.uses_cpu
    assert torch.cuda.get_device_name(0) in detector.backend
    assert_same(engine_on("cuda").find(pictures), engine_on("cpu").find(pictures))


def test_when_memory_runs_out_the_batch_is_halved_and_nothing_is_lost(
    pictures: list[np.ndarray], caplog: pytest.LogCaptureFixture, all_memory: None
) -> None:
    engine = engine_on("cuda")
    many = pictures * 4
    expected = engine.find(many)
    peaks = []
    for count in (4, len(many)):
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_reserved()
        engine.find(many[:count])
        peaks.append(torch.cuda.max_memory_reserved() - before)
    leave_bytes(sum(peaks) // 2)
    with caplog.at_level(logging.WARNING):
        found = engine.find(many)
    assert 1 <= engine.portions.size < len(many)
    assert "out of memory: from now on" in caplog.text
    assert_same(found, expected)


def test_the_gpu_really_decodes(vtest: Path) -> None:
    hardware = HWAccel("cuda")
    with open_video(vtest, hardware=hardware) as (container, stream):
        frame = next(container.decode(stream))
    assert frame.format.name == "nv12"  # the CPU's decoder gives yuv420p


def test_a_video_is_analysed_whole_and_in_order(vtest: Path) -> None:
    index = build_frame_index(vtest)
    wanted = index.sample(None)[:200]
    detector = HuggingFaceDetector(DetectorSpec("starter", "dfine", STARTER))
    results = list(analyse_frames(vtest, index, wanted, detector))
    assert [result.frame for result in results] == wanted.tolist()
    assert {(result.width, result.height) for result in results} == {(480, 360)}


@pytest.fixture
def dataset(tmp_path: Path) -> TrainingSet:
    return TrainingSet.read(write_set(tmp_path), tmp_path)


def test_training_learns_in_reduced_precision(dataset: TrainingSet, tmp_path: Path) -> None:
    recipe = Recipe(
        size="nano-fine", input_size=(96, 64), epochs=6, steps_per_epoch=60, batch_size=8,
        queries=30, denoising=10, learning_rate=1e-3, warm_up_steps=20, average_decay=0.95,
    )  # fmt: skip
    outcome = train(dataset, recipe, tmp_path / "training")
    assert outcome.metrics is not None
    assert outcome.metrics["AP50"] > 0.8


def test_too_large_a_batch_is_named(dataset: TrainingSet, tmp_path: Path, all_memory: None) -> None:
    leave_bytes(300 * 2**20)
    recipe = Recipe(size="nano", input_size=(1024, 1024), epochs=1, batch_size=8)
    with pytest.raises(TrainingError) as caught:
        train(dataset, recipe, tmp_path / "training")
    assert caught.value.code == "out_of_memory"
    assert not (tmp_path / "training" / "model").exists()

"""Detectors from folders, and their ONNX form."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.workers.dfine_models import INPUT_SIZE, LABELS, save_tiny_dfine
from workers.detect import prepared, torch_model
from workers.detect.compare import largest_difference
from workers.detect.engine import HostEngine
from workers.detect.export import export_onnx
from workers.detect.folder import ModelFolder
from workers.detect.heads import Candidates
from workers.detect.registry import DetectorSpec, load_detector, trial_run
from workers.detect.runtimes import OnnxRuntime, choose_cpu_runtime, fastest
from workers.detect.torch_model import OneCall, TorchEngine, TorchRuntime, load_box_model
from workers.errors import DetectorError

BOX_PX, SCORE = 1.0, 0.01


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_dfine(tmp_path_factory.mktemp("dfine") / "tiny", score_threshold=0.05)


@pytest.fixture(scope="module")
def form(folder: Path) -> Path:
    export_onnx(folder, folder.parent / "tiny.onnx")
    return folder.parent / "tiny.onnx"


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    """Of two shapes, one between those of the other."""
    random = np.random.default_rng(3)
    coarse = [random.integers(0, 256, (9, 16, 3)), random.integers(0, 256, (15, 11, 3))]
    large = [np.kron(one, np.ones((20, 20, 1))).astype(np.uint8) for one in coarse]
    return [large[0], large[1], 255 - large[0]]


def refusal(folder: Path, **settings: Any) -> DetectorError:
    with pytest.raises(DetectorError) as caught:
        load_detector(DetectorSpec("tiny", "dfine", folder, **settings))
    return caught.value


def assert_same(some: list[Candidates], others: list[Candidates]) -> None:
    for one, other in zip(some, others, strict=True):
        assert len(one.scores) > 10
        difference = largest_difference(one, other)
        assert difference.box_px < BOX_PX
        assert difference.score < SCORE


def test_torch_and_onnx_find_the_same_one_by_one_and_in_batches(
    folder: Path, form: Path, pictures: list[np.ndarray]
) -> None:
    model, head = load_box_model(ModelFolder.read(folder))
    input_format = head.input_format(*INPUT_SIZE)
    by_torch, by_onnx = (
        HostEngine(runtime, head, input_format, 0.0, pictures_per_run=size).find(pictures)
        for runtime, size in ((TorchRuntime(model), 1), (OnnxRuntime(form), 3))
    )
    assert_same(by_torch, by_onnx)


def test_what_runs_on_the_device_finds_what_the_cpu_finds(
    folder: Path, pictures: list[np.ndarray]
) -> None:
    model, head = load_box_model(ModelFolder.read(folder))
    host = HostEngine(TorchRuntime(model), head, head.input_format(*INPUT_SIZE), 0.0)
    device = TorchEngine(model, head, 0.0, torch.device("cpu"))
    assert_same(host.find(pictures), device.find(pictures))
    # Without what a picture costs on a CPU, the runtime is told to be on another device.
    assert (host.uses_cpu, device.uses_cpu) == (False, True)
    strict = TorchEngine(model, head, 0.99, torch.device("cpu"))
    assert [len(found.scores) for found in strict.find(pictures)] == [
        int((found.scores >= 0.99).sum()) for found in host.find(pictures)
    ]


def test_the_onnx_file_says_all_about_itself(form: Path) -> None:
    facts = trial_run(DetectorSpec("tiny", "onnx", form))
    assert facts["classes"] == list(LABELS)
    assert facts["input_size"] == INPUT_SIZE
    assert facts["score_threshold"] == 0.05
    assert facts["nms_iou"] == 1.0


def test_a_folder_is_used_in_its_faster_form_and_torch_is_not_loaded_again(
    folder: Path, tmp_path: Path, pictures: list[np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared, "choose_cpu_runtime", lambda onnx, *_: (onnx, 0.01))
    spec = DetectorSpec("tiny", "dfine", folder, cache_folder=tmp_path)
    first = load_detector(spec)
    assert first.backend.startswith("onnxruntime")
    monkeypatch.setattr(torch_model, "load_box_model", None)
    again = load_detector(spec)
    for one, other in zip(first.detect(pictures), again.detect(pictures), strict=True):
        assert len(one) > 0
        assert np.array_equal(one.boxes, other.boxes)
        assert one.labels == other.labels


class Wasteful(TorchRuntime):
    """Computes everything ten times."""

    name = "wasteful"

    def run(self, images: np.ndarray) -> list[np.ndarray]:
        return [super(Wasteful, self).run(images) for _ in range(10)][-1]


def test_what_takes_least_is_chosen_by_measuring(folder: Path, form: Path) -> None:
    model, head = load_box_model(ModelFolder.read(folder))
    blank = head.input_format(*INPUT_SIZE).blank()
    wasteful, onnx = Wasteful(model), OnnxRuntime(form)
    _, cost_s = fastest([wasteful], blank)
    chosen, least_s = choose_cpu_runtime(onnx, form, blank, wasteful)
    assert chosen is onnx or chosen.name.startswith("OpenVINO")
    # Ten runs of torch against one of what is made to be faster.
    assert 0 < least_s < cost_s / 5
    assert fastest([wasteful, onnx], blank)[0] is onnx


def test_what_cannot_be_written_as_onnx_stays_in_torch(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise DetectorError("detector_not_exportable", "No.")

    monkeypatch.setattr(prepared, "export_loaded", fail)
    detector = load_detector(DetectorSpec("tiny", "dfine", folder, cache_folder=tmp_path))
    assert detector.backend == "torch CPU"


def test_an_export_that_finds_something_else_is_not_written(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = TorchRuntime.run

    def shifted(self: TorchRuntime, images: np.ndarray) -> list[Any]:
        logits, boxes = sound(self, images)
        return [logits, np.add(boxes, 2 / INPUT_SIZE[0])]

    monkeypatch.setattr(TorchRuntime, "run", shifted)
    with pytest.raises(DetectorError) as caught:
        export_onnx(folder, tmp_path / "tiny.onnx")
    assert caught.value.code == "detector_export_differs"
    assert list(tmp_path.iterdir()) == []


def test_weights_in_half_precision_are_computed_in_full(
    folder: Path, copy: Path, pictures: list[np.ndarray]
) -> None:
    weights = load_file(copy / "model.safetensors")
    halves = {name: one.half() if one.is_floating_point() else one for name, one in weights.items()}
    save_file(halves, copy / "model.safetensors", metadata={"format": "pt"})
    found = []
    for path in (folder, copy):
        model, head = load_box_model(ModelFolder.read(path))
        assert {weight.dtype for weight in model.parameters()} == {torch.float32}
        engine = HostEngine(TorchRuntime(model), head, head.input_format(*INPUT_SIZE), 0.0)
        found.append(engine.find(pictures))
    assert_same(*found)


def test_when_memory_runs_out_on_the_device_the_batch_is_halved(
    folder: Path, pictures: list[np.ndarray]
) -> None:
    model, head = load_box_model(ModelFolder.read(folder))
    engine = TorchEngine(model, head, 0.0, torch.device("cpu"))
    sound = model.model.forward
    sizes: list[int] = []

    def small(pixel_values: torch.Tensor) -> Any:
        sizes.append(len(pixel_values))
        if len(pixel_values) > 2:
            raise torch.OutOfMemoryError
        return sound(pixel_values=pixel_values)

    model.model.forward = small
    assert len(engine.find(pictures * 2)) == 6
    # Filled up to powers of two; what is traced does not come by here again.
    assert sizes[:3] == [8, 4, 1]
    assert set(sizes[3:]) <= {1}


def test_when_memory_runs_out_in_what_is_traced_the_batch_is_halved(
    folder: Path, pictures: list[np.ndarray]
) -> None:
    model, head = load_box_model(ModelFolder.read(folder))
    engine = TorchEngine(model, head, 0.0, torch.device("cpu"))
    sizes: list[int] = []

    def traced(images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """As torch says it: what is raised inside becomes a RuntimeError with the words in it."""
        sizes.append(len(images))
        if len(images) > 2:
            raise RuntimeError("The following operation failed\nCUDA out of memory. Tried 2 GiB")
        return model(images)

    engine._model._by_count = dict.fromkeys((1, 2, 4, 8), traced)
    assert len(engine.find(pictures * 2)) == 6
    assert sizes[:3] == [8, 4, 1]
    engine._model._by_count = dict.fromkeys((1, 2, 4, 8), torch.nn.Linear(3, 3))
    with pytest.raises(RuntimeError, match="shapes"):
        engine.find(pictures)


def test_a_traced_model_finds_the_same_in_any_number_of_pictures(
    folder: Path, pictures: list[np.ndarray]
) -> None:
    model, head = load_box_model(ModelFolder.read(folder))
    host = HostEngine(TorchRuntime(model), head, head.input_format(*INPUT_SIZE), 0.0)
    device = TorchEngine(model, head, 0.0, torch.device("cpu"))
    expected = host.find(pictures)
    assert_same(device.find(pictures[:1]), expected[:1])
    assert_same(device.find(pictures), expected)
    assert_same(device.find(pictures[::-1]), expected[::-1])


def test_a_model_that_tracing_would_change_stays_untraced(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Moody(torch.nn.Module):
        def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            # What is traced is always what the first picture led to.
            self.calls = getattr(self, "calls", 0) + 1
            return images.mean((1, 2, 3)) + self.calls, images[:, 0, 0, :4]

    model = OneCall(Moody())
    logits, _ = model(torch.zeros(2, 3, 8, 8))
    assert logits.tolist() == [3.0, 3.0]
    assert "something else" in caplog.text


def test_labels_and_size_come_from_the_config_without_a_trainers_file(copy: Path) -> None:
    (copy / "cvd.json").unlink()
    (copy / "preprocessor_config.json").write_text(
        json.dumps({"size": {"height": 64, "width": 96}, "do_normalize": True})
    )
    facts = ModelFolder.read(copy)
    assert facts.labels == LABELS
    assert facts.input_size == (96, 64)
    assert facts.mean[0] == 0.485


def test_weights_that_can_run_code_are_refused(copy: Path) -> None:
    (copy / "model.safetensors").rename(copy / "pytorch_model.bin")
    assert refusal(copy).code == "detector_weights_unsafe"
    assert refusal(copy / "pytorch_model.bin").code == "detector_weights_unsafe"


def test_code_beside_the_weights_is_refused(copy: Path) -> None:
    config = json.loads((copy / "config.json").read_text())
    config["auto_map"] = {"AutoModelForObjectDetection": "evil.Model"}
    (copy / "config.json").write_text(json.dumps(config))
    assert refusal(copy).code == "detector_needs_code"


def test_truncated_and_missing_weights_are_refused(copy: Path) -> None:
    weights = load_file(copy / "model.safetensors")
    name = sorted(weights)[-1]
    fewer = {key: value for key, value in weights.items() if key != name}
    save_file(fewer, copy / "model.safetensors", metadata={"format": "pt"})
    error = refusal(copy)
    assert error.code == "detector_not_loadable"
    assert "lack" in error.message
    whole = (copy / "model.safetensors").read_bytes()
    (copy / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    assert refusal(copy).code == "detector_not_loadable"


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("config.json", "[]"),
        ("config.json", '{"model_type": "bert"}'),
        ("cvd.json", '{"input_size": [96, 64], "labels": {"1": "worker"}}'),
        ("cvd.json", '{"input_size": [1000000, 64]}'),
        ("cvd.json", '{"input_size": [96, 64], "score_threshold": 2}'),
    ],
)
def test_settings_that_make_no_sense_are_refused(copy: Path, file: str, content: str) -> None:
    (copy / file).write_text(content)
    assert refusal(copy).code == "detector_not_loadable"


def test_names_have_to_fit_and_the_digest_too(folder: Path) -> None:
    assert refusal(folder, classes=("worker",)).code == "detector_classes_mismatch"
    assert refusal(folder, digest="0" * 64).code == "detector_digest_mismatch"


def test_the_digest_is_of_all_that_decides(copy: Path) -> None:
    before = ModelFolder.read(copy).digest
    (copy / "README.md").write_text("A detector.")
    assert ModelFolder.read(copy).digest == before
    facts = json.loads((copy / "cvd.json").read_text())
    (copy / "cvd.json").write_text(json.dumps({**facts, "input_size": [64, 64]}))
    assert ModelFolder.read(copy).digest != before

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest

from tests.workers.onnx_models import (
    ANCHORS,
    COLOURS,
    save_constant,
    save_yolov8,
    save_yolox_colours,
    save_yolox_decoded,
)
from workers.detect.base import Detections, Detector
from workers.detect.onnx import OnnxDetector
from workers.detect.registry import DetectorSpec, load_detector, trial_run
from workers.detect.runtimes import OnnxRuntime, OpenVinoRuntime
from workers.errors import DetectorError
from workers.evaluation.coco import evaluate_coco
from workers.media.images import read_image


def spec_of(path: Path, classes: tuple[str, ...] | None = COLOURS) -> DetectorSpec:
    return DetectorSpec(name="test", kind="onnx", path=path, classes=classes)


def code_of_load(spec: DetectorSpec) -> str:
    with pytest.raises(DetectorError) as caught:
        trial_run(spec)
    return caught.value.code


def test_yolox_finds_what_is_in_photos(yolox: Detector, test_data: Path, tmp_path: Path) -> None:
    truth = json.loads((test_data / "coco" / "instances_val2014_100.json").read_text())
    # The same 80 classes in the same order; some names are spelt in another way.
    ids = [category["id"] for category in truth["categories"]]
    category_ids = dict(zip(yolox.classes, ids, strict=True))
    results, image_ids = [], set()
    for path in sorted((test_data / "photos" / "coco").iterdir()):
        image_ids.add(int(path.stem))
        found = yolox.detect([read_image(path)])[0]
        for (x1, y1, x2, y2), score, label in zip(
            found.boxes.tolist(), found.scores.tolist(), found.labels, strict=True
        ):
            results.append(
                {
                    "image_id": int(path.stem),
                    "category_id": category_ids[label],
                    "bbox": [x1, y1, x2 - x1, y2 - y1],
                    "score": score,
                }
            )
    truth["images"] = [image for image in truth["images"] if image["id"] in image_ids]
    truth["annotations"] = [a for a in truth["annotations"] if a["image_id"] in image_ids]
    (tmp_path / "truth.json").write_text(json.dumps(truth))
    (tmp_path / "results.json").write_text(json.dumps(results))
    metrics = evaluate_coco(tmp_path / "truth.json", tmp_path / "results.json")
    # On mirrored pictures this is 0.12.
    assert metrics["AP50"] > 0.4


def test_detections_are_well_formed(yolox: Detector, test_data: Path) -> None:
    image = read_image(test_data / "photos" / "coco" / "000000000139.jpg")
    height, width = image.shape[:2]
    found = yolox.detect([image])[0]
    assert len(found) > 0
    assert np.all(np.diff(found.scores) <= 0)
    assert found.scores.min() >= 0.25
    assert np.all(found.boxes[:, :2] < found.boxes[:, 2:])
    assert np.all((found.boxes >= 0) & (found.boxes <= [width, height, width, height]))
    assert set(found.labels) <= set(yolox.classes)


def test_pictures_of_any_sizes_in_one_call_are_like_one_by_one(
    yolox: Detector, test_data: Path
) -> None:
    images = [read_image(path) for path in sorted((test_data / "photos" / "coco").iterdir())]
    together = yolox.detect(images)
    for image, found in zip(images, together, strict=True):
        alone = yolox.detect([image])[0]
        assert np.array_equal(found.boxes, alone.boxes)
        assert found.labels == alone.labels


def test_both_runtimes_find_the_same(
    yolox_spec: DetectorSpec, test_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def detect_with(runtime: OnnxRuntime | OpenVinoRuntime) -> Detections:
        monkeypatch.setattr("workers.detect.onnx.choose_cpu_runtime", lambda *_: (runtime, 0.01))
        image = read_image(test_data / "photos" / "coco" / "000000000139.jpg")
        return load_detector(yolox_spec).detect([image])[0]

    assert yolox_spec.path
    a = detect_with(OnnxRuntime(yolox_spec.path))
    b = detect_with(OpenVinoRuntime(yolox_spec.path, (1, 3, 416, 416)))
    assert a.labels == b.labels
    assert np.abs(a.boxes - b.boxes).max() < 1
    assert np.abs(a.scores - b.scores).max() < 0.01


def test_yolov8_boxes_are_mapped_back_through_the_letterbox(tmp_path: Path) -> None:
    save_yolov8(tmp_path / "v8.onnx", box=(32, 32, 16, 8))
    # 128x64 is scaled by a half to 64x32 and lies 16 pixels from the top of the 64x64 input.
    image = np.full((64, 128, 3), 255, np.uint8)
    found = load_detector(spec_of(tmp_path / "v8.onnx")).detect([image])[0]
    assert found.boxes[0].tolist() == [48, 24, 80, 40]


@pytest.mark.parametrize("channel", [0, 1, 2])
def test_yolov8_gets_rgb_from_zero_to_one(tmp_path: Path, channel: int) -> None:
    save_yolov8(tmp_path / "v8.onnx", box=(32, 32, 16, 8))
    image = np.zeros((64, 64, 3), np.uint8)
    image[:, :, channel] = 204
    found = load_detector(spec_of(tmp_path / "v8.onnx")).detect([image])[0]
    assert found.labels == (COLOURS[channel],)
    assert found.scores[0] == pytest.approx(0.8, abs=1e-3)


def test_yolov8_class_names_are_read_from_the_file(tmp_path: Path) -> None:
    names = {"names": "{0: 'worker', 1: 'helmet', 2: 'vest'}"}
    save_yolov8(tmp_path / "v8.onnx", box=(32, 32, 16, 8), metadata=names)
    detector = load_detector(spec_of(tmp_path / "v8.onnx", classes=None))
    assert detector.classes == ("worker", "helmet", "vest")


def test_code_in_place_of_class_names_is_not_run(tmp_path: Path) -> None:
    evil = {"names": f"__import__('pathlib').Path({str(tmp_path / 'ran')!r}).touch()"}
    save_yolov8(tmp_path / "v8.onnx", box=(32, 32, 16, 8), metadata=evil)
    assert code_of_load(spec_of(tmp_path / "v8.onnx", None)) == "detector_classes_missing"
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("channel", [0, 1, 2])
def test_yolox_gets_bgr_from_zero_to_255_at_the_top(tmp_path: Path, channel: int) -> None:
    save_yolox_colours(tmp_path / "x.onnx", box=(32, 16, 16, 8))
    # 128x64 is scaled by a half and fills the upper half of the 64x64 input.
    image = np.zeros((64, 128, 3), np.uint8)
    image[:, :, channel] = 204
    spec = spec_of(tmp_path / "x.onnx", classes=("blue", "green", "red"))
    found = load_detector(spec).detect([image])[0]
    assert found.labels == (COLOURS[channel],)
    assert found.scores[0] == pytest.approx(0.8, abs=1e-3)
    assert found.boxes[0].tolist() == [48, 24, 80, 40]


def test_decoded_yolox_is_told_from_undecoded(tmp_path: Path) -> None:
    rows = [
        [20, 30, 10, 12, 0.9, 0.5, 0.1, 0.1],
        # The same class, overlapping, and scoring less: suppressed.
        [21, 30, 10, 12, 0.8, 0.5, 0.1, 0.1],
        # The same place and another class: stays.
        [20, 30, 10, 12, 0.7, 0.1, 0.1, 0.6],
    ]
    save_yolox_decoded(tmp_path / "x.onnx", rows)
    found = load_detector(spec_of(tmp_path / "x.onnx")).detect([np.zeros((64, 64, 3), np.uint8)])[0]
    assert found.labels == ("red", "blue")
    assert found.scores.tolist() == pytest.approx([0.45, 0.42])
    assert found.boxes[0].tolist() == [15, 24, 25, 36]


def test_labels_can_be_renamed(tmp_path: Path) -> None:
    save_yolox_decoded(tmp_path / "x.onnx", [[20, 30, 10, 12, 0.9, 0.5, 0.1, 0.1]])
    spec = replace(spec_of(tmp_path / "x.onnx"), label_map={"red": "worker"})
    detector = load_detector(spec)
    assert detector.classes == ("worker", "green", "blue")
    assert detector.detect([np.zeros((64, 64, 3), np.uint8)])[0].labels == ("worker",)


def test_boxes_that_are_not_numbers_are_dropped(tmp_path: Path) -> None:
    nan, inf = float("nan"), float("inf")
    rows = [[nan, 30, 10, 12, 0.9, 1, 0, 0], [20, inf, 10, 12, 0.9, 1, 0, 0]]
    save_yolox_decoded(tmp_path / "x.onnx", rows)
    spec = spec_of(tmp_path / "x.onnx")
    assert len(load_detector(spec).detect([np.zeros((64, 64, 3), np.uint8)])[0]) == 0


class SmallDevice:
    """A device whose memory holds `room` pictures at a time."""

    name, streams = "small", 1

    def __init__(self, model: OnnxRuntime, room: int) -> None:
        self.model, self.room = model, room
        self.batches: list[int] = []

    def run(self, images: np.ndarray) -> list[np.ndarray]:
        self.batches.append(len(images))
        if len(images) > self.room:
            raise MemoryError
        return [np.concatenate([self.model.run(image[None])[0] for image in images])]


def test_when_memory_runs_out_the_batch_is_halved(tmp_path: Path) -> None:
    save_yolov8(tmp_path / "v8.onnx", box=(32, 32, 16, 8))
    detector = OnnxDetector(spec_of(tmp_path / "v8.onnx"))
    detector.engine.runtime = device = SmallDevice(OnnxRuntime(tmp_path / "v8.onnx"), room=2)
    detector.engine.portions.size = 8
    found = detector.detect([np.full((64, 64, 3), 255, np.uint8)] * 5)
    assert [len(detections) for detections in found] == [1] * 5
    assert device.batches == [5, 2, 2, 1]


def test_when_not_even_one_picture_fits_it_says_so(tmp_path: Path) -> None:
    save_yolov8(tmp_path / "v8.onnx", box=(32, 32, 16, 8))
    detector = OnnxDetector(spec_of(tmp_path / "v8.onnx"))
    detector.engine.runtime = SmallDevice(OnnxRuntime(tmp_path / "v8.onnx"), room=0)
    with pytest.raises(DetectorError) as caught:
        detector.detect([np.zeros((64, 64, 3), np.uint8)])
    assert caught.value.code == "detector_out_of_memory"


def test_a_trial_run_says_what_the_detector_is(yolox_spec: DetectorSpec) -> None:
    facts = trial_run(yolox_spec)
    assert facts["kind"] == "onnx"
    assert len(facts["classes"]) == 80
    assert len(facts["digest"]) == 64


def test_another_file_under_the_same_name_is_refused(yolox_spec: DetectorSpec) -> None:
    digest = trial_run(yolox_spec)["digest"]
    assert trial_run(replace(yolox_spec, digest=digest))["digest"] == digest
    wrong = replace(yolox_spec, digest=digest[::-1])
    assert code_of_load(wrong) == "detector_digest_mismatch"


def test_class_names_are_needed_and_have_to_fit(yolox_spec: DetectorSpec) -> None:
    assert code_of_load(replace(yolox_spec, classes=None)) == "detector_classes_missing"
    assert code_of_load(replace(yolox_spec, classes=("person",))) == "detector_classes_mismatch"


@pytest.mark.parametrize("shape", [(1, 10), (1, ANCHORS), (1, 300, 6), (2, ANCHORS, 8)])
def test_outputs_of_another_shape_are_refused(tmp_path: Path, shape: tuple[int, ...]) -> None:
    save_constant(tmp_path / "other.onnx", np.zeros(shape, np.float32))
    assert code_of_load(spec_of(tmp_path / "other.onnx")) == "detector_outputs_unknown"


@pytest.mark.parametrize(
    "content", [b"", b"text", b"\x80\x04cos\nsystem\n(S'true'\ntR.", b"PK\x03\x04"]
)
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.onnx").write_bytes(content)
    assert code_of_load(spec_of(tmp_path / "bad.onnx")) == "detector_not_loadable"


def test_a_truncated_model_is_refused(yolox_spec: DetectorSpec, tmp_path: Path) -> None:
    assert yolox_spec.path
    data = yolox_spec.path.read_bytes()
    (tmp_path / "cut.onnx").write_bytes(data[: len(data) // 2])
    spec = replace(yolox_spec, path=tmp_path / "cut.onnx")
    assert code_of_load(spec) == "detector_not_loadable"


def test_a_model_that_reads_other_files_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret.bin"
    secret.write_bytes(bytes(4 * ANCHORS * 8))
    folder = tmp_path / "models"
    folder.mkdir()
    save_constant(folder / "model.onnx", np.ones((1, ANCHORS, 8), np.float32))
    model = onnx.load(folder / "model.onnx")
    constant = model.graph.initializer[0]
    constant.ClearField("raw_data")
    constant.data_location = onnx.TensorProto.EXTERNAL
    constant.external_data.add(key="location", value="../secret.bin")
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    assert code_of_load(spec_of(folder / "model.onnx")) == "detector_weights_elsewhere"


def test_a_model_with_its_weights_beside_it_is_refused_and_made_whole_as_told(
    tmp_path: Path,
) -> None:
    """The digest of the file alone would not say what it finds."""
    whole, split = tmp_path / "whole.onnx", tmp_path / "split.onnx"
    # A maker may say in the metadata where he lives.
    save_yolov8(whole, (32, 32, 16, 16), {"names": str(dict(enumerate(COLOURS))), "location": "a"})
    assert load_detector(spec_of(whole)).classes == COLOURS
    onnx.save_model(
        onnx.load(whole), split, save_as_external_data=True, location="w" * 130, size_threshold=1000
    )
    assert code_of_load(spec_of(split)) == "detector_weights_elsewhere"
    onnx.save_model(onnx.load(split), whole)
    assert load_detector(spec_of(whole)).classes == COLOURS


def test_a_missing_file_and_an_unknown_kind_are_refused(tmp_path: Path) -> None:
    assert code_of_load(spec_of(tmp_path / "none.onnx")) == "detector_not_loadable"
    assert code_of_load(DetectorSpec(name="x", kind="magic")) == "detector_kind_unknown"


def test_detections_check_themselves() -> None:
    boxes, scores = np.zeros((2, 4), np.float32), np.zeros(2, np.float32)
    assert len(Detections(boxes, scores, ("a", "b"))) == 2
    assert len(Detections.empty()) == 0
    with pytest.raises(ValueError, match=r"expected boxes \(1, 4\)"):
        Detections(boxes, scores, ("a",))
    with pytest.raises(ValueError, match="float32"):
        Detections(boxes.astype(np.float64), scores, ("a", "b"))

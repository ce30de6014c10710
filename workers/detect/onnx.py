"""YOLOX, YOLOv8-style and DETR-style detectors from ONNX files."""

import hashlib
import json
import mmap
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from workers.detect.engine import EngineDetector, HostEngine
from workers.detect.heads import Head, Output, class_names_in
from workers.detect.inputs import Fitting, InputFormat
from workers.detect.recognise import recognise_head
from workers.detect.runtimes import OnnxRuntime, Tensor, choose_cpu_runtime
from workers.detect.spec import DetectorSpec
from workers.device import has_cuda
from workers.errors import DetectorError

# In the metadata of a file: the threshold that its maker suggests.
SCORE_THRESHOLD_KEY = "cvd.score_threshold"

# A tensor whose data lie in another file: `external_data` of onnx.proto's TensorProto (field 13)
# with an entry of the key `location`.
_DATA_ELSEWHERE = re.compile(rb"j.{1,2}\n\x08location\x12", re.DOTALL)

_DEFAULT_SIDE = 640
_GPU_BATCH = 16
_MAX_SIDE = 4096


class OnnxDetector(EngineDetector):
    """The detector of kind `onnx`.

    Of which family the model is, is told from its outputs; each has its own way to put a picture
    into the input. What computes it is chosen by measuring when it is loaded.
    """

    kind = "onnx"
    engine: HostEngine

    def __init__(self, spec: DetectorSpec) -> None:
        if spec.path is None:
            raise DetectorError("detector_not_loadable", "An ONNX detector needs a file.")
        digest = _check_digest(spec.path, spec.digest)
        _check_is_whole(spec.path)
        onnx = _load(spec.path)
        height, width, fixed_batch = _input_size(onnx)
        names = spec.classes or class_names_in(onnx.metadata)
        blank = InputFormat(width, height, Fitting.STRETCHED).blank()
        head = recognise_head(
            _first_run(onnx, blank),
            height=height,
            width=width,
            class_count=None if names is None else len(names),
        )
        threshold = spec.score_threshold_or(_suggested_threshold(onnx.metadata))
        input_format = head.input_format(width, height)
        if has_cuda():
            engine = HostEngine(
                onnx,
                head,
                input_format,
                threshold,
                pictures_per_run=1 if fixed_batch else _GPU_BATCH,
            )
        else:
            runtime, cost_s = choose_cpu_runtime(onnx, spec.path, input_format.blank())
            engine = HostEngine(runtime, head, input_format, threshold, seconds_per_picture=cost_s)
        super().__init__(
            spec,
            digest=digest,
            labels=_check_names(names, head),
            head=head,
            score_threshold=threshold,
            input_size=(width, height),
            engine=engine,
        )


def _check_digest(path: Path, expected: str) -> str:
    try:
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DetectorError(
            "detector_not_loadable", f"The file {path.name} cannot be read ({error.strerror})."
        ) from error
    if expected and digest != expected:
        raise DetectorError(
            "detector_digest_mismatch",
            f"The file {path.name} is not the one that was registered: its SHA-256 is {digest}.",
        )
    return digest


def _check_is_whole(path: Path) -> None:
    """Refuse a model with data in other files: its digest would not say what it finds."""
    if path.stat().st_size == 0:
        return
    with (
        open(path, "rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        is_whole = _DATA_ELSEWHERE.search(content) is None
    if not is_whole:
        raise DetectorError(
            "detector_weights_elsewhere",
            f"{path.name} keeps weights in another file. Save all of it as one file, with "
            "onnx.save_model(onnx.load(path), target) or torch.onnx.export(..., "
            "external_data=False), and take that.",
        )


def _load(path: Path) -> OnnxRuntime:
    try:
        return OnnxRuntime(path)
    except RuntimeError as error:
        raise DetectorError(
            "detector_not_loadable", f"{path.name} is not an ONNX model that can be run ({error})."
        ) from error


def _input_size(model: OnnxRuntime) -> tuple[int, int, bool]:
    """Return the height and width to use, and whether the model takes one picture at a time."""
    images, *others = model.inputs
    is_picture = images.type == "tensor(float)" and len(images.shape) == 4
    # The sizes of the pictures, which D-FINE's and RT-DETR's own exports want too.
    are_sizes = [one.type == "tensor(int64)" and len(one.shape) == 2 for one in others]
    if not is_picture or are_sizes not in ([], [True]):
        given = ", ".join(f"{one.name} {list(one.shape)} {one.type}" for one in model.inputs)
        raise DetectorError(
            "detector_inputs_unknown",
            "Expected a float input of (batch, 3, height, width), alone or with the sizes of the "
            f"pictures, got {given}.",
        )
    batch, channels, height, width = (
        size if isinstance(size, int) else None for size in images.shape
    )
    height, width = height or _DEFAULT_SIDE, width or _DEFAULT_SIDE
    if channels not in (3, None) or batch not in (1, None) or max(height, width) > _MAX_SIDE:
        raise DetectorError(
            "detector_inputs_unknown",
            f"An input of {list(images.shape)} is not a picture that can be made.",
        )
    return height, width, batch == 1


def _first_run(model: OnnxRuntime, blank: Tensor) -> list[Output]:
    try:
        return model.run(blank)
    except RuntimeError as error:
        raise DetectorError("detector_failed", f"The model cannot be run ({error}).") from error
    except MemoryError as error:
        raise DetectorError(
            "detector_out_of_memory", "The model does not fit into the memory of the device."
        ) from error


def _check_names(names: Sequence[str] | None, head: Head) -> Sequence[str]:
    if names is None:
        raise DetectorError(
            "detector_classes_missing",
            f"The model has {head.class_count or 'some'} classes and does not name them; give a "
            "file with their names.",
        )
    if head.class_count not in (None, len(names)):
        raise DetectorError(
            "detector_classes_mismatch",
            f"The model has {head.class_count} classes, but {len(names)} names were given.",
        )
    return names


def _suggested_threshold(metadata: Mapping[str, str]) -> float | None:
    try:
        threshold = float(json.loads(metadata[SCORE_THRESHOLD_KEY]))
    except (KeyError, ValueError, TypeError):
        return None
    return threshold if 0 <= threshold < 1 else None

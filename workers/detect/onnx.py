"""YOLOX and YOLOv8-style detectors from ONNX files."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.detect.base import Detections
from workers.detect.boxes import select_detections
from workers.detect.heads import Layout, class_names_in, recognise_head
from workers.detect.runtimes import OnnxRuntime, Runtime, choose_cpu_runtime
from workers.detect.spec import DetectorSpec
from workers.device import has_cuda
from workers.errors import DetectorError

logger = logging.getLogger(__name__)

_PADDING = 114
_DEFAULT_SIDE = 640
_GPU_BATCH = 16
# On a CPU pictures are computed one by one, but handed over in larger batches: each hand-over
# takes a core, and with it the cache, away from another picture. Stopping waits for a batch.
_CPU_BATCH_S = 0.1
_MAX_CPU_BATCH = 8
_MAX_SIDE = 4096


@dataclass(frozen=True, slots=True)
class _Letterbox:
    """Where a picture lies in the model's input: scaled, then shifted by whole pixels."""

    scale: float
    left: int
    top: int


class OnnxDetector:
    """The detector of kind `onnx`.

    Whether the model is of the YOLOX or the YOLOv8 family is told from its outputs; each has its
    own way to put a picture into the input.

    Attributes:
        runtime: what computes it, chosen by measuring when it is loaded.
        pictures_per_run: how many the runtime gets at once; halved when memory runs out.
    """

    kind = "onnx"

    def __init__(self, spec: DetectorSpec) -> None:
        if spec.path is None:
            raise DetectorError("detector_not_loadable", "An ONNX detector needs a file.")
        self.name = spec.name
        self.digest = _check_digest(spec.path, spec.digest)
        onnx = _load(spec.path)
        self._height, self._width, fixed_batch = _input_size(onnx)
        blank = np.full((1, 3, self._height, self._width), _PADDING, np.float32)
        outputs = _run(onnx, blank)
        self._head = recognise_head(outputs, self._height, self._width)
        labels = _class_names(spec, onnx, self._head.class_count)
        self.classes = spec.map_labels(labels)
        self.runtime: Runtime
        if has_cuda():
            self.runtime = onnx
            self.pictures_per_run = self.batch_size = 1 if fixed_batch else _GPU_BATCH
        else:
            self.runtime, cost_s = choose_cpu_runtime(onnx, spec.path, blank)
            self.pictures_per_run = 1
            self.batch_size = max(1, min(_MAX_CPU_BATCH, int(_CPU_BATCH_S / cost_s)))
        self.streams = self.runtime.streams
        self._score_threshold = spec.score_threshold
        self._nms_iou = spec.nms_iou

    def detect(self, images: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        """Find objects; see `Detector.detect`.

        Raises:
            DetectorError: `detector_out_of_memory` if not even one picture fits on the device.
        """
        # Stage by stage and not picture by picture: inference drives all else out of the caches.
        tensor = np.empty((len(images), 3, self._height, self._width), np.float32)
        letterboxes = [
            self._prepare(image, target) for image, target in zip(images, tensor, strict=True)
        ]
        return [
            self._read(output, letterbox, image.shape[1], image.shape[0])
            for output, letterbox, image in zip(
                self._infer(tensor), letterboxes, images, strict=True
            )
        ]

    def _infer(self, tensor: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Run the model on all pictures of (B, 3, H, W) and return its output for each."""
        outputs: list[NDArray[np.float32]] = []
        while len(outputs) < len(tensor):
            part = tensor[len(outputs) : len(outputs) + self.pictures_per_run]
            try:
                outputs.extend(_run(self.runtime, part)[0])
            except MemoryError as error:
                if self.pictures_per_run == 1:
                    raise DetectorError(
                        "detector_out_of_memory",
                        f"{self.name} does not fit into the memory of the device.",
                    ) from error
                self.pictures_per_run //= 2
                logger.warning(
                    "out of memory: %s now takes %d at once", self.name, self.pictures_per_run
                )
        return outputs

    def _prepare(self, image: NDArray[np.uint8], target: NDArray[np.float32]) -> _Letterbox:
        """Scale a picture into `target`, (3, H, W), the way the model was trained."""
        height, width = image.shape[:2]
        scale = min(self._height / height, self._width / width)
        new_height, new_width = max(1, int(height * scale)), max(1, int(width * scale))
        scaled = cv2.resize(image, (new_width, new_height), interpolation=cv2.INTER_LINEAR)
        planes = cv2.split(scaled)
        if self._head.layout is Layout.YOLOX:
            # BGR from 0 to 255 in the top left corner.
            top = left = 0
            planes, padding = planes[::-1], float(_PADDING)
        else:
            # RGB from 0 to 1 in the middle.
            top, left = (self._height - new_height) // 2, (self._width - new_width) // 2
            planes, padding = [plane * np.float32(1 / 255) for plane in planes], _PADDING / 255
        bottom, right = top + new_height, left + new_width
        target[:, :top] = padding
        target[:, bottom:] = padding
        target[:, top:bottom, :left] = padding
        target[:, top:bottom, right:] = padding
        for channel, plane in zip(target, planes, strict=True):
            channel[top:bottom, left:right] = plane
        return _Letterbox(scale, left, top)

    def _read(
        self, output: NDArray[np.float32], letterbox: _Letterbox, width: int, height: int
    ) -> Detections:
        candidates = self._head.candidates(output, self._score_threshold)
        shift = np.array([letterbox.left, letterbox.top] * 2, np.float32)
        return select_detections(
            (candidates.boxes - shift) / np.float32(letterbox.scale),
            candidates.scores,
            candidates.class_ids,
            self.classes,
            nms_iou=self._nms_iou,
            width=width,
            height=height,
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


def _load(path: Path) -> OnnxRuntime:
    try:
        return OnnxRuntime(path)
    except RuntimeError as error:
        raise DetectorError(
            "detector_not_loadable", f"{path.name} is not an ONNX model that can be run ({error})."
        ) from error


def _input_size(model: OnnxRuntime) -> tuple[int, int, bool]:
    """Return the height and width to use, and whether the model takes one picture at a time."""
    shape = model.input_shape
    if model.input_count != 1 or model.input_type != "tensor(float)" or len(shape) != 4:
        raise DetectorError(
            "detector_inputs_unknown",
            f"Expected one float input of (batch, 3, height, width), got {model.input_count} "
            f"input(s), the first of {shape} {model.input_type}.",
        )
    batch, channels, height, width = (size if isinstance(size, int) else None for size in shape)
    height, width = height or _DEFAULT_SIDE, width or _DEFAULT_SIDE
    if channels not in (3, None) or batch not in (1, None) or max(height, width) > _MAX_SIDE:
        raise DetectorError(
            "detector_inputs_unknown", f"An input of {shape} is not a picture that can be made."
        )
    return height, width, batch == 1


def _class_names(spec: DetectorSpec, model: OnnxRuntime, count: int) -> tuple[str, ...]:
    names = spec.classes or class_names_in(model.metadata)
    if names is None:
        raise DetectorError(
            "detector_classes_missing",
            f"The model has {count} classes and does not name them; give a file with their names.",
        )
    if len(names) != count:
        raise DetectorError(
            "detector_classes_mismatch",
            f"The model has {count} classes, but {len(names)} names were given.",
        )
    return names


def _run(runtime: Runtime, images: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    try:
        return runtime.run(images)
    except RuntimeError as error:
        raise DetectorError("detector_failed", f"The model cannot be run ({error}).") from error

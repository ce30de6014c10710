"""Hugging Face detectors in torch. Only what is imported from here pays for importing torch."""

import logging
import warnings
from collections.abc import Callable, Sequence
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from workers.detect.engine import Portions
from workers.detect.folder import ModelFolder
from workers.detect.heads import Candidates, Output
from workers.detect.inputs import Placement
from workers.detect.runtimes import Tensor
from workers.detect.set_heads import QueryHead
from workers.device import accelerated
from workers.errors import DetectorError

logger = logging.getLogger(__name__)

_GPU_BATCH = 32


class BoxModel(torch.nn.Module):
    """A detector that takes RGB from 0 to 1 and gives nothing but logits and boxes.

    (B, 3, H, W) float32 in; (B, Q, C) logits and (B, Q, 4) boxes as `cx, cy, w, h` in shares of
    the input out, both float32.
    """

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self, model: torch.nn.Module, folder: ModelFolder) -> None:
        super().__init__()
        self.model = model
        self.is_normalised = any(folder.mean) or set(folder.std) != {1.0}
        for name in ("mean", "std"):
            values = torch.tensor(getattr(folder, name)).reshape(1, 3, 1, 1)
            self.register_buffer(name, values, persistent=False)

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Run a batch."""
        if self.is_normalised:
            images = (images - self.mean) / self.std
        outputs = self.model(pixel_values=images)
        return outputs.logits.float(), outputs.pred_boxes.float()


def silence_transformers() -> None:
    """Keep what the library says while it loads weights out of the answers of commands."""
    from transformers.utils import logging as their_logging

    their_logging.set_verbosity_error()
    their_logging.disable_progress_bar()


def load_box_model(folder: ModelFolder) -> tuple[BoxModel, QueryHead]:
    """Load the model of a folder in float32 on the CPU, and how to read it.

    Raises:
        DetectorError: `detector_not_loadable`, `detector_classes_mismatch`.
    """
    from transformers import AutoModelForObjectDetection

    silence_transformers()
    try:
        model, facts = AutoModelForObjectDetection.from_pretrained(
            folder.path,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=torch.float32,
            output_loading_info=True,
        )
    except Exception as error:  # its errors have no base class of their own
        raise DetectorError(
            "detector_not_loadable", f"{folder.path.name} cannot be loaded ({error})."
        ) from error
    if missing := sorted(facts["missing_keys"]):
        raise DetectorError(
            "detector_not_loadable",
            f"The weights in {folder.path.name} lack {len(missing)} tensors, such as {missing[0]}.",
        )
    box_model = BoxModel(model, folder).eval().requires_grad_(False)
    width, height = folder.input_size
    return box_model, _head(box_model, folder, width, height)


def _head(model: BoxModel, folder: ModelFolder, width: int, height: int) -> QueryHead:
    """Tell from an answer whether the last class stands for "no object"."""
    with torch.inference_mode():
        try:
            logits, _ = model(torch.zeros(1, 3, height, width))
        except (AttributeError, RuntimeError, TypeError, ValueError) as error:
            raise DetectorError(
                "detector_outputs_unknown",
                f"{folder.path.name} gives no boxes for a picture of {width}x{height} ({error}).",
            ) from error
    columns, names = logits.shape[-1], len(folder.labels)
    if columns not in (names, names + 1):
        raise DetectorError(
            "detector_classes_mismatch",
            f"The model has {columns} classes, but {names} names are given.",
        )
    return QueryHead(names, width, height, has_no_object=columns == names + 1)


class OneCall:
    """A model whose layers are run without Python.

    A forward pass is some thousand small calls. From Python each of them lets go of the interpreter
    and waits for it again, behind whatever else runs. What is traced waits once; see decision 9 for
    what was measured.
    """

    # Of the input: more, and tracing has changed the model.
    _BOX_SHARE, _LOGIT = 0.002, 0.05

    def __init__(self, model: torch.nn.Module) -> None:
        self._model = model
        self._by_count: dict[int, Callable[..., tuple[torch.Tensor, torch.Tensor]]] = {}

    def __call__(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Run a batch; see `BoxModel`."""
        count = len(images)
        # What is traced holds for one number of pictures: few numbers are used.
        whole = 1 << (count - 1).bit_length()
        padding = images[-1:].expand(whole - count, -1, -1, -1)
        batch = torch.cat([images, padding]) if count < whole else images
        if whole not in self._by_count:
            self._by_count[whole] = self._traced(batch)
        logits, boxes = self._by_count[whole](batch)
        return logits[:count], boxes[:count]

    def _traced(self, batch: torch.Tensor) -> Callable[..., tuple[torch.Tensor, torch.Tensor]]:
        """Return the model for batches of this size, untraced if tracing changes what it finds."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that sizes become constants is what is wanted
                traced = torch.jit.trace(self._model, batch, check_trace=False)
            difference = [
                float((one - other).abs().max())
                for one, other in zip(traced(batch), self._model(batch), strict=True)
            ]
        except Exception as error:  # what tracing raises has no base class
            if _is_out_of_memory(error):
                raise
            logger.warning("the model cannot be traced and will be slower: %s", error)
            return self._model
        if difference[0] > self._LOGIT or difference[1] > self._BOX_SHARE:
            logger.warning("traced, the model finds something else: it stays as it is, and slower")
            return self._model
        return cast(Callable[..., tuple[torch.Tensor, torch.Tensor]], traced)


class TorchRuntime:
    """torch on the CPU, one call at a time with all threads; see `Runtime`."""

    name = "torch CPU"
    streams = 1

    def __init__(self, model: BoxModel) -> None:
        self._model = model

    def run(self, images: Tensor) -> list[Output]:
        """Run a batch; see `Runtime.run`."""
        try:
            with torch.inference_mode():
                return [output.numpy() for output in self._model(torch.from_numpy(images))]
        except RuntimeError as error:
            if "allocate memory" in str(error):
                raise MemoryError(str(error)) from error
            raise


class TorchEngine:
    """All from the upload of the bytes to the threshold on one device; see `Engine`.

    Only what scores well enough comes back. On CUDA in reduced precision, from pinned memory.
    """

    def __init__(
        self, model: BoxModel, head: QueryHead, score_threshold: float, device: torch.device
    ) -> None:
        self.name = f"torch {torch_device_name(device)}"
        self.batch_size = _GPU_BATCH
        self.uses_cpu = device.type == "cpu"
        self.streams = 1
        self.portions = Portions(_GPU_BATCH)
        self._model = OneCall(model.to(device))
        if device.type == "cuda":
            # What its convolutions are fastest with.
            model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._head = head
        self._score_threshold = score_threshold
        self._device = device

    def find(self, images: Sequence[NDArray[np.uint8]]) -> list[Candidates]:
        """Find objects; see `Engine.find`."""
        return self.portions.run(len(images), lambda part: self._find(images[part]))

    def _find(self, images: Sequence[NDArray[np.uint8]]) -> list[Candidates]:
        try:
            with torch.inference_mode(), accelerated(self._device):
                logits, boxes = self._model(self._upload(images))
                return self._read(logits, boxes, images)
        except RuntimeError as error:
            if not _is_out_of_memory(error):
                raise
            if self._device.type == "cuda":
                torch.cuda.empty_cache()
            raise MemoryError(str(error)) from error

    def _upload(self, images: Sequence[NDArray[np.uint8]]) -> torch.Tensor:
        """Return the pictures stretched to the input, (B, 3, H, W) float32 from 0 to 1."""
        by_shape: dict[tuple[int, ...], list[int]] = {}
        for row, image in enumerate(images):
            by_shape.setdefault(image.shape, []).append(row)
        parts = [self._stretch([images[row] for row in rows]) for rows in by_shape.values()]
        if len(parts) == 1:  # frames of one video
            return parts[0]
        order = [row for rows in by_shape.values() for row in rows]
        return torch.cat(parts)[torch.argsort(torch.tensor(order)).to(self._device)]

    def _stretch(self, images: Sequence[NDArray[np.uint8]]) -> torch.Tensor:
        """Upload pictures of one shape, and scale them."""
        pixels = torch.empty(
            (len(images), *images[0].shape),
            dtype=torch.uint8,
            pin_memory=self._device.type == "cuda",
        )
        for target, image in zip(pixels.numpy(), images, strict=True):
            target[:] = image
        planes = pixels.to(self._device, non_blocking=True).permute(0, 3, 1, 2).float()
        size = (self._head.height, self._head.width)
        scaled = functional.interpolate(planes, size, mode="bilinear", align_corners=False)
        # To whole values, as pictures are scaled on the CPU and in training.
        return scaled.round_() / 255

    def _read(
        self, logits: torch.Tensor, boxes: torch.Tensor, images: Sequence[NDArray[np.uint8]]
    ) -> list[Candidates]:
        if self._head.has_no_object:
            best, class_ids = logits.softmax(-1)[..., :-1].max(-1)
            pictures, queries = torch.nonzero(best >= self._score_threshold, as_tuple=True)
            scores, classes = best[pictures, queries], class_ids[pictures, queries]
        else:
            by_class = logits.sigmoid()
            pictures, queries, classes = torch.nonzero(
                by_class >= self._score_threshold, as_tuple=True
            )
            scores = by_class[pictures, queries, classes]
        centre, half = boxes[pictures, queries].split(2, dim=-1)
        half = half / 2
        table = torch.cat(
            [
                centre - half,
                centre + half,
                scores[:, None],
                classes[:, None].float(),
                pictures[:, None].float(),
            ],
            dim=1,
        )
        return self._to_candidates(table.cpu().numpy(), images)

    def _to_candidates(
        self, table: NDArray[np.float32], images: Sequence[NDArray[np.uint8]]
    ) -> list[Candidates]:
        """Part (N, 7) rows of `x1, y1, x2, y2` in shares, score, class and picture by picture."""
        found = []
        for number, image in enumerate(images):
            rows = table[table[:, 6] == number]
            height, width = image.shape[:2]
            # From shares, that is from an input of one by one pixel.
            boxes = Placement(1 / width, 1 / height).to_picture(rows[:, :4])
            found.append(Candidates(boxes, rows[:, 4], rows[:, 5].astype(np.int64)))
        return found


def _is_out_of_memory(error: Exception) -> bool:
    """What is traced says so in words only: whatever is raised in it becomes a RuntimeError."""
    return isinstance(error, torch.OutOfMemoryError) or "out of memory" in str(error)


def torch_device_name(device: torch.device) -> str:
    """Return the name of a device for people."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type.upper()

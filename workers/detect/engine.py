"""What finds objects: prepares pictures, runs a model and reads its answer."""

import logging
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from workers.detect.base import Detections
from workers.detect.boxes import select_detections
from workers.detect.heads import Candidates, Head, Output
from workers.detect.inputs import InputFormat
from workers.detect.runtimes import Runtime
from workers.detect.spec import DetectorSpec
from workers.errors import DetectorError

logger = logging.getLogger(__name__)

# On a CPU pictures are computed one by one, but handed over in larger batches: each hand-over
# takes a core, and with it the cache, away from another picture. Stopping waits for a batch.
_CPU_BATCH_S = 0.1
_MAX_CPU_BATCH = 8

T = TypeVar("T")


class Engine(Protocol):
    """Finds objects in pictures.

    Attributes:
        name: what computes it, for logs and reports.
        batch_size: how many pictures one call works best on.
        streams: how many calls at a time keep the device busy.
        uses_cpu: whether those calls keep the CPU's cores busy.
    """

    @property
    def name(self) -> str: ...
    @property
    def batch_size(self) -> int: ...
    @property
    def streams(self) -> int: ...
    @property
    def uses_cpu(self) -> bool: ...

    def find(self, images: Sequence[NDArray[np.uint8]]) -> list[Candidates]:
        """Return what is in each of the pictures, with boxes in the pictures' pixels.

        Raises:
            MemoryError: if not even one picture fits on the device.
            RuntimeError: if the model cannot be run.
        """
        ...


class EngineDetector:
    """A detector that leaves the finding to an engine.

    Attributes:
        engine: what finds them.
        input_size: width and height of the model's input, in pixels.
        score_threshold: what scores less is dropped.
        nms_iou: the greatest overlap of two boxes of one class that both stay.
    """

    kind: str

    def __init__(
        self,
        spec: DetectorSpec,
        *,
        digest: str,
        labels: Sequence[str],
        head: Head,
        score_threshold: float,
        input_size: tuple[int, int],
        engine: Engine,
    ) -> None:
        self.name = spec.name
        self.digest = digest
        self.classes = spec.map_labels(labels)
        self.score_threshold = score_threshold
        self.nms_iou = spec.nms_iou_or(head.nms_iou)
        self.input_size = input_size
        self.engine = engine

    @property
    def backend(self) -> str:
        """What computes it on this machine."""
        return self.engine.name

    @property
    def batch_size(self) -> int:
        """How many pictures one call works best on."""
        return self.engine.batch_size

    @property
    def streams(self) -> int:
        """How many calls at a time keep the device busy."""
        return self.engine.streams

    @property
    def uses_cpu(self) -> bool:
        """Whether those calls keep the CPU's cores busy."""
        return self.engine.uses_cpu

    def detect(self, images: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        """Find objects; see `Detector.detect`.

        Raises:
            DetectorError: `detector_out_of_memory` if not even one picture fits on the device,
                `detector_failed` if the model cannot be run, `detector_classes_mismatch` if it
                finds a class without a name.
        """
        try:
            found = self.engine.find(images)
        except MemoryError as error:
            raise DetectorError(
                "detector_out_of_memory",
                f"{self.name} does not fit into the memory of the device.",
            ) from error
        except RuntimeError as error:
            raise DetectorError("detector_failed", f"{self.name} failed ({error}).") from error
        return [
            self._select(candidates, image.shape[1], image.shape[0])
            for candidates, image in zip(found, images, strict=True)
        ]

    def _select(self, candidates: Candidates, width: int, height: int) -> Detections:
        ids = candidates.class_ids
        if len(ids) and not 0 <= int(ids.min()) <= int(ids.max()) < len(self.classes):
            raise DetectorError(
                "detector_classes_mismatch",
                f"{self.name} found a class {int(ids.max())}, but has {len(self.classes)} names.",
            )
        return select_detections(
            candidates.boxes,
            candidates.scores,
            ids,
            self.classes,
            nms_iou=self.nms_iou,
            width=width,
            height=height,
        )


class Portions:
    """Hands a device no more pictures at once than fit into its memory."""

    def __init__(self, size: int) -> None:
        self.size = size

    def run(self, count: int, call: Callable[[slice], Sequence[T]]) -> list[T]:
        """Call for one portion after the other, smaller ones once memory ran out.

        Args:
            count: how many pictures there are.
            call: gives the results for a part of them.

        Returns:
            All results, in order.

        Raises:
            MemoryError: if one picture alone is too much.
        """
        results: list[T] = []
        while len(results) < count:
            start, stop = len(results), min(len(results) + self.size, count)
            try:
                results.extend(call(slice(start, stop)))
            except MemoryError:
                if stop - start == 1:
                    raise
                # Of the portion that failed, which may be a smaller last one.
                self.size = (stop - start) // 2
                logger.warning("out of memory: from now on %d at once", self.size)
        return results


class HostEngine:
    """Prepares pictures and reads answers on the CPU, around any runtime.

    Attributes:
        runtime: what computes the model.
        portions: how many pictures the runtime gets at once.
    """

    def __init__(
        self,
        runtime: Runtime,
        head: Head,
        input_format: InputFormat,
        score_threshold: float,
        *,
        pictures_per_run: int = 1,
        seconds_per_picture: float | None = None,
    ) -> None:
        """Take a loaded model.

        Args:
            runtime: what computes it.
            head: how to read what it gives.
            input_format: what it wants to be given.
            score_threshold: what scores less is dropped.
            pictures_per_run: how many it gets at once.
            seconds_per_picture: what one costs on a CPU; None on other devices.
        """
        self.runtime = runtime
        self.portions = Portions(pictures_per_run)
        self._head = head
        self._input_format = input_format
        self._score_threshold = score_threshold
        self.uses_cpu = seconds_per_picture is not None
        self.batch_size = pictures_per_run
        if seconds_per_picture is not None:
            self.batch_size = max(1, min(_MAX_CPU_BATCH, int(_CPU_BATCH_S / seconds_per_picture)))

    @property
    def name(self) -> str:
        """What computes it."""
        return self.runtime.name

    @property
    def streams(self) -> int:
        """How many calls at a time keep the device busy."""
        return self.runtime.streams

    def find(self, images: Sequence[NDArray[np.uint8]]) -> list[Candidates]:
        """Find objects; see `Engine.find`."""
        # Stage by stage and not picture by picture: inference drives all else out of the caches.
        shape = (len(images), 3, self._input_format.height, self._input_format.width)
        tensor = np.empty(shape, np.float32)
        placements = [
            self._input_format.prepare(image, target)
            for image, target in zip(images, tensor, strict=True)
        ]
        outputs = self.portions.run(len(tensor), lambda part: self._run(tensor[part]))
        found = (self._head.candidates(output, self._score_threshold) for output in outputs)
        return [
            Candidates(placement.to_picture(one.boxes), one.scores, one.class_ids)
            for one, placement in zip(found, placements, strict=True)
        ]

    def _run(self, tensor: NDArray[np.float32]) -> list[tuple[Output, ...]]:
        """Run the model on (B, 3, H, W) and return its outputs for each picture."""
        return list(zip(*self.runtime.run(tensor), strict=True))

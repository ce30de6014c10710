"""Running an ONNX model with whatever is fastest on this machine."""

import logging
import math
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from workers.detect.heads import Output
from workers.device import cpu_count, has_cuda

logger = logging.getLogger(__name__)

# Beyond this, one more stream costs memory and brings little; threads per stream grow instead.
_MAX_STREAMS = 8
_MEASURED_ROUNDS = 3
_ROUND_S = 0.08

Tensor = NDArray[np.float32]


class Runtime(Protocol):
    """A loaded model.

    Attributes:
        name: what runs it, for logs and reports.
        streams: how many calls of `run` at a time keep the device busy.
    """

    name: str
    streams: int

    def run(self, images: Tensor) -> list[Output]:
        """Run a batch: (B, 3, H, W) float32 in, the model's outputs out. Thread-safe.

        Raises:
            MemoryError: if the device has too little memory for the batch.
            RuntimeError: if the model cannot be run.
        """
        ...


@dataclass(frozen=True, slots=True)
class ModelInput:
    """One input of an ONNX model: its name, type as `tensor(float)`, and shape."""

    name: str
    type: str
    shape: tuple[int | str | None, ...]


def feeds(images: Tensor, input_count: int) -> list[NDArray[Any]]:
    """Return what the inputs of a model get for a batch of pictures.

    Some models want the sizes of the pictures too, (B, 2) int64 of width and height, to scale
    their boxes; they are told that of the input, so that all models give boxes in its pixels.
    """
    count, _, height, width = images.shape
    sizes = np.tile(np.array([width, height], np.int64), (count, 1))
    inputs: list[NDArray[Any]] = [images, sizes]
    return inputs[:input_count]


class OnnxRuntime:
    """onnxruntime on CUDA, or on the CPU with several streams of few threads.

    Several pictures side by side, one thread each, take less time than one picture after the
    other with all threads, because nothing waits at the end of each layer.
    """

    def __init__(self, path: Path) -> None:
        """Load the model.

        Raises:
            RuntimeError: if it is no model, or one that onnxruntime cannot run.
        """
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        if has_cuda():
            self.name = "onnxruntime CUDA"
            self.streams = 1
            providers = ["CUDAExecutionProvider", "CPUExecutionProvider"]
        else:
            self.streams = min(cpu_count(), _MAX_STREAMS)
            options.intra_op_num_threads = cpu_count() // self.streams
            self.name = f"onnxruntime CPU, {self.streams} streams"
            providers = ["CPUExecutionProvider"]
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=providers)
        except Exception as error:  # its errors have no base class of their own
            raise RuntimeError(str(error)) from error
        self.inputs = tuple(
            ModelInput(one.name, one.type, tuple(one.shape)) for one in self._session.get_inputs()
        )
        self.metadata: dict[str, str] = self._session.get_modelmeta().custom_metadata_map

    def run(self, images: Tensor) -> list[Output]:
        """Run a batch; see `Runtime.run`."""
        names = [one.name for one in self.inputs]
        try:
            outputs: list[Output] = self._session.run(
                None, dict(zip(names, feeds(images, len(names)), strict=True))
            )
        except Exception as error:  # its errors have no base class of their own
            is_memory = "allocate memory" in str(error) or "out of memory" in str(error)
            raise (MemoryError if is_memory else RuntimeError)(str(error)) from error
        return outputs


class OpenVinoRuntime:
    """OpenVINO on the CPU, in full precision and with as many streams as it finds best."""

    def __init__(self, path: Path, shape: tuple[int, ...]) -> None:
        import openvino

        core = openvino.Core()
        model = core.read_model(path)
        blank = feeds(np.empty(shape, np.float32), len(model.inputs))
        model.reshape(
            {one.any_name: given.shape for one, given in zip(model.inputs, blank, strict=True)}
        )
        self._input_count = len(model.inputs)
        # Left to itself it computes in bfloat16 where the CPU can, which moves boxes by pixels.
        settings = {"PERFORMANCE_HINT": "THROUGHPUT", "INFERENCE_PRECISION_HINT": "f32"}
        self._model = core.compile_model(model, "CPU", settings)
        self.streams = int(self._model.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))
        self.name = f"OpenVINO CPU, {self.streams} streams"
        self._per_thread = threading.local()

    def run(self, images: Tensor) -> list[Output]:
        """Run a batch; see `Runtime.run`."""
        request: Any = getattr(self._per_thread, "request", None)
        if request is None:
            request = self._per_thread.request = self._model.create_infer_request()
        request.infer(feeds(images, self._input_count), share_inputs=True)
        return [np.array(output.data) for output in request.output_tensors]


def choose_cpu_runtime(
    onnx: OnnxRuntime, path: Path, images: Tensor, *others: Runtime
) -> tuple[Runtime, float]:
    """Choose the fastest of onnxruntime and OpenVINO for this model on this CPU, by measuring.

    Args:
        onnx: the model as onnxruntime has loaded it.
        path: its file.
        images: (B, 3, H, W) float32, an input of the shape that will be used.
        others: what else could run the model.

    Returns:
        The runtime, and the CPU time in seconds that one run takes with it.
    """
    runtimes: list[Runtime] = [onnx, *others]
    try:
        openvino = OpenVinoRuntime(path, images.shape)
        openvino.run(images)
        runtimes.append(openvino)
    except (ImportError, RuntimeError) as error:
        logger.info("OpenVINO cannot run this model: %s", error)
    return fastest(runtimes, images)


def fastest(runtimes: Sequence[Runtime], images: Tensor) -> tuple[Runtime, float]:
    """Return the runtime that takes the least CPU time for one run, and that time in seconds."""
    costs = dict.fromkeys(runtimes, math.inf)
    for _ in range(_MEASURED_ROUNDS):
        for runtime in costs:
            costs[runtime] = min(costs[runtime], _cpu_seconds_per_run(runtime, images))
    best = min(costs, key=costs.__getitem__)
    logger.info(
        "using %s (CPU time of one run: %s)",
        best.name,
        ", ".join(f"{runtime.name} {cost * 1000:.1f} ms" for runtime, cost in costs.items()),
    )
    return best, costs[best]


def _cpu_seconds_per_run(runtime: Runtime, images: Tensor) -> float:
    """Return the CPU time of one run while all streams are busy.

    All streams together fill the cores, so less CPU time is more speed; and unlike elapsed time
    it does not depend on what else the machine is doing.
    """
    with ThreadPoolExecutor(runtime.streams) as pool:
        list(pool.map(runtime.run, [images] * runtime.streams))
        until = time.perf_counter() + _ROUND_S
        start = time.process_time()

        def run_until_time_is_up(_: int) -> int:
            runs = 0
            while runs == 0 or time.perf_counter() < until:
                runtime.run(images)
                runs += 1
            return runs

        runs = sum(pool.map(run_until_time_is_up, range(runtime.streams)))
        return (time.process_time() - start) / runs

"""What this machine computes with. Nothing else in here knows of CUDA or execution providers."""

import ctypes
import os
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@cache
def has_cuda() -> bool:
    """Whether onnxruntime can use a CUDA device; makes its libraries ready when it can."""
    import onnxruntime

    if "CUDAExecutionProvider" not in onnxruntime.get_available_providers():
        return False
    if cuda_device_count() == 0:  # the build has CUDA, the machine has none
        return False
    onnxruntime.preload_dlls()  # CUDA and cuDNN come as packages beside it
    return True


def cuda_device_count() -> int:
    """Return how many CUDA devices there are, as the driver itself says, if there is one."""
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return 0
    count = ctypes.c_int(0)
    is_ready = driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0
    return count.value if is_ready else 0


def cpu_count() -> int:
    """Return the number of CPU cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def use_one_thread_per_call() -> None:
    """Keep OpenCV from starting threads inside of each call.

    Frames are worked on side by side; threads within a frame would only be in each other's way.
    """
    import cv2

    cv2.setNumThreads(1)


@cache
def torch_device() -> str:
    """Return what torch computes on: `cuda` where there is a device that it can use, else `cpu`."""
    if cuda_device_count() == 0:
        return "cpu"
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def accelerated(device: "torch.device") -> AbstractContextManager[object]:
    """Compute in half precision on CUDA, in float32 elsewhere.

    In float16 and not in bfloat16: with 8 bits of mantissa boxes are moved by pixels.
    """
    import torch

    return torch.autocast("cuda", torch.float16) if device.type == "cuda" else nullcontext()

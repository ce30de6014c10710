"""What computes a detector's folder fastest on this machine's CPU, remembered between starts.

On a CPU a detector is mostly half as fast again in its ONNX form as in torch. Making that form
takes some ten seconds, so it is kept, together with what was found to be faster.
"""

import json
import logging
import os
import platform
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from workers.detect.export import export_loaded
from workers.detect.folder import ModelFolder
from workers.detect.inputs import Fitting, InputFormat
from workers.detect.runtimes import OnnxRuntime, Runtime, Tensor, choose_cpu_runtime, fastest
from workers.detect.set_heads import QueryHead
from workers.device import cpu_count
from workers.errors import DetectorError

if TYPE_CHECKING:
    from workers.detect.torch_model import BoxModel

logger = logging.getLogger(__name__)

# The packages that decide what the form looks like and how fast it is.
_PACKAGES = ("torch", "transformers", "onnxruntime", "openvino")


def prepare_on_cpu(
    folder: ModelFolder, cache_folder: Path | None
) -> tuple[Runtime, QueryHead, float]:
    """Choose torch, onnxruntime or OpenVINO for a folder.

    The first time on a machine all three are measured. Later, torch is not even imported unless
    it was the fastest.

    Args:
        folder: the detector.
        cache_folder: where its ONNX form is kept; None for a folder of the user.

    Returns:
        The runtime, how to read it, and the CPU time in seconds that one picture takes with it.

    Raises:
        DetectorError: why the folder cannot be loaded.
    """
    with _place_for(folder, cache_folder) as file:
        remembered = _remembered(file)
        if remembered == "onnx" and (form := _read_form(file)) is not None:
            head = _head_of(form, folder)
            runtime, cost_s = choose_cpu_runtime(form, file, _blank(folder))
            return runtime, head, cost_s
        from workers.detect.torch_model import TorchRuntime, load_box_model

        model, head = load_box_model(folder)
        torch = TorchRuntime(model)
        made = None if remembered == "torch" else _make_form(folder, model, head, file)
        if made is None:
            runtime, cost_s = fastest([torch], _blank(folder))
        else:
            runtime, cost_s = choose_cpu_runtime(made, file, _blank(folder), torch)
        _remember(file, "torch" if runtime is torch else "onnx")
        return runtime, head, cost_s


@contextmanager
def _place_for(folder: ModelFolder, cache_folder: Path | None) -> Iterator[Path]:
    """Give the name for the ONNX form; in a folder that is taken away if there is no other."""
    versions = "-".join(metadata.version(package) for package in ("torch", "transformers"))
    name = f"{folder.digest}-{versions}.onnx"
    try:
        place = cache_folder or user_cache_folder()
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            pass
    except (OSError, RuntimeError) as error:
        logger.warning("forms of detectors cannot be kept: %s", error)
        with tempfile.TemporaryDirectory() as temporary:
            yield Path(temporary, name)
        return
    yield place / name


def user_cache_folder() -> Path:
    """Return where things that can be made again are kept for this user."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "cvd-mis" / "detectors"


def _machine() -> dict[str, object]:
    versions = {}
    for package in _PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = ""
    return {"cpu": platform.processor(), "cores": cpu_count(), "versions": versions}


def _verdict_file(form: Path) -> Path:
    return form.with_suffix(".json")


def _remembered(form: Path) -> str | None:
    """Return `onnx` or `torch`, whichever was faster on this machine with these packages."""
    try:
        verdict = json.loads(_verdict_file(form).read_text("utf-8"))
        if verdict["machine"] == _machine() and verdict["faster"] in ("onnx", "torch"):
            return str(verdict["faster"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def _remember(form: Path, faster: str) -> None:
    verdict = json.dumps({"faster": faster, "machine": _machine()})
    part = _verdict_file(form).with_suffix(f".{os.getpid()}.part")
    try:
        part.write_text(verdict, encoding="utf-8")
        part.replace(_verdict_file(form))
    except OSError as error:
        logger.warning("what is faster cannot be kept: %s", error)


def _read_form(file: Path) -> OnnxRuntime | None:
    try:
        return OnnxRuntime(file)
    except RuntimeError as error:
        logger.info("%s is made anew: %s", file.name, error)
        return None


def _make_form(
    folder: ModelFolder, model: "BoxModel", head: QueryHead, file: Path
) -> OnnxRuntime | None:
    """Write the ONNX form if it is not there; None where it cannot be made."""
    try:
        if file.exists() and (form := _read_form(file)) is not None:
            return form
        logger.info("making the ONNX form of %s, once for this machine", folder.path.name)
        export_loaded(folder, model, head, file)
        return OnnxRuntime(file)
    except (DetectorError, OSError, RuntimeError) as error:
        logger.warning("%s stays in torch: %s", folder.path.name, error)
        return None


def _head_of(form: OnnxRuntime, folder: ModelFolder) -> QueryHead:
    width, height = folder.input_size
    logits = form.run(_blank(folder))[0]
    count = len(folder.labels)
    return QueryHead(count, width, height, has_no_object=logits.shape[-1] == count + 1)


def _blank(folder: ModelFolder) -> Tensor:
    return InputFormat(*folder.input_size, Fitting.STRETCHED).blank()

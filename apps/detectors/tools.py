"""The compute that touches foreign models and pictures, in child processes that may be lost."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from apps.common.errors import Invalid
from apps.common.workers_child import ChildCrashed, ChildTooDemanding, worker_run
from workers.errors import DetectorError, WorkerError

MEMORY_BYTES = 12 * 2**30
# Loading torch, compiling a large model and measuring it, on a slow machine.
TRIAL_SECONDS = 600.0
EXPORT_SECONDS = 1800.0
SET_SECONDS = 3600.0

Check = Callable[[], None]


def model_try(
    path: Path, *, name: str, kind: str, classes_file: Path | None, check: Check
) -> dict[str, Any]:
    """`{"digest", "classes", "backend", "input_size"}` after the model has worked on a picture.

    Raises DetectorError with what is wrong with it.
    """
    arguments = [str(path), "--kind", kind, "--name", name]
    if classes_file is not None:
        arguments += ["--classes", str(classes_file)]
    with _refusals():
        try:
            return worker_run(
                "trial",
                *arguments,
                seconds=TRIAL_SECONDS,
                memory_bytes=MEMORY_BYTES,
                check=check,
            )
        except WorkerError as error:
            # Where it lies here is nobody's business.
            message = error.message.replace(f"{path.parent}/", "")
            raise DetectorError(error.code, message) from error


def model_export(folder: Path, out: Path, *, check: Check) -> None:
    """The ONNX form of a model folder; it appears at `out` when it is complete."""
    with _refusals():
        worker_run(
            "export",
            str(folder),
            "--out",
            str(out),
            seconds=EXPORT_SECONDS,
            memory_bytes=MEMORY_BYTES,
            check=check,
        )


def labelled_set_check(
    folder: Path, *, label_map: dict[str, str], check: Check, progress: Callable[[float], None]
) -> dict[str, Any]:
    """`{"digest", "images", "boxes", "classes"}` of labelled pictures, all of which were read."""
    with _refusals():
        return worker_run(
            "labelled",
            str(folder),
            "--label-map",
            json.dumps(label_map),
            seconds=SET_SECONDS,
            check=check,
            on_progress=progress,
        )


@contextmanager
def _refusals() -> Iterator[None]:
    """What ends a child is a reason to refuse what it was given."""
    try:
        yield
    except ChildTooDemanding as error:
        raise Invalid(f"It takes too much: {error}.", code="detector_too_demanding") from error
    except ChildCrashed as error:
        raise Invalid(
            "The program that tries models ended unexpectedly on this one.",
            code="detector_crashed",
        ) from error

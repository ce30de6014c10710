"""What a GPU worker does with a training: a child process learns, this one keeps the books."""

import json
import logging
import shutil
import time
from typing import Any

from django.db.models import Max

from apps.common.errors import DomainError
from apps.common.workers_child import ChildCrashed, ChildTooDemanding, worker_run
from apps.datasets.storage import images_folder, version_path
from apps.detectors.model_files import model_files_find
from apps.detectors.models import Detector
from apps.detectors.services.registry import (
    DetectorWishes,
    detector_name_free,
    detector_register,
)
from apps.detectors.storage import detector_path, path_remove
from apps.jobs.control import JobCancelled, JobControl
from apps.jobs.models import Job
from apps.jobs.presence import presence
from apps.projects.storage import storage_errors
from apps.training.models import PointKind, Training, TrainingPhase, TrainingPoint
from apps.training.services import training_sources_check
from apps.training.storage import trained_model, training_folder
from apps.training.telling import progress_tell, training_tell

logger = logging.getLogger(__name__)

MEMORY_BYTES = 48 * 2**30
# A month: whoever trains longer goes on from the checkpoint.
SECONDS = 30 * 86_400.0
# Steps between two points of the curve that a page could not tell apart.
STEP_POINT_SECONDS = 1.0


class TrainingCrashed(DomainError):
    code = "training_crashed"


def training_run(job: Job, control: JobControl) -> None:
    """Train from the last checkpoint, if there is one, and register what comes of it."""
    training = Training.objects.select_related("version__dataset", "base").get(job=job)
    # A worker that is lost right after the registering leaves nothing to do but to sweep.
    if training.detector_id is None:
        watch = TrainingWatch(training, control)
        training_tell(training.pk)
        training_sources_check(training)
        if not trained_model(training.folder).is_dir():
            with presence.working_on(f"training {training.name[:80]}"):
                _train(training, watch, control)
        watch.phase(TrainingPhase.SAVING)
        _register(training, control)
    shutil.rmtree(training_folder(training.folder), ignore_errors=True)


def _register(training: Training, control: JobControl) -> None:
    """Make a detector of a copy: the model itself stays until the training names the detector."""
    model = trained_model(training.folder)
    copy = model.with_name("copy")

    def note(detector: Detector) -> None:
        if not Training.objects.filter(pk=training.pk, detector=None).update(
            name=detector.name, detector=detector, metrics=detector.metrics, seconds_left=None
        ):
            raise JobCancelled  # the job was given to another worker, which was faster

    path_remove(copy)  # of a try that was interrupted
    try:
        with storage_errors():
            shutil.copytree(model, copy)
        detector_register(
            DetectorWishes(name=detector_name_free(training.name)),
            model_files_find(copy, kind="dfine", name=training.name),
            by=training.created_by,
            check=control.check,
            on_kept=note,
        )
    finally:
        path_remove(copy)


def _train(training: Training, watch: "TrainingWatch", control: JobControl) -> None:
    folder = training_folder(training.folder)
    folder.mkdir(parents=True, exist_ok=True)
    recipe = folder / "recipe.json"
    recipe.write_text(json.dumps(training.recipe), encoding="utf-8")
    classes = folder / "classes.txt"
    classes.write_text("\n".join(training.classes), encoding="utf-8")
    version = training.version
    assert version is not None
    arguments = ["--data", str(version_path(version.dataset.folder, version.number))]
    arguments += ["--images", str(images_folder(version.dataset.folder))]
    arguments += ["--classes", str(classes), "--recipe", str(recipe)]
    arguments += ["--out", str(folder), "--events"]
    arguments += ["--origin", _origin_of(training)]
    if training.base is not None:
        arguments += ["--from", str(detector_path(training.base.file))]
    try:
        worker_run(
            "train",
            *arguments,
            seconds=SECONDS,
            memory_bytes=MEMORY_BYTES,
            check=control.check,
            on_line=watch.on_line,
        )
    except (ChildCrashed, ChildTooDemanding) as error:
        raise TrainingCrashed(
            f"The training ended unexpectedly: {error}. It can go on from its last checkpoint."
        ) from error


def _origin_of(training: Training) -> str:
    version = training.version
    assert version is not None
    base = f", begun with {training.base_name}" if training.base_name else ""
    return f"Trained here on {version.dataset.name}, version {version.number}{base}"


class TrainingWatch:
    """Takes the lines that the child writes into the training and its curves."""

    def __init__(self, training: Training, control: JobControl) -> None:
        self._training = training
        self._control = control
        last = training.points.aggregate(last=Max("n"))["last"]
        self._next = 1 if last is None else last + 1
        self._step_at = 0.0

    def on_line(self, line: str) -> None:
        word, _, text = line.partition(" ")
        if word == "event":
            self._take(json.loads(text))

    def phase(self, phase: TrainingPhase, progress: float = 1.0) -> None:
        self._training.phase = phase
        self._training.save(update_fields=["phase"])
        progress_tell(self._training, progress)

    def _take(self, event: dict[str, Any]) -> None:
        kind = event.pop("kind")
        if event.get("phase") == TrainingPhase.PREPARING:
            # Told is how far the preparing is: of the whole, nothing is done yet.
            event["progress"] = 0.0
        self._control.progress(event["progress"])
        if kind == "phase":
            self.phase(TrainingPhase(event["phase"]), event["progress"])
            return
        now = time.monotonic()
        if kind == PointKind.STEP and now - self._step_at < STEP_POINT_SECONDS:
            return
        self._step_at = now
        point = TrainingPoint.objects.create(
            training=self._training, n=self._next, kind=kind, event=event
        )
        self._next += 1
        self._training.phase = TrainingPhase.TRAINING
        self._training.epoch = event["epoch"]
        self._training.seconds_left = event["seconds_left"]
        if event.get("is_best"):
            self._training.metrics = {key: event[key] for key in ("AP", "AP50", "per_class")}
        self._training.save(update_fields=["phase", "epoch", "seconds_left", "metrics"])
        progress_tell(self._training, event["progress"], point)
        if kind == PointKind.EPOCH:
            training_tell(self._training.pk)

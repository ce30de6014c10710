"""The detectors that come with the program: `hog`, which needs no weights, and the starter."""

import logging
import shutil
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import IntegrityError, transaction

from apps.common.errors import DomainError
from apps.detectors.model_files import model_files_find
from apps.detectors.models import Detector, DetectorState, Purpose
from apps.detectors.services.registry import DetectorWishes, detector_register, file_sha256
from apps.detectors.storage import path_remove, staging_folder
from workers.detect.registry import DetectorSpec, trial_run
from workers.errors import WorkerError

logger = logging.getLogger(__name__)

BUILT_IN = "hog"
STARTER = "starter"
STARTER_ORIGIN = "Trained on simulated pours only; comes with the program."


def builtin_detectors_ensure() -> Detector:
    """The detector that needs no weights and is always there."""
    found = Detector.objects.filter(name=BUILT_IN).first()
    if found is None:
        facts = trial_run(DetectorSpec(name=BUILT_IN, kind="hog"))
        found, _ = Detector.objects.get_or_create(
            name=BUILT_IN,
            defaults={
                "kind": "hog",
                "classes": facts["classes"],
                "digest": facts["digest"],
                "backend": "OpenCV",
                "licence": "Apache-2.0 (OpenCV)",
                "origin": "Comes with the program.",
            },
        )
    if not found.is_shipped:
        found.is_shipped, found.purpose = True, Purpose.PEOPLE
        found.save(update_fields=["is_shipped", "purpose"])
        activate_if_first(found)
    return found


def starter_ensure() -> Detector | None:
    """The shipped detector for pours, registered once; None where the program comes without it.

    One that an update brings anew is a candidate beside the old one: it has to pass the gate.
    """
    folder = Path(settings.DETECTOR_STARTER)
    if not (folder / "model.safetensors").is_file():
        return None
    version = _version_of(folder)
    shipped = Detector.objects.filter(is_shipped=True)
    known = shipped.filter(version=version).exclude(name=BUILT_IN).first()
    if known is not None:
        return known
    is_taken = Detector.objects.filter(name=STARTER).exists()
    wishes = DetectorWishes(
        name=f"{STARTER}-{version}" if is_taken else STARTER,
        version=version,
        origin=STARTER_ORIGIN,
    )
    staging = staging_folder(uuid4().hex)
    try:
        shutil.copytree(folder, staging / "model", ignore=shutil.ignore_patterns("__pycache__"))
        files = model_files_find(staging / "model")
        detector = detector_register(wishes, files, by=None, check=lambda: None)
    except (DomainError, WorkerError, OSError) as error:
        # A system without the starter is worth more than one that does not start.
        logger.error("the starter detector was not registered: %s", error)
        return None
    finally:
        path_remove(staging)
    detector.is_shipped = True
    detector.save(update_fields=["is_shipped"])
    activate_if_first(detector)
    return detector


def activate_if_first(detector: Detector) -> None:
    """Make it the active one where nothing is: shipped ones have no other to be compared with."""
    try:
        with transaction.atomic():
            Detector.objects.filter(pk=detector.pk).update(
                state=DetectorState.ACTIVE, active_for=detector.purpose
            )
        detector.state, detector.active_for = DetectorState.ACTIVE, detector.purpose
    except IntegrityError:
        logger.info("%s stays a candidate: another one is active", detector)


def _version_of(folder: Path) -> str:
    """Names the weights, so that an update is noticed."""
    return file_sha256(folder / "model.safetensors")[:8]

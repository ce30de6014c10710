"""Evaluation sets out of versions: copies that outlive their dataset."""

import json
import os
import shutil
from pathlib import Path
from uuid import uuid4

from apps.accounts.models import User
from apps.common.errors import Conflict, NotFound
from apps.datasets.models import DatasetVersion
from apps.datasets.storage import image_path, version_path
from apps.detectors.models import EvaluationSet
from apps.detectors.services.sets import evaluation_set_of_folder
from apps.detectors.storage import path_remove, set_folder, set_pictures
from apps.projects.storage import storage_errors
from workers.datasets.coco import from_coco, to_coco
from workers.datasets.labels import LabelledImage
from workers.evaluation.labelled import LABELS_FILE

# Every picture of a version, whichever split it is in.
WHOLE = "all"


def evaluation_set_of_version(
    *,
    by: User,
    version: DatasetVersion,
    split: str,
    name: str,
    purpose: str,
    label_map: dict[str, str],
) -> EvaluationSet:
    """A set of the pictures of one split; a job reads them all before it is frozen."""
    images = _images(version, split)
    folder = uuid4().hex
    pictures = set_pictures(folder)
    try:
        with storage_errors():
            pictures.mkdir(parents=True)
            labels = to_coco(images, version.classes)
            (pictures / LABELS_FILE).write_text(json.dumps(labels), encoding="utf-8")
            for image in images:
                _take(image_path(version.dataset.folder, image.name), pictures / image.name)
    except BaseException:
        path_remove(set_folder(folder))
        raise
    return evaluation_set_of_folder(
        by=by, name=name, purpose=purpose, folder=folder, label_map=label_map
    )


def _images(version: DatasetVersion, split: str) -> list[LabelledImage]:
    try:
        data = json.loads(version_path(version.dataset.folder, version.number).read_bytes())
    except FileNotFoundError:
        raise NotFound("The file of this version is not there any more.") from None
    images = [one for one in from_coco(data) if split in (WHOLE, one.split or "train")]
    if not images:
        raise Conflict(
            f"No picture of this version is in its {split} split.",
            code="split_empty",
            fields={"split": [f"There is no picture in {split}."]},
        )
    return images


def _take(source: Path, target: Path) -> None:
    """Pictures are never written to again, so a second name for the same bytes is a copy."""
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise NotFound(f"The picture {source.name} is not there any more.") from None
    except OSError:  # another disk, or one without links
        shutil.copyfile(source, target)

"""Pictures, with or without labels, come in as a zip."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from apps.accounts.models import User
from apps.common.archives import ArchiveLimits, archive_unpack
from apps.common.errors import Invalid
from apps.datasets.models import Dataset, DatasetImage, DatasetTask, ImageState, TaskKind
from apps.datasets.services.images import image_add
from apps.datasets.services.import_labels import LABEL_READERS, Labels, exported_digests
from apps.datasets.services.labels import IMPORTED, labels_replace
from apps.datasets.services.tasks import task_create
from apps.datasets.storage import task_folder
from apps.datasets.tools import take_pictures
from apps.detectors.models import ReceivedFile
from apps.detectors.storage import received_path
from apps.projects.storage import storage_errors
from workers.datasets.labels import Box, are_same_boxes, boxes_digest
from workers.datasets.pictures import Picture

MAX_FILES = 40_000
# Of the pictures that were left as they are, told by name.
MOST_NAMES = 100
# Longer than any import takes; the job removes the file when it has ended.
KEEP_FILE = timedelta(days=1)


def import_request(dataset: Dataset, *, file: UUID, format: str, by: User) -> DatasetTask:
    """Ask for the import of a file that the same person has sent."""
    received = ReceivedFile.objects.filter(pk=file, owner=by).first()
    if received is None or not received_path(received.pk).exists():
        raise Invalid(
            "There is no such file.", code="file_not_found", fields={"file": ["Send it again."]}
        )
    received.expires_at = timezone.now() + KEEP_FILE
    received.save(update_fields=["expires_at"])
    wishes = {"file": str(file), "format": format}
    return task_create(dataset, kind=TaskKind.IMPORT, wishes=wishes, by=by)


def images_import(
    task: DatasetTask, *, check: Callable[[], None], progress: Callable[[float], None]
) -> None:
    """Do it: all labels are read before the first picture comes into the dataset."""
    folder = task_folder(task.dataset.folder, task.pk)
    archive = received_path(UUID(task.wishes["file"]))
    if not archive.exists():
        raise Invalid("The file is not there any more; send it again.", code="file_not_found")
    shutil.rmtree(folder, ignore_errors=True)
    pictures_folder = folder / "pictures"
    with storage_errors():
        pictures_folder.mkdir(parents=True)
    try:
        limits = ArchiveLimits(MAX_FILES, settings.EVALUATION_SET_MAX_BYTES)
        content = archive_unpack(
            archive,
            folder / "content",
            limits=limits,
            check=check,
            progress=lambda share: progress(0.3 * share),
        )
        pictures = take_pictures(content, pictures_folder, check=check)
        if not pictures:
            raise Invalid("There are no pictures in the archive.", code="no_pictures")
        labels = LABEL_READERS[task.wishes["format"]](content, pictures)
        _classes_guard(task.dataset, labels)
        intake = Intake(task, pictures_folder, exported_digests(content))
        task.total = len(pictures)
        for number, picture in enumerate(pictures, start=1):
            check()
            intake.take(picture, labels.get(picture.path))
            if number % 50 == 0 or number == len(pictures):
                task.done, task.result = number, asdict(intake.result)
                task.save(update_fields=["done", "total", "result"])
                progress(0.5 + 0.5 * number / len(pictures))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(slots=True)
class ImportResult:
    """How many pictures were new, got other boxes, were there as they are, or were left alone."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0
    kept_names: list[str] = field(default_factory=list)


class Intake:
    """Brings the pictures of one archive into the dataset, and counts what became of them.

    A picture that the dataset has already takes the archive's labels, unless that would undo what
    a person has drawn: it is then left as it is, and named.
    """

    def __init__(self, task: DatasetTask, folder: Path, exported: Mapping[str, str]) -> None:
        self.result = ImportResult()
        self._task = task
        self._folder = folder
        self._exported = exported
        self._seen: set[str] = set()

    def take(self, picture: Picture, labels: Labels | None) -> None:
        image = self._image(picture, labels)
        is_new = image_add(image, self._folder / picture.file)
        is_first = image.file not in self._seen
        self._seen.add(image.file)
        there = None if is_new else self._task.dataset.images.filter(file=image.file).first()
        # One of the same group was brought by a try that was interrupted.
        if there is None or (is_first and there.group == image.group):
            self.result.added += 1
        elif labels is None or _has(there, labels):
            self.result.unchanged += 1
        elif self._may_change(there, is_first) and labels_replace(there, labels.boxes):
            self.result.updated += 1
        else:
            self.result.kept += 1
            if len(self.result.kept_names) < MOST_NAMES:
                self.result.kept_names.append(picture.path)

    def _image(self, picture: Picture, labels: Labels | None) -> DatasetImage:
        parent, _, name = picture.path.rpartition("/")
        split = labels.split if labels else ""
        image = DatasetImage(
            dataset=self._task.dataset,
            source=name[:255],
            # Nobody knows which of them are neighbours in a video, so what the archive has in one
            # folder and one split stays together.
            group=f"import {self._task.pk.hex} {split} {parent}"[:100],
            split=split,
        )
        if labels is not None:
            image.boxes = [box.to_json() for box in labels.boxes]
            image.state, image.origin = ImageState.LABELLED, IMPORTED
        return image

    def _may_change(self, there: DatasetImage, is_first: bool) -> bool:
        if there.state != ImageState.LABELLED:
            return there.labelled_at is None
        is_as_exported = boxes_digest(_boxes_of(there)) == self._exported.get(there.file)
        # Of two same pictures of the archive the first one counts.
        return is_as_exported or (is_first and there.labelled_at is None)


def _has(image: DatasetImage, labels: Labels) -> bool:
    is_labelled = image.state == ImageState.LABELLED
    return is_labelled and are_same_boxes(_boxes_of(image), labels.boxes)


def _boxes_of(image: DatasetImage) -> list[Box]:
    return [Box.from_json(entry) for entry in image.boxes]


def _classes_guard(dataset: Dataset, labels: dict[str, Labels]) -> None:
    unknown = {box.label for one in labels.values() for box in one.boxes} - set(dataset.classes)
    if unknown:
        raise Invalid(
            f"The dataset lacks the classes {', '.join(sorted(unknown)[:10])}; add them first.",
            code="class_unknown",
        )

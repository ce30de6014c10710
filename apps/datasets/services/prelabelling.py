"""A detector draws boxes where nobody has; people correct them."""

from collections.abc import Callable

from apps.accounts.models import User
from apps.common.errors import Conflict, Invalid
from apps.datasets.models import Dataset, DatasetTask, ImageState, TaskKind
from apps.datasets.services.labels import prelabel_save
from apps.datasets.services.tasks import task_create
from apps.datasets.storage import image_path
from apps.detectors.models import Detector
from apps.detectors.selectors import detector_file, detector_find
from workers.datasets.labels import boxes_of_classes
from workers.detect.registry import DetectorSpec, load_detector
from workers.labels import known_as
from workers.media.images import read_image


def prelabel_request(
    dataset: Dataset, *, detector: str, by: User, score_threshold: float | None = None
) -> DatasetTask:
    """Ask for boxes on every picture that nobody has labelled."""
    found = detector_find(detector)
    if not any(known_as(label, dataset.classes) for label in found.labels):
        raise Conflict(
            f"{found.name} knows none of the classes of the dataset.", code="no_common_class"
        )
    threshold = found.score_threshold if score_threshold is None else score_threshold
    wishes = {"detector": found.pk, "score_threshold": threshold}
    return task_create(dataset, kind=TaskKind.PRELABEL, wishes=wishes, by=by)


def images_prelabel(
    task: DatasetTask, *, check: Callable[[], None], progress: Callable[[float], None]
) -> None:
    """Do it; pictures that somebody labels meanwhile are left as they are."""
    record = Detector.objects.filter(pk=task.wishes["detector"]).first()
    if record is None:
        raise Invalid("The detector is not there any more.", code="detector_unknown")
    dataset = task.dataset
    images = list(dataset.images.filter(state=ImageState.UNLABELLED))
    task.total = len(images)
    task.save(update_fields=["total"])
    if not images:
        return
    detector = load_detector(
        DetectorSpec(
            name=record.name,
            kind=record.kind,
            path=detector_file(record),
            classes=tuple(record.classes),
            score_threshold=task.wishes["score_threshold"],
            nms_iou=record.nms_iou,
            digest=record.digest,
            label_map=record.label_map,
        )
    )
    for start in range(0, len(images), detector.batch_size):
        check()
        batch = images[start : start + detector.batch_size]
        pictures = [read_image(image_path(dataset.folder, image.file)) for image in batch]
        for image, found in zip(batch, detector.detect(pictures), strict=True):
            boxes = boxes_of_classes(found.labels, found.boxes, dataset.classes)
            prelabel_save(image, boxes, origin=record.name)
        task.done = start + len(batch)
        task.save(update_fields=["done"])
        progress(task.done / task.total)

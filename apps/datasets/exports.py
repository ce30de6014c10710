"""A dataset, or a version of it, as a zip that is made while it is sent."""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from itertools import chain

from apps.common.errors import NotFound
from apps.datasets.models import Dataset, DatasetVersion
from apps.datasets.services.import_labels import DIGESTS_FILE
from apps.datasets.services.versions import labelled_images
from apps.datasets.storage import image_path, version_path
from workers.datasets.coco import from_coco, to_coco
from workers.datasets.labels import LabelledImage, boxes_digest
from workers.datasets.yolo import to_yolo

# Every picture carries the same moment, so that the same version gives the same bytes.
MOMENT = (1980, 1, 1, 0, 0, 0)


def export_pieces(dataset: Dataset, *, form: str, version: int | None) -> Iterator[bytes]:
    """The zip, piece by piece; of the labelled pictures as they are now without a version.

    What is missing is told before the first piece: a broken download would not say why.
    """
    images, classes = _content(dataset, version)
    for image in images:
        if not image_path(dataset.folder, image.name).exists():
            raise NotFound(f"The picture {image.name} is not there any more.")
    entries = _coco_entries if form == "coco" else _yolo_entries
    texts = chain(entries(images, classes), [(DIGESTS_FILE, _digests(images))])
    return _zip(dataset, texts, images)


def _content(dataset: Dataset, number: int | None) -> tuple[list[LabelledImage], list[str]]:
    if number is None:
        return labelled_images(dataset), dataset.classes
    version: DatasetVersion | None = dataset.versions.filter(number=number).first()
    if version is None:
        raise NotFound("The dataset has no such version.")
    try:
        data = json.loads(version_path(dataset.folder, number).read_bytes())
    except FileNotFoundError:
        raise NotFound("The file of this version is not there any more.") from None
    return from_coco(data), version.classes


def _coco_entries(images: list[LabelledImage], classes: list[str]) -> Iterator[tuple[str, str]]:
    yield "annotations.json", json.dumps(to_coco(images, classes), ensure_ascii=False)


def _yolo_entries(images: list[LabelledImage], classes: list[str]) -> Iterator[tuple[str, str]]:
    yield "classes.txt", "".join(f"{name}\n" for name in classes)
    for image in images:
        text = to_yolo(image.boxes, classes, width=image.width, height=image.height)
        yield f"labels/{image.name.rsplit('.', 1)[0]}.txt", text
    for split in ("train", "val", "test"):
        lines = [f"images/{image.name}\n" for image in images if (image.split or "train") == split]
        if lines:
            yield f"{split}.txt", "".join(lines)


def _digests(images: list[LabelledImage]) -> str:
    return "".join(f"{boxes_digest(image.boxes)}  {image.name}\n" for image in images)


def _zip(
    dataset: Dataset, texts: Iterable[tuple[str, str]], images: list[LabelledImage]
) -> Iterator[bytes]:
    buffer = _Buffer()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in texts:
            archive.writestr(zipfile.ZipInfo(name, MOMENT), text, zipfile.ZIP_DEFLATED)
            yield buffer.take()
        for image in images:
            data = image_path(dataset.folder, image.name).read_bytes()
            # Pictures are compressed already.
            archive.writestr(zipfile.ZipInfo(f"images/{image.name}", MOMENT), data)
            yield buffer.take()
    yield buffer.take()


class _Buffer(io.RawIOBase):
    """What zipfile has written and nobody has taken; it cannot be wound back."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken

"""What a dataset holds, and what is wrong with it."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from apps.datasets.models import Dataset, DatasetImage, ImageState, Split
from workers.datasets.labels import Box
from workers.datasets.problems import problems_of

# The limits of COCO, in square pixels.
SMALL_MAX_PX2 = 32.0**2
MEDIUM_MAX_PX2 = 96.0**2

USED_STATES = (ImageState.LABELLED, ImageState.PRELABELLED)


@dataclass(slots=True)
class ClassNumbers:
    """How often a class is drawn, and how large."""

    name: str
    images: int = 0
    boxes: int = 0
    small: int = 0
    medium: int = 0
    large: int = 0

    def add(self, boxes: list[Box]) -> None:
        self.images += bool(boxes)
        self.boxes += len(boxes)
        for box in boxes:
            if box.area < SMALL_MAX_PX2:
                self.small += 1
            elif box.area < MEDIUM_MAX_PX2:
                self.medium += 1
            else:
                self.large += 1


@dataclass(slots=True)
class SourceNumbers:
    """Pictures that come from one video, or one import."""

    video: int | None
    source: str
    day: str | None
    images: int = 0
    labelled: int = 0
    splits: set[str] = field(default_factory=set)

    def to_json(self) -> dict[str, Any]:
        return {
            "video": self.video,
            "source": self.source,
            "day": self.day,
            "images": self.images,
            "labelled": self.labelled,
            "split": min(self.splits) if len(self.splits) == 1 else "",
        }


def dataset_statistics(dataset: Dataset) -> dict[str, Any]:
    classes = {name: ClassNumbers(name) for name in dataset.classes}
    states: Counter[str] = Counter()
    splits: Counter[str] = Counter()
    sources: dict[str, SourceNumbers] = {}
    boxes_total = 0
    for image in _rows(dataset):
        states[image.state] += 1
        splits[image.split] += image.state != ImageState.SKIPPED
        source = sources.setdefault(
            image.group,
            SourceNumbers(
                image.video_id, image.source, image.day.isoformat() if image.day else None
            ),
        )
        source.images += 1
        source.labelled += image.state == ImageState.LABELLED
        source.splits.add(image.split)
        boxes = [Box.from_json(entry) for entry in image.boxes]
        boxes_total += len(boxes)
        for name, numbers in classes.items():
            numbers.add([box for box in boxes if box.label == name])
    return {
        "images": sum(states.values()),
        "boxes": boxes_total,
        "states": {state.value: states[state] for state in ImageState},
        "splits": {split.value: splits[split] for split in Split if split},
        "classes": [asdict(numbers) for numbers in classes.values()],
        "sources": [source.to_json() for source in sources.values()],
    }


@dataclass(frozen=True, slots=True)
class DatasetProblem:
    """One thing to look at; `image`, `box` and `subject` (a class or split) where it has one."""

    code: str
    message: str
    image: int | None = None
    source: str = ""
    box: int | None = None
    subject: str = ""


def dataset_problems(dataset: Dataset) -> list[DatasetProblem]:
    """Every bad box by its picture, then what is wrong with the dataset as a whole."""
    found: list[DatasetProblem] = []
    used: Counter[str] = Counter()
    splits: dict[str, set[str]] = defaultdict(set)
    is_divided = False
    sources: dict[str, str] = {}
    for image in _rows(dataset):
        if image.state == ImageState.SKIPPED:
            continue
        is_divided = is_divided or bool(image.split)
        # Those without a split train.
        splits[image.group].add(image.split or Split.TRAIN)
        sources[image.group] = image.source
        boxes = [Box.from_json(entry) for entry in image.boxes]
        used.update(box.label for box in boxes)
        found += [
            DatasetProblem(
                one.code,
                one.message,
                image.pk,
                image.source,
                one.box,
                boxes[one.box].label if one.box is not None else "",
            )
            for one in problems_of(
                boxes, width=image.width, height=image.height, classes=dataset.classes
            )
        ]
    return found + list(_problems_of_whole(dataset, used, is_divided, splits, sources))


def _problems_of_whole(
    dataset: Dataset,
    used: Counter[str],
    is_divided: bool,
    splits: dict[str, set[str]],
    sources: dict[str, str],
) -> Iterator[DatasetProblem]:
    for name in dataset.classes:
        if not used[name]:
            yield DatasetProblem("class_empty", f"No box is labelled {name}.", subject=name)
    everywhere = set().union(*splits.values())
    if is_divided:
        for split in (Split.TRAIN, Split.VAL):
            if split not in everywhere:
                yield DatasetProblem(
                    "split_empty", f"No picture is in the split {split}.", subject=split
                )
    for group, names in splits.items():
        if len(names) > 1:
            message = f"{sources[group]} is in several splits: {', '.join(sorted(names))}."
            yield DatasetProblem("split_leak", message, source=sources[group])


def _rows(dataset: Dataset) -> Iterator[DatasetImage]:
    yield from dataset.images.only(
        "state",
        "split",
        "group",
        "video_id",
        "source",
        "day",
        "width",
        "height",
        "boxes",
        "dataset_id",
    ).iterator(chunk_size=500)

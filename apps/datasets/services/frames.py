"""Frames of videos become pictures of a dataset."""

import json
import shutil
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from apps.analysis.models import FrameResult
from apps.common.answers import recording_days
from apps.common.errors import Invalid
from apps.datasets.models import Dataset, DatasetImage, DatasetTask, ImageState
from apps.datasets.selectors.datasets import TIME_SLACK_SECONDS
from apps.datasets.services.images import image_add
from apps.datasets.services.splits import split_to_join
from apps.datasets.storage import task_folder
from apps.projects.models import Video
from apps.projects.storage import FRAMES, ORIGINAL, storage_errors, video_path
from apps.projects.video_tools import save_stills
from workers.datasets.labels import Box, boxes_of_classes
from workers.datasets.spread import choose_spread
from workers.media.frame_index import FrameIndex

# Of one task: more than anybody labels before the next one.
MAX_FRAMES = 2_000
# Frames of a run among which the different ones are sought.
MAX_CANDIDATES = 20_000
PDQ_BYTES = 32


@dataclass(frozen=True, slots=True)
class Wanted:
    """One frame that is to become a picture, with boxes to begin with or None."""

    video: Video
    frame: int
    boxes: list[Box] | None = None


def frames_take(
    task: DatasetTask, *, check: Callable[[], None], progress: Callable[[float], None]
) -> None:
    """Do what the task wishes; frames that the dataset has already are left out.

    Repeating it takes only what is missing.
    """
    wanted = _wish_of(task).wanted(task.dataset)
    by_video: dict[int, list[Wanted]] = defaultdict(list)
    for one in wanted:
        by_video[one.video.pk].append(one)
    task.total = len(wanted)
    task.save(update_fields=["total"])
    folder = task_folder(task.dataset.folder, task.pk)
    done = 0
    try:
        for of_video in by_video.values():
            base = done

            def tell(share: float, base: int = base, count: int = len(of_video)) -> None:
                progress((base + share * count) / task.total)

            _take(task.dataset, of_video, folder, check, tell)
            done += len(of_video)
            task.done = done
            task.save(update_fields=["done"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wish_of(task: DatasetTask) -> "FramesOfRun | FramesOfVideo":
    if "run" in task.wishes:
        return FramesOfRun(**task.wishes)
    return FramesOfVideo(**task.wishes)


@dataclass(frozen=True, slots=True)
class FramesOfVideo:
    """Frames of one video: at `times`, or one every so many seconds."""

    video: int
    times: list[float] | None = None
    every_seconds: float | None = None

    def wanted(self, dataset: Dataset) -> list[Wanted]:
        video = Video.objects.filter(pk=self.video).first()
        if video is None:
            raise Invalid("The video is not there any more.", code="video_gone")
        times = FrameIndex.load(video_path(video.folder, FRAMES)).pts_seconds
        asked = np.array(self.times or [], dtype=np.float64)
        if self.every_seconds is not None:
            asked = np.arange(times[0], times[-1] + TIME_SLACK_SECONDS, self.every_seconds)
        # The frame that a player shows at that time.
        shown = np.searchsorted(times, asked + TIME_SLACK_SECONDS, side="right") - 1
        numbers = np.unique(np.clip(shown, 0, None)).tolist()
        return _new(dataset, [Wanted(video, number) for number in numbers])[:MAX_FRAMES]


@dataclass(frozen=True, slots=True)
class FramesOfRun:
    """Analysed frames that show something, as different from each other as can be had.

    Without labels and a range of scores every frame will do.
    """

    run: int
    labels: list[str]
    min_score: float
    max_score: float
    count: int
    prelabel: bool

    def wanted(self, dataset: Dataset) -> list[Wanted]:
        rows = FrameResult.objects.filter(run=self.run).select_related("video")
        candidates: list[tuple[Wanted, bytes]] = []
        for row in rows.iterator(chunk_size=500):
            if self._fits(row):
                boxes = (
                    boxes_of_classes(row.labels, row.boxes, dataset.classes)
                    if self.prelabel
                    else None
                )
                hashed = bytes(row.pdq or bytes(PDQ_BYTES))
                candidates.append((Wanted(row.video, row.frame, boxes), hashed))
            if len(candidates) >= MAX_CANDIDATES:
                break
        new = {(one.video.pk, one.frame) for one in _new(dataset, [one for one, _ in candidates])}
        fresh = [pair for pair in candidates if (pair[0].video.pk, pair[0].frame) in new]
        joined = b"".join(hashed for _, hashed in fresh)
        hashes = np.frombuffer(joined, dtype=np.uint8).reshape(-1, PDQ_BYTES)
        return [fresh[index][0] for index in choose_spread(hashes, self.count)]

    def _fits(self, row: FrameResult) -> bool:
        if not self.labels and self.min_score <= 0.0 and self.max_score >= 1.0:
            return True
        return any(
            (not self.labels or label in self.labels) and self.min_score <= score <= self.max_score
            for label, score in zip(row.labels, row.scores, strict=True)
        )


def _new(dataset: Dataset, wanted: list[Wanted]) -> list[Wanted]:
    videos = {one.video.pk for one in wanted}
    known = set(dataset.images.filter(video__in=videos).values_list("video_id", "frame"))
    return [one for one in wanted if (one.video.pk, one.frame) not in known]


def _take(
    dataset: Dataset,
    wanted: list[Wanted],
    folder: Path,
    check: Callable[[], None],
    progress: Callable[[float], None],
) -> None:
    """All frames are of one video."""
    video = wanted[0].video
    with storage_errors():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        numbers = folder / "numbers.json"
        numbers.write_text(json.dumps([one.frame for one in wanted]), encoding="utf-8")
    index_path = video_path(video.folder, FRAMES)
    save_stills(
        video_path(video.folder, ORIGINAL),
        index_path,
        numbers,
        folder,
        count=len(wanted),
        check=check,
        progress=progress,
    )
    times = FrameIndex.load(index_path).pts_seconds
    # By content, so that the same video in two projects is one group.
    group = f"video {video.sha256[:32]}"
    day = recording_days([video.pk]).get(video.pk, video.created_at.date())
    split = split_to_join(dataset, group=group, day=day)
    for one in wanted:
        check()
        image = DatasetImage(
            dataset=dataset,
            source=video.filename,
            project_id=video.project_id,
            video=video,
            frame=one.frame,
            pts_seconds=float(times[one.frame]),
            day=day,
            group=group,
            split=split,
        )
        if one.boxes is not None:
            cut = [box.cut(video.width, video.height) for box in one.boxes]
            image.boxes = [box.to_json() for box in cut if box.area]
            image.state, image.origin = ImageState.PRELABELLED, "run"
        image_add(image, folder / f"{one.frame}.jpg")

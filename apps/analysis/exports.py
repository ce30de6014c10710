"""Runs as files for other programs, made piece by piece: memory does not grow with the run."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from apps.analysis.models import FrameResult, Run, SegmentState
from apps.projects.models import Video

BATCH = 1000
CSV_COLUMNS = [
    "video",
    "frame",
    "pts_seconds",
    "width",
    "height",
    "label",
    "score",
    "x1",
    "y1",
    "x2",
    "y2",
    "pdq",
    "pdq_quality",
]
# With these a spreadsheet would take text for a formula.
FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")


class FrameReader:
    """The results of a run in time order; those of segments that were done when it was made.

    Reading twice gives the same frames, also while the run goes on.
    """

    def __init__(self, run: Run, *, video: int | None) -> None:
        # Without those that somebody deleted, whose results are just being removed.
        videos = Video.objects.filter(pk__in=run.segments.values("video"))
        self.filenames = dict(videos.values_list("pk", "filename"))
        segments = run.segments.filter(state=SegmentState.DONE, video__in=self.filenames)
        if video is not None:
            segments = segments.filter(video=video)
        self._segments = list(segments.order_by("number").values_list("pk", flat=True))

    def batches(self) -> Iterator[list[FrameResult]]:
        for segment in self._segments:
            rows = FrameResult.objects.filter(segment=segment).order_by("frame")
            last, is_more = -1, True
            while is_more:
                batch = list(rows.filter(frame__gt=last)[:BATCH])
                if batch:
                    yield batch
                    last = batch[-1].frame
                is_more = len(batch) == BATCH


def coco_pieces(run: Run, *, video: int | None) -> Iterator[str]:
    """COCO JSON with all images first, then all annotations; boxes as x, y, width, height."""
    reader = FrameReader(run, video=video)
    known = list(dict.fromkeys([*run.detector.classes, *sorted(run.label_counts)]))
    categories = {label: number for number, label in enumerate(known, start=1)}
    info = {"description": f"CVD-MIS run {run.pk}", "version": "1.0"}
    yield '{"info":' + _json(info) + ',"licenses":[],"categories":'
    yield _json([{"id": number, "name": label} for label, number in categories.items()])
    yield ',"images":['
    count = 0
    for batch in reader.batches():
        images = [
            _coco_image(count + i, result, reader.filenames)
            for i, result in enumerate(batch, start=1)
        ]
        yield _joined(images, is_first=count == 0)
        count += len(batch)
    yield '],"annotations":['
    image_id = annotation_id = 0
    for batch in reader.batches():
        annotations: list[dict[str, Any]] = []
        for result in batch:
            image_id += 1
            for found in _coco_annotations(result, image_id, categories):
                annotations.append({"id": annotation_id + len(annotations) + 1, **found})
        yield _joined(annotations, is_first=annotation_id == 0)
        annotation_id += len(annotations)
    yield "]}"


def csv_pieces(run: Run, *, video: int | None) -> Iterator[str]:
    """One line for each object, and one for each frame without any."""
    reader = FrameReader(run, video=video)
    # Without the mark some spreadsheets take UTF-8 for something else.
    yield "\ufeff" + _csv_lines([CSV_COLUMNS])
    for batch in reader.batches():
        yield _csv_lines([row for result in batch for row in _csv_rows(result, reader.filenames)])


def _coco_image(number: int, result: FrameResult, filenames: dict[int, str]) -> dict[str, Any]:
    return {
        "id": number,
        "file_name": f"{filenames[result.video_id]}/{result.frame:06d}",
        "width": result.width,
        "height": result.height,
        "video_id": result.video_id,
        "frame": result.frame,
        "pts_seconds": result.pts_seconds,
    }


def _coco_annotations(
    result: FrameResult, image_id: int, categories: dict[str, int]
) -> Iterator[dict[str, Any]]:
    for (x1, y1, x2, y2), score, label in zip(
        result.boxes, result.scores, result.labels, strict=True
    ):
        width, height = round(x2 - x1, 2), round(y2 - y1, 2)
        yield {
            "image_id": image_id,
            "category_id": categories[label],
            "bbox": [x1, y1, width, height],
            "area": round(width * height, 2),
            "iscrowd": 0,
            "score": score,
        }


def _csv_rows(result: FrameResult, filenames: dict[int, str]) -> Iterator[list[Any]]:
    frame = [
        _harmless(filenames[result.video_id]),
        result.frame,
        result.pts_seconds,
        result.width,
        result.height,
    ]
    pdq = "" if result.pdq is None else bytes(result.pdq).hex()
    found = list(zip(result.labels, result.scores, result.boxes, strict=True))
    for label, score, box in found:
        yield [*frame, _harmless(label), score, *box, pdq, result.pdq_quality]
    if not found:
        yield [*frame, "", "", "", "", "", "", pdq, result.pdq_quality]


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_BEGINNINGS) else text


def _csv_lines(rows: list[list[Any]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()


def _joined(objects: list[dict[str, Any]], *, is_first: bool) -> str:
    text = ",".join(_json(item) for item in objects)
    return text if is_first or not text else f",{text}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

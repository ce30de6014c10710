"""Evaluations: a GPU worker looks at every picture of a set and says how good a detector is."""

import json
import logging
from pathlib import Path
from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.common.errors import Conflict, Invalid
from apps.detectors.models import Detector, Evaluation, EvaluationSet
from apps.detectors.selectors import detector_file
from apps.detectors.storage import set_pictures
from apps.jobs.control import JobControl
from apps.jobs.models import ACTIVE_STATES, Job, JobKind
from apps.jobs.presence import presence
from apps.jobs.services import job_cancel, job_create
from workers.detect.base import Detections
from workers.detect.base import Detector as LoadedDetector
from workers.detect.registry import DetectorSpec, load_detector
from workers.evaluation.judgement import judge
from workers.evaluation.labelled import LABELS_FILE
from workers.labels import known_as
from workers.media.images import read_image

logger = logging.getLogger(__name__)

# Precision is integrated over all scores, so nearly nothing is dropped.
SCORE_THRESHOLD = 0.01
# COCO's evaluation counts no more than this of one class in a picture.
BOXES_MOST = 100
LOOKING_SHARE = 0.95


def evaluation_start(*, detector: Detector, on: EvaluationSet, by: User) -> Evaluation:
    """Judge the detector as it is now; one evaluation of a pair at a time."""
    if not on.digest:
        raise Conflict("The evaluation set is not ready.", code="set_not_ready")
    if not any(known_as(label, on.classes) for label in detector.labels):
        raise Invalid(
            "The detector gives none of the labels of this set: give its classes other names.",
            code="no_common_label",
        )
    with transaction.atomic():
        Detector.objects.select_for_update().get(pk=detector.pk)
        if Evaluation.objects.filter(
            detector=detector, evaluation_set=on, job__state__in=ACTIVE_STATES
        ).exists():
            raise Conflict("It is being evaluated on this set.", code="evaluation_active")
        return Evaluation.objects.create(
            job=job_create(kind=JobKind.DETECTOR_EVALUATION, created_by=by),
            detector=detector,
            evaluation_set=on,
            detector_digest=detector.digest,
            label_map=detector.label_map,
            nms_iou=detector.nms_iou,
            set_digest=on.digest,
            created_by=by,
        )


def evaluation_delete(evaluation: Evaluation) -> None:
    """Cancel one that is going on, remove one that has ended."""
    if evaluation.job.state in ACTIVE_STATES:
        job_cancel(evaluation.job)
    else:
        evaluation.job.delete()


def evaluation_run(job: Job, control: JobControl) -> None:
    """Handler."""
    evaluation = (
        Evaluation.objects.select_related("detector", "evaluation_set").filter(job=job).first()
    )
    if evaluation is None:
        return
    with presence.working_on(f"{evaluation}"[:160]):
        folder = set_pictures(evaluation.evaluation_set.folder)
        truth = json.loads((folder / LABELS_FILE).read_text(encoding="utf-8"))
        results = _results(_load(evaluation), truth, folder, control)
        metrics, judgement = _judge(truth, results)
    Evaluation.objects.filter(pk=evaluation.pk).update(metrics=metrics, judgement=judgement)


def _load(evaluation: Evaluation) -> LoadedDetector:
    detector = evaluation.detector
    return load_detector(
        DetectorSpec(
            name=detector.name,
            kind=detector.kind,
            path=detector_file(detector),
            classes=tuple(detector.classes),
            score_threshold=SCORE_THRESHOLD,
            nms_iou=evaluation.nms_iou,
            digest=evaluation.detector_digest,
            label_map=evaluation.label_map,
        )
    )


def _results(
    detector: LoadedDetector, truth: dict[str, Any], folder: Path, control: JobControl
) -> list[dict[str, Any]]:
    """What the detector finds, as COCO results of the categories of the set."""
    categories = {category["name"]: category["id"] for category in truth["categories"]}
    images = truth["images"]
    results: list[dict[str, Any]] = []
    for start in range(0, len(images), detector.batch_size):
        control.check()
        batch = images[start : start + detector.batch_size]
        pictures = [read_image(folder / image["file_name"]) for image in batch]
        for image, found in zip(batch, detector.detect(pictures), strict=True):
            results += _as_coco(image["id"], found, categories)
        control.progress(LOOKING_SHARE * (start + len(batch)) / len(images))
    return results


def _as_coco(image_id: int, found: Detections, categories: dict[str, int]) -> list[dict[str, Any]]:
    """The best of each category; a detector gives its best first."""
    left = dict.fromkeys(categories, BOXES_MOST)
    results = []
    for box, score, label in zip(found.boxes, found.scores, found.labels, strict=True):
        name = known_as(label, categories)
        if name is None or left[name] == 0:
            continue
        left[name] -= 1
        results.append(
            {
                "image_id": image_id,
                "category_id": categories[name],
                "bbox": _xywh(box.tolist()),
                "score": float(score),
            }
        )
    return results


def _xywh(box: list[float]) -> list[float]:
    x1, y1, x2, y2 = box
    return [x1, y1, x2 - x1, y2 - y1]


def _judge(
    truth: dict[str, Any], results: list[dict[str, Any]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The figures that detectors are compared by, and all that there is to show."""
    judgement = judge(truth, results)
    per_class = {one.name: one.metrics for one in judgement.classes}
    return {**judgement.metrics, "per_class": per_class}, judgement.to_json()

"""Evaluation sets, evaluations, and what two of them say about two detectors."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from apps.common.errors import Invalid, NotFound
from apps.detectors.labels import DOMAIN_LABELS
from apps.detectors.models import Detector, Evaluation, EvaluationSet, Promotion, Purpose
from apps.detectors.storage import set_pictures
from apps.jobs.models import JobState
from workers.evaluation.labelled import LABELS_FILE
from workers.labels import known_as

OVERALL = "AP"


def evaluation_sets_all() -> QuerySet[EvaluationSet]:
    return EvaluationSet.objects.select_related("job", "created_by")


def evaluation_set_get(id: int) -> EvaluationSet:
    found = evaluation_sets_all().filter(pk=id).first()
    if found is None:
        raise NotFound("There is no such evaluation set.")
    return found


def picture_path(on: EvaluationSet, image: int) -> Path:
    """The file of one of its pictures."""
    folder = set_pictures(on.folder)
    try:
        names = _picture_names(folder / LABELS_FILE, on.digest)
        return folder / names[image]
    except (OSError, KeyError) as error:
        raise NotFound("There is no such picture in this set.") from error


@lru_cache(maxsize=4)
def _picture_names(labels: Path, digest: str) -> dict[int, str]:
    """File names by image id; `digest` says which content the cached names are of."""
    images = json.loads(labels.read_text(encoding="utf-8"))["images"]
    return {image["id"]: image["file_name"] for image in images}


def gate_set_of(purpose: str) -> EvaluationSet | None:
    return EvaluationSet.objects.filter(gate_for=Purpose(purpose)).first()


def evaluations_all() -> QuerySet[Evaluation]:
    """Without the judgement, which is large."""
    return Evaluation.objects.select_related(
        "job", "detector", "evaluation_set", "created_by"
    ).defer("judgement")


def evaluation_get(id: int) -> Evaluation:
    found = Evaluation.objects.select_related(
        "job", "detector", "evaluation_set", "created_by"
    ).filter(pk=id)
    if not found:
        raise NotFound("There is no such evaluation.")
    return found[0]


def evaluation_is_current(evaluation: Evaluation) -> bool:
    """Whether it still says what the detector would do on the set today."""
    detector = evaluation.detector
    return (
        evaluation.detector_digest == detector.digest
        and evaluation.label_map == detector.label_map
        and evaluation.nms_iou == detector.nms_iou
        and evaluation.set_digest == evaluation.evaluation_set.digest
    )


def evaluation_latest(detector: Detector, on: EvaluationSet) -> Evaluation | None:
    """The newest completed one that is still current."""
    found = evaluations_all().filter(
        detector=detector, evaluation_set=on, job__state=JobState.COMPLETED
    )
    return next((one for one in found if evaluation_is_current(one)), None)


def promotions_all() -> QuerySet[Promotion]:
    return Promotion.objects.select_related("detector", "previous", "by")


def comparison_make(candidate: Evaluation, active: Evaluation) -> dict[str, Any]:
    """Side by side: AP, and the AP of each class of the set; what drops by more than the margin.

    A set may lack a class; who does not know one that the rules need, and the other does, fails.

    Raises Invalid `evaluations_differ` when they are not completed ones of the same set.
    """
    if candidate.metrics is None or active.metrics is None:
        raise Invalid("Both evaluations must be complete.", code="evaluations_differ")
    if candidate.set_digest != active.set_digest:
        raise Invalid("They were made on different sets.", code="evaluations_differ")
    margin = settings.DETECTOR_GATE_MARGIN
    of_candidate, of_active = candidate.metrics["per_class"], active.metrics["per_class"]
    names = [name for name in of_active if of_active[name]["AP"] is not None]
    overall = _row(OVERALL, candidate.metrics[OVERALL], active.metrics[OVERALL], margin)
    classes = [
        _row(name, of_candidate.get(name, {}).get("AP"), of_active[name]["AP"], margin)
        for name in names
    ]
    on = candidate.evaluation_set
    known, needed = candidate.detector.labels, active.detector.labels
    lost_labels = [
        label for label in DOMAIN_LABELS if label in needed and known_as(label, known) is None
    ]
    return {
        "evaluation_set": {"id": on.pk, "name": on.name, "digest": candidate.set_digest},
        "margin": margin,
        "candidate": _side(candidate),
        "active": _side(active),
        "overall": overall,
        "classes": classes,
        "lost_labels": lost_labels,
        "passes": not lost_labels and not any(row["is_drop"] for row in [overall, *classes]),
    }


def _row(name: str, candidate: float | None, active: float | None, margin: float) -> dict[str, Any]:
    new, old = candidate or 0.0, active or 0.0
    return {
        "name": name,
        "candidate": new,
        "active": old,
        "change": new - old,
        # Sums of floats must not refuse what drops by the margin itself.
        "is_drop": old - new > margin + 1e-9,
    }


def _side(evaluation: Evaluation) -> dict[str, Any]:
    metrics = {
        key: value for key, value in (evaluation.metrics or {}).items() if key != "per_class"
    }
    return {
        "evaluation": evaluation.pk,
        "detector": evaluation.detector_id,
        "name": evaluation.detector.name,
        "digest": evaluation.detector_digest,
        "metrics": metrics,
    }

"""Evaluation sets, evaluations, and the gate that decides which detector is active."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from rest_framework.test import APIClient

from apps.accounts.models import Role, User
from apps.analysis.services.runs import run_start
from apps.common.errors import Conflict
from apps.detectors.models import (
    Detector,
    DetectorState,
    Evaluation,
    EvaluationSet,
    Promotion,
    PromotionOutcome,
    Purpose,
)
from apps.detectors.services import detector_add
from apps.detectors.services.evaluations import _as_coco
from apps.detectors.services.promotion import _switch
from apps.detectors.services.registry import detector_update
from apps.detectors.services.shipped import builtin_detectors_ensure
from apps.jobs.models import Job, JobKind, JobState
from tests.cast import client_of, user_make
from tests.detectors.conftest import work
from tests.detectors.models import FOUND, labelled, labelled_zip, tiny_model, zip_of
from workers.detect.base import Detections
from workers.evaluation.labelled import freeze_labelled

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quick_trial")]

URL = "/api/v1/detectors/"
OCTETS = "application/octet-stream"
NOWHERE = [2.0, 2.0, 6.0, 6.0]


@pytest.fixture
def client(engineer: User) -> APIClient:
    return client_of(engineer)


@pytest.fixture
def tiny(tmp_path: Path) -> Detector:
    return detector_add(name="tiny", file=tiny_model(tmp_path / "tiny.onnx"))


def set_bring(client: APIClient, labels: dict[str, Any], **words: Any) -> Any:
    sent = client.post(f"{URL}files/?filename=set.zip", labelled_zip(labels), content_type=OCTETS)
    body = {"name": "frozen", "purpose": "other", "file": sent.json()["id"], **words}
    answer = client.post(f"{URL}sets/", body)
    assert answer.status_code == 202, answer.content
    work()
    return client.get(f"{URL}sets/{answer.json()['id']}/").json()


def evaluation_make(detector: Detector, on: EvaluationSet, per_class: dict[str, float]) -> None:
    """A completed one with these figures."""
    Evaluation.objects.create(
        job=Job.objects.create(kind=JobKind.DETECTOR_EVALUATION, state=JobState.COMPLETED),
        detector=detector,
        evaluation_set=on,
        detector_digest=detector.digest,
        label_map=detector.label_map,
        nms_iou=detector.nms_iou,
        set_digest=on.digest,
        metrics={
            "AP": sum(per_class.values()) / len(per_class),
            "per_class": {name: {"AP": value} for name, value in per_class.items()},
        },
    )


def detector_make(name: str, **fields: Any) -> Detector:
    return Detector.objects.create(
        name=name,
        kind="onnx",
        file=f"{name}.onnx",
        digest=name,
        purpose=Purpose.VIBRATION,
        **fields,
    )


@pytest.fixture
def gate(db: None) -> EvaluationSet:
    return EvaluationSet.objects.create(
        name="gate",
        purpose=Purpose.VIBRATION,
        gate_for=Purpose.VIBRATION,
        folder="gate",
        digest="g",
        classes={"worker": 5, "vibrator_in": 5},
    )


def test_a_set_is_checked_frozen_and_used(client: APIClient, tiny: Detector) -> None:
    """Two pictures where the box is, two where it is not: half of the boxes, half wrong."""
    found = set_bring(client, labelled([FOUND, FOUND, NOWHERE, NOWHERE]))
    assert (found["state"], found["error"]) == ("completed", None)
    assert (found["image_count"], found["box_count"], found["classes"]) == (4, 4, {"red": 4})
    picture = client.get(f"{URL}sets/{found['id']}/picture/?image=1")
    assert picture.status_code == 200
    assert client.get(f"{URL}sets/{found['id']}/picture/?image=9").status_code == 404

    answer = client.post(f"{URL}evaluations/", {"detector": tiny.pk, "evaluation_set": found["id"]})
    assert answer.status_code == 202, answer.content
    work()
    done = client.get(f"{URL}evaluations/{answer.json()['id']}/").json()
    assert (done["state"], done["error"], done["is_current"]) == ("completed", None, True)
    # All scores are equal, so the order is that of the pictures: recall comes to 0.5 with
    # precision 1, which is 51 of COCO's 101 points.
    assert done["metrics"]["AP50"] == pytest.approx(51 / 101, abs=1e-3)
    assert client.patch(f"{URL}{tiny.pk}/", {"label_map": {"red": "worker"}}).status_code == 200
    assert client.get(f"{URL}evaluations/{done['id']}/").json()["is_current"] is False
    assert client.delete(f"{URL}sets/{found['id']}/").status_code == 204
    assert not any(path.is_file() for path in settings.EVALUATION_ROOT.rglob("*"))


@pytest.mark.parametrize("what", ["outside", "missing", "size", "nothing", "strange"])
def test_bad_labels_are_refused_by_name(client: APIClient, what: str) -> None:
    labels = labelled([FOUND, FOUND])
    if what == "outside":
        labels["annotations"][1]["bbox"] = [50, 50, 60, 60]
    elif what == "size":
        labels["images"][1]["width"] = 1000
    elif what == "nothing":
        labels["annotations"] = []
    elif what == "strange":
        labels["annotations"][1]["category_id"] = 99
    data = labelled_zip(labels)
    if what == "missing":
        labels["images"][1]["file_name"] = "../../elsewhere.png"
        data = _with_labels(labels, data)
    sent = client.post(f"{URL}files/?filename=s.zip", data, content_type=OCTETS)
    body = {"name": "bad", "purpose": "other", "file": sent.json()["id"]}
    answer = client.post(f"{URL}sets/", body)
    work()
    found = client.get(f"{URL}sets/{answer.json()['id']}/").json()
    assert (found["state"], found["error"]["code"]) == ("failed", "labels_unreadable")
    assert not any(path.is_file() for path in settings.EVALUATION_ROOT.rglob("*"))


def _with_labels(labels: dict[str, Any], data: bytes) -> bytes:
    """The archive with other labels in it."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return zip_of({**files, "set/labels.json": json.dumps(labels).encode()})


@pytest.mark.parametrize("folder", ["", "set/"])
def test_a_set_whose_check_was_interrupted_is_checked_again(tmp_path: Path, folder: str) -> None:
    """Names that change places would change them back if labels were read that are frozen."""
    labels = labelled([FOUND, FOUND, NOWHERE])
    labels["categories"].append({"id": 8, "name": "blue"})
    labels["annotations"][2]["category_id"] = 8
    with zipfile.ZipFile(io.BytesIO(labelled_zip(labels, folder=folder))) as archive:
        archive.extractall(tmp_path)
    label_map = {"red": "blue", "blue": "red"}
    first = freeze_labelled(tmp_path, label_map=label_map)
    assert first["classes"] == {"blue": 2, "red": 1}
    frozen = (tmp_path / "labels.json").read_bytes()
    assert freeze_labelled(tmp_path, label_map=label_map) == first
    (tmp_path / "labels.json").unlink()
    assert freeze_labelled(tmp_path, label_map=label_map) == first
    assert (tmp_path / "labels.json").read_bytes() == frozen


def test_of_each_class_in_a_picture_a_hundred_boxes_count() -> None:
    labels = ("worker",) * 120 + ("stranger",) * 5 + ("helmet",) * 3
    boxes = np.tile(np.array([1, 2, 4, 8], np.float32), (len(labels), 1))
    scores = np.linspace(0.9, 0.1, len(labels), dtype=np.float32)
    results = _as_coco(7, Detections(boxes, scores, labels), {"worker": 1, "helmet": 2})
    assert [one["category_id"] for one in results] == [1] * 100 + [2] * 3
    assert results[0] == {
        "image_id": 7,
        "category_id": 1,
        "bbox": [1, 2, 3, 6],
        "score": pytest.approx(0.9),
    }
    # The best hundred: the scores go down in 127 equal steps.
    assert results[99]["score"] == pytest.approx(0.9 - 99 * 0.8 / 127)


def test_a_person_is_judged_as_a_worker_where_only_that_is_labelled(client: APIClient) -> None:
    found = set_bring(client, labelled([FOUND], name="worker"))
    words = {"detector": builtin_detectors_ensure().pk, "evaluation_set": found["id"]}
    answer = client.post(f"{URL}evaluations/", words)
    assert answer.status_code == 202, answer.content
    work()
    done = client.get(f"{URL}evaluations/{answer.json()['id']}/").json()
    assert (done["state"], list(done["metrics"]["per_class"])) == ("completed", ["worker"])
    boxes, scores = np.ones((2, 4), np.float32), np.ones(2, np.float32)
    people = Detections(boxes, scores, ("person", "worker"))
    assert [one["category_id"] for one in _as_coco(1, people, {"worker": 3})] == [3, 3]
    both = {"worker": 3, "person": 4}
    assert [one["category_id"] for one in _as_coco(1, people, both)] == [4, 3]


def test_pictures_are_for_engineers(client: APIClient) -> None:
    """They may be frames of projects that are not for everybody."""
    found = set_bring(client, labelled([FOUND]))
    url = f"{URL}sets/{found['id']}/picture/?image=1"
    assert client.get(url).status_code == 200
    for role in (Role.VIEWER, Role.OPERATOR):
        assert client_of(user_make(role, role)).get(url).status_code == 403


def test_the_first_of_a_purpose_needs_no_comparison(client: APIClient) -> None:
    first = detector_make("first")
    answer = client.post(f"{URL}{first.pk}/activate/", {})
    assert (answer.status_code, answer.json()["outcome"]) == (200, "first")
    first.refresh_from_db()
    assert (first.state, first.active_for) == (DetectorState.ACTIVE, "vibration")
    assert client.post(f"{URL}{first.pk}/activate/", {}).json()["code"] == "detector_active"


def test_the_gate_wants_both_judged_on_the_frozen_set(
    client: APIClient, gate: EvaluationSet
) -> None:
    old = detector_make("old", state="active", active_for="vibration")
    new = detector_make("new")
    refused = client.post(f"{URL}{new.pk}/activate/", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "evaluation_missing")
    assert refused.json()["fields"]["detectors"] == [new.pk, old.pk]
    gate.gate_for = None
    gate.save()
    assert client.post(f"{URL}{new.pk}/activate/", {}).json()["code"] == "gate_set_missing"


@pytest.mark.parametrize(
    ("candidate", "passes"),
    [
        ({"worker": 0.80, "vibrator_in": 0.60}, True),
        ({"worker": 0.79, "vibrator_in": 0.59}, True),  # by the margin itself
        ({"worker": 0.99, "vibrator_in": 0.58}, False),  # better on average, worse in one class
        ({"worker": 0.95}, False),  # a class is gone
    ],
)
def test_no_class_may_drop_by_more_than_the_margin(
    client: APIClient, gate: EvaluationSet, candidate: dict[str, float], passes: bool
) -> None:
    old = detector_make("old", state="active", active_for="vibration")
    new = detector_make("new")
    evaluation_make(old, gate, {"worker": 0.80, "vibrator_in": 0.60})
    evaluation_make(new, gate, candidate)
    answer = client.post(f"{URL}{new.pk}/activate/", {})
    new.refresh_from_db()
    old.refresh_from_db()
    if passes:
        assert answer.json()["outcome"] == "passed"
        assert answer.json()["comparison"]["passes"] is True
        assert (new.state, old.state) == ("active", "candidate")
        back = client.post(f"{URL}{new.pk}/back/")
        assert back.json()["outcome"] == "back"
        old.refresh_from_db()
        assert old.active_for == "vibration"
        assert client.post(f"{URL}{new.pk}/back/").json()["code"] == "nothing_before"
    else:
        assert (answer.status_code, answer.json()["code"]) == (409, "gate_refused")
        rows = answer.json()["fields"]["comparison"]["classes"]
        assert [row["is_drop"] for row in rows if row["name"] == "vibrator_in"] == [True]
        assert (new.state, old.state) == ("candidate", "active")


def test_who_does_not_know_what_the_rules_need_does_not_pass_a_set_that_lacks_it(
    client: APIClient, gate: EvaluationSet
) -> None:
    old = detector_make("old", state="active", active_for="vibration")
    new = detector_make("new", classes=["person", "vibrator_in"], label_map={"person": "worker"})
    old.classes = ["worker", "vibrator_in", "vibrator_out", "shovel"]
    old.save()
    for one in (old, new):
        evaluation_make(one, gate, {"worker": 0.8})
    answer = client.post(f"{URL}{new.pk}/activate/", {}).json()
    assert (answer["code"], "new does not know vibrator_out" in answer["message"]) == (
        "gate_refused",
        True,
    )
    assert answer["fields"]["comparison"]["lost_labels"] == ["vibrator_out"]
    new.classes.append("vibrator_out")
    new.save()
    assert client.post(f"{URL}{new.pk}/activate/", {}).json()["outcome"] == "passed"


def promoted(client: APIClient, gate: EvaluationSet, detector: Detector) -> None:
    """Through the gate, as good as all others."""
    evaluation_make(detector, gate, {"worker": 0.8})
    answer = client.post(f"{URL}{detector.pk}/activate/", {})
    assert answer.status_code == 200, answer.content


def active_name() -> str:
    return Detector.objects.get(active_for="vibration").name


def test_the_way_back_leads_down_and_never_to_what_was_rejected(
    client: APIClient, gate: EvaluationSet
) -> None:
    one, two, three = (detector_make(name) for name in ("one", "two", "three"))
    for detector in (one, two, three):
        promoted(client, gate, detector)
    for detector, below in ((three, "two"), (two, "one")):
        assert client.post(f"{URL}{detector.pk}/back/").json()["outcome"] == "back"
        assert active_name() == below
    assert client.post(f"{URL}{one.pk}/back/").json()["code"] == "nothing_before"
    # Two passes again, one takes its place, two once more, and is rejected: it is not under one.
    for detector in (two, one, two):
        promoted(client, gate, detector)
    assert client.post(f"{URL}{two.pk}/back/").status_code == 200
    assert client.post(f"{URL}{one.pk}/back/").json()["code"] == "nothing_before"
    assert active_name() == "one"


def test_one_is_put_back_only_as_it_was(client: APIClient, gate: EvaluationSet) -> None:
    old, new = detector_make("old", classes=["a"]), detector_make("new")
    promoted(client, gate, old)
    fixed = client.patch(f"{URL}{old.pk}/", {"nms_iou": 0.9})
    assert (fixed.status_code, fixed.json()["code"]) == (409, "detector_active")
    promoted(client, gate, new)
    url = f"{URL}{new.pk}/back/"
    for change, before in (({"nms_iou": 0.9}, {"nms_iou": 0.45}), ({"label_map": {"a": "b"}}, {})):
        assert client.patch(f"{URL}{old.pk}/", change).status_code == 200
        refused = client.post(url)
        assert (refused.status_code, refused.json()["code"]) == (409, "settings_changed")
        assert client.patch(f"{URL}{old.pk}/", {"label_map": {}, **before}).status_code == 200
    assert client.post(f"{URL}{old.pk}/retire/").status_code == 200
    assert client.post(url).json()["code"] == "detector_retired"
    assert client.post(f"{URL}{old.pk}/activate/", {}).json()["code"] == "detector_retired"
    assert client.post(f"{URL}{old.pk}/restore/").status_code == 200
    assert client.post(url).status_code == 200
    assert active_name() == "old"


def test_an_administrator_overrides_with_a_reason_that_is_kept(
    client: APIClient, gate: EvaluationSet
) -> None:
    detector_make("old", state="active", active_for="vibration")
    new = detector_make("new")
    answer = client.post(f"{URL}{new.pk}/activate/", {"reason": "I want it"})
    assert (answer.status_code, answer.json()["code"]) == (403, "override_forbidden")
    admin = client_of(user_make("boss", Role.ADMIN))
    assert admin.post(f"{URL}{new.pk}/activate/", {"reason": "Tested on site."}).status_code == 200
    kept = Promotion.objects.get()
    assert (kept.outcome, kept.reason, kept.previous_name) == (
        "overridden",
        "Tested on site.",
        "old",
    )


def test_an_evaluation_of_what_it_was_before_does_not_count(
    client: APIClient, gate: EvaluationSet
) -> None:
    old = detector_make("old", state="active", active_for="vibration")
    new = detector_make("new", classes=["a", "b"])
    for one in (old, new):
        evaluation_make(one, gate, {"worker": 0.8})
    assert client.patch(f"{URL}{new.pk}/", {"label_map": {"a": "worker"}}).status_code == 200
    refused = client.post(f"{URL}{new.pk}/activate/", {})
    assert refused.json()["fields"]["detectors"] == [new.pk]


def test_the_active_one_keeps_its_labels_and_stays(client: APIClient) -> None:
    active = detector_make("a", state="active", active_for="vibration", classes=["x"])
    for answer in (
        client.patch(f"{URL}{active.pk}/", {"label_map": {"x": "y"}}),
        client.patch(f"{URL}{active.pk}/", {"purpose": "people"}),
        client.post(f"{URL}{active.pk}/retire/"),
        client.delete(f"{URL}{active.pk}/"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "detector_active")
    changed = client.patch(f"{URL}{active.pk}/", {"score_threshold": 0.7, "version": "3"})
    assert (changed.json()["score_threshold"], changed.json()["version"]) == (0.7, "3")


def test_retired_ones_start_no_run_and_come_back(
    client: APIClient, gate: EvaluationSet, tiny: Detector
) -> None:
    assert client.post(f"{URL}{tiny.pk}/retire/").json()["state"] == "retired"
    tiny.refresh_from_db()
    project: Any = None
    with pytest.raises(Conflict) as refused:
        run_start(project=project, by=None, detector=tiny)
    assert refused.value.code == "detector_retired"
    assert client.post(f"{URL}{tiny.pk}/restore/").json()["state"] == "candidate"
    assert client.delete(f"{URL}{tiny.pk}/").status_code == 204
    assert not any(settings.DETECTOR_ROOT.glob("*.onnx"))
    hog = Detector.objects.get(name="hog")
    assert client.delete(f"{URL}{hog.pk}/").json()["code"] == "detector_built_in"


def test_of_two_promotions_that_meet_one_succeeds(engineer: User, gate: EvaluationSet) -> None:
    old = detector_make("old", state="active", active_for="vibration")
    first, second = detector_make("first"), detector_make("second")
    _switch(first, old, outcome=PromotionOutcome.PASSED, by=engineer)
    with pytest.raises(Conflict) as refused:
        _switch(second, old, outcome=PromotionOutcome.PASSED, by=engineer)
    assert refused.value.code == "detector_active_changed"
    with pytest.raises(Conflict):
        _switch(second, None, outcome=PromotionOutcome.FIRST, by=engineer)
    assert [one.name for one in Detector.objects.filter(active_for="vibration")] == ["first"]


def test_what_was_changed_meanwhile_is_not_promoted_as_it_was_judged(
    client: APIClient, engineer: User, gate: EvaluationSet
) -> None:
    old = detector_make("old", state="active", active_for="vibration")
    judged = detector_make("new", classes=["x"])
    client.patch(f"{URL}{judged.pk}/", {"label_map": {"x": "worker"}})
    with pytest.raises(Conflict) as refused:
        _switch(judged, old, outcome=PromotionOutcome.PASSED, by=engineer)
    assert refused.value.code == "detector_active_changed"
    assert Detector.objects.get(active_for="vibration") == old

    read_before = Detector.objects.get(pk=judged.pk)
    _switch(Detector.objects.get(pk=judged.pk), old, outcome=PromotionOutcome.PASSED, by=engineer)
    with pytest.raises(Conflict) as refused:
        detector_update(read_before, label_map={})
    assert refused.value.code == "detector_active"


def test_operators_look_and_change_nothing(gate: EvaluationSet, tiny: Detector) -> None:
    operator = client_of(user_make("operator", Role.OPERATOR))
    for path in ("sets/", "evaluations/", "promotions/", f"{tiny.pk}/export/"):
        assert operator.get(f"{URL}{path}").status_code == 200
    for path in (f"{tiny.pk}/activate/", f"{tiny.pk}/retire/", "sets/", "evaluations/"):
        assert operator.post(f"{URL}{path}", {}).status_code == 403
    assert operator.patch(f"{URL}{tiny.pk}/", {}).status_code == 403
    assert operator.delete(f"{URL}sets/{gate.pk}/").status_code == 403

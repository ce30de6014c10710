"""Corrections by hand: useful without a run, kept through computations, never dropped silently."""

from typing import Any

import pytest

from apps.inspection.models import AuditEntry, InsertionEdit
from apps.projects.models import Video
from tests.cast import Cast, client_of
from tests.inspection.conftest import Worker, run_make, site_of, video_make
from tests.vibration.scene import stays, to_pixel

GOOD = (2.0, 14.0, 2.5, 2.5)
U, V = to_pixel(2.5, 2.5)


def address(cast: Cast, rest: str) -> str:
    return f"/api/v1/projects/{cast.project.pk}/{rest}"


def insertions(cast: Cast) -> list[dict[str, Any]]:
    return client_of(cast.viewer).get(address(cast, "insertions/")).json()


def add(cast: Cast, pour: Video, **changes: Any) -> Any:
    words = {
        "video": pour.pk, "start_s": 5.0, "end_s": 17.0, "u_px": U, "v_px": V,
        "reason": "seen on the recording",
    }  # fmt: skip
    return client_of(cast.operator).post(address(cast, "insertions/"), words | changes)


def test_insertions_by_hand_need_neither_run_nor_detector(cast: Cast, worker: Worker):
    video = video_make(cast.project)
    site = {"based_on": 0, "site": site_of(video)}
    assert client_of(cast.owner).put(address(cast, "site/"), site).status_code == 200
    made = add(cast, video)
    assert made.status_code == 201
    assert (made.json()["kind"], made.json()["before"]) == ("add", None)
    worker.work(cast.project)
    [one] = insertions(cast)
    assert (one["origin"], one["flags"], one["edit"]) == ("added", ["manual"], made.json()["id"])
    assert (one["x_m"], one["y_m"]) == pytest.approx((2.5, 2.5), abs=0.01)
    [edit] = client_of(cast.viewer).get(address(cast, "insertion-edits/")).json()
    assert (edit["is_applied"], edit["created_by"]["username"]) == (True, cast.operator.username)
    report = client_of(cast.viewer).get(address(cast, "inspection/")).json()["report"]
    assert report["coverage"]["covered_pct"] > 0


def test_corrections_survive_a_new_run_and_are_told_when_they_fit_nothing(
    cast: Cast, worker: Worker
):
    video = video_make(cast.project)
    run_make(cast.project, {video: stays([GOOD], end_s=40.0)})
    worker.compute(cast.project)
    [one] = insertions(cast)
    changed = client_of(cast.operator).patch(
        address(cast, f"insertions/{one['id']}/"), {"end_s": 20.0, "reason": "hidden by a worker"}
    )
    assert changed.status_code == 201
    assert changed.json()["after"]["end_s"] == 20.0
    worker.work(cast.project)

    def seen() -> tuple[str, float]:
        [corrected] = insertions(cast)
        return corrected["origin"], corrected["end_s"]

    assert seen() == ("corrected", 20.0)
    # Another run sees it a little elsewhere.
    run_make(cast.project, {video: stays([(2.4, 13.0, 2.53, 2.5)], end_s=40.0)})
    worker.compute(cast.project)
    assert seen() == ("corrected", 20.0)
    # A third one does not see it at all.
    run_make(cast.project, {video: stays([(30.0, 38.0, 5.0, 5.0)], end_s=40.0)})
    worker.compute(cast.project)
    assert [row["origin"] for row in insertions(cast)] == ["detected"]
    [edit] = client_of(cast.viewer).get(address(cast, "insertion-edits/")).json()
    assert edit["is_applied"] is False


def test_a_removal_can_be_taken_back_and_both_are_in_the_audit(cast: Cast, worker: Worker):
    video = video_make(cast.project)
    run_make(cast.project, {video: stays([GOOD], end_s=40.0)})
    worker.compute(cast.project)
    [one] = insertions(cast)
    client = client_of(cast.operator)
    no_reason = client.delete(address(cast, f"insertions/{one['id']}/"))
    assert (no_reason.status_code, list(no_reason.json()["fields"])) == (400, ["reason"])
    removed = client.delete(address(cast, f"insertions/{one['id']}/?reason=a+shadow"))
    assert removed.status_code == 201
    worker.work(cast.project)
    assert insertions(cast) == []
    edit = removed.json()["id"]
    assert client.delete(address(cast, f"insertion-edits/{edit}/")).status_code == 204
    worker.work(cast.project)
    assert len(insertions(cast)) == 1
    assert client.delete(address(cast, f"insertion-edits/{edit}/")).status_code == 404
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["insertion_remove", "edit_taken_back"]
    trail = client_of(cast.viewer).get(address(cast, "audit/")).json()
    assert trail["results"][1]["details"]["reason"] == "a shadow"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"end_s": 5.5}, "end_s"),
        ({"end_s": 500.0}, "end_s"),
        ({"u_px": 5000.0}, "u_px"),
        ({"v_px": -1.0}, "v_px"),
        ({"start_s": "NaN"}, "start_s"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"video": 2**62}, "video"),
    ],
)
def test_what_cannot_be_is_refused(cast: Cast, change: dict[str, Any], field: str):
    answer = add(cast, video_make(cast.project), **change)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert not InsertionEdit.objects.exists()


def test_viewers_and_strangers_correct_nothing(cast: Cast):
    video = video_make(cast.project)
    words = {"video": video.pk, "start_s": 5.0, "end_s": 17.0, "u_px": 1, "v_px": 1, "reason": "x"}
    for user, status in ((cast.viewer, 403), (cast.stranger, 404)):
        answer = client_of(user).post(address(cast, "insertions/"), words)
        assert answer.status_code == status

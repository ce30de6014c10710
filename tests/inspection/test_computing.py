"""What a computation makes of stored frame results, and what survives the next one."""

import base64
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from apps.analysis.models import Run
from apps.inspection.models import Finding, FindingState, Insertion, Inspection, InspectionDay
from apps.inspection.services import telling
from apps.inspection.services.computing import compute
from apps.inspection.services.requests import inspections_reap, results_grew
from apps.jobs.models import Job, JobKind, JobState
from apps.jobs.services import job_claim, job_move
from tests.cast import Cast, client_of
from tests.inspection.conftest import Worker, run_make, site_of, video_make
from tests.vibration.scene import Seen, frame, poker_in, square, stays, to_pixel
from tests.vibration.scene import worker as person

# Long enough, and too short: seen from straight above, 100 pixels to the metre.
GOOD = (2.0, 14.0, 2.5, 2.5)
SHORT = (20.0, 24.0, 3.5, 3.5)


def save_site(cast: Cast, site: dict[str, Any], based_on: int = 0) -> None:
    answer = client_of(cast.owner).put(
        f"/api/v1/projects/{cast.project.pk}/site/", {"based_on": based_on, "site": site}
    )
    assert answer.status_code == 200, answer.content


def get(cast: Cast, address: str) -> Any:
    answer = client_of(cast.owner).get(f"/api/v1/projects/{cast.project.pk}/{address}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def findings(cast: Cast, **query: Any) -> list[dict[str, Any]]:
    words = "&".join(f"{name}={value}" for name, value in query.items())
    return get(cast, f"findings/?page_size=200&{words}")["results"]


def test_a_pour_is_computed_from_frames_and_a_site(cast: Cast, worker: Worker):
    video = video_make(cast.project)
    run = run_make(cast.project, {video: stays([GOOD, SHORT], end_s=40.0)})
    save_site(cast, site_of(video))
    worker.work(cast.project)

    inspection = get(cast, "inspection/")
    assert (inspection["state"], inspection["is_stale"], inspection["is_final"]) == (
        "completed",
        False,
        True,
    )
    assert (inspection["run"], inspection["site_version"]) == (run.pk, 1)
    kpis = inspection["kpis"]
    assert (kpis["insertions"], kpis["valid_insertions"]) == (2, 1)
    assert kpis["to_review"] == sum(kpis["findings_by_severity"].values()) > 0
    # A disc of 0.3 m in 4 square metres.
    assert kpis["covered_pct"] == pytest.approx(100 * np.pi * 0.09 / 4, abs=0.3)
    assert "V01" in inspection["judged_rules"]
    not_planned = {"rule": "V14", "reason": "the site has no planned number of vibrators"}
    assert not_planned in inspection["not_judged"]
    assert {"code": "depth"} in inspection["manual_checks"]

    good, short = get(cast, "insertions/")
    assert [good["number"], short["number"]] == [1, 2]
    assert (good["grade"], short["grade"]) == ("good", "short")
    assert (good["x_m"], good["y_m"]) == pytest.approx((2.5, 2.5), abs=0.01)
    assert (good["u_px"], good["v_px"]) == pytest.approx(to_pixel(2.5, 2.5), abs=1.0)
    assert good["duration_s"] == pytest.approx(12.0, abs=0.2)
    assert (good["origin"], good["edit"], good["video"]) == ("detected", None, video.pk)

    [v01] = findings(cast, rule="V01")
    assert (v01["limit"], v01["unit"], v01["verdict"]) == (10.0, "s", "violation")
    assert (v01["insertions"], v01["insertion_numbers"]) == ([short["id"]], [2])
    assert (v01["state"], v01["revision"], v01["is_current"]) == ("to_review", 1, True)
    assert (v01["run"], v01["detector_digest"]) == (run.pk, "d" * 64)
    assert v01["start_s"] == pytest.approx(20.0, abs=0.2)

    [lift] = get(cast, "inspection/maps/")
    classes = np.frombuffer(base64.b64decode(lift["classes"]), np.uint8)
    classes = classes.reshape(lift["rows"], lift["columns"])
    dose = np.frombuffer(base64.b64decode(lift["dose_s"]), "<f4").reshape(classes.shape)

    def cell(x: float, y: float) -> tuple[int, int]:
        left, low = lift["origin_m"]
        return int((y - low) / lift["cell_m"]), int((x - left) / lift["cell_m"])

    assert lift["class_names"][classes[cell(2.5, 2.5)]] == "good"
    assert lift["class_names"][classes[cell(3.5, 3.5)]] == "short"
    assert lift["class_names"][classes[cell(2.2, 3.8)]] == "missed"
    assert dose[cell(2.5, 2.5)] == pytest.approx(12.0, abs=0.2)


def test_verdicts_survive_a_computation_and_vanished_ones_are_kept_if_reviewed(
    cast: Cast, worker: Worker
):
    video = video_make(cast.project)
    run_make(cast.project, {video: stays([GOOD, SHORT], end_s=40.0)})
    save_site(cast, site_of(video))
    worker.work(cast.project)
    [v01] = findings(cast, rule="V01")
    address = f"/api/v1/projects/{cast.project.pk}/findings/{v01['id']}/review/"
    words = {"state": "confirmed", "note": "seen", "revision": 1}
    assert client_of(cast.operator).post(address, words).status_code == 200
    insertion_ids = set(Insertion.objects.values_list("pk", flat=True))

    worker.compute(cast.project)
    [again] = findings(cast, rule="V01")
    assert (again["id"], again["number"], again["state"], again["review_note"]) == (
        v01["id"],
        v01["number"],
        "confirmed",
        "seen",
    )
    assert set(Insertion.objects.values_list("pk", flat=True)) == insertion_ids

    # With a limit of 3 s the finding is none any more; others that nobody looked at go.
    save_site(cast, site_of(video, rules={"V01": {"dwell_min_s": 3.0, "near_s": 0.1}}), 1)
    worker.work(cast.project)
    assert findings(cast, rule="V01") == []
    [kept] = findings(cast, rule="V01", current="false")
    assert (kept["id"], kept["is_current"], kept["state"]) == (v01["id"], False, "confirmed")

    save_site(cast, site_of(video), 2)
    worker.work(cast.project)
    [back] = findings(cast, rule="V01")
    assert (back["id"], back["is_current"], back["state"]) == (v01["id"], True, "confirmed")


def test_unreviewed_findings_that_vanish_are_gone(cast: Cast, worker: Worker):
    video = video_make(cast.project)
    run_make(cast.project, {video: stays([GOOD, SHORT], end_s=40.0)})
    save_site(cast, site_of(video))
    worker.work(cast.project)
    assert Finding.objects.filter(rule="V04").exists()
    save_site(cast, site_of(video, rules={"V04": {"enabled": False}}), 1)
    worker.work(cast.project)
    assert not Finding.objects.filter(rule="V04").exists()


def test_two_videos_are_one_pour_on_the_wall_clock(cast: Cast, worker: Worker):
    first, second = video_make(cast.project, "a.mp4"), video_make(cast.project, "b.mp4")
    site = site_of(first, second)
    site["cameras"][str(first.pk)]["starts_at"] = "2026-05-04T07:10:00+08:00"
    site["cameras"][str(second.pk)]["starts_at"] = "2026-05-04T07:00:00+08:00"
    frames = stays([GOOD], end_s=40.0)
    run_make(cast.project, {first: frames, second: frames})
    save_site(cast, site)
    worker.work(cast.project)
    clock = get(cast, "inspection/")["clock"]
    assert clock["starts_at"] == "2026-05-04T07:00:00+08:00"
    assert {one["video"]: one["offset_s"] for one in clock["videos"]} == {
        first.pk: 600.0,
        second.pk: 0.0,
    }
    one, other = get(cast, "insertions/")
    assert (one["video"], other["video"]) == (second.pk, first.pk)
    assert other["start_s"] == pytest.approx(one["start_s"])
    assert other["pour_start_s"] - one["pour_start_s"] == pytest.approx(600.0)
    # The day on site, where it is still the third in UTC.
    assert InspectionDay.objects.get().day.isoformat() == "2026-05-04"
    assert {str(day) for day in Finding.objects.values_list("day", flat=True)} == {"2026-05-04"}


def test_people_of_any_detector_break_the_rules_for_people(cast: Cast, worker: Worker):
    video = video_make(cast.project)
    label, box = person(7.0, 3.0)
    seen = [frame(step / 5, [("person", box)] if step < 60 else []) for step in range(100)]
    run_make(cast.project, {video: seen})
    zone = {"name": "boom", "kind": "danger", "polygon": square(6.0, 2.0, 8.0, 4.0)}
    save_site(cast, site_of(video, zones=[zone]))
    worker.work(cast.project)
    assert label == "worker"
    rules = {finding["rule"] for finding in findings(cast)}
    assert {"S03", "S04"} <= rules
    assert not {rule for rule in rules if rule.startswith("V")}


def test_it_is_told_when_people_and_pokers_were_in_sight(cast: Cast, worker: Worker):
    video, blank = video_make(cast.project), video_make(cast.project, "blank.mp4")
    early, late, stray = person(3.0, 3.0), person(8.0, 3.0), person(11.0, 6.0)

    def seen_at(step: int) -> list[Seen]:
        seen = [early] if step <= 50 else []
        seen += [stray] if step == 75 else []  # once only: nothing to follow
        seen += [late] if 100 <= step <= 150 else []
        return seen + ([poker_in(5.0, 3.0)] if 15 <= step <= 75 else [])

    run_make(cast.project, {video: [frame(step / 5, seen_at(step)) for step in range(200)]})
    save_site(cast, site_of(video))
    worker.work(cast.project)
    viewer = client_of(cast.viewer)
    rows = viewer.get(f"/api/v1/videos/{video.pk}/tracks/").json()
    assert [tuple(row.values()) for row in rows] == [
        ("worker", 0.0, 10.0),
        ("vibrator", 3.0, 15.0),
        ("worker", 20.0, 30.0),
    ]
    assert viewer.get(f"/api/v1/videos/{blank.pk}/tracks/").json() == []
    assert client_of(cast.stranger).get(f"/api/v1/videos/{video.pk}/tracks/").status_code == 404


def test_a_project_without_anything_has_an_empty_inspection(cast: Cast, worker: Worker):
    before = get(cast, "inspection/")
    assert (before["state"], before["report"], before["computed_at"]) == ("none", None, None)
    worker.compute(cast.project)
    after = get(cast, "inspection/")
    assert after["state"] == "completed"
    assert after["kpis"]["insertions"] == 0
    assert get(cast, "findings/")["count"] == 0


def test_one_job_at_a_time_and_a_change_meanwhile_makes_the_next(
    cast: Cast,
    worker: Worker,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
):
    told: list[Any] = []
    monkeypatch.setattr(telling, "event_send", lambda *sent: told.append(sent[2]))
    client = client_of(cast.owner)
    address = f"/api/v1/projects/{cast.project.pk}/inspection/"
    assert client.post(address).status_code == 202
    assert client.post(address).json()["state"] == "queued"
    jobs = Job.objects.filter(kind=JobKind.INSPECTION)
    job = jobs.get()
    assert job_claim(str(job.pk), "tests")
    # Both requests came before it began, so it answers to both.
    compute(job, worker.control)
    client.post(address)
    assert jobs.count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        assert job_move(job, JobState.COMPLETED, held_by="tests")
    assert jobs.count() == 2
    told.clear()
    with django_capture_on_commit_callbacks(execute=True):
        assert not worker.work(cast.project).is_stale
    assert jobs.count() == 2
    assert [one["inspection"]["state"] for one in told] == ["completed"]


def test_while_a_run_goes_on_the_next_waits_until_it_is_due(
    cast: Cast, worker: Worker, django_capture_on_commit_callbacks: Any
):
    video = video_make(cast.project)
    run_make(cast.project, {video: stays([GOOD], end_s=20.0)}, state=JobState.RUNNING)
    results_grew(cast.project.pk)
    jobs = Job.objects.filter(kind=JobKind.INSPECTION)
    job = jobs.get()
    assert job_claim(str(job.pk), "tests")
    compute(job, worker.control)
    results_grew(cast.project.pk)
    with django_capture_on_commit_callbacks(execute=True):
        assert job_move(job, JobState.COMPLETED, held_by="tests")
    inspections_reap(resend_all=False)
    assert Inspection.objects.get().is_stale
    assert jobs.count() == 1
    Inspection.objects.update(computed_at="2026-01-01T00:00:00Z")
    inspections_reap(resend_all=False)
    assert jobs.count() == 2
    assert not worker.work(cast.project).is_stale


def test_results_that_grow_do_not_flood(cast: Cast, worker: Worker):
    worker.compute(cast.project)
    for _ in range(5):
        results_grew(cast.project.pk)
    assert Job.objects.filter(kind=JobKind.INSPECTION).count() == 1
    assert Inspection.objects.get().is_stale


def test_a_run_that_goes_on_is_not_final_and_nothing_is_called_missed(cast: Cast, worker: Worker):
    video = video_make(cast.project)
    frames = stays([GOOD], end_s=20.0)
    run_make(cast.project, {video: frames}, state=JobState.RUNNING)
    save_site(cast, site_of(video))
    worker.work(cast.project)
    inspection = get(cast, "inspection/")
    assert inspection["is_final"] is False
    assert {"rule": "V04", "reason": "not all has been analysed"} in inspection["not_judged"]
    assert inspection["kpis"]["covered_pct"] > 0


def test_a_run_that_was_cancelled_on_the_way_calls_nothing_missed(cast: Cast, worker: Worker):
    video = video_make(cast.project)
    run = run_make(cast.project, {video: stays([GOOD], end_s=20.0)}, state=JobState.CANCELLED)
    Run.objects.filter(pk=run.pk).update(segments_total=2)
    save_site(cast, site_of(video))
    assert worker.work(cast.project).is_final  # nothing more will come, but
    inspection = get(cast, "inspection/")
    assert inspection["is_final"] is False
    assert {"rule": "V04", "reason": "not all has been analysed"} in inspection["not_judged"]
    assert findings(cast, rule="V04") == []


def test_a_run_that_nobody_asked_for_is_found_by_the_reaper(cast: Cast):
    video = video_make(cast.project)
    run = run_make(cast.project, {video: stays([GOOD], end_s=20.0)})
    Job.objects.filter(pk=run.job_id).update(finished_at=timezone.now())
    inspections_reap(resend_all=False)
    inspections_reap(resend_all=False)
    assert Job.objects.filter(kind=JobKind.INSPECTION).count() == 1


def test_what_rests_on_a_run_or_a_video_goes_with_it(cast: Cast, worker: Worker):
    video = video_make(cast.project)
    run = run_make(cast.project, {video: stays([GOOD, SHORT], end_s=40.0)})
    save_site(cast, site_of(video))
    worker.work(cast.project)
    assert client_of(cast.owner).delete(f"/api/v1/runs/{run.pk}/").status_code == 204
    worker.compute(cast.project)
    assert not Insertion.objects.exists()
    assert not Finding.objects.filter(state=FindingState.TO_REVIEW).exists()

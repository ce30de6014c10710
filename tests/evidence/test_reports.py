"""Records, drawings and downloads of an inspected pour."""

import csv
import io
import json
import math
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from openpyxl import load_workbook
from PIL import Image

from apps.analysis.models import Segment, SegmentState
from apps.common.errors import Conflict
from apps.evidence.models import Report
from apps.evidence.selectors import document
from apps.evidence.selectors.document import report_document
from apps.evidence.selectors.measuring import unobserved_s
from apps.evidence.selectors.plans import plan_of, plans_of
from apps.evidence.services.reports import report_write
from apps.evidence.storage import report_path
from apps.inspection.models import Finding, Insertion, Inspection, Origin
from apps.inspection.selectors.clock import PourClock
from apps.inspection.services.audit import audit
from apps.inspection.services.edits import insertion_remove
from apps.inspection.services.reopening import Reopening, measured_of
from apps.inspection.services.reviews import finding_review
from apps.inspection.services.sites import site_save
from apps.projects.models import Project
from tests.cast import Cast, client_of
from tests.evidence.conftest import Pour, work
from tests.evidence.test_evidence import body_of
from tests.inspection.conftest import Worker, run_make, site_of, video_make
from tests.vibration.scene import stays, to_pixel
from tests.workers.reports import empty_report, finding
from workers.plan.model import Plan
from workers.report.document import ReportInput
from workers.report.texts import Texts

pytestmark = pytest.mark.usefixtures("tools_here")


def reports_at(project: Project) -> str:
    return f"/api/v1/projects/{project.pk}/reports/"


def read(project: Project) -> dict[str, Any]:
    """What a record made at a fixed time is made of."""
    made_at = datetime(2026, 5, 4, 12, tzinfo=UTC)
    return report_document(project, header={}, made_at=made_at, made_by="x")


def test_a_record_is_asked_for_written_read_and_deleted(cast: Cast, pour: Pour) -> None:
    client = client_of(cast.operator)
    wish = {"format": "xlsx", "language": "zh", "header": {"part": "A-3 区底板", "mix": "=C35"}}
    answer = client.post(reports_at(pour.project), wish)
    report = answer.json()
    assert (answer.status_code, report["state"], report["file_url"]) == (202, "queued", None)
    assert client.get(f"/api/v1/reports/{report['id']}/file/").status_code == 404
    work(Report.objects.get().job, report_write)
    shown = client.get(f"/api/v1/reports/{report['id']}/").json()
    assert (shown["state"], shown["site_version"]) == ("completed", 1)
    assert shown["header"]["part"] == "A-3 区底板"
    file = client_of(cast.viewer).get(shown["file_url"])
    content = body_of(file)
    assert len(content) == shown["size_bytes"]
    assert "attachment" in file["Content-Disposition"]
    sheets = load_workbook(io.BytesIO(content))
    rows = list(sheets["插点明细"].iter_rows(values_only=True))
    assert [row[0] for row in rows] == ["编号", 1, 2]
    assert rows[1][7] == pytest.approx(15.0, abs=0.3)
    assert client.get(reports_at(pour.project)).json()["count"] == 1
    path = report_path(pour.project.pk, report["id"], "xlsx")
    assert path.exists()
    assert client.delete(f"/api/v1/reports/{report['id']}/").status_code == 204
    assert not path.exists()
    trail = client.get(f"/api/v1/projects/{pour.project.pk}/audit/").json()["results"][:2]
    subject, person = f"report {report['id']}", cast.operator.username
    assert [(one["action"], one["subject"], one["by"]["username"]) for one in trail] == [
        ("report_deleted", subject, person),
        ("report_created", subject, person),
    ]
    assert trail[0]["details"] == {"format": "xlsx", "language": "zh", "sha256": shown["sha256"]}


def test_a_record_of_a_project_with_nothing_in_it_is_written(cast: Cast) -> None:
    client = client_of(cast.owner)
    report = client.post(reports_at(cast.project), {"format": "pdf", "language": "en"}).json()
    work(Report.objects.get().job, report_write)
    content = body_of(client.get(f"/api/v1/reports/{report['id']}/file/"))
    assert content.startswith(b"%PDF")


def test_who_may_not_gets_no_record(cast: Cast, pour: Pour) -> None:
    client_of(cast.owner).post(reports_at(pour.project), {"format": "pdf"})
    one = f"/api/v1/reports/{Report.objects.get().pk}/"
    stranger, viewer = client_of(cast.stranger), client_of(cast.viewer)
    for url in (one, f"{one}file/", reports_at(pour.project)):
        assert stranger.get(url).status_code == 404
    assert stranger.delete(one).status_code == 404
    assert viewer.get(one).status_code == 200
    assert viewer.delete(one).status_code == 403
    assert viewer.post(reports_at(pour.project), {"format": "pdf"}).status_code == 403
    for wish in ({}, {"format": "doc"}, {"format": "pdf", "header": {"mix": "x" * 300}}):
        assert client_of(cast.owner).post(reports_at(pour.project), wish).status_code == 400


def test_the_record_says_what_the_inspection_says(cast: Cast, pour: Pour) -> None:
    said = read(pour.project)
    json.dumps(said)
    assert [one["number"] for one in said["insertions"]] == [1, 2]
    assert [one["grade"] for one in said["insertions"]] == ["good", "short"]
    assert said["figures"]["insertions"] == 2
    assert said["calibrations"][0]["points"] == 8
    assert said["plans"][0]["cell_m"] == pytest.approx(0.05)
    assert len(said["rules"]) == 25
    assert "lower_layer" in said["manual_checks"]
    shorts = [one for one in said["findings"] if one["rule"] == "V01"]
    assert [(one["video"], one["insertion_numbers"]) for one in shorts] == [("pour.mp4", [2])]


def test_plans_are_drawn_and_laid_over_the_video(cast: Cast, pour: Pour) -> None:
    client = client_of(cast.viewer)
    base = f"/api/v1/projects/{pour.project.pk}/inspection/"
    svg = client.get(f"{base}plan.svg", {"lang": "en", "layer": "dose"})
    assert (svg.status_code, svg["Content-Type"]) == (200, "image/svg+xml")
    assert "sandbox" in svg["Content-Security-Policy"]
    assert ElementTree.fromstring(body_of(svg)).tag.endswith("svg")
    png = client.get(f"{base}plan.png")
    assert Image.open(io.BytesIO(body_of(png))).size[0] > 800
    again = client.get(f"{base}plan.png", headers={"If-None-Match": png["ETag"]})
    assert again.status_code == 304
    laid = client.get(f"{base}overlay.png", {"video": str(pour.video.pk), "seconds": "0"})
    picture = np.asarray(Image.open(io.BytesIO(body_of(laid))))
    assert picture.shape == (720, 1280, 3)
    u, v = to_pixel(2.5, 2.35)
    assert picture[int(v), int(u)].tolist() != picture[10, 10].tolist()
    pour.worker.compute(pour.project)
    assert client.get(f"{base}plan.png", headers={"If-None-Match": png["ETag"]}).status_code == 200


def test_a_plan_tells_what_is_by_hand_and_whether_the_analysis_is_over(pour: Pour) -> None:
    plan = plan_of(pour.project, 0)
    assert [(one.number, one.is_by_hand) for one in plan.marks] == [(1, False), (2, False)]
    assert plan.is_final
    Insertion.objects.filter(number=1).update(origin=Origin.CORRECTED)
    Insertion.objects.filter(number=2).update(origin=Origin.ADDED)
    Inspection.objects.update(is_final=False)
    [plan] = plans_of(pour.project)
    assert [one.is_by_hand for one in plan.marks] == [True, True]
    assert not plan.is_final


def test_what_cannot_be_drawn_is_said(cast: Cast, pour: Pour) -> None:
    client = client_of(cast.viewer)
    base = f"/api/v1/projects/{pour.project.pk}/inspection/"
    assert client.get(f"{base}plan.svg", {"lift": 7}).json()["code"] == "map_not_found"
    assert client.get(f"{base}plan.svg", {"layer": "x"}).status_code == 400
    assert client.get(f"{base}overlay.png").status_code == 400
    assert client.get(f"{base}overlay.png", {"video": 999999}).status_code == 404
    assert client_of(cast.stranger).get(f"{base}plan.png").status_code == 404


def test_everything_can_be_taken_away_as_json_and_csv(cast: Cast, pour: Pour) -> None:
    Project.objects.filter(pk=pour.project.pk).update(name="a/b")
    client = client_of(cast.viewer)
    base = f"/api/v1/projects/{pour.project.pk}/inspection/export/"
    answer = client.get(f"{base}json/")
    assert "a_b-inspection.json" in answer["Content-Disposition"]
    taken = json.loads(body_of(answer))
    assert {"coverage", "status", "insertions", "findings", "edits", "kpis"} <= set(taken)
    assert [one["number"] for one in taken["insertions"]] == [1, 2]
    [short] = [one for one in taken["findings"] if one["rule"] == "V01"]
    assert short["history"] == []
    assert len(taken["site"]["cameras"][str(pour.video.pk)]["calibration"]["points"]) == 8
    [dwell] = [one for one in taken["rules"] if one["id"] == "V01"]
    assert (dwell["parameters"]["dwell_min_s"], dwell["is_judged"]) == (10.0, True)
    [calibration] = taken["calibrations"]
    assert (calibration["video"], calibration["points"]) == ("pour.mp4", 8)
    assert taken["cameras"] == []
    finding_review(pour.short, by=cast.operator, state="confirmed", note="seen", revision=1)
    insertion_remove(Insertion.objects.get(number=1), by=cast.operator, reason="a rest")
    taken = json.loads(body_of(client.get(f"{base}json/")))
    [edit] = taken["edits"]
    assert (edit["kind"], edit["created_by"]) == ("remove", str(cast.operator))
    [short] = [one for one in taken["findings"] if one["rule"] == "V01"]
    [step] = short["history"]
    del step["at"]
    assert step == {
        "from": "to_review", "to": "confirmed", "note": "seen", "by": str(cast.operator),
    }  # fmt: skip
    pour.project.findings.filter(rule="V01").update(review_note="=1+1")
    rows = list(csv.DictReader(io.StringIO(body_of(client.get(f"{base}findings.csv")).decode())))
    (short,) = [row for row in rows if row["rule"] == "V01"]
    assert (short["review_note"], short["insertion_numbers"]) == ("'=1+1", "2")
    text = body_of(client.get(f"{base}insertions.csv")).decode()
    assert text.startswith("\ufeff")  # for Excel
    lines = text.splitlines()
    assert len(lines) == 3
    for name in ("json/", "findings.csv", "insertions.csv", "coverage.csv", "tracks.csv"):
        assert client_of(cast.stranger).get(f"{base}{name}").status_code == 404


def test_the_map_and_the_tracks_can_be_taken_away(cast: Cast, pour: Pour) -> None:
    client = client_of(cast.viewer)
    base = f"/api/v1/projects/{pour.project.pk}/inspection/export/"

    def rows(name: str) -> list[dict[str, str]]:
        return list(
            csv.DictReader(io.StringIO(body_of(client.get(f"{base}{name}")).decode("utf-8-sig")))
        )

    cells = rows("coverage.csv")
    assert len(cells) == 40 * 40  # two metres by two, in cells of 5 cm
    at = {(float(one["x_m"]), float(one["y_m"])): one for one in cells}
    assert at[2.525, 2.525]["class"] == "good"
    # The number that insertions have as their lift.
    assert {(one["lift"], one["lift_name"]) for one in cells} == {("0", "1")}
    assert float(at[2.525, 2.525]["dose_s"]) == pytest.approx(15.0, abs=0.4)
    assert (at[3.225, 3.225]["class"], at[3.925, 2.025]["class"]) == ("short", "missed")
    good_m2 = sum(float(one["cell_m"]) ** 2 for one in cells if one["class"] == "good")
    assert good_m2 == pytest.approx(math.pi * 0.3**2, rel=0.03)
    tracks = rows("tracks.csv")
    assert {(one["video"], one["kind"], one["starts_at"]) for one in tracks} == {
        ("pour.mp4", "vibrator", "")
    }
    assert sum(float(one["end_s"]) - float(one["start_s"]) for one in tracks) > 50
    named = json.loads(body_of(client.get(f"{base}json/")))["tracks"]
    assert [(one["start_s"], one["end_s"]) for one in named] == [
        (float(one["start_s"]), float(one["end_s"])) for one in tracks
    ]


def test_a_finding_that_is_to_be_reviewed_again_says_why() -> None:
    coverage: dict[str, Any] = {
        "rule": "V15", "severity": "info", "verdict": "violation", "limit": 95.0, "unit": "%",
    }  # fmt: skip
    was, now = Finding(state="false_alarm", value=94.0, **coverage), Finding(value=40.0, **coverage)
    was.reviewed_as = measured_of(was)
    rows = [finding(1, review_note=Reopening(was, now).note)]
    report = ReportInput.from_json(empty_report(findings=rows))
    assert (
        Texts("zh")
        .review(report.findings[0])
        .endswith("94 (提示, 违规) → 40 (提示, 违规)，限值 95 %")
    )
    assert (
        Texts("en")
        .review(report.findings[0])
        .endswith("94 (info, violation) → 40 (info, violation), limit 95 %")
    )
    said = finding(2, reviewed_by="王监理", review_note="good")
    report = ReportInput.from_json(empty_report(findings=[said]))
    assert Texts("zh").review(report.findings[0]) == "王监理, —. good"


def test_lifts_keep_their_order_where_a_camera_began_later(cast: Cast, worker: Worker) -> None:
    early, late = video_make(cast.project, "a.mp4"), video_make(cast.project, "b.mp4")
    site = site_of(early, late)
    cameras = site["cameras"]
    # The base from 100 s on; the top an hour later, when the second camera was switched on.
    cameras[str(early.pk)] |= {
        "starts_at": "2026-05-04T07:00:00+08:00", "lifts": [{"name": "base", "start_s": 100.0}],
    }  # fmt: skip
    cameras[str(late.pk)] |= {
        "starts_at": "2026-05-04T08:00:00+08:00", "lifts": [{"name": "top", "start_s": 0.0}],
    }  # fmt: skip
    site_save(project=cast.project, by=cast.owner, based_on=0, site=site, note="")
    frames = stays([(5.5, 20.0, 2.5, 2.5)], end_s=40.0)
    run_make(cast.project, {early: frames, late: frames})
    worker.compute(cast.project)
    said = read(cast.project)
    rows = [(one["video"], one["lift"]) for one in said["insertions"]]
    assert rows == [("a.mp4", "base"), ("b.mp4", "top")]
    # Dates and times are those of the site, in the header and in every row.
    assert said["starts_at"] == "2026-05-04T07:00:00+08:00"
    assert said["ends_at"] == "2026-05-04T08:01:00+08:00"
    assert [one["starts_at"] for one in said["insertions"]] == [
        "2026-05-04T07:00:05+08:00",
        "2026-05-04T08:00:05+08:00",
    ]
    assert said["findings"]
    times = [said["made_at"], said["computed_at"]]
    times += [one["starts_at"] for one in said["findings"] if one["starts_at"]]
    assert all(one.endswith("+08:00") for one in times)
    # Frames end after 40 of the 60 s, but neither a gap nor a moved camera is known.
    assert said["figures"]["unobserved_s"] == 0.0


def test_time_that_no_camera_saw_is_counted_once(cast: Cast) -> None:
    one, other, third = (video_make(cast.project, f"{name}.mp4") for name in "abc")
    run = run_make(cast.project, {one: [], other: []})
    # Two cameras over the same minute, a third, never analysed, half a minute later.
    videos = (one, other, third)
    offsets_s = {one.pk: 0.0, other.pk: 0.0, third.pk: 30.0}
    clock = PourClock(None, videos, offsets_s, {})
    assert unobserved_s(None, [], clock) is None
    assert unobserved_s(run, [], clock) == 30.0
    notes = [
        {"code": "view_lost", "video": one.pk, "start_s": 10.0, "end_s": 30.0},
        {"code": "stream_lost", "video": one.pk, "start_s": 20.0, "end_s": 40.0},
        {"code": "camera_moved", "video": other.pk, "start_s": 35.0, "end_s": 99.0},
        {"code": "camera_compensated", "video": other.pk},
        {"code": "insertion_unobserved", "start_s": 0.0, "end_s": 60.0},
    ]
    # Neither saw anything from 35 to 40 s.
    assert unobserved_s(run, notes, clock) == 35.0
    # Of a run that was cancelled, the rest was not seen either.
    Segment.objects.filter(run=run, video=other).update(start_seconds=0.0, end_seconds=45.0)
    assert unobserved_s(run, notes, clock) == 35.0
    Segment.objects.filter(run=run, video=one).update(state=SegmentState.PENDING)
    assert unobserved_s(run, [], clock) == 45.0


def test_a_record_is_read_again_when_the_inspection_changed_meanwhile(
    pour: Pour, monkeypatch: pytest.MonkeyPatch
) -> None:
    Inspection.objects.update(computed_at="2020-01-01T00:00:00Z")
    changes = [
        lambda: pour.worker.compute(pour.project),
        lambda: audit(pour.project, by=None, action="finding_reviewed", subject="finding 1"),
        lambda: None,
    ]
    waiting = iter(changes)

    def plans_while_it_changes(project: Project) -> list[Plan]:
        next(waiting)()
        return []

    monkeypatch.setattr(document, "plans_of", plans_while_it_changes)
    # What was read before the computation is not in it.
    assert not read(pour.project)["computed_at"].startswith("2020")
    assert list(waiting) == []

    def plans_while_everything_changes(project: Project) -> list[Plan]:
        audit(project, by=None, action="finding_reviewed", subject="finding 1")
        return []

    monkeypatch.setattr(document, "plans_of", plans_while_everything_changes)
    with pytest.raises(Conflict) as caught:
        read(pour.project)
    assert caught.value.code == "record_changing"

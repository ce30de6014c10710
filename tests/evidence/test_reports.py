"""Records, drawings and downloads of an inspected pour."""

import csv
import io
import json
from xml.etree import ElementTree

import numpy as np
import pytest
from openpyxl import load_workbook
from PIL import Image

from apps.evidence.models import Report
from apps.evidence.selectors.document import report_document
from apps.evidence.selectors.plans import plan_of, plans_of
from apps.evidence.services.reports import report_write
from apps.evidence.storage import report_path
from apps.inspection.models import Insertion, Inspection, Origin
from apps.projects.models import Project
from tests.cast import Cast, client_of
from tests.evidence.conftest import Pour, work
from tests.evidence.test_evidence import body_of
from tests.vibration.scene import to_pixel

pytestmark = pytest.mark.usefixtures("tools_here")


def reports_at(project: Project) -> str:
    return f"/api/v1/projects/{project.pk}/reports/"


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
    made_at = Insertion.objects.get(number=1).project.created_at
    document = report_document(pour.project, header={}, made_at=made_at, made_by="x")
    json.dumps(document)
    assert [one["number"] for one in document["insertions"]] == [1, 2]
    assert [one["grade"] for one in document["insertions"]] == ["good", "short"]
    assert document["figures"]["insertions"] == 2
    assert document["calibrations"][0]["points"] == 8
    assert document["plans"][0]["cell_m"] == pytest.approx(0.05)
    assert len(document["rules"]) == 25
    assert "lower_layer" in document["manual_checks"]
    shorts = [one for one in document["findings"] if one["rule"] == "V01"]
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
    pour.project.findings.filter(rule="V01").update(review_note="=1+1")
    rows = list(csv.DictReader(io.StringIO(body_of(client.get(f"{base}findings.csv")).decode())))
    (short,) = [row for row in rows if row["rule"] == "V01"]
    assert (short["review_note"], short["insertion_numbers"]) == ("'=1+1", "2")
    lines = body_of(client.get(f"{base}insertions.csv")).decode().splitlines()
    assert len(lines) == 3
    for name in ("json/", "findings.csv", "insertions.csv"):
        assert client_of(cast.stranger).get(f"{base}{name}").status_code == 404

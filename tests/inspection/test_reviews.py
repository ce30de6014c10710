"""Reviews: by the table of moves, never past one another, and what they add up to."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from apps.inspection.models import (
    REVIEW_MOVES,
    AuditEntry,
    Finding,
    FindingState,
    Inspection,
    InspectionDay,
)
from apps.inspection.selectors.findings import wilson_interval
from apps.inspection.selectors.overview import dwell_median_s
from apps.projects.models import Project
from tests.cast import Cast, client_of


def finding_make(project: Project, number: int = 1, **changes: Any) -> Finding:
    values: dict[str, Any] = {
        "rule": "V01", "severity": "minor", "verdict": "violation", "value": 4.0, "limit": 10.0,
        "unit": "s", "start_s": 20.0, "end_s": 24.0, "pour_start_s": 20.0,
        "day": date(2026, 5, 4), "site_sha256": "0" * 64,
    }  # fmt: skip
    return Finding.objects.create(project=project, number=number, **values | changes)


def review(cast: Cast, finding: Finding, state: str, revision: int, note: str = "") -> Any:
    return client_of(cast.operator).post(
        f"/api/v1/projects/{cast.project.pk}/findings/{finding.pk}/review/",
        {"state": state, "revision": revision, "note": note},
    )


def test_a_finding_is_followed_to_its_end(cast: Cast):
    finding = finding_make(cast.project)
    for revision, state in enumerate(["confirmed", "notified", "rectified", "closed"], start=1):
        answer = review(cast, finding, state, revision, f"step {revision}")
        assert (answer.status_code, answer.json()["state"]) == (200, state)
        assert answer.json()["revision"] == revision + 1
    history = answer.json()["history"]
    assert [(one["from"], one["to"]) for one in history] == [
        ("to_review", "confirmed"),
        ("confirmed", "notified"),
        ("notified", "rectified"),
        ("rectified", "closed"),
    ]
    assert history[0]["by"]["username"] == cast.operator.username
    assert answer.json()["reviewed_by"]["username"] == cast.operator.username
    assert AuditEntry.objects.filter(action="finding_reviewed").count() == 4


def test_every_move_that_is_not_in_the_table_is_refused(cast: Cast):
    finding = finding_make(cast.project)
    for state in FindingState:
        for target in FindingState:
            Finding.objects.filter(pk=finding.pk).update(state=state, revision=1)
            answer = review(cast, finding, target, 1, "because")
            if target in REVIEW_MOVES[state]:
                assert answer.status_code == 200, (state, target)
            else:
                assert answer.json()["code"] == "review_not_allowed", (state, target)


def test_of_two_who_review_at_once_the_second_is_told(cast: Cast):
    finding = finding_make(cast.project)
    assert review(cast, finding, "confirmed", 1).status_code == 200
    late = review(cast, finding, "false_alarm", 1, "a shadow")
    assert (late.status_code, late.json()["code"]) == (409, "finding_changed")
    finding.refresh_from_db()
    assert (finding.state, finding.revision) == ("confirmed", 2)


def test_a_false_alarm_needs_a_note(cast: Cast):
    answer = review(cast, finding_make(cast.project), "false_alarm", 1)
    assert (answer.status_code, answer.json()["code"]) == (400, "note_required")


def test_precision_comes_from_what_was_decided(cast: Cast):
    for number, state in enumerate(["confirmed"] * 6 + ["closed"] * 2 + ["false_alarm"] * 2):
        finding_make(cast.project, number, state=state)
    finding_make(cast.project, 90, rule="V04")
    answer = client_of(cast.viewer).get(f"/api/v1/projects/{cast.project.pk}/findings/precision/")
    v01, v04 = answer.json()
    assert (v01["confirmed"], v01["false_alarm"], v01["precision"]) == (8, 2, 0.8)
    # Wilson's interval of 8 of 10, from its published tables: 0.490 to 0.943.
    assert v01["interval_95"] == pytest.approx([0.490, 0.943], abs=0.001)
    assert (v04["to_review"], v04["precision"], v04["interval_95"]) == (1, None, None)


def test_the_interval_stays_within_nought_and_one():
    assert wilson_interval(0, 3)[0] == 0.0
    assert wilson_interval(3, 3)[1] == 1.0


def test_lists_are_filtered_and_pages_say_how_many(cast: Cast):
    for number in range(4):
        finding_make(cast.project, number, severity="major" if number else "minor")
    finding_make(cast.project, 9, is_current=False, rule="V02")

    def count(query: str) -> int:
        address = f"/api/v1/projects/{cast.project.pk}/findings/?{query}"
        return client_of(cast.viewer).get(address).json()["count"]

    assert count("") == 4
    assert count("severity=major") == 3
    assert count("severity=major&severity=minor") == 4
    assert count("rule=V02") == 0
    assert count("rule=V02&current=false") == 1
    assert count("state=confirmed") == 0
    assert count("video=1") == 0


def overview(cast: Cast, query: str = "") -> dict[str, Any]:
    answer = client_of(cast.owner).get(f"/api/v1/overview/?{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def pour_make(project: Project, day: date, dwells: dict[str, int], covered_pct: float) -> None:
    count = sum(dwells.values())
    Inspection.objects.create(project=project, report={"coverage": {"covered_pct": covered_pct}})
    InspectionDay.objects.create(
        project=project, day=day, insertions=count, valid_insertions=count - 1, dwell_counts=dwells
    )


def test_the_overview_adds_up_projects_and_days(cast: Cast):
    other = Project.objects.create(owner=cast.owner, name="Slab 4")
    strange = Project.objects.create(owner=cast.stranger, name="Elsewhere")
    pour_make(cast.project, date(2026, 5, 4), {"20": 2, "30": 1}, 90.0)
    pour_make(other, date(2026, 5, 5), {"40": 5}, 70.0)
    pour_make(strange, date(2026, 5, 5), {"2": 9}, 1.0)
    finding_make(cast.project)
    finding_make(cast.project, 2, state="false_alarm")
    finding_make(strange)
    found = overview(cast)
    assert [row["name"] for row in found["projects"]] == ["Slab 3", "Slab 4"]
    assert found["totals"]["insertions"] == 8
    assert found["totals"]["median_dwell_s"] == 20.0  # of 10, 10, 15, 20, 20, 20, 20, 20
    assert found["totals"]["covered_pct"] == 80.0
    assert [(row["day"], row["insertions"], row["findings"]) for row in found["by_day"]] == [
        ("2026-05-04", 3, 2),
        ("2026-05-05", 5, 0),
    ]
    [rule] = found["by_rule"]
    assert (rule["findings"], rule["false_alarm"], rule["to_review"]) == (2, 1, 1)
    assert found["backlog"]["to_review"] == 1
    assert overview(cast, "from=2026-05-05")["totals"]["insertions"] == 5
    assert overview(cast, f"project={strange.pk}")["projects"] == []
    assert client_of(cast.owner).get("/api/v1/overview/?from=soon").status_code == 400


def test_a_rule_leads_to_the_projects_behind_it(cast: Cast):
    other = Project.objects.create(owner=cast.owner, name="Slab 4")
    pour_make(cast.project, date(2026, 5, 4), {"20": 2}, 90.0)
    pour_make(other, date(2026, 5, 5), {"40": 5}, 70.0)
    finding_make(cast.project)
    finding_make(cast.project, 2, rule="V04", severity="major")
    finding_make(other, rule="V04", severity="major", day=date(2026, 5, 5))
    found = overview(cast, "rule=V01")
    [project] = found["projects"]
    assert (project["name"], project["insertions"], project["to_review"]) == ("Slab 3", 2, 1)
    assert project["findings_by_severity"]["major"] == 0
    assert [(row["day"], row["findings"]) for row in found["by_day"]] == [("2026-05-04", 1)]
    assert (found["totals"]["projects"], found["backlog"]["to_review"]) == (1, 1)
    assert [(row["rule"], row["findings"]) for row in found["by_rule"]] == [("V01", 1), ("V04", 2)]
    assert len(overview(cast, "rule=V04")["projects"]) == 2
    assert overview(cast, "rule=V02")["projects"] == []
    assert client_of(cast.owner).get("/api/v1/overview/?rule=V99").status_code == 400


def test_the_overview_asks_no_more_often_for_more_projects(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
):
    pour_make(cast.project, date(2026, 5, 4), {"20": 2}, 90.0)
    client = client_of(cast.owner)
    client.get("/api/v1/overview/")  # notes that the token was used
    with CaptureQueriesContext(connection) as few:
        client.get("/api/v1/overview/")
    for number in range(5):
        project = Project.objects.create(owner=cast.owner, name=f"Wall {number}")
        pour_make(project, date(2026, 5, 4), {"20": 2}, 90.0)
        finding_make(project)
    with django_assert_num_queries(len(few)):
        client.get("/api/v1/overview/")


def test_a_median_of_counted_dwells():
    assert dwell_median_s({}) is None
    assert dwell_median_s({"8": 1, "24": 1, "100": 1}) == 12.0

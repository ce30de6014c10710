"""A verdict holds for what was reviewed, and is asked for again when that has become worse."""

from datetime import date
from typing import Any

import pytest

from apps.inspection.models import AuditEntry, Finding
from apps.inspection.services.reopening import is_past_review, measured_of
from tests.cast import Cast, client_of
from tests.inspection.conftest import Worker, run_make, site_of, video_make
from tests.inspection.test_computing import findings, get, save_site
from tests.vibration.scene import square, stays

# As it was reviewed: a coverage near its target.
REVIEWED = {
    "rule": "V15", "severity": "info", "verdict": "violation", "value": 94.0, "limit": 95.0,
    "unit": "%", "sigma": None,
}  # fmt: skip
DWELL = {"rule": "V01", "severity": "minor", "value": 9.0, "limit": 10.0, "unit": "s"}


def finding_of(**values: Any) -> Finding:
    return Finding(day=date(2026, 5, 4), start_s=0.0, end_s=1.0, pour_start_s=0.0, **values)


@pytest.mark.parametrize(
    ("reviewed", "now", "is_past"),
    [
        ({}, {}, False),
        ({}, {"value": 40.0}, True),  # 54 points, more than a tenth of 95
        ({}, {"value": 85.0}, False),  # 9 points
        ({}, {"value": 99.0, "limit": 100.0}, False),  # as far from its limit as before
        ({}, {"limit": 110.0}, True),  # the target rose by 15
        ({"value": 40.0}, {"value": 94.0}, False),  # milder
        ({}, {"severity": "major"}, True),
        ({"severity": "major"}, {}, False),
        ({"verdict": "to_review"}, {}, True),
        ({}, {"verdict": "to_review"}, False),
        (DWELL, DWELL | {"value": 7.9}, True),
        (DWELL, DWELL | {"value": 8.1}, False),  # by less than a second
        (DWELL, DWELL | {"value": 7.9, "sigma": 0.6}, False),  # by less than 1.2 s
        ({"rule": "V02", "value": 31.0}, {"rule": "V02", "value": 60.0}, True),
        ({"rule": "V02", "value": 60.0}, {"rule": "V02", "value": 31.0}, False),
    ],
)
def test_a_verdict_holds_until_its_finding_gets_graver_surer_or_worse(
    reviewed: dict[str, Any], now: dict[str, Any], is_past: bool
) -> None:
    before = finding_of(state="false_alarm", **REVIEWED | reviewed)
    before.reviewed_as = measured_of(before)
    # What the last computation said of it does not matter.
    before.value = 0.0
    assert is_past_review(before, finding_of(**REVIEWED | now)) is is_past
    before.state = "to_review"
    assert not is_past_review(before, finding_of(**REVIEWED | now))


def test_a_false_alarm_that_got_worse_is_to_be_reviewed_again(cast: Cast, worker: Worker) -> None:
    video = video_make(cast.project)
    pour = square(2.2, 2.2, 2.8, 2.8)
    run_make(cast.project, {video: stays([(2.0, 14.0, 2.5, 2.5)], end_s=40.0)})
    save_site(cast, site_of(video, pour=pour, radius_m=0.3))
    worker.work(cast.project)
    [coverage] = findings(cast, rule="V15")
    # A disc of 0.3 m in 0.36 square metres.
    assert coverage["value"] == pytest.approx(78.5, abs=2.0)
    address = f"findings/{coverage['id']}/"
    words = {"state": "false_alarm", "note": "a joint", "revision": 1}
    reviewed = client_of(cast.operator).post(
        f"/api/v1/projects/{cast.project.pk}/{address}review/", words
    )
    assert reviewed.status_code == 200
    worker.compute(cast.project)
    assert findings(cast, rule="V15")[0]["state"] == "false_alarm"
    assert not AuditEntry.objects.filter(action="finding_reopened").exists()

    # With half the radius a fourth of it is covered.
    save_site(cast, site_of(video, pour=pour, radius_m=0.15), 1)
    worker.work(cast.project)
    again = get(cast, address)
    assert again["value"] == pytest.approx(19.6, abs=2.0)
    assert (again["id"], again["state"], again["revision"]) == (coverage["id"], "to_review", 3)
    assert again["reviewed_by"] is None
    old, reopened = again["history"]
    assert (old["to"], old["note"]) == ("false_alarm", "a joint")
    assert (reopened["from"], reopened["to"], reopened["by"]) == ("false_alarm", "to_review", None)
    assert reopened["note"] == again["review_note"]
    assert reopened["note"].startswith(f"Measured anew: {coverage['value']:.4g} (info, violation)")
    entry = AuditEntry.objects.get(action="finding_reopened")
    assert (entry.by, entry.subject) == (None, f"finding {coverage['number']}")
    assert entry.details["was"]["value"] == coverage["value"]
    assert entry.details["now"]["value"] == again["value"]
    # Nobody has said anything since, so nothing is asked again.
    worker.compute(cast.project)
    assert get(cast, address)["revision"] == 3

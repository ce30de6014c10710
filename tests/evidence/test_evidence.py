"""Evidence: made for findings and what is opened, for members only, gone with the pour."""

import hashlib
import io
from typing import Any

import numpy as np
import pytest
from asgiref.sync import async_to_sync
from PIL import Image

from apps.common.errors import NotFound
from apps.evidence.models import EvidenceRound, FindingEvidence
from apps.evidence.services import evidence
from apps.evidence.services.evidence import evidence_ensure, evidence_make, evidence_reap
from apps.evidence.services.files import project_removed, sweep
from apps.evidence.storage import finding_folder, project_folder
from apps.inspection.models import Finding, FindingState, Inspection, Severity, Verdict
from apps.jobs.models import Job, JobKind, JobState
from apps.projects.storage import ORIGINAL, video_path
from tests.cast import Cast, client_of
from tests.evidence.conftest import Pour, work
from tests.media import number_in

pytestmark = pytest.mark.usefixtures("tools_here")


def address(finding: Finding, name: str = "") -> str:
    return f"/api/v1/projects/{finding.project_id}/findings/{finding.pk}/evidence/{name}"


def body_of(answer: Any) -> bytes:
    if not answer.streaming:
        return answer.content

    async def pieces() -> bytes:
        return b"".join([piece async for piece in answer.streaming_content])

    return async_to_sync(pieces)()


def made(finding: Finding) -> FindingEvidence:
    row = FindingEvidence.objects.get(finding=finding)
    work(row.job, evidence_make)
    row.refresh_from_db()
    return row


def test_findings_of_a_final_result_get_theirs_by_themselves_and_once(pour: Pour) -> None:
    evidence_reap(resend_all=False)
    asked = set(FindingEvidence.objects.values_list("finding", flat=True))
    pictured = Finding.objects.filter(is_current=True, video__isnull=False)
    assert asked == set(pictured.values_list("pk", flat=True))
    assert pour.short.pk in asked
    jobs = Job.objects.filter(kind=JobKind.FINDING_EVIDENCE).count()
    evidence_reap(resend_all=False)
    assert Job.objects.filter(kind=JobKind.FINDING_EVIDENCE).count() == jobs
    Inspection.objects.update(is_final=False)
    EvidenceRound.objects.all().delete()
    FindingEvidence.objects.all().delete()
    evidence_reap(resend_all=False)
    assert not FindingEvidence.objects.exists()


def test_violations_get_theirs_before_what_is_near_a_limit(
    pour: Pour, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictured = Finding.objects.filter(is_current=True, video__isnull=False)
    pictured.exclude(pk=pour.short.pk).update(verdict=Verdict.TO_REVIEW, severity=Severity.MAJOR)
    pictured.filter(pk=pour.short.pk).update(verdict=Verdict.VIOLATION, severity=Severity.INFO)
    assert pictured.count() > 1
    monkeypatch.setattr(evidence, "AUTOMATIC_MOST", 1)
    evidence_reap(resend_all=False)
    assert [row.finding_id for row in FindingEvidence.objects.all()] == [pour.short.pk]
    # The same that a record shows first: nobody looks at a picture of a false alarm.
    pictured.filter(pk=pour.short.pk).update(state=FindingState.FALSE_ALARM)
    for table in (EvidenceRound, FindingEvidence):
        table.objects.all().delete()
    evidence_reap(resend_all=False)
    [asked] = FindingEvidence.objects.all()
    # All others are alike, so the earliest.
    earliest = pictured.exclude(pk=pour.short.pk).order_by("pour_start_s", "number").first()
    assert earliest is not None
    assert asked.finding_id == earliest.pk


def test_opening_a_finding_has_its_evidence_made(cast: Cast, pour: Pour) -> None:
    finding, viewer = pour.short, client_of(cast.viewer)
    shown = f"/api/v1/projects/{pour.project.pk}/findings/{finding.pk}/"
    assert viewer.get(shown).json()["evidence"] == {"state": "preparing", "files": []}
    row = made(finding)
    evidence = viewer.get(shown).json()["evidence"]
    assert evidence["state"] == "ready"
    assert [one["name"] for one in evidence["files"]] == [
        "still.jpg", "overlay.jpg", "crop.jpg", "clip.mp4",
    ]  # fmt: skip
    for one in evidence["files"]:
        answer = viewer.get(one["url"])
        content = body_of(answer)
        assert answer.status_code == 200
        assert hashlib.sha256(content).hexdigest() == one["sha256"]
        assert len(content) == one["size_bytes"]
    still = np.asarray(Image.open(finding_folder(pour.project.pk, finding.pk) / "still.jpg"))
    middle_s = (finding.start_s + finding.end_s) / 2.0
    assert number_in(still) == int(middle_s * 2)
    assert Job.objects.filter(kind=JobKind.FINDING_EVIDENCE).count() == 1
    listed = viewer.get(f"/api/v1/projects/{pour.project.pk}/findings/").json()["results"]
    assert {one["id"]: one["evidence"]["state"] for one in listed}[finding.pk] == "ready"
    assert row.files


def test_of_a_finding_that_is_gone_meanwhile_none_is_made(pour: Pour) -> None:
    finding = pour.short
    Finding.objects.filter(pk=finding.pk).delete()
    with pytest.raises(NotFound):
        evidence_ensure(finding)
    assert not Job.objects.filter(kind=JobKind.FINDING_EVIDENCE).exists()


@pytest.mark.parametrize("change", [{"value": 1.5}, {"start_s": 0.5, "end_s": 9.0}, {"u_px": 1.0}])
def test_evidence_of_a_finding_that_says_something_else_is_made_anew(
    cast: Cast, pour: Pour, change: dict[str, float]
) -> None:
    finding, owner = pour.short, client_of(cast.owner)
    shown = f"/api/v1/projects/{pour.project.pk}/findings/{finding.pk}/"
    owner.get(shown)
    first = made(finding).job
    assert first is not None
    Job.objects.filter(pk=first.pk).update(state=JobState.COMPLETED)
    assert owner.get(shown).json()["evidence"]["state"] == "ready"
    Finding.objects.filter(pk=finding.pk).update(**change)
    assert owner.get(shown).json()["evidence"]["state"] == "preparing"
    assert FindingEvidence.objects.get(finding=finding).job != first


def test_files_have_ranges_and_validators(cast: Cast, pour: Pour) -> None:
    finding, owner = pour.short, client_of(cast.owner)
    assert owner.post(address(finding)).status_code == 202
    made(finding)
    clip = address(finding, "clip.mp4")
    part = owner.get(clip, headers={"Range": "bytes=0-99"})
    assert (part.status_code, len(body_of(part))) == (206, 100)
    assert part["Content-Type"] == "video/mp4"
    assert owner.get(clip, headers={"If-None-Match": part["ETag"]}).status_code == 304


def test_strangers_see_nothing_and_viewers_change_nothing(cast: Cast, pour: Pour) -> None:
    finding = pour.short
    client_of(cast.owner).post(address(finding))
    made(finding)
    for name in ("still.jpg", "clip.mp4", "..%2f..%2fsecret", "frames.npz"):
        assert client_of(cast.stranger).get(address(finding, name)).status_code == 404
    assert client_of(cast.stranger).post(address(finding)).status_code == 404
    assert client_of(cast.viewer).post(address(finding)).status_code == 403
    assert client_of().get(address(finding, "still.jpg")).status_code == 401
    assert client_of(cast.owner).get(address(finding, "frames.npz")).status_code == 404


def test_a_finding_without_a_moment_has_none(cast: Cast, pour: Pour) -> None:
    Finding.objects.filter(pk=pour.short.pk).update(video=None)
    finding = pour.short
    answer = client_of(cast.owner).post(address(finding))
    assert (answer.status_code, answer.json()["code"]) == (409, "finding_has_no_video")
    shown = client_of(cast.owner).get(f"/api/v1/projects/{pour.project.pk}/findings/{finding.pk}/")
    assert shown.json()["evidence"] == {"state": "none", "files": []}


def test_a_video_that_cannot_be_read_fails_its_evidence_only(cast: Cast, pour: Pour) -> None:
    finding = pour.short
    client_of(cast.owner).post(address(finding))
    Job.objects.update(state=JobState.FAILED)
    shown = client_of(cast.owner).get(f"/api/v1/projects/{pour.project.pk}/findings/{finding.pk}/")
    assert shown.json()["evidence"]["state"] == "failed"


def test_files_go_with_the_finding_and_with_the_project(cast: Cast, pour: Pour) -> None:
    finding, project_id = pour.short, pour.project.pk
    client_of(cast.owner).post(address(finding))
    made(finding)
    folder = finding_folder(project_id, finding.pk)
    finding.delete()
    sweep()
    assert folder.exists(), "it may belong to a row that is just being written"
    project_removed(project_id)
    assert not project_folder(project_id).exists()


def test_a_still_is_the_frame_that_is_shown_then(cast: Cast, pour: Pour) -> None:
    client = client_of(cast.viewer)
    still = f"/api/v1/videos/{pour.video.pk}/still/"
    for asked, number in (("7.3", 14), ("0", 0), ("9999", 119)):
        answer = client.get(still, {"seconds": asked})
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
        assert number_in(np.asarray(Image.open(io.BytesIO(body_of(answer))))) == number
    again = client.get(still, {"seconds": "7.3"}, headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 200
    same = client.get(still, {"seconds": "9999"}, headers={"If-None-Match": answer["ETag"]})
    assert same.status_code == 304
    assert client.get(still, {"seconds": "nan"}).status_code == 400
    video_path(pour.video.folder, ORIGINAL).write_bytes(b"broken")
    broken = client.get(still, {"seconds": "1"})
    assert (broken.status_code, broken.json()["code"]) == (409, "video_not_decodable")
    assert client_of(cast.stranger).get(still).status_code == 404

"""Records of pours: asked for, written by a job."""

import hashlib
from pathlib import Path
from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.evidence.models import Report
from apps.evidence.selectors.document import report_document
from apps.evidence.storage import report_path
from apps.evidence.tools import run_tool
from apps.inspection.selectors.sites import site_newest
from apps.inspection.services.audit import audit
from apps.jobs.control import JobControl
from apps.jobs.models import Job, JobKind
from apps.jobs.services import job_create
from apps.live.events import ReportChanged
from apps.live.services import event_send
from apps.projects.models import Project


def report_create(
    *, project: Project, by: User, format: str, language: str, header: dict[str, str]
) -> Report:
    """Have the record written as the inspection is when its job comes to it."""
    with transaction.atomic():
        job = job_create(kind=JobKind.REPORT, project=project, created_by=by)
        report = Report.objects.create(
            project=project,
            job=job,
            format=format,
            language=language,
            header=header,
            site_version=site_newest(project).version,
            created_by=by,
        )
        _audit(report, by=by, action="report_created")
        return report


def report_delete(report: Report, *, by: User) -> None:
    """Remove a record and its file."""
    path = report_path(report.project_id, report.pk, report.format)
    with transaction.atomic():
        _audit(report, by=by, action="report_deleted", sha256=report.sha256)
        report.delete()
    path.unlink(missing_ok=True)


def report_write(job: Job, control: JobControl) -> None:
    """Handler: gather everything, have it written, keep its digest."""
    report = Report.objects.select_related("project", "created_by").filter(job=job).first()
    if report is None:
        return
    control.check()
    document = report_document(
        report.project,
        header=report.header,
        made_at=report.created_at,
        made_by=_name_of(report.created_by),
    )
    control.progress(0.3)
    path = report_path(report.project_id, report.pk, report.format)
    path.parent.mkdir(parents=True, exist_ok=True)
    run_tool(
        "report",
        "--language",
        report.language,
        "--out",
        str(path),
        document=document,
        check=control.check,
    )
    facts: dict[str, Any] = {"sha256": _sha256(path), "size_bytes": path.stat().st_size}
    facts["site_version"] = document["site_version"]
    if not Report.objects.filter(pk=report.pk).update(**facts):
        path.unlink(missing_ok=True)


def report_ended(job: Job) -> None:
    """Ending: tell the open pages."""
    report = Report.objects.filter(job=job).first()
    if report is not None:
        payload: ReportChanged = {"report": {"id": report.pk, "state": str(job.state)}}
        transaction.on_commit(lambda: event_send(report.project_id, "state", payload))


def _audit(report: Report, *, by: User, action: str, **details: str) -> None:
    audit(
        report.project_id,
        by=by,
        action=action,
        subject=f"report {report.pk}",
        format=report.format,
        language=report.language,
        **details,
    )


def _name_of(user: User | None) -> str:
    return "" if user is None else user.record_name


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

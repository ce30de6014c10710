"""Files that nobody needs any more."""

import shutil
import time
from pathlib import Path

from django.conf import settings

from apps.evidence.storage import finding_folder, project_files_remove, project_folder
from apps.inspection.models import Finding
from apps.projects.models import Project

ORPHAN_AGE_SECONDS = 3600.0


def project_removed(project_id: int) -> None:
    """The project is gone for good."""
    project_files_remove(project_id)


def sweep() -> None:
    """Remove what belongs to projects and findings that are gone."""
    root = Path(settings.EVIDENCE_ROOT)
    ids = {int(path.name) for path in root.glob("*") if path.name.isdecimal()}
    there = set(Project.objects.filter(pk__in=ids).values_list("pk", flat=True))
    for gone in ids - there:
        project_files_remove(gone)
    for project_id in there:
        _findings_sweep(project_id)


def _findings_sweep(project_id: int) -> None:
    folders = {
        int(path.name): path
        for path in (project_folder(project_id) / "findings").glob("*")
        if path.name.isdecimal() and time.time() - path.stat().st_mtime > ORPHAN_AGE_SECONDS
    }
    there = set(Finding.objects.filter(project=project_id).values_list("pk", flat=True))
    for gone in folders.keys() - there:
        shutil.rmtree(finding_folder(project_id, gone), ignore_errors=True)

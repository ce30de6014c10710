"""Where evidence, records and drawings lie; no path here is made of a name that somebody typed."""

import shutil
from contextlib import suppress
from pathlib import Path

from django.conf import settings

STILLS_KEPT = 300


def project_folder(project_id: int) -> Path:
    """Everything of a project that this app has on disk."""
    return Path(settings.EVIDENCE_ROOT) / str(project_id)


def finding_folder(project_id: int, finding_id: int) -> Path:
    return project_folder(project_id) / "findings" / str(finding_id)


def report_path(project_id: int, report_id: int, suffix: str) -> Path:
    return project_folder(project_id) / "reports" / f"{report_id}.{suffix}"


def drawing_path(project_id: int, key: str, suffix: str) -> Path:
    return project_folder(project_id) / "drawings" / f"{key}.{suffix}"


def still_path(project_id: int, video_id: int, milliseconds: int) -> Path:
    return project_folder(project_id) / "stills" / f"{video_id}-{milliseconds}.jpg"


def folder_thin(folder: Path, keep: int) -> None:
    """Remove all but the newest files of a folder that can be made again."""
    files = []
    for path in folder.glob("*.*"):
        with suppress(FileNotFoundError):
            files.append((path.stat().st_mtime, path))
    for _, path in sorted(files, reverse=True)[keep:]:
        path.unlink(missing_ok=True)


def project_files_remove(project_id: int) -> None:
    """Remove everything of a project; harmless when it is gone already."""
    shutil.rmtree(project_folder(project_id), ignore_errors=True)

"""What was last computed: insertions with their corrections, maps and tracks."""

from typing import Any

from django.db.models import QuerySet

from apps.common.errors import NotFound
from apps.inspection.models import AuditEntry, CoverageMap, Insertion, InsertionEdit, VideoTracks
from apps.projects.models import Project, Video


def insertions_of(project: Project) -> QuerySet[Insertion]:
    """In order of time."""
    return project.insertions.all()


def insertion_get(project: Project, id: int) -> Insertion:
    insertion = project.insertions.select_related("video").filter(pk=id).first()
    if insertion is None:
        raise NotFound("There is no such insertion, or no longer.")
    return insertion


def edits_of(project: Project) -> QuerySet[InsertionEdit]:
    """In the order in which they were made."""
    return project.insertion_edits.select_related("created_by")


def edit_get(project: Project, id: int) -> InsertionEdit:
    edit = edits_of(project).filter(pk=id).first()
    if edit is None:
        raise NotFound("There is no such correction, or no longer.")
    return edit


def maps_of(project: Project) -> QuerySet[CoverageMap]:
    return project.coverage_maps.all()


def tracks_of(video: Video) -> list[list[Any]]:
    """`[kind, start_s, end_s]` in order of time; empty where nothing was computed."""
    found = VideoTracks.objects.filter(video=video).first()
    return [] if found is None else list(found.spans)


def audit_of(project: Project) -> QuerySet[AuditEntry]:
    """Newest first."""
    return project.audit_entries.select_related("by")

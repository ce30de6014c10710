"""What was last computed: insertions with their corrections, maps and tracks."""

import zlib
from typing import Any

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from apps.common.errors import NotFound
from apps.inspection.models import AuditEntry, CoverageMap, Insertion, InsertionEdit, VideoTracks
from apps.projects.models import Project, Video
from workers.vibration.coverage import Cell

# By the values of a map's cells.
CLASS_NAMES = tuple(cell.name.lower() for cell in Cell)


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


def rasters_of(one: CoverageMap) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """What is known of each cell, and its dose in seconds: (rows, columns) from the lowest y."""
    shape = int(one.facts["rows"]), int(one.facts["columns"])
    classes = np.frombuffer(zlib.decompress(one.classes), np.uint8).reshape(shape)
    dose_s = np.frombuffer(zlib.decompress(one.dose_s), "<f4").reshape(shape)
    return classes, dose_s.astype(np.float32)


def tracks_of(video: Video) -> list[list[Any]]:
    """`[kind, start_s, end_s]` in order of time; empty where nothing was computed."""
    found = VideoTracks.objects.filter(video=video).first()
    return [] if found is None else list(found.spans)


def audit_of(project: Project) -> QuerySet[AuditEntry]:
    """Newest first."""
    return project.audit_entries.select_related("by")

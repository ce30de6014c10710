"""Corrections of insertions by hand: kept apart, with their reason, and applied every time."""

from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.common.errors import Invalid, NotFound
from apps.inspection.models import EditKind, Insertion, InsertionEdit
from apps.inspection.services.audit import audit
from apps.inspection.services.requests import inspection_request
from apps.projects.models import Project, Video, VideoState
from workers.vibration.insertions import TOUCH_S

PLACE_FIELDS = ("start_s", "end_s", "u_px", "v_px")


def insertion_add(
    *, project: Project, by: User, video: int, reason: str, **place: float
) -> InsertionEdit:
    """An insertion that nothing detected."""
    found = Video.objects.filter(project=project, pk=video, state=VideoState.READY).first()
    if found is None:
        message = "The project has no such video that is ready."
        raise Invalid(message, code="video_not_ready", fields={"video": [message]})
    _check_place(found, place)
    return _edit(
        InsertionEdit(project=project, video=found, kind=EditKind.ADD, after=place, reason=reason),
        by=by,
    )


def insertion_change(
    insertion: Insertion, *, by: User, reason: str, **changes: float
) -> InsertionEdit:
    """Another time or place for an insertion."""
    before = _place_of(insertion)
    after = {**before, **changes}
    if after == before:
        raise Invalid("Nothing is changed.", code="nothing_changed")
    _check_place(insertion.video, after)
    return _edit(
        InsertionEdit(
            project_id=insertion.project_id,
            video=insertion.video,
            kind=EditKind.CHANGE,
            before=before,
            after=after,
            reason=reason,
        ),
        by=by,
    )


def insertion_remove(insertion: Insertion, *, by: User, reason: str) -> InsertionEdit:
    """There was no such insertion."""
    return _edit(
        InsertionEdit(
            project_id=insertion.project_id,
            video=insertion.video,
            kind=EditKind.REMOVE,
            before=_place_of(insertion),
            reason=reason,
        ),
        by=by,
    )


def edit_take_back(edit: InsertionEdit, *, by: User) -> None:
    """As if the correction had never been made; the audit trail keeps it."""
    with transaction.atomic():
        # First, for a computation takes the inspection before the insertions that name the edit.
        inspection_request(edit.project_id, by=by)
        if not InsertionEdit.objects.filter(pk=edit.pk).delete()[0]:
            raise NotFound("There is no such correction, or no longer.")
        audit(
            edit.project_id,
            by=by,
            action="edit_taken_back",
            subject=f"edit {edit.pk}",
            **_details(edit),
        )


def _edit(edit: InsertionEdit, *, by: User) -> InsertionEdit:
    with transaction.atomic():
        edit.created_by = by
        edit.save()
        audit(
            edit.project_id,
            by=by,
            action=f"insertion_{edit.kind}",
            subject=f"edit {edit.pk}",
            **_details(edit),
        )
        inspection_request(edit.project_id, by=by)
    return edit


def _details(edit: InsertionEdit) -> dict[str, Any]:
    return {
        "kind": str(edit.kind),
        "video": edit.video_id,
        "before": edit.before,
        "after": edit.after,
        "reason": edit.reason,
    }


def _place_of(insertion: Insertion) -> dict[str, Any]:
    return {name: getattr(insertion, name) for name in PLACE_FIELDS}


def _check_place(video: Video, place: dict[str, Any]) -> None:
    problems: dict[str, list[str]] = {}
    if place["end_s"] - place["start_s"] < TOUCH_S:
        problems["end_s"] = [f"An insertion lasts at least {TOUCH_S:g} s."]
    # A click in the last picture may be a little beyond what the container says.
    elif place["end_s"] > video.duration_seconds + TOUCH_S:
        problems["end_s"] = [f"The video ends at {video.duration_seconds:.1f} s."]
    for name, size in (("u_px", video.width), ("v_px", video.height)):
        if place[name] is None:
            problems[name] = ["Say where it is in the picture."]
        elif place[name] > size:
            problems[name] = [f"The picture ends at {size} px."]
    if problems:
        first = next(iter(problems.items()))
        raise Invalid(f"{first[0]}: {first[1][0]}", fields=problems)

"""Uploads as their owner may see them, and how far they have come."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts.models import User
from apps.common.errors import NotFound
from apps.projects.models import MemberRole, Upload
from apps.projects.selectors.projects import (
    member_role_of,
    project_check,
    projects_visible_to,
)
from apps.projects.storage import ORIGINAL, upload_path, video_folder, video_path


def uploads_unfinished_of(user: User) -> QuerySet[Upload]:
    return Upload.objects.filter(
        owner=user,
        project__in=projects_visible_to(user),
        video=None,
        expires_at__gt=timezone.now(),
    )


def upload_get_for(*, user: User, id: UUID) -> Upload:
    """One's own upload to a project that one may still upload to."""
    own = Upload.objects.filter(pk=id, owner=user).select_related("project", "video")
    upload = own.annotate(member_role=member_role_of(user, project="project")).first()
    if upload is None:
        raise NotFound("There is no such upload, or it is not yours.")
    project_check(user, upload.project, member_role=upload.member_role, role=MemberRole.OPERATOR)
    return upload


def upload_offset(id: UUID) -> int | None:
    """How many bytes have arrived, as the file itself says; None when there is no file."""
    for path in (upload_path(id), video_path(video_folder(id), ORIGINAL)):
        try:
            return path.stat().st_size
        except FileNotFoundError:
            continue
    return None


def bytes_promised() -> int:
    """What running uploads will still write."""
    running = Upload.objects.filter(video=None, expires_at__gt=timezone.now())
    return sum(
        max(0, size_bytes - (upload_offset(id) or 0))
        for id, size_bytes in running.values_list("id", "size_bytes")
    )

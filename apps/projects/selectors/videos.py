"""Videos as somebody may see them, and what they take on disk."""

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from apps.accounts.models import User
from apps.common.errors import NotFound
from apps.projects.models import MemberRole, Upload, Video, VideoState
from apps.projects.selectors.projects import project_get_for, projects_visible_to


def videos_visible_to(user: User) -> QuerySet[Video]:
    return Video.objects.filter(project__in=projects_visible_to(user)).select_related("uploaded_by")


def video_get_for(*, user: User, id: int, role: MemberRole = MemberRole.VIEWER) -> Video:
    """The video, for somebody who may do at least what `role` may in its project."""
    video = videos_visible_to(user).filter(pk=id).first()
    if video is None:
        raise NotFound("There is no such video, or it is not yours to see.")
    video.project = project_get_for(user=user, id=video.project_id, role=role)
    return video


def storage_used_bytes(user: User) -> int:
    """What somebody's videos take, with what their running uploads will take."""
    kept = ~Q(state=VideoState.REJECTED) & Q(project__deleted_at=None)
    videos = Video.objects.filter(kept, uploaded_by=user).aggregate(total=Sum("size_bytes"))
    running = Upload.objects.filter(
        owner=user, video=None, expires_at__gt=timezone.now(), project__deleted_at=None
    ).aggregate(total=Sum("size_bytes"))
    return (videos["total"] or 0) + (running["total"] or 0)

"""What an event stream begins with, and who may have it."""

from apps.accounts.models import User
from apps.analysis.selectors import latest_run
from apps.analysis.serializers import RunSerializer
from apps.live.consumers import StreamSource
from apps.live.events import ClosedPayload, SnapshotPayload
from apps.live.services import project_topic
from apps.projects.models import Project, ProjectStatus
from apps.projects.selectors import projects_visible_to
from apps.projects.serializers import VideoSerializer


def snapshot(project_id: int) -> SnapshotPayload:
    """The project as it is now."""
    project = Project.objects.get(pk=project_id)
    run = latest_run(project)
    videos = project.videos.select_related("uploaded_by")
    return {
        "project": {"id": project.pk, "status": str(ProjectStatus(project.status).label)},
        "run": RunSerializer(run).data if run else None,
        "videos": [VideoSerializer(video).data for video in videos],
    }


def refusal(user: User, project_id: int) -> ClosedPayload | None:
    """Why the user may not look at the project; None when they may."""
    if projects_visible_to(user).filter(pk=project_id).exists():
        return None
    is_there = Project.objects.filter(pk=project_id, deleted_at=None).exists()
    return {"reason": "access_removed" if is_there else "project_deleted"}


PROJECTS = StreamSource(topic=project_topic, snapshot=snapshot, refusal=refusal)

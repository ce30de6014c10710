"""What a list shows of each project, in a number of queries that does not grow with the list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, Q, Sum

from apps.accounts.models import User
from apps.projects.models import Member, MemberRole, Project, Video, VideoState
from apps.projects.selectors.projects import role_effective


@dataclass(frozen=True, slots=True)
class ProjectCard:
    project: Project
    my_role: MemberRole | None
    video_count: int
    duration_seconds: float
    thumbnail_video_id: int | None


def project_cards(projects: Sequence[Project], *, user: User) -> list[ProjectCard]:
    roles = dict(
        Member.objects.filter(user=user, project__in=projects).values_list("project", "role")
    )
    ready = Q(state=VideoState.READY)
    videos: dict[int, dict[str, Any]] = {
        row["project"]: dict(row)
        for row in Video.objects.filter(project__in=projects)
        .order_by()
        .values("project")
        .annotate(
            count=Count("pk"),
            seconds=Sum("duration_seconds", filter=ready),
            thumbnail=Min("pk", filter=Q(has_thumbnail=True)),
        )
    }
    nothing: dict[str, Any] = {"count": 0, "seconds": None, "thumbnail": None}
    cards = []
    for project in projects:
        facts = videos.get(project.pk, nothing)
        card = ProjectCard(
            project=project,
            my_role=role_effective(
                user, owner_id=project.owner_id, member_role=roles.get(project.pk)
            ),
            video_count=facts["count"],
            duration_seconds=facts["seconds"] or 0.0,
            thumbnail_video_id=facts["thumbnail"],
        )
        cards.append(card)
    return cards

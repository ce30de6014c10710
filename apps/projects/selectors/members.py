"""Who works in a project."""

from dataclasses import dataclass
from datetime import datetime

from apps.accounts.models import User
from apps.projects.models import Project

OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Membership:
    user: User
    role: str
    created_at: datetime


def memberships_of(project: Project) -> list[Membership]:
    """The owner, then the members in the order in which they came."""
    members = project.members.select_related("user")
    return [
        Membership(user=project.owner, role=OWNER, created_at=project.created_at),
        *(Membership(user=row.user, role=row.role, created_at=row.created_at) for row in members),
    ]

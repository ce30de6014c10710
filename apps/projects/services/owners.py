"""What becomes of somebody's projects when they leave."""

from django.db import transaction

from apps.accounts.models import Role, User
from apps.accounts.services import last_administrator_guard
from apps.common.errors import Conflict, Invalid
from apps.projects.models import Member, Project
from apps.projects.services.projects import project_delete


@transaction.atomic
def user_delete(
    *, user: User, by: User, transfer_to: int | None = None, delete_projects: bool = False
) -> None:
    """Projects go to somebody else or with the person; nothing happens unless it is said."""
    last_administrator_guard(user)
    owned = Project.objects.filter(owner=user, deleted_at=None)
    if transfer_to is not None:
        _projects_transfer(user, transfer_to)
    elif delete_projects:
        for project in owned:
            project_delete(project, by=by)
    elif owned.exists():
        raise Conflict(
            f"{user} owns {owned.count()} projects; say who gets them, or that they go too.",
            code="user_owns_projects",
        )
    _purging_projects_take_over(user, by)
    user.delete()


def _projects_transfer(user: User, to_id: int) -> None:
    new_owner = User.objects.filter(pk=to_id, is_active=True).exclude(pk=user.pk).first()
    if new_owner is None or not new_owner.has_role(Role.OPERATOR):
        message = "The new owner must be somebody else, active and at least an operator."
        raise Invalid(message, fields={"transfer_to": [message]})
    projects = Project.objects.filter(owner=user, deleted_at=None)
    Member.objects.filter(user=new_owner, project__in=projects).delete()
    projects.update(owner=new_owner)


def _purging_projects_take_over(user: User, by: User) -> None:
    """Rows of deleted projects live until they are purged, and a project always has an owner."""
    heir = by if by.pk != user.pk else User.objects.exclude(pk=user.pk).earliest("pk")
    Project.objects.filter(owner=user).exclude(deleted_at=None).update(owner=heir)

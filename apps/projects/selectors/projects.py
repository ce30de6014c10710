"""Which projects somebody may see, and what they may do there."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.accounts.models import Role, User
from apps.common.errors import Forbidden, NotFound
from apps.projects.models import Member, MemberRole, Project


def projects_visible_to(user: User) -> QuerySet[Project]:
    """Not deleted, and owned by them, shared with them, or they are an administrator."""
    projects = Project.objects.filter(deleted_at=None)
    if user.has_role(Role.ADMIN):
        return projects
    return projects_worked_on_by(projects, user_id=user.pk)


def projects_worked_on_by(projects: QuerySet[Project], *, user_id: int) -> QuerySet[Project]:
    """Those of `projects` that somebody owns or is a member of."""
    is_member = Exists(Member.objects.filter(project=OuterRef("pk"), user=user_id))
    return projects.filter(Q(owner=user_id) | is_member)


def project_role(user: User, project: Project) -> MemberRole | None:
    """What the user may do in the project; None for a stranger."""
    member = Member.objects.filter(project=project, user=user).only("role").first()
    return role_effective(
        user, owner_id=project.owner_id, member_role=member.role if member else None
    )


def role_effective(user: User, *, owner_id: int, member_role: str | None) -> MemberRole | None:
    """Owners and administrators manage; a global viewer is never more than a viewer."""
    if owner_id == user.pk or user.has_role(Role.ADMIN):
        role = MemberRole.MANAGER
    elif member_role is None:
        return None
    else:
        role = MemberRole(member_role)
    return role if user.has_role(Role.OPERATOR) else MemberRole.VIEWER


def project_get_for(*, user: User, id: int, role: MemberRole = MemberRole.VIEWER) -> Project:
    """The project, for somebody who may do at least what `role` may."""
    project = projects_visible_to(user).select_related("owner").filter(pk=id).first()
    own_role = project_role(user, project) if project else None
    if project is None or own_role is None:
        raise NotFound("There is no such project, or it is not yours to see.")
    if own_role.rank < role.rank:
        raise Forbidden(f"This needs the role {role.value} in the project.")
    return project

"""Which projects somebody may see, and what they may do there."""

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from apps.accounts.models import Role, User
from apps.common.errors import Forbidden, NotFound
from apps.projects.models import Member, MemberRole, Project


class ProjectNotFound(NotFound):
    """Also what a stranger hears."""

    def __init__(self) -> None:
        super().__init__("There is no such project, or it is not yours to see.")


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
    projects = Project.objects.filter(pk=id).select_related("owner")
    project = projects.annotate(member_role=member_role_of(user, project="pk")).first()
    if project is None:
        raise ProjectNotFound
    project_check(user, project, member_role=project.member_role, role=role)
    return project


def member_role_of(user: User, *, project: str) -> Subquery:
    """The user's row in `Member` for rows that name their project in the column `project`.

    Asked together with the row it costs no journey to the database of its own.
    """
    return Subquery(Member.objects.filter(project=OuterRef(project), user=user).values("role"))


def project_check(
    user: User, project: Project, *, member_role: str | None, role: MemberRole
) -> None:
    """Refuse what `project_get_for` refuses, for a project that is known already."""
    own_role = role_effective(user, owner_id=project.owner_id, member_role=member_role)
    if project.deleted_at is not None or own_role is None:
        raise ProjectNotFound
    if own_role.rank < role.rank:
        raise Forbidden(f"This needs the role {role.value} in the project.")

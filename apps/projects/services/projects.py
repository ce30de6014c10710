"""Making, changing and deleting projects."""

from functools import partial

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.common.errors import Forbidden, Invalid
from apps.jobs.models import ACTIVE_STATES, Job, JobKind
from apps.jobs.services import job_cancel, job_create
from apps.live.services import project_deleted
from apps.projects.models import Member, MemberRole, Project
from apps.projects.selectors import ProjectNotFound


def project_create(*, owner: User, name: str, description: str = "") -> Project:
    return Project.objects.create(owner=owner, name=name, description=description)


@transaction.atomic
def project_update(
    seen: Project,
    *,
    by: User,
    name: str | None = None,
    description: str | None = None,
    owner: User | None = None,
) -> Project:
    # Read again: what somebody else has changed meanwhile stays changed, its owner too.
    project = Project.objects.select_for_update().filter(pk=seen.pk, deleted_at=None).first()
    if project is None:
        raise ProjectNotFound
    if name is not None:
        project.name = name
    if description is not None:
        project.description = description
    project.save(update_fields=["name", "description", "updated_at"])
    if owner is not None and owner.pk != project.owner_id:
        _project_hand_over(project, to=owner, by=by)
    return project


def _project_hand_over(project: Project, *, to: User, by: User) -> None:
    """The new owner needs no row as a member; the old one stays as a manager."""
    if by.pk != project.owner_id and not by.has_role(Role.ADMIN):
        raise Forbidden("Only the owner or an administrator may give a project away.")
    if not to.is_active or not to.has_role(Role.OPERATOR):
        message = "The new owner must be active and at least an operator."
        raise Invalid(message, fields={"owner": [message]})
    Member.objects.filter(project=project, user=to).delete()
    Member.objects.create(project=project, user=project.owner, role=MemberRole.MANAGER)
    project.owner = to
    project.save(update_fields=["owner"])


@transaction.atomic
def project_delete(project: Project, *, by: User | None) -> None:
    """Gone at once for everybody; a job removes rows and files, which can take its time."""
    now = timezone.now()
    if not Project.objects.filter(pk=project.pk, deleted_at=None).update(deleted_at=now):
        raise ProjectNotFound
    for job in Job.objects.filter(project=project, state__in=ACTIVE_STATES):
        job_cancel(job)
    job_create(kind=JobKind.PROJECT_PURGE, project=project, created_by=by)
    transaction.on_commit(partial(project_deleted, project.pk))

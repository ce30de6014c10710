"""Who else works in a project."""

from functools import partial

from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.common.errors import Conflict, NotFound
from apps.live.services import access_changed
from apps.projects.models import Member, MemberRole, Project


def member_add(*, project: Project, user: User, role: MemberRole) -> Member:
    _owner_guard(project, user.pk)
    try:
        with transaction.atomic():
            return Member.objects.create(project=project, user=user, role=role)
    except IntegrityError:
        raise Conflict(f"{user} is a member already.", code="already_member") from None


def member_update(*, project: Project, user_id: int, role: MemberRole) -> Member:
    member = _member_get(project, user_id)
    member.role = role
    member.save(update_fields=["role"])
    _tell_streams(user_id)
    return member


def member_remove(*, project: Project, user_id: int) -> None:
    _member_get(project, user_id).delete()
    _tell_streams(user_id)


def _member_get(project: Project, user_id: int) -> Member:
    _owner_guard(project, user_id)
    member = project.members.select_related("user").filter(user__id=user_id).first()
    if member is None:
        raise NotFound("There is no such member in this project.")
    return member


def _owner_guard(project: Project, user_id: int) -> None:
    if user_id == project.owner_id:
        raise Conflict("The owner always manages the project.", code="member_is_owner")


def _tell_streams(user_id: int) -> None:
    transaction.on_commit(partial(access_changed, user_id))

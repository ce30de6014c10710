"""How the list of projects is narrowed down."""

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django_filters import rest_framework as filters

from apps.common.filters import LARGEST_ID, DateTimeFilter, IdFilter
from apps.projects.models import Project, ProjectStatus
from apps.projects.selectors import projects_worked_on_by

STATUS_BY_NAME = {status.label: status for status in ProjectStatus}


def _id_or_me(value: str) -> None:
    if value != "me" and not (value.isdecimal() and len(value) < 20 and int(value) <= LARGEST_ID):
        raise ValidationError("Give the id of a user, or `me`.")


class ProjectFilter(filters.FilterSet):
    status = filters.ChoiceFilter(
        choices=[(name, name) for name in STATUS_BY_NAME], method="filter_status"
    )
    owner = filters.CharFilter(
        method="filter_owner", validators=[_id_or_me], label="The id of a user, or `me`."
    )
    member = IdFilter(method="filter_member", label="The id of a user who owns it or is a member.")
    created_after = DateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = DateTimeFilter(field_name="created_at", lookup_expr="lt")

    def filter_status(
        self, projects: QuerySet[Project], name: str, value: str
    ) -> QuerySet[Project]:
        return projects.filter(status=STATUS_BY_NAME[value])

    def filter_owner(self, projects: QuerySet[Project], name: str, value: str) -> QuerySet[Project]:
        return projects.filter(owner=self.request.user.pk if value == "me" else int(value))

    def filter_member(
        self, projects: QuerySet[Project], name: str, value: int
    ) -> QuerySet[Project]:
        return projects_worked_on_by(projects, user_id=value)

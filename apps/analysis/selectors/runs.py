"""Runs, for those who may see their projects."""

from collections.abc import Iterable

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.analysis.models import Run
from apps.analysis.selectors.progress import RUN_RELATIONS, RunView, run_views
from apps.common.errors import NotFound
from apps.jobs.models import ACTIVE_STATES
from apps.projects.models import MemberRole, Project
from apps.projects.selectors import project_get_for, projects_visible_to


def runs_visible_to(user: User) -> QuerySet[Run]:
    """Newest first."""
    # Not joined: MySQL would begin at the few detectors and read all runs to find a page.
    runs = Run.objects.filter(project__in=projects_visible_to(user))
    return runs.prefetch_related(*RUN_RELATIONS)


def run_get_for(*, user: User, id: int, role: MemberRole = MemberRole.VIEWER) -> Run:
    """The run, for somebody who may do at least what `role` may in its project."""
    run = runs_visible_to(user).filter(pk=id).first()
    if run is None:
        raise NotFound("There is no such run, or it is not yours to see.")
    project_get_for(user=user, id=run.project_id, role=role)
    return run


def run_view(run_id: int) -> RunView | None:
    """The run as it is shown; None when it is gone."""
    views = run_views(list(Run.objects.filter(pk=run_id).select_related(*RUN_RELATIONS)))
    return views[0] if views else None


def active_runs_by_project(project_ids: Iterable[int]) -> dict[int, RunView]:
    """The run that is going on in each project, where there is one."""
    runs = Run.objects.filter(
        project__in=list(project_ids), job__state__in=ACTIVE_STATES
    ).prefetch_related(*RUN_RELATIONS)
    return {view.run.project_id: view for view in run_views(list(runs))}


def latest_run(project: Project) -> RunView | None:
    views = run_views(list(project.runs.select_related(*RUN_RELATIONS).order_by("-id")[:1]))
    return views[0] if views else None

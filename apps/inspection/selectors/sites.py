"""Versions of a site; version 0 is the empty one that every project begins with."""

from functools import cache

from django.db.models import QuerySet

from apps.common.errors import NotFound
from apps.inspection.models import SiteVersion
from apps.projects.models import Project
from workers.vibration.pour_site import EMPTY, PourSite


@cache
def empty_site() -> PourSite:
    return PourSite.from_json(EMPTY)


def site_newest(project: Project) -> SiteVersion:
    """The newest version; not saved if it is the empty one."""
    return project.site_versions.select_related("created_by").first() or _version_0(project)


def site_version_get(project: Project, version: int) -> SiteVersion:
    if version == 0:
        return _version_0(project)
    found = project.site_versions.select_related("created_by").filter(version=version).first()
    if found is None:
        raise NotFound("The site has no such version.")
    return found


def site_versions(project: Project) -> QuerySet[SiteVersion]:
    """Newest first, without the sites themselves."""
    return project.site_versions.select_related("created_by").defer("site")


def _version_0(project: Project) -> SiteVersion:
    empty = empty_site()
    return SiteVersion(
        project=project,
        version=0,
        site=empty.document,
        sha256=empty.sha256,
        problems=[problem.to_json() for problem in empty.problems()],
    )

"""Saving a site: each version is kept, and whoever was slower is told."""

from django.db import IntegrityError, transaction
from django.db.models import Max

from apps.accounts.models import User
from apps.common.errors import Conflict, Invalid
from apps.inspection.models import SiteVersion
from apps.inspection.services.audit import audit
from apps.inspection.services.camera import movements_request
from apps.inspection.services.requests import inspection_request
from apps.projects.models import Project, Video
from workers.errors import WorkerError
from workers.vibration.pour_site import PourSite, Problem


def site_save(
    *, project: Project, by: User, based_on: int, site: object, note: str = ""
) -> SiteVersion:
    """The next version of the site; the inspection is computed anew.

    Raises Invalid with the code of what is wrong with it, Conflict when `based_on` is not the
    newest version any more.
    """
    checked = site_check(site)
    problems = [problem.to_json() for problem in site_problems(project, checked)]
    try:
        with transaction.atomic():
            newest = project.site_versions.aggregate(newest=Max("version"))["newest"] or 0
            if newest != based_on:
                raise _changed(newest)
            saved = SiteVersion.objects.create(
                project=project,
                version=newest + 1,
                site=checked.document,
                sha256=checked.sha256,
                note=note,
                problems=problems,
                created_by=by,
            )
            audit(
                project,
                by=by,
                action="site_saved",
                subject=f"site {saved.version}",
                note=note,
                sha256=saved.sha256,
            )
            movements_request(project, checked)
            inspection_request(project.pk, by=by)
    except IntegrityError:
        # Both had read the same newest version; the other one was written first.
        raise _changed(based_on + 1) from None
    return saved


def _changed(newest: int) -> Conflict:
    return Conflict(
        f"Somebody else saved version {newest} meanwhile.",
        code="site_changed",
        fields={"based_on": [f"The newest version is {newest}."]},
    )


def site_check(site: object) -> PourSite:
    """The checked site; what is wrong with it is said of the field `site`."""
    try:
        return PourSite.from_json(site)
    except WorkerError as error:
        raise Invalid(error.message, code=error.code, fields={"site": [error.message]}) from error


def site_problems(project: Project, site: PourSite) -> list[Problem]:
    """What to know before trusting it, also that it names videos which are not there."""
    known = {str(pk) for pk in Video.objects.filter(project=project).values_list("pk", flat=True)}
    strange = [
        Problem("video_unknown", "The project has no such video (any more).", f"cameras.{name}")
        for name in site.document["cameras"]
        if name not in known
    ]
    return [*site.problems(), *strange]

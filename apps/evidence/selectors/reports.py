"""The guarded door to records."""

from apps.accounts.models import User
from apps.common.errors import NotFound
from apps.evidence.models import Report
from apps.projects.models import MemberRole
from apps.projects.selectors import project_get_for


def report_get_for(*, user: User, id: int, role: MemberRole = MemberRole.VIEWER) -> Report:
    """A record of a project that the user may see.

    Raises:
        NotFound: there is none, or it is not theirs to see.
        Forbidden: they may see it but not do what needs the role.
    """
    report = Report.objects.select_related("project", "job", "created_by").filter(pk=id).first()
    if report is None:
        raise NotFound("There is no such record.")
    try:
        project_get_for(user=user, id=report.project_id, role=role)
    except NotFound:
        raise NotFound("There is no such record.") from None
    return report

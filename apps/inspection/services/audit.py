"""Every change of a record of a pour leaves an entry, in the transaction that makes it."""

from typing import Any

from apps.accounts.models import User
from apps.inspection.models import AuditEntry
from apps.projects.models import Project


def audit(
    project: Project | int, *, by: User | None, action: str, subject: str, **details: Any
) -> AuditEntry:
    """Note that `by` did `action` (such as `site_saved`) to `subject` (such as `site 3`)."""
    project_id = project if isinstance(project, int) else project.pk
    return AuditEntry.objects.create(
        project_id=project_id, by=by, action=action, subject=subject[:100], details=details
    )

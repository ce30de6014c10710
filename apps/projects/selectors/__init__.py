"""The guarded doors to projects: nothing else decides who may see or do what."""

from apps.projects.selectors.projects import (
    project_get_for,
    project_role,
    projects_visible_to,
    projects_worked_on_by,
)

__all__ = [
    "project_get_for",
    "project_role",
    "projects_visible_to",
    "projects_worked_on_by",
]

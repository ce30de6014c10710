"""The guarded doors to projects: nothing else decides who may see or do what."""

from apps.projects.selectors.projects import (
    ProjectNotFound,
    project_get_for,
    projects_visible_to,
    projects_worked_on_by,
)

__all__ = [
    "ProjectNotFound",
    "project_get_for",
    "projects_visible_to",
    "projects_worked_on_by",
]

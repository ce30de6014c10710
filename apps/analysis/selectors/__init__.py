"""What may be read of runs and results, and by whom."""

from apps.analysis.selectors.runs import (
    active_runs_by_project,
    latest_run,
    run_get_for,
    run_view,
    runs_visible_to,
)

__all__ = [
    "active_runs_by_project",
    "latest_run",
    "run_get_for",
    "run_view",
    "runs_visible_to",
]

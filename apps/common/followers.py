"""What apps further up want to hear of apps below, by import string: loaded when it happens."""

from functools import partial

from django.db import transaction
from django.utils.module_loading import import_string

# def follow(project_id: int) -> None, called after the commit. Nobody may rely on being called:
# a process can die in between.
RESULTS_GREW = ("apps.inspection.services.requests.results_grew",)
RESULTS_SETTLED = ("apps.inspection.services.requests.results_settled",)


def results_grew(project_id: int) -> None:
    """A part of a run has new results."""
    _tell(RESULTS_GREW, project_id)


def results_settled(project_id: int) -> None:
    """A run is over, or a run or a video is gone."""
    _tell(RESULTS_SETTLED, project_id)


def _tell(paths: tuple[str, ...], project_id: int) -> None:
    for path in paths:
        transaction.on_commit(partial(_call, path, project_id), robust=True)


def _call(path: str, project_id: int) -> None:
    import_string(path)(project_id)

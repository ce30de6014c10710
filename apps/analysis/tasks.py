"""Celery's way in: ids only, one call each."""

from celery import shared_task

from apps.analysis.running import segment_run


@shared_task(name="analysis.analyse_segment")
def analyse_segment(segment_id: str) -> None:
    segment_run(int(segment_id))

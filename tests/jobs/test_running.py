"""How a worker comes to a job, and what becomes of it."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections
from pytest_django import Settings

from apps.jobs.models import Job, JobKind, JobState
from apps.jobs.running import job_run
from apps.jobs.services import job_cancel, job_claim
from tests.jobs import handlers
from tests.stack import wait_for

pytestmark = pytest.mark.django_db(transaction=True)

Use = Callable[[str], None]


def job_new() -> Job:
    return Job.objects.create(kind=JobKind.VIDEO_PROXY)


def run_aside(job: Job) -> threading.Thread:
    def work() -> None:
        job_run(str(job.pk))
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_of_many_workers_exactly_one_gets_the_job() -> None:
    job = job_new()
    claimed: list[Job | None] = []
    barrier = threading.Barrier(8)

    def claim(number: int) -> None:
        barrier.wait()
        claimed.append(job_claim(str(job.pk), f"worker-{number}"))
        connections.close_all()

    threads = [threading.Thread(target=claim, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == 8
    assert len([found for found in claimed if found is not None]) == 1
    job.refresh_from_db()
    assert job.attempts == 1


def test_a_job_that_works_is_completed(handler: Use) -> None:
    handler("good")
    job = job_new()
    job_run(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.progress, job.attempts) == ("completed", 1.0, 1)
    assert job.started_at is not None


def test_a_message_delivered_twice_does_the_work_once(handler: Use) -> None:
    handler("good")
    job = job_new()
    job_run(str(job.pk))
    job_run(str(job.pk))
    assert handlers.calls == [str(job.pk)]


def test_a_message_for_a_job_that_is_gone_is_left_quietly(handler: Use) -> None:
    handler("good")
    job = job_new()
    Job.objects.all().delete()
    job_run(str(job.pk))
    assert handlers.calls == []


def test_a_refusal_fails_the_job_with_its_code(handler: Use) -> None:
    handler("refuses")
    job = job_new()
    job_run(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "not_so")
    assert job.error_message == "It cannot be done."


def test_a_bug_is_tried_again_and_then_fails_the_job(
    handler: Use, messages: Callable[[], int]
) -> None:
    handler("breaks")
    job = job_new()
    states = []
    for _ in range(3):
        job_run(str(job.pk))
        job.refresh_from_db()
        states.append(job.state)
    assert states == ["queued", "queued", "failed"]
    assert job.error_code == "internal_error"
    assert messages() == 2


def test_a_database_that_is_away_for_a_moment_does_not_count_as_a_try(
    handler: Use, messages: Callable[[], int]
) -> None:
    handler("away")
    job = job_new()
    job_run(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("queued", 0)
    job_run(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("completed", 1)


def test_cancelling_stops_the_work_within_seconds(handler: Use) -> None:
    handler("endless")
    job = job_new()
    thread = run_aside(job)
    wait_for(lambda: handlers.calls, timeout_s=10)
    asked_at = time.monotonic()
    assert job_cancel(job)
    thread.join(10)
    assert time.monotonic() - asked_at < 5
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED


def test_cancelled_while_finishing_it_ends_cancelled(handler: Use) -> None:
    handler("finishes_although_cancelled")
    job = job_new()
    job_run(str(job.pk))
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED


def test_who_lost_the_lease_leaves_the_job_to_the_new_owner(handler: Use) -> None:
    handler("loses_its_lease")
    job = job_new()
    job_run(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.lease_owner) == ("running", "somebody else")


def test_deleted_while_running_stops_the_work(handler: Use) -> None:
    handler("endless")
    job = job_new()
    thread = run_aside(job)
    wait_for(lambda: handlers.calls, timeout_s=10)
    Job.objects.all().delete()
    thread.join(10)
    assert not thread.is_alive()
    assert not Job.objects.exists()


def test_a_lease_is_held_while_the_work_goes_on(handler: Use, settings: Settings) -> None:
    settings.JOB_LEASE = timedelta(seconds=1)
    handler("endless")
    job = job_new()
    thread = run_aside(job)
    wait_for(lambda: handlers.calls, timeout_s=10)
    job.refresh_from_db()
    first = job.lease_expires_at
    assert first is not None

    def renewed() -> bool:
        job.refresh_from_db()
        return job.lease_expires_at is not None and job.lease_expires_at > first

    wait_for(renewed, timeout_s=10)
    job_cancel(job)
    thread.join(10)

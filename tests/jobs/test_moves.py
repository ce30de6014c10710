"""The state table: what is not in it does not happen."""

import itertools

import pytest

from apps.jobs.models import Job, JobKind, JobState
from apps.jobs.services import job_cancel, job_move

ALLOWED = {
    ("queued", "running"),
    ("queued", "failed"),
    ("queued", "cancelled"),
    ("running", "queued"),
    ("running", "completed"),
    ("running", "failed"),
    ("running", "cancelling"),
    ("cancelling", "cancelled"),
}


def job_in(state: str, **fields: object) -> Job:
    return Job.objects.create(kind=JobKind.VIDEO_PROXY, state=state, **fields)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("source", "target"), list(itertools.product(JobState.values, JobState.values))
)
def test_a_job_moves_only_by_the_table(source: str, target: str) -> None:
    job = job_in(source)
    moved = job_move(job, JobState(target))
    assert moved == ((source, target) in ALLOWED)
    job.refresh_from_db()
    assert job.state == (target if moved else source)


@pytest.mark.django_db
def test_a_move_that_somebody_else_has_made_fails_quietly() -> None:
    job = job_in("running", lease_owner="a")
    stale = Job.objects.get(pk=job.pk)
    assert job_move(job, JobState.COMPLETED, held_by="a")
    assert not job_move(stale, JobState.FAILED, held_by="a")
    assert Job.objects.get(pk=job.pk).state == JobState.COMPLETED


@pytest.mark.django_db
def test_who_has_lost_the_lease_moves_nothing() -> None:
    job = job_in("running", lease_owner="the new one")
    assert not job_move(job, JobState.COMPLETED, held_by="the old one")


@pytest.mark.django_db
def test_the_end_of_a_job_gives_up_its_lease_and_says_when() -> None:
    job = job_in("running", lease_owner="a")
    job_move(job, JobState.COMPLETED)
    job.refresh_from_db()
    assert (job.lease_owner, job.lease_expires_at) == ("", None)
    assert job.finished_at is not None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("source", "after"),
    [("queued", "cancelled"), ("running", "cancelling"), ("cancelling", "cancelling")],
)
def test_cancelling_ends_what_nobody_works_on_and_asks_who_does(source: str, after: str) -> None:
    job = job_in(source)
    assert job_cancel(job) == (source != "cancelling")
    job.refresh_from_db()
    assert job.state == after


@pytest.mark.django_db
@pytest.mark.parametrize("source", ["completed", "failed", "cancelled"])
def test_what_has_ended_is_not_cancelled(source: str) -> None:
    assert not job_cancel(job_in(source))

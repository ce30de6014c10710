"""What dead workers and an emptied broker leave behind is picked up, without flooding."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.common.redis import redis_client, redis_key
from apps.jobs.models import Job, JobKind
from apps.jobs.presence import Presence, workers_alive
from apps.jobs.reaper import reap
from apps.jobs.services import job_create
from tests.stack import wait_for

pytestmark = pytest.mark.django_db(transaction=True)

Messages = Callable[[], int]


@pytest.fixture(autouse=True)
def reaper_state(messages: Messages) -> None:
    """The reaper has been round before, and no worker is alive."""
    client = redis_client()
    client.set(redis_key("messages-kept"), "1")
    client.set(redis_key("swept"), "1", ex=60)
    client.delete(redis_key("workers"))


def job_held(state: str = "running", **fields: object) -> Job:
    ago = timezone.now() - timedelta(seconds=1)
    return Job.objects.create(
        kind=JobKind.VIDEO_CHECK,
        state=state,
        lease_owner="lost:1:aa",
        **{"lease_expires_at": ago, "attempts": 1, **fields},
    )


def test_a_job_whose_worker_was_lost_is_queued_and_sent_again(messages: Messages) -> None:
    job = job_held()
    reap()
    job.refresh_from_db()
    assert (job.state, job.lease_owner, job.attempts) == ("queued", "", 1)
    assert messages() == 1


def test_a_job_whose_lease_still_holds_is_left_alone(messages: Messages) -> None:
    job = job_held(lease_expires_at=timezone.now() + timedelta(seconds=30))
    reap()
    job.refresh_from_db()
    assert (job.state, messages()) == ("running", 0)


def test_a_job_that_lost_too_many_workers_fails_and_says_so(messages: Messages) -> None:
    job = job_held(attempts=3)
    reap()
    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "worker_lost")
    assert "3 times" in job.error_message
    assert messages() == 0


def test_a_job_whose_worker_was_lost_while_cancelling_is_cancelled() -> None:
    job = job_held("cancelling")
    reap()
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_messages_that_an_emptied_broker_lost_are_sent_again_once(messages: Messages) -> None:
    for _ in range(3):
        job_create(kind=JobKind.VIDEO_CHECK)
    assert messages() == 3
    redis_client().delete(redis_key("celery", "io"), redis_key("messages-kept"))
    reap()
    assert messages() == 3
    reap()
    assert messages() == 3


def test_a_message_that_could_not_be_sent_is_sent_by_the_reaper(messages: Messages) -> None:
    Job.objects.create(kind=JobKind.VIDEO_CHECK)
    reap()
    assert messages() == 1
    reap()
    assert messages() == 1


def test_a_message_that_an_idle_worker_does_not_have_is_sent_again(messages: Messages) -> None:
    ago = timezone.now() - timedelta(seconds=60)
    Job.objects.create(kind=JobKind.VIDEO_CHECK, enqueued_at=ago)
    reap()
    assert messages() == 0, "without a worker a message may just be waiting"
    worker = Presence()
    worker.start(name="io@test", queues=["io"], concurrency=2)
    try:
        wait_for(workers_alive, timeout_s=10)
        reap()
        assert messages() == 0, "a worker that has just become idle may be about to take it"
        worker._idle_since = worker._idle_since - 60  # type: ignore[operator]
        worker._tell()
        reap()
        reap()
        assert messages() == 1
        worker.task_begins("a")
        worker.task_begins("b")
        worker._tell()
        Job.objects.update(enqueued_at=ago)
        reap()
        assert messages() == 1, "a busy worker leaves messages waiting"
    finally:
        worker.stop()


def test_a_second_reaper_at_the_same_time_stays_out(messages: Messages) -> None:
    job_held()
    with redis_client().lock(redis_key("reaper"), timeout=10):
        reap()
    assert messages() == 0
    reap()
    assert messages() == 1


def test_the_sweep_is_sent_once_an_hour(messages: Messages) -> None:
    redis_client().delete(redis_key("swept"))
    reap()
    reap()
    assert messages() == 1
    assert 0 < redis_client().ttl(redis_key("swept")) <= 3600

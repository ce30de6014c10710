"""What a reader of a training's event stream gets, and who may read it."""

import shutil
from collections.abc import Iterator

import pytest
from django.conf import settings

from apps.accounts.models import Role, User
from apps.accounts.services import token_create
from apps.common.redis import redis_client
from apps.jobs.models import Job, JobState
from apps.jobs.services import job_move
from apps.live.services import access_changed, event_send, log_key, training_topic
from apps.training.models import PointKind, Training, TrainingPhase
from apps.training.services import training_delete, training_resume
from apps.training.telling import progress_tell
from tests.api.learning import learning_things
from tests.cast import user_make
from tests.live.conftest import LiveServer


@pytest.fixture
def engineer(transactional_db: None) -> Iterator[User]:
    yield user_make("engineer", Role.ENGINEER)
    shutil.rmtree(settings.DATASET_ROOT, ignore_errors=True)


@pytest.fixture
def training(engineer: User) -> Training:
    """One that runs, with one point."""
    learning_things(engineer)
    training = Training.objects.get()
    Job.objects.filter(pk=training.job_id).update(state=JobState.RUNNING)
    redis_client().delete(log_key(training_topic(training.pk)))
    training.job.refresh_from_db()
    return training


@pytest.fixture
def token(engineer: User) -> str:
    return token_create(user=engineer, name="reader", expires_in_days=1)[1]


def step(training: Training, n: int) -> None:
    """As the worker tells of a step."""
    event = {"epoch": 1, "step": n, "loss": 0.5, "learning_rate": 0.1}
    point = training.points.create(n=n, kind=PointKind.STEP, event=event)
    training.phase, training.epoch, training.seconds_left = TrainingPhase.TRAINING, 1, 9.0
    progress_tell(training, 0.25, point)


def test_it_begins_with_the_training_and_goes_on_with_its_points(
    live: LiveServer, training: Training, token: str
) -> None:
    with live.read_training(training.pk, token=token) as reader:
        first = reader.next()
        assert first.name == "snapshot"
        assert (first.data["training"]["id"], first.data["training"]["state"]) == (
            training.pk,
            "running",
        )
        # A project of the same number is another topic.
        event_send(training.pk, "state", {"video_removed": 1})
        step(training, 2)
        told = reader.next()
        job_move(training.job, JobState.FAILED, error_code="training_crashed")
        ended = reader.next()
    assert told.name == "progress"
    assert told.data == {
        "training": training.pk,
        "phase": "training",
        "progress": 0.25,
        "epoch": 1,
        "seconds_left": 9.0,
        "points": [
            {
                "n": 2,
                "kind": "step",
                "epoch": 1,
                "step": 2,
                "loss": 0.5,
                "learning_rate": 0.1,
                "AP": None,
                "AP50": None,
            }
        ],
    }
    assert (ended.name, ended.data["training"]["state"]) == ("state", "failed")
    assert ended.data["training"]["error"]["code"] == "training_crashed"


def test_who_reconnects_gets_the_points_that_were_missed(
    live: LiveServer, training: Training, token: str
) -> None:
    with live.read_training(training.pk, token=token) as reader:
        reader.next()
        step(training, 2)
        seen = reader.next()
    step(training, 3)
    step(training, 4)
    with live.read_training(training.pk, token=token, last_event_id=seen.id) as reader:
        assert [reader.next().data["points"][0]["n"] for _ in range(2)] == [3, 4]


def test_a_new_attempt_is_told_and_a_deletion_ends_the_stream(
    live: LiveServer, training: Training, engineer: User, token: str
) -> None:
    job_move(training.job, JobState.FAILED)
    with live.read_training(training.pk, token=token) as reader:
        assert reader.next().data["training"]["attempt"] == 1
        resumed = training_resume(training, by=engineer)
        assert reader.next().data["training"]["attempt"] == 2
        job_move(resumed.job, JobState.CANCELLED)
        assert reader.next().data["training"]["state"] == "cancelled"
        training_delete(resumed)
        assert reader.next_named("closed").data == {"reason": "training_deleted"}
        reader.wait_end()


def test_only_engineers_may_read(
    live: LiveServer, training: Training, engineer: User, token: str
) -> None:
    operator = token_create(user=user_make("operator"), name="reader", expires_in_days=1)[1]
    address = f"{live.origin}/api/v1/trainings/{training.pk}/events/"
    assert live.get_at(address).status_code == 401
    assert live.get_at(address, Authorization=f"Token {operator}").status_code == 404
    missing = f"{live.origin}/api/v1/trainings/{training.pk + 99}/events/"
    assert live.get_at(missing, Authorization=f"Token {token}").status_code == 404
    with live.read_training(training.pk, token=token) as reader:
        reader.next()
        User.objects.filter(pk=engineer.pk).update(role=Role.OPERATOR)
        access_changed(engineer.pk)
        assert reader.next_named("closed").data == {"reason": "access_removed"}

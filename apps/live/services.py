"""The one sender of live events. An event is a hint: losing one loses nothing."""

import json
import logging
from collections.abc import Mapping
from typing import Any

import redis.exceptions
from django.core.serializers.json import DjangoJSONEncoder

from apps.common.redis import redis_client, redis_key
from apps.live.events import (
    FindingPayload,
    ProgressPayload,
    StatePayload,
    TrainingPayload,
    TrainingProgressPayload,
)

logger = logging.getLogger(__name__)

LOG_LENGTH = 2000
LOG_SECONDS = 24 * 3600


def project_topic(project_id: int) -> str:
    return f"project:{project_id}"


def training_topic(training_id: int) -> str:
    return f"training:{training_id}"


def log_key(topic: str) -> str:
    """The Redis stream that keeps a topic's last events for those who reconnect."""
    return redis_key("events", topic)


def bell_channel() -> str:
    """Where every web process hears which topic has news, or whose access has changed."""
    return redis_key("events-bell")


def event_send(
    project_id: int, event: str, payload: ProgressPayload | StatePayload | FindingPayload
) -> None:
    """Tell those who look at the project."""
    _send(project_topic(project_id), event, payload)


def training_event_send(
    training_id: int, event: str, payload: TrainingPayload | TrainingProgressPayload
) -> None:
    """Tell those who look at the training."""
    _send(training_topic(training_id), event, payload)


def access_changed(user_id: int) -> None:
    """Let the person's open streams ask again whether they may go on."""
    _ring({"user": user_id})


def project_deleted(project_id: int) -> None:
    """Let the project's open streams end."""
    _ring({"deleted": project_topic(project_id)})


def training_deleted(training_id: int) -> None:
    """Let the training's open streams end."""
    _ring({"deleted": training_topic(training_id)})


def _send(topic: str, event: str, payload: Mapping[str, Any]) -> None:
    """Append the event to the topic's log and ring the bell."""
    data = json.dumps(payload, cls=DjangoJSONEncoder, separators=(",", ":"))
    key = log_key(topic)
    try:
        with redis_client().pipeline() as pipeline:
            pipeline.xadd(key, {"event": event, "data": data}, maxlen=LOG_LENGTH, approximate=True)
            pipeline.expire(key, LOG_SECONDS)
            pipeline.publish(bell_channel(), json.dumps({"topic": topic}))
            pipeline.execute()
    except redis.exceptions.RedisError as error:
        logger.warning("event %s of %s was not sent: %s", event, topic, error)


def _ring(message: dict[str, int | str]) -> None:
    try:
        redis_client().publish(bell_channel(), json.dumps(message))
    except redis.exceptions.RedisError as error:
        logger.warning("streams were not told of %s: %s", message, error)

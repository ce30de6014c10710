"""The one sender of live events. An event is a hint: losing one loses nothing."""

import json
import logging

import redis.exceptions
from django.core.serializers.json import DjangoJSONEncoder

from apps.common.redis import redis_client, redis_key
from apps.live.events import FindingPayload, ProgressPayload, StatePayload

logger = logging.getLogger(__name__)

LOG_LENGTH = 2000
LOG_SECONDS = 24 * 3600


def log_key(project_id: int) -> str:
    """The Redis stream that keeps a project's last events for those who reconnect."""
    return redis_key("events", project_id)


def bell_channel() -> str:
    """Where every web process hears which project has news, or whose access has changed."""
    return redis_key("events-bell")


def event_send(
    project_id: int, event: str, payload: ProgressPayload | StatePayload | FindingPayload
) -> None:
    """Append the event to the project's log and ring the bell."""
    data = json.dumps(payload, cls=DjangoJSONEncoder, separators=(",", ":"))
    key = log_key(project_id)
    try:
        with redis_client().pipeline() as pipeline:
            pipeline.xadd(key, {"event": event, "data": data}, maxlen=LOG_LENGTH, approximate=True)
            pipeline.expire(key, LOG_SECONDS)
            pipeline.publish(bell_channel(), json.dumps({"project": project_id}))
            pipeline.execute()
    except redis.exceptions.RedisError as error:
        logger.warning("event %s of project %s was not sent: %s", event, project_id, error)


def access_changed(user_id: int) -> None:
    """Let the person's open streams ask again whether they may go on."""
    _ring({"user": user_id})


def project_deleted(project_id: int) -> None:
    """Let the project's open streams end."""
    _ring({"deleted_project": project_id})


def _ring(message: dict[str, int]) -> None:
    try:
        redis_client().publish(bell_channel(), json.dumps(message))
    except redis.exceptions.RedisError as error:
        logger.warning("streams were not told of %s: %s", message, error)

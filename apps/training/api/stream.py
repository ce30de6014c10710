"""What the event stream of a training begins with, and who may have it."""

from apps.accounts.models import Role, User
from apps.live.consumers import StreamSource
from apps.live.events import ClosedPayload, TrainingPayload
from apps.live.services import training_topic
from apps.training.selectors import training_get, trainings_all
from apps.training.serializers import TrainingSerializer


def snapshot(training_id: int) -> TrainingPayload:
    """The training as it is now; its points are asked for by their number."""
    return {"training": TrainingSerializer(training_get(training_id)).data}


def refusal(user: User, training_id: int) -> ClosedPayload | None:
    """Why the user may not look at the training; None when they may."""
    if not user.has_role(Role.ENGINEER):
        return {"reason": "access_removed"}
    if not trainings_all().filter(pk=training_id).exists():
        return {"reason": "training_deleted"}
    return None


TRAININGS = StreamSource(topic=training_topic, snapshot=snapshot, refusal=refusal)

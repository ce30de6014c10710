"""What can go wrong while a detector is trained, for people."""

from workers.errors import WorkerError


class TrainingError(WorkerError):
    """A detector cannot be trained with this data or recipe, or on this machine."""

"""Errors that the input or the set-up is to blame for.

Everything else that goes wrong in here is a bug and keeps its own type.
"""


class WorkerError(Exception):
    """A failure that a person can understand and act on.

    Attributes:
        code: stable snake_case name, for programs and translations.
        message: one clear English line, for people.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = " ".join(message.split())

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[type["WorkerError"], tuple[str, str]]:
        # The default would call the class with the message alone.
        return type(self), (self.code, self.message)

    def to_json(self) -> dict[str, str]:
        """Return the error as `{"code", "message"}`."""
        return {"code": self.code, "message": self.message}


class MediaError(WorkerError):
    """A video or an image cannot be used."""


class DetectorError(WorkerError):
    """A detector cannot be loaded or gives what it should not."""


class EvaluationError(WorkerError):
    """Ground truth or results cannot be evaluated."""


class SimulationError(WorkerError):
    """A simulated pour cannot be made as it was asked for."""

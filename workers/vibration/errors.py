"""What can be wrong with what the vibration analysis is given."""

from workers.errors import WorkerError


class SiteError(WorkerError):
    """A site set-up cannot be used."""


class CalibrationError(WorkerError):
    """Points do not make a calibration."""


class FramesError(WorkerError):
    """Frame results cannot be used."""

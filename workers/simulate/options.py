"""What a simulated pour is made from."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

from workers.errors import SimulationError

Difficulty = Literal["easy", "middle", "hard"]
DIFFICULTIES: tuple[Difficulty, ...] = get_args(Difficulty)

MAX_SECONDS = 4 * 3600.0
MIN_SIDE_PX = 160
MAX_SIDE_PX = 3840
MAX_FPS = 60.0
MAX_IDLE_POKERS = 8


@dataclass(frozen=True, slots=True)
class Options:
    """The wishes for one pour; the same wishes always give the same pour.

    Attributes:
        seed: picks the site, the crew, the work, the mistakes and the look; 0 <= seed < 2**63.
        seconds: length of the video.
        difficulty: how hard it is to see: light, crowd, noise, shake, compression.
        width: of the picture, even, pixels.
        height: of the picture, even, pixels.
        fps: frames per second.
        idle_pokers: how many lie on the ground, as far as there is room in the picture; None for
            one or none, as the difficulty has it.

    Raises:
        SimulationError: `simulation_option_invalid`, with the option and its range.
    """

    seed: int
    seconds: float = 60.0
    difficulty: Difficulty = "middle"
    width: int = 960
    height: int = 540
    fps: float = 10.0
    idle_pokers: int | None = None

    def __post_init__(self) -> None:
        _require(0 <= self.seed < 2**63, f"seed must lie in [0, 2^63), not {self.seed}")
        _require(
            math.isfinite(self.seconds) and 0.5 <= self.seconds <= MAX_SECONDS,
            f"seconds must lie in [0.5, {MAX_SECONDS:g}], not {self.seconds:g}",
        )
        _require(
            self.difficulty in DIFFICULTIES,
            f"difficulty must be one of {', '.join(DIFFICULTIES)}, not {self.difficulty!r}",
        )
        sides = (self.width, self.height)
        _require(
            all(MIN_SIDE_PX <= side <= MAX_SIDE_PX and side % 2 == 0 for side in sides),
            f"width and height must be even and lie in [{MIN_SIDE_PX}, {MAX_SIDE_PX}] pixels,"
            f" not {self.width}x{self.height}",
        )
        _require(
            0.5 <= self.width / self.height <= 4,
            f"the picture must be between 1:2 and 4:1, not {self.width}x{self.height}",
        )
        _require(
            math.isfinite(self.fps) and 1 <= self.fps <= MAX_FPS,
            f"fps must lie in [1, {MAX_FPS:g}], not {self.fps:g}",
        )
        _require(
            self.idle_pokers is None or 0 <= self.idle_pokers <= MAX_IDLE_POKERS,
            f"idle_pokers must lie in [0, {MAX_IDLE_POKERS}], not {self.idle_pokers}",
        )


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise SimulationError("simulation_option_invalid", message)

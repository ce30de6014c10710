"""How long a training will still take."""

from dataclasses import dataclass, field

from workers.training.batches import input_size_at
from workers.training.recipe import Recipe

# How much the newest step counts in the average.
_NEWEST = 0.1


@dataclass(slots=True)
class Clock:
    """Learns from the steps that were made; a step costs in proportion to its pixels.

    Attributes:
        steps: of the whole training.
        epochs: of the whole training.
        is_judged: whether each epoch ends with a judgement.
    """

    recipe: Recipe
    steps: int
    is_judged: bool
    _seconds_per_pixel: float | None = field(default=None, init=False)
    _judging_s: float = field(default=0.0, init=False)

    def step_took(self, step: int, seconds: float) -> None:
        """Take note of a step."""
        cost = seconds / self._pixels_at(step)
        before = self._seconds_per_pixel
        self._seconds_per_pixel = cost if before is None else before + _NEWEST * (cost - before)

    def judging_took(self, seconds: float) -> None:
        """Take note of a judgement."""
        self._judging_s = seconds

    def seconds_left(self, step: int, epochs_left: int) -> float:
        """Return the estimate after so many steps; 0 while nothing is known."""
        if self._seconds_per_pixel is None:
            return 0.0
        first_left = max(0, round(self.recipe.first_share * self.steps) - step)
        pixels = first_left * self._pixels_at(0)
        pixels += (self.steps - step - first_left) * self._pixels_at(self.steps)
        return pixels * self._seconds_per_pixel + epochs_left * self._judging_s * self.is_judged

    def _pixels_at(self, step: int) -> int:
        width, height = input_size_at(step, self.steps, self.recipe)
        return width * height

"""Training of D-FINE detectors, from scratch or from a folder."""

from workers.training.data import TrainingSet
from workers.training.errors import TrainingError
from workers.training.recipe import Recipe
from workers.training.run import Outcome, Provenance, train

__all__ = ["Outcome", "Provenance", "Recipe", "TrainingError", "TrainingSet", "train"]

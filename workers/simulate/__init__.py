"""A seeded, rendered concrete pour with its ground truth.

`planner` decides who stands where when and which rules are broken (pure data, `plan`); the other
modules draw what was planned. `simulate` writes the four files of one pour, `render_scene` gives
single pictures with boxes, for training.
"""

from workers.simulate.options import Options
from workers.simulate.planner import plan_pour
from workers.simulate.run import render_scene, simulate

__all__ = ["Options", "plan_pour", "render_scene", "simulate"]

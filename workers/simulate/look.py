"""How a site looks: light, colours and camera, chosen by the seed within the difficulty."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from workers.simulate.mesh import Colour, Light
from workers.simulate.options import Difficulty
from workers.simulate.tools import PokerLook

GroundKind = Literal["soil", "gravel", "deck", "slab"]
BackdropKind = Literal["hoarding", "netting", "building", "open"]

_GROUNDS: dict[GroundKind, Colour] = {
    "soil": (142.0, 112.0, 82.0),
    "gravel": (138.0, 134.0, 126.0),
    "deck": (176.0, 132.0, 82.0),
    "slab": (158.0, 156.0, 150.0),
}
_FORMWORK: list[Colour] = [
    (186.0, 140.0, 80.0),
    (150.0, 72.0, 44.0),
    (206.0, 172.0, 60.0),
    (120.0, 130.0, 138.0),
    (92.0, 74.0, 58.0),
    (64.0, 104.0, 148.0),
]
_HOSES: list[Colour] = [
    (30.0, 30.0, 32.0),
    (52.0, 50.0, 48.0),
    (206.0, 170.0, 40.0),
    (196.0, 86.0, 36.0),
    (44.0, 74.0, 128.0),
    (120.0, 36.0, 34.0),
]
_WEATHER: dict[Difficulty, tuple[float, float, float]] = {
    # Shares of sun, overcast and floodlight.
    "easy": (0.45, 0.55, 0.0),
    "middle": (0.45, 0.40, 0.15),
    "hard": (0.40, 0.30, 0.30),
}
_SHAKE_PX: dict[Difficulty, float] = {"easy": 0.0, "middle": 0.5, "hard": 1.1}
_NOISE: dict[Difficulty, tuple[float, float]] = {
    "easy": (1.0, 2.5),
    "middle": (2.0, 5.0),
    "hard": (4.0, 9.0),
}
_CRF: dict[Difficulty, tuple[int, int]] = {"easy": (20, 23), "middle": (23, 27), "hard": (27, 32)}
_OCCLUDER: dict[Difficulty, float] = {"easy": 0.0, "middle": 0.2, "hard": 0.6}


@dataclass(frozen=True, slots=True)
class Look:
    """The colours, the light and the camera's faults of one site.

    Attributes:
        shake_px: standard deviation of the camera's movement in a picture 960 pixels wide.
        noise: standard deviation of the sensor's noise, 0-255.
        crf: quality of the compression, x264's scale: higher is worse.
        gains: RGB factors of the white balance.
        gamma: of the picture.
        blur_px: standard deviation of the lens blur.
    """

    light: Light
    sky: Colour
    concrete: Colour
    wet_gain: float
    ground: GroundKind
    ground_colour: Colour
    backdrop: BackdropKind
    formwork: Colour
    rebar: Colour
    poker: PokerLook
    shake_px: float
    noise: float
    crf: int
    gains: Colour
    gamma: float
    vignette: float
    blur_px: float
    has_occluder: bool

    @classmethod
    def choose(cls, rng: np.random.Generator, difficulty: Difficulty) -> "Look":
        """Choose a look."""
        light, sky = _choose_light(rng, difficulty)
        grounds: list[GroundKind] = list(_GROUNDS)
        ground = grounds[int(rng.integers(len(grounds)))]
        backdrops: list[BackdropKind] = ["hoarding", "netting", "building", "open"]
        grey = float(rng.uniform(104, 150))
        return cls(
            light=light,
            sky=sky,
            concrete=_varied(rng, (grey, grey * 0.985, grey * 0.94), 7),
            wet_gain=float(rng.uniform(0.90, 1.14)),
            ground=ground,
            ground_colour=_varied(rng, _GROUNDS[ground], 14),
            backdrop=backdrops[int(rng.integers(len(backdrops)))],
            formwork=_varied(rng, _FORMWORK[int(rng.integers(len(_FORMWORK)))], 14),
            rebar=_varied(rng, (112.0, 74.0, 52.0), 16),
            poker=PokerLook(
                hose=_varied(rng, _HOSES[int(rng.integers(len(_HOSES)))], 12),
                steel=_varied(rng, (148.0, 150.0, 154.0), 22),
                radius_m=float(rng.uniform(0.025, 0.036)),
            ),
            shake_px=_SHAKE_PX[difficulty],
            noise=float(rng.uniform(*_NOISE[difficulty])) * (1.4 if sky[0] < 60 else 1.0),
            crf=int(rng.integers(*_CRF[difficulty], endpoint=True)),
            gains=_varied(rng, (1.0, 1.0, 1.0), 0.05),
            gamma=float(rng.uniform(0.88, 1.14)),
            vignette=float(rng.uniform(0.0, 0.22)),
            blur_px=float(rng.uniform(0.45, 0.85 if difficulty != "hard" else 1.15)),
            has_occluder=bool(rng.random() < _OCCLUDER[difficulty]),
        )


def _choose_light(rng: np.random.Generator, difficulty: Difficulty) -> tuple[Light, Colour]:
    kind = str(rng.choice(["sun", "overcast", "flood"], p=_WEATHER[difficulty]))
    azimuth = float(rng.uniform(0, 2 * np.pi))
    height = np.radians(float(rng.uniform(34, 66)))
    to_sun = (
        float(np.cos(azimuth) * np.cos(height)),
        float(np.sin(azimuth) * np.cos(height)),
        float(np.sin(height)),
    )
    if kind == "sun":
        sky = _varied(rng, (150.0, 186.0, 222.0), 14)
        tint = _varied(rng, (1.05, 1.0, 0.90), 0.04)
        return Light(
            to_sun, float(rng.uniform(0.6, 0.85)), float(rng.uniform(0.45, 0.6)), tint, sky
        ), sky
    if kind == "overcast":
        sky = _varied(rng, (196.0, 200.0, 204.0), 10)
        return Light(
            to_sun, float(rng.uniform(0.08, 0.2)), float(rng.uniform(0.78, 1.0)), (1, 1, 1), sky
        ), sky
    sky = _varied(rng, (34.0, 38.0, 52.0), 8)
    tint = _varied(rng, (1.06, 0.98, 0.84), 0.06)
    return Light(
        to_sun, float(rng.uniform(0.45, 0.62)), float(rng.uniform(0.24, 0.34)), tint, sky
    ), sky


def _varied(rng: np.random.Generator, colour: Colour, spread: float) -> Colour:
    """Change a colour in brightness (all channels together) and a little in hue."""
    together, alone = rng.uniform(-spread, spread), rng.uniform(-spread, spread, 3) / 3
    r, g, b = (max(channel + together + a, 0.0) for channel, a in zip(colour, alone, strict=True))
    return float(r), float(g), float(b)

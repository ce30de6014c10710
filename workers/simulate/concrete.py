"""The surface of the concrete: stony and dull where it was placed, smooth where it was vibrated."""

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.simulate.camera import Camera
from workers.simulate.look import Look
from workers.simulate.motion import smooth
from workers.simulate.noise import Field, blurred, fractal, relief, speckle
from workers.simulate.painter import Image
from workers.simulate.plan import Bay, Insertion

PX_PER_M = 110
_SPREAD_S = 8.0


class Concrete:
    """The surface of a bay, in plan and in the picture.

    The plan has (rows along y, columns along x) cells of 1 / PX_PER_M metres.

    Attributes:
        rough: (H, W, 3) uint8, the picture of the whole surface before vibration.
        smooth: (H, W, 3) uint8, the same after it.
        placed: (H, W) uint8, coverage of the picture by concrete, 0-255.
    """

    def __init__(self, rng: np.random.Generator, camera: Camera, bay: Bay, look: Look) -> None:
        self._bay = bay
        shape = (int(bay.rect.y1 * PX_PER_M), int(bay.rect.x1 * PX_PER_M))
        self._shape = shape
        self._size = (camera.width, camera.height)
        self._to_picture = camera.ground_homography() @ np.diag([1 / PX_PER_M, 1 / PX_PER_M, 1.0])
        self._grain = fractal(rng, shape, [(22, 0.6), (9, 0.4)])
        self._front = fractal(rng, (shape[0], 1), [(60, 0.14), (18, 0.06)])[:, 0]
        placed = self._placed(rng)
        self.placed = self._warp(placed)
        base = np.array(look.concrete, dtype=np.float32)
        self.rough = self._warp(_rough(rng, shape, base, placed, look))
        self.smooth = self._warp(_smooth(rng, shape, base, look))
        self.done = self._done_before()

    def _warp(self, plan: NDArray[np.uint8]) -> Image:
        # Twice as large and then halved: the far part has several cells in a pixel.
        fine = cv2.warpPerspective(
            plan,
            np.diag([2.0, 2.0, 1.0]) @ self._to_picture,
            (self._size[0] * 2, self._size[1] * 2),
            flags=cv2.INTER_LINEAR,
        )
        return np.asarray(cv2.resize(fine, self._size, interpolation=cv2.INTER_AREA), np.uint8)

    def _beyond(self, x_m: float, ragged: float) -> Field:
        """Return how far each cell lies beyond the ragged line at x, in the direction of work."""
        xs = (np.arange(self._shape[1], dtype=np.float32) + 0.5) / PX_PER_M
        line = np.float32(x_m) + ragged * self._front[:, None]
        return np.asarray((xs[None] - line) * self._bay.flow, dtype=np.float32)

    def _placed(self, rng: np.random.Generator) -> NDArray[np.uint8]:
        lumps = fractal(rng, self._shape, [(26, 0.05), (9, 0.035)])
        edge = -self._beyond(self._bay.front_x, 1.0) + lumps
        return np.asarray(np.clip(edge * 24 + 0.5, 0, 1) * 255, dtype=np.uint8)

    def _done_before(self) -> NDArray[np.uint8]:
        """Return the plan of what was vibrated before the video, 0-255."""
        edge = -self._beyond(self._bay.done_x, 0.5) + 0.05 * self._grain - 0.05
        return np.asarray(np.clip(edge * 9 + 0.5, 0, 1) * 255, dtype=np.uint8)

    def stamp(
        self, done: NDArray[np.uint8], insertion: Insertion, radius_m: float, t: float
    ) -> None:
        """Add to the plan of what is vibrated the work of one insertion until `t` seconds."""
        worked_s = min(t, insertion.end_s) - insertion.start_s
        if worked_s <= 0:
            return
        places = [(insertion.x_m, insertion.y_m)]
        drag = insertion.drag
        if drag is not None and t > drag.start_s:
            share = min((t - drag.start_s) / (drag.end_s - drag.start_s), 1.0)
            places += [
                (
                    insertion.x_m + part * share * (drag.x_m - insertion.x_m),
                    insertion.y_m + part * share * (drag.y_m - insertion.y_m),
                )
                for part in (0.25, 0.5, 0.75, 1.0)
            ]
        share = smooth(worked_s / _SPREAD_S)
        for x, y in places:
            self._stamp_disc(done, x, y, radius_m * (0.35 + 0.55 * share), 0.5 + 0.5 * share)

    def _stamp_disc(
        self, done: NDArray[np.uint8], x: float, y: float, radius_m: float, strength: float
    ) -> None:
        reach = radius_m * 1.5
        x0, x1 = (int(np.clip((x + d) * PX_PER_M, 0, self._shape[1])) for d in (-reach, reach))
        y0, y1 = (int(np.clip((y + d) * PX_PER_M, 0, self._shape[0])) for d in (-reach, reach))
        rows, columns = np.mgrid[y0:y1, x0:x1].astype(np.float32)
        distance = np.hypot(columns / PX_PER_M - x, rows / PX_PER_M - y)
        edge = radius_m * (1 + 0.16 * self._grain[y0:y1, x0:x1]) - distance
        disc = np.clip(edge * 16 + 0.5, 0, 1) * (255 * strength)
        here = done[y0:y1, x0:x1]
        np.maximum(here, disc.astype(np.uint8), out=here)

    def region(self, insertion: Insertion, radius_m: float) -> tuple[int, int, int, int]:
        """Return the part of the picture that an insertion can change, half-open pixels."""
        places = [(insertion.x_m, insertion.y_m)]
        if insertion.drag is not None:
            places.append((insertion.drag.x_m, insertion.drag.y_m))
        reach = 1.6 * radius_m
        corners = np.array(
            [
                ((x + dx) * PX_PER_M, (y + dy) * PX_PER_M, 1.0)
                for x, y in places
                for dx in (-reach, reach)
                for dy in (-reach, reach)
            ]
        )
        flat = corners @ self._to_picture.T
        pixels = flat[:, :2] / flat[:, 2:]
        low, high = np.floor(pixels.min(axis=0)), np.ceil(pixels.max(axis=0)) + 1
        return (
            int(np.clip(low[0], 0, self._size[0])),
            int(np.clip(low[1], 0, self._size[1])),
            int(np.clip(high[0], 0, self._size[0])),
            int(np.clip(high[1], 0, self._size[1])),
        )

    def draw(
        self, picture: Image, done: NDArray[np.uint8], region: tuple[int, int, int, int]
    ) -> None:
        """Draw the surface into a part of the (H, W, 3) picture."""
        x0, y0, x1, y1 = region
        if x0 >= x1 or y0 >= y1:
            return
        shift = np.array([[1.0, 0.0, -x0], [0.0, 1.0, -y0], [0.0, 0.0, 1.0]])
        vibrated = cv2.warpPerspective(done, shift @ self._to_picture, (x1 - x0, y1 - y0))
        window = (slice(y0, y1), slice(x0, x1))
        surface = mix(self.rough[window], self.smooth[window], np.asarray(vibrated, np.uint8))
        picture[window] = mix(picture[window], surface, self.placed[window])


def mix(below: Image, above: Image, share: Image) -> Image:
    """Blend two (H, W, 3) pictures by (H, W) shares, 0-255."""
    factor = cv2.merge([share, share, share])
    return np.asarray(
        cv2.add(
            cv2.multiply(below, cv2.bitwise_not(factor), scale=1 / 255),
            cv2.multiply(above, factor, scale=1 / 255),
        ),
        dtype=np.uint8,
    )


def _rough(
    rng: np.random.Generator,
    shape: tuple[int, int],
    base: NDArray[np.float32],
    placed: NDArray[np.uint8],
    look: Look,
) -> NDArray[np.uint8]:
    """Return the plan of the fresh surface: lumps, stones, boot prints, a slope at the front."""
    lumps = fractal(rng, shape, [(34, 5.0), (14, 4.0), (7, 2.4), (3, 1.0)])
    cells = shape[0] * shape[1]
    stones = speckle(rng, shape, cells // 90, (0.6, 2.3))
    prints = blurred(speckle(rng, shape, cells // 9000, (5.0, 12.0)), 1.1)
    height = lumps + 1.2 * stones + 2.2 * np.minimum(prints, 0)
    # The concrete slopes down to where it ends.
    slope = blurred(np.asarray(placed / 255, dtype=np.float32), 0.16 * PX_PER_M)
    direct = 0.35 + 0.65 * look.light.sun
    shade = relief(height + np.float32(26) * slope, look.light.to_sun, 0.9 * direct)
    cavity = 1 + 0.035 * np.clip(lumps, -6, 3)
    tone = (0.62 + 0.38 * shade) * cavity * (0.78 + 0.22 * slope)
    plan = base * 0.94 * tone[:, :, None] + 9 * stones[:, :, None]
    return np.asarray(np.clip(plan * _ground_light(look), 0, 255), dtype=np.uint8)


def _smooth(
    rng: np.random.Generator, shape: tuple[int, int], base: NDArray[np.float32], look: Look
) -> NDArray[np.uint8]:
    """Return the plan of the vibrated surface: flat paste with a wet shine and some bubbles."""
    waves = fractal(rng, shape, [(60, 3.0), (24, 1.4), (8, 0.35)])
    shade = relief(waves, look.light.to_sun, 0.35)
    shine = np.clip(fractal(rng, shape, [(70, 0.5), (26, 0.35), (10, 0.15)]), 0, 1.2)
    bubbles = speckle(rng, shape, shape[0] * shape[1] // 2200, (0.5, 1.2))
    plan = (
        base * look.wet_gain * (0.75 + 0.25 * shade)[:, :, None] - 7 * np.abs(bubbles)[:, :, None]
    )
    # The sky in a wet surface is paler than the sky.
    sky = 0.4 * np.array(look.sky, dtype=np.float32) + 0.6 * np.float32(np.mean(look.sky))
    gloss = 0.20 * shine[:, :, None]
    lit = plan * _ground_light(look)
    return np.asarray(np.clip(lit * (1 - gloss) + sky * gloss * 1.15, 0, 255), dtype=np.uint8)


def _ground_light(look: Look) -> NDArray[np.float32]:
    """Return the (3,) RGB factors of light on the ground."""
    up, white = np.array([[0.0, 0.0, 1.0]]), np.array([[100.0, 100.0, 100.0]])
    return np.asarray(look.light.shade(up, white)[0] / 100, dtype=np.float32)

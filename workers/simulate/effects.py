"""What light, lens and sensor do to the picture."""

import cv2
import numpy as np

from workers.simulate.camera import Camera
from workers.simulate.look import Look
from workers.simulate.painter import Image

_NOISE_BANK = 24


class Lens:
    """Turns a painted picture into what this camera records."""

    def __init__(self, rng: np.random.Generator, camera: Camera, pad_px: int, look: Look) -> None:
        self._look = look
        self._pad_px = pad_px
        self._size = (camera.width - 2 * pad_px, camera.height - 2 * pad_px)
        self._table = _tone_table(look)
        self._gain = _vignette(self._size, look)
        # Coarser than a pixel, as noise is after the sensor's colour filter.
        height, width = self._size[1] + _NOISE_BANK, self._size[0] + _NOISE_BANK
        grain = rng.standard_normal((height, width, 3), dtype=np.float32)
        grain = 0.7 * cv2.GaussianBlur(grain, (3, 3), 0.7) / 0.42 + 0.7 * grain[:, :, :1]
        self._noise = np.clip(grain * look.noise, -127, 127).astype(np.int16)

    def record(self, painted: Image, shift: tuple[float, float], rng: np.random.Generator) -> Image:
        """Return the (H, W, 3) recorded picture of a padded one, moved by (x, y) pixels."""
        move = np.array([[1.0, 0.0, shift[0] - self._pad_px], [0.0, 1.0, shift[1] - self._pad_px]])
        picture = cv2.warpAffine(painted, move, self._size, flags=cv2.INTER_LINEAR)
        picture = cv2.GaussianBlur(picture, (0, 0), self._look.blur_px)
        picture = cv2.LUT(picture, self._table)
        if self._gain is not None:
            picture = cv2.multiply(picture, self._gain, scale=1 / 255)
        x, y = rng.integers(0, _NOISE_BANK, 2)
        noise = self._noise[y : y + self._size[1], x : x + self._size[0]]
        return np.asarray(cv2.add(picture, noise, dtype=cv2.CV_8U), dtype=np.uint8)


def _tone_table(look: Look) -> Image:
    """Return the (256, 1, 3) table of exposure, gamma and white balance."""
    levels = np.linspace(0, 1, 256)
    channels = [255 * np.clip(levels * gain, 0, 1) ** look.gamma for gain in look.gains]
    return np.asarray(np.stack(channels, axis=-1)[:, None], dtype=np.uint8)


def _vignette(size: tuple[int, int], look: Look) -> Image | None:
    if look.vignette < 0.03:
        return None
    x = np.linspace(-1, 1, size[0])[None, :]
    y = np.linspace(-1, 1, size[1])[:, None]
    gain = 255 * (1 - look.vignette * (x**2 + y**2) / 1.4)
    return np.repeat(np.clip(gain, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)

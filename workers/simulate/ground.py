"""The ground around the bay, and the rebar that no concrete covers yet."""

import cv2
import numpy as np

from workers.simulate.camera import Camera
from workers.simulate.look import Look
from workers.simulate.noise import Field, blurred, relief, speckle, tiled
from workers.simulate.painter import Image
from workers.simulate.plan import Bay, Rect

BED_Z_M = -0.24

_TILE_PX = 1024
_TILE_M = 8.0
_MAT_Z_M = (-0.20, -0.06)


def paint_ground(rng: np.random.Generator, camera: Camera, look: Look) -> Image:
    """Return the (H, W, 3) picture of the ground up to the horizon, and the sky above it."""
    to_ground = np.linalg.inv(camera.ground_homography()).astype(np.float32)
    u, v = np.meshgrid(
        np.arange(camera.width, dtype=np.float32), np.arange(camera.height, dtype=np.float32)
    )
    x, y, ahead = (to_ground[k, 0] * u + to_ground[k, 1] * v + to_ground[k, 2] for k in range(3))
    is_ground = ahead > 1e-4
    scale = np.where(is_ground, ahead, np.float32(1.0))
    x, y = x / scale, y / scale
    distance = np.hypot(x - np.float32(camera.eye[0]), y - np.float32(camera.eye[1]))
    texture = _ground_texture(rng, look)
    average = np.float32(texture.mean())
    tone = _by_distance(texture, x, y, np.asarray(distance, dtype=np.float32))
    per_m = np.float32(_TILE_PX / _TILE_M)
    tone *= 0.75 + 0.25 / average * _look_up(texture, x * per_m / 5.3, y * per_m / 5.3)
    light = look.light.shade(np.array([[0.0, 0.0, 1.0]]), np.array([look.ground_colour]))[0]
    haze = np.clip(distance / 90, 0, 0.85)
    sky_tone = np.clip(0.86 + 0.28 * v / camera.height, 0, 1)
    picture = np.empty((camera.height, camera.width, 3), dtype=np.uint8)
    for channel in range(3):
        ground = np.float32(light[channel]) * tone * (1 - haze) + haze * look.light.haze[channel]
        seen = np.where(is_ground, ground, np.float32(look.sky[channel]) * sky_tone)
        picture[:, :, channel] = np.clip(seen, 0, 255)
    return picture


def _by_distance(texture: Field, x: Field, y: Field, distance: Field) -> Field:
    """Return (H, W) brightness of the ground: the farther, the smoother the texture."""
    per_m = np.float32(_TILE_PX / _TILE_M)
    tone = _look_up(texture, x * per_m, y * per_m)
    for sigma_px, from_m, to_m in ((3.0, 7.0, 12.0), (10.0, 13.0, 22.0), (40.0, 24.0, 40.0)):
        margin = int(3 * sigma_px)
        wrapped = np.pad(texture, margin, mode="wrap")
        smoother = blurred(wrapped, sigma_px)[margin:-margin, margin:-margin]
        share = np.clip((distance - from_m) / (to_m - from_m), 0, 1)
        tone = tone * (1 - share) + share * _look_up(smoother, x * per_m, y * per_m)
    return np.asarray(tone, dtype=np.float32)


def _look_up(texture: Field, x: Field, y: Field) -> Field:
    wrap = np.float32(_TILE_PX)
    found = cv2.remap(
        np.pad(texture, ((0, 1), (0, 1)), mode="wrap"),
        np.mod(x, wrap).astype(np.float32),
        np.mod(y, wrap).astype(np.float32),
        cv2.INTER_LINEAR,
    )
    return np.asarray(found, dtype=np.float32)


def _ground_texture(rng: np.random.Generator, look: Look) -> Field:
    """Return a (side, side) tile of brightness around 1."""
    if look.ground == "deck":
        tile = 1 + 0.05 * tiled(rng, _TILE_PX, [(256, 0.6), (32, 0.5), (4, 0.4)])
        tile += 0.03 * np.repeat(tiled(rng, _TILE_PX, [(8, 1.0)])[:, :1], _TILE_PX, axis=1)
        sheet_x, sheet_y = _TILE_PX // 4, _TILE_PX // 8
        for k in range(8):
            for j in range(4):
                sheet = (
                    slice(k * sheet_y, (k + 1) * sheet_y),
                    slice(j * sheet_x, (j + 1) * sheet_x),
                )
                tile[sheet] *= 1 + rng.normal(0, 0.07)
        tile[::sheet_y] *= 0.6
        tile[1::sheet_y] *= 0.75
        tile[:, ::sheet_x] *= 0.6
        return np.asarray(tile, dtype=np.float32)
    coarse = {"soil": 0.13, "gravel": 0.07, "slab": 0.06}[look.ground]
    fine = {"soil": 0.07, "gravel": 0.10, "slab": 0.03}[look.ground]
    stones = {"soil": 2500, "gravel": 26000, "slab": 500}[look.ground]
    large = tiled(rng, _TILE_PX, [(256, 0.6), (64, 0.5), (16, 0.3)])
    small = tiled(rng, _TILE_PX, [(8, 0.4), (4, 0.5), (2, 0.8), (1, 0.5)])
    tile = 1 + coarse * large + fine * small
    pebbles = speckle(rng, tile.shape, stones, (0.6, 4.2 if look.ground == "gravel" else 2.6))
    # Each stone is lit from one side.
    lit = relief(blurred(np.abs(pebbles), 0.8), look.light.to_sun, 1.6) - 1
    tile += 0.12 * pebbles + 0.35 * lit
    if look.ground == "soil":
        tile *= _tyre_tracks(rng)
    return np.asarray(np.maximum(tile, 0.2), dtype=np.float32)


def _tyre_tracks(rng: np.random.Generator) -> Field:
    """Return (side, side) brightness of ruts that run along the tile."""
    ruts = np.ones((_TILE_PX, _TILE_PX), dtype=np.float32)
    width = _TILE_PX // 26
    for start in rng.integers(0, _TILE_PX - width, 3):
        bars = 1 - 0.10 * (np.arange(_TILE_PX) // 9 % 2)
        ruts[start : start + width] *= 0.9 * bars[None, :].astype(np.float32)
    return blurred(ruts, 2.0)


def paint_bed(
    rng: np.random.Generator, camera: Camera, bay: Bay, look: Look, picture: Image
) -> None:
    """Draw the bottom of the form and the rebar in it, as seen before the concrete covers it."""
    fine = camera.scaled(2.0)
    large = np.asarray(cv2.resize(picture, (fine.width, fine.height)), dtype=np.uint8)
    corners = np.array([(x, y, BED_Z_M) for x, y in bay.rect.corners])
    pixels, _ = fine.project(corners)
    colour = tuple(
        0.72 * c for c in look.light.shade(np.array([[0.0, 0, 1]]), np.array([look.formwork]))[0]
    )
    bed = np.zeros((fine.height, fine.width), dtype=np.uint8)
    cv2.fillConvexPoly(bed, np.round(pixels).astype(np.int32), 255)
    speckles = rng.standard_normal((fine.height, fine.width), dtype=np.float32)
    grain = 1 + 0.08 * blurred(speckles, 1.2)
    floor = np.clip(np.array(colour) * grain[:, :, None], 0, 255).astype(np.uint8)
    large[bed > 0] = floor[bed > 0]
    pitch = float(rng.uniform(0.16, 0.24))
    radius = float(rng.uniform(0.007, 0.011))
    shade = look.light.shade(np.array([[0.0, 0, 1]]), np.array([look.rebar]))[0]
    dark = tuple(float(0.35 * c) for c in colour)
    for z, tone in (
        (BED_Z_M + 0.005, dark),
        (_MAT_Z_M[0], tuple(0.6 * shade)),
        (_MAT_Z_M[1], tuple(shade)),
    ):
        _draw_mat(fine, large, bay.rect, pitch, radius, z, tone)
    small = cv2.resize(large, (camera.width, camera.height), interpolation=cv2.INTER_AREA)
    picture[:] = small


def _draw_mat(
    fine: Camera,
    picture: Image,
    rect: Rect,
    pitch: float,
    radius: float,
    z: float,
    tone: tuple[float, ...],
) -> None:
    """Draw two layers of bars at height z."""
    light = tuple(min(1.35 * channel + 12, 255.0) for channel in tone)
    for along_x in (True, False):
        length, across = (rect.x1, rect.y1) if along_x else (rect.y1, rect.x1)
        for offset in np.arange(0.08, across, pitch):
            s = np.linspace(0.02, length - 0.02, 9)
            o = np.full_like(s, offset)
            points = np.column_stack(
                [s, o, np.full_like(s, z)] if along_x else [o, s, np.full_like(s, z)]
            )
            pixels, depth = fine.project(points)
            thickness = np.maximum(2 * radius * fine.focal_px / np.maximum(depth, 0.5), 1.0)
            steps = np.round(pixels * 8).astype(np.int32)
            for k in range(len(s) - 1):
                width = max(round(float(thickness[k])), 1)
                ends = (steps[k].tolist(), steps[k + 1].tolist())
                cv2.line(picture, *ends, tone, width, cv2.LINE_AA, 3)
                if width > 2:
                    cv2.line(picture, *ends, light, max(width // 3, 1), cv2.LINE_AA, 3)

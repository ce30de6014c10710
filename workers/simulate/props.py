"""What stands around: formwork, starter bars, drives, barriers, clutter, the backdrop."""

import itertools

import numpy as np
from numpy.typing import NDArray

from workers.simulate.camera import Camera
from workers.simulate.ground import BED_Z_M
from workers.simulate.look import Look
from workers.simulate.mesh import Colour, Mesh, box, tube
from workers.simulate.plan import Bay, Point, Poker, Rect

FIXTURE_ID = 255

_WALL_M = 0.055
_BOARD_M = 0.055
_DRUMS = ((40.0, 90.0, 170.0), (60.0, 64.0, 66.0), (190.0, 60.0, 40.0))
_CRATES = ((170.0, 140.0, 100.0), (200.0, 196.0, 186.0), (80.0, 110.0, 90.0))
# The drum of a mixer: metres behind the cab and above the ground.
_DRUM_PATH = ((1.9, 1.7), (1.2, 1.8), (-0.6, 2.2), (-2.2, 2.7), (-2.8, 2.85))
_DRUM_RADII = (0.35, 0.95, 1.1, 0.6, 0.4)
_CABS = ((212.0, 214.0, 210.0), (200.0, 60.0, 40.0), (230.0, 190.0, 50.0), (60.0, 110.0, 170.0))


def formwork_walls(rng: np.random.Generator, bay: Bay, look: Look) -> list[tuple[Mesh, Point]]:
    """Return the four walls of the form, each with its outward direction."""
    rect = bay.rect
    walls = []
    for k, (a, b) in enumerate(
        zip(rect.corners, (*rect.corners[1:], rect.corners[0]), strict=True)
    ):
        out = [(0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)][k]
        walls.append((_wall(rng, np.array(a), np.array(b), np.array(out), look), out))
    return walls


def _wall(
    rng: np.random.Generator,
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    out: NDArray[np.float64],
    look: Look,
) -> Mesh:
    length = float(np.linalg.norm(b - a))
    heading = float(np.arctan2(b[1] - a[1], b[0] - a[0]))
    along = (b - a) / length
    panels = max(int(length / 1.2), 2)
    ends = np.linspace(-_BOARD_M, length + _BOARD_M, panels + 1)
    parts = []
    for start, end in itertools.pairwise(ends):
        middle = a + along * (start + end) / 2 + out * (_BOARD_M / 2 + 0.002)
        top = _WALL_M + float(rng.uniform(-0.008, 0.008))
        colour = _worn(rng, look.formwork)
        parts.append(
            box(
                (*middle, (top + BED_Z_M) / 2),
                (end - start - 0.006, _BOARD_M, top - BED_Z_M),
                heading,
                colour,
                FIXTURE_ID,
            )
        )
    for s in np.arange(0.3, length, 0.6):
        post = a + along * s + out * (_BOARD_M + 0.05)
        parts.append(
            box(
                (*post, -0.05),
                (0.08, 0.09, 0.30),
                heading,
                _worn(rng, (150.0, 116.0, 76.0)),
                FIXTURE_ID,
            )
        )
    return Mesh.join(parts)


def column_cages(rng: np.random.Generator, bay: Bay, look: Look) -> list[tuple[Mesh, Point]]:
    """Return starter bars of columns, away from the section, each with its place."""
    cages = []
    for _ in range(int(rng.integers(0, 3))):
        x = float(rng.uniform(0.5, bay.rect.x1 - 0.5))
        y = float(rng.uniform(bay.section.y0, bay.rect.y1 - 0.5))
        wide = Rect(
            bay.section.x0 - 0.8, bay.section.y0 - 1.2, bay.section.x1 + 0.8, bay.section.y1 + 0.9
        )
        if wide.contains(x, y):
            continue
        side, top = float(rng.uniform(0.26, 0.42)), float(rng.uniform(0.7, 1.5))
        parts = []
        for dx in (-0.5, 0.0, 0.5):
            for dy in (-0.5, 0.0, 0.5):
                if dx or dy:
                    foot = np.array([x + dx * side, y + dy * side, 0.0])
                    bar = np.array(
                        [foot, foot + np.array([0, 0, top * float(rng.uniform(0.92, 1.05))])]
                    )
                    parts.append(tube(bar, [0.011, 0.011], _worn(rng, look.rebar), FIXTURE_ID, 5))
        h = side / 2 + 0.014
        for z in np.arange(0.12, top - 0.15, 0.16):
            ring = np.array(
                [(x - h, y - h, z), (x + h, y - h, z), (x + h, y + h, z), (x - h, y + h, z)]
            )
            loop = np.concatenate([ring, ring[:1]])
            parts.append(tube(loop, np.full(5, 0.006), _worn(rng, look.rebar), FIXTURE_ID, 4))
        cages.append((Mesh.join(parts), (x, y)))
    return cages


def box_out(opening: Rect, look: Look) -> Mesh:
    """Return the box that keeps an opening free of concrete."""
    x, y = opening.center
    size = opening.x1 - opening.x0
    return Mesh.join(
        [
            box((x, y, 0.05), (size, size, 0.22), 0.0, look.formwork, FIXTURE_ID),
            box((x, y, 0.165), (size * 0.8, size * 0.8, 0.01), 0.0, (40.0, 34.0, 28.0), FIXTURE_ID),
        ]
    )


def drives(rng: np.random.Generator, pokers: tuple[Poker, ...]) -> list[Mesh]:
    """Return the motors of the pokers."""
    palette = [(200.0, 60.0, 40.0), (230.0, 180.0, 40.0), (50.0, 110.0, 170.0), (90.0, 100.0, 96.0)]
    meshes = []
    for poker in pokers:
        x, y = poker.drive
        heading = float(rng.uniform(0, np.pi))
        colour = _worn(rng, palette[int(rng.integers(len(palette)))])
        barrel = np.array(
            [(x - 0.18, y, 0.2), (x - 0.15, y, 0.2), (x + 0.15, y, 0.2), (x + 0.18, y, 0.2)]
        )
        meshes.append(
            Mesh.join(
                [
                    box((x, y, 0.045), (0.46, 0.30, 0.05), heading, (60.0, 60.0, 62.0), FIXTURE_ID),
                    tube(barrel, [0.03, 0.115, 0.115, 0.03], colour, FIXTURE_ID, 8),
                ]
            )
        )
    return meshes


def zone_barrier(zone: Rect) -> Mesh:
    """Return cones and striped poles around a danger zone, open to whoever does not care."""
    parts = []
    for x, y in zone.corners:
        cone = np.array([(x, y, 0.0), (x, y, 0.03), (x, y, 0.2), (x, y, 0.34), (x, y, 0.48)])
        stripes = np.array(
            [(40, 40, 40), (236, 90, 30), (238, 238, 232), (236, 90, 30)], dtype=float
        )
        parts.append(tube(cone, [0.17, 0.13, 0.09, 0.06, 0.02], stripes, FIXTURE_ID, 8))
    for (x0, y0), (x1, y1) in zip(zone.corners, (*zone.corners[1:], zone.corners[0]), strict=True):
        s = np.linspace(0.0, 1.0, 13)
        sag = 0.40 - 0.10 * np.sin(np.pi * s)
        band = np.column_stack([x0 + s * (x1 - x0), y0 + s * (y1 - y0), sag])
        colours = np.array([(226, 40, 36), (240, 240, 236)] * 6, dtype=float)
        parts.append(tube(band, np.full(13, 0.022), colours, FIXTURE_ID, 4))
    return Mesh.join(parts)


def backdrop(rng: np.random.Generator, bay: Bay, look: Look) -> list[Mesh]:
    """Return what stands behind the bay, in any order."""
    y = bay.rect.y1 + float(rng.uniform(4.0, 8.0))
    meshes = _clutter(rng, bay)
    if rng.random() < 0.4:
        meshes.append(_mixer(rng, float(rng.uniform(-3, bay.rect.x1)), y - 1.5))
    if look.backdrop == "hoarding":
        colour = [(40.0, 92.0, 160.0), (214.0, 216.0, 212.0), (60.0, 130.0, 90.0)][
            int(rng.integers(3))
        ]
        meshes += [
            box((x, y, 1.1), (1.96, 0.06, 2.2), 0.0, _worn(rng, colour), FIXTURE_ID)
            for x in np.arange(-24, 32, 2.0)
        ]
    elif look.backdrop == "netting":
        green = _worn(rng, (52.0, 122.0, 84.0))
        for x in np.arange(-24, 32, 1.8):
            meshes += [
                box((x, y + 0.1, z), (1.74, 0.03, 1.7), 0.0, _worn(rng, green), FIXTURE_ID)
                for z in (0.95, 2.75, 4.55)
            ]
            pole = np.array([(x + 0.9, y, 0.0), (x + 0.9, y, 5.6)])
            meshes.append(tube(pole, [0.03, 0.03], (150.0, 146.0, 140.0), FIXTURE_ID))
        meshes += [
            box((4.0, y - 0.03, z), (56.0, 0.06, 0.06), 0.0, (150.0, 120.0, 84.0), FIXTURE_ID)
            for z in (1.85, 3.65, 5.4)
        ]
    elif look.backdrop == "building":
        grey = _worn(rng, (150.0, 148.0, 142.0))
        meshes.append(
            box((4.0, y + 3.0, 3.0), (60.0, 0.2, 6.0), 0.0, (72.0, 70.0, 68.0), FIXTURE_ID)
        )
        meshes += [
            box((x, y, 1.5), (0.5, 0.5, 3.0), 0.0, _worn(rng, grey), FIXTURE_ID)
            for x in np.arange(-22, 32, 4.0)
        ]
        meshes += [box((4.0, y, z), (60.0, 0.7, 0.35), 0.0, grey, FIXTURE_ID) for z in (3.1, 6.2)]
    return meshes


def _mixer(rng: np.random.Generator, x: float, y: float) -> Mesh:
    """Return a concrete mixer that waits behind the bay, seen from its side."""
    side = float(rng.choice([-1.0, 1.0]))
    cab = _worn(rng, _CABS[int(rng.integers(len(_CABS)))])
    drum_path = np.array([(x + side * s, y, z) for s, z in _DRUM_PATH])
    stripes = np.array([_worn(rng, c) for c in (cab, (232.0, 232.0, 226.0)) * 2][:4])
    wheels = [
        tube(
            np.array([(x + side * s, y - d, 0.5) for d in (1.19, 1.18, 0.9)]),
            [0.02, 0.5, 0.5],
            (32.0, 32.0, 34.0),
            FIXTURE_ID,
            14,
        )
        for s in (-2.4, -1.2, 2.5)
    ]
    hubs = [
        box((x + side * s, y - 1.16, 0.5), (0.3, 0.1, 0.3), 0.0, (150.0, 150.0, 150.0), FIXTURE_ID)
        for s in (-2.4, -1.2, 2.5)
    ]
    return Mesh.join(
        [
            box((x, y, 0.85), (7.0, 2.1, 0.3), 0.0, (64.0, 64.0, 66.0), FIXTURE_ID),
            box((x + side * 2.9, y, 1.75), (1.6, 2.2, 1.8), 0.0, cab, FIXTURE_ID),
            box((x + side * 2.9, y, 2.2), (1.2, 2.24, 0.6), 0.0, (52.0, 64.0, 74.0), FIXTURE_ID),
            tube(drum_path, _DRUM_RADII, stripes, FIXTURE_ID, 14),
            *wheels,
            *hubs,
        ]
    )


def _clutter(rng: np.random.Generator, bay: Bay) -> list[Mesh]:
    """Return things that lie around, behind the bay and beside it."""
    makers = (_timber, _drum, _crate, _bars)
    meshes = []
    for _ in range(int(rng.integers(7, 15))):
        side = int(rng.integers(-1, 2))
        beside = float(rng.uniform(2.6, 5.0))
        if side == 0:
            x = float(rng.uniform(-1, bay.rect.x1 + 1))
            y = bay.rect.y1 + float(rng.uniform(2.0, 4.2))
        else:
            x = -beside if side < 0 else bay.rect.x1 + beside
            y = float(rng.uniform(0.5, bay.rect.y1 + 2))
        make = makers[int(rng.integers(len(makers)))]
        meshes.append(make(rng, x, y, float(rng.uniform(0, np.pi))))
    return meshes


def _timber(rng: np.random.Generator, x: float, y: float, heading: float) -> Mesh:
    return Mesh.join(
        [
            box(
                (x, y, 0.05 + 0.09 * layer),
                (2.0, 0.5, 0.08),
                heading + 0.04 * layer,
                _worn(rng, (182.0, 142.0, 92.0)),
                FIXTURE_ID,
            )
            for layer in range(int(rng.integers(2, 5)))
        ]
    )


def _drum(rng: np.random.Generator, x: float, y: float, heading: float) -> Mesh:
    path = np.array([(x, y, 0.0), (x, y, 0.44), (x, y, 0.88), (x, y, 0.885)])
    colour = _worn(rng, _DRUMS[int(rng.integers(len(_DRUMS)))])
    return tube(path, [0.29, 0.295, 0.29, 0.02], colour, FIXTURE_ID, 12)


def _crate(rng: np.random.Generator, x: float, y: float, heading: float) -> Mesh:
    size = rng.uniform(0.5, 1.1, 3) * (1.2, 0.9, 0.8)
    colour = _worn(rng, _CRATES[int(rng.integers(len(_CRATES)))])
    return box((x, y, size[2] / 2), size.tolist(), heading, colour, FIXTURE_ID)


def _bars(rng: np.random.Generator, x: float, y: float, heading: float) -> Mesh:
    along = np.array([np.cos(heading), np.sin(heading), 0.0])
    across = np.array([-along[1], along[0], 0.0])
    parts = []
    for k in range(7):
        middle = np.array([x, y, 0.04 + 0.03 * (k % 3)]) + 0.04 * k * across
        bar = np.array([middle - 1.6 * along, middle + 1.6 * along])
        parts.append(tube(bar, [0.014, 0.014], _worn(rng, (116.0, 78.0, 56.0)), FIXTURE_ID, 5))
    return Mesh.join(parts)


def occluder(rng: np.random.Generator, camera: Camera) -> Mesh:
    """Return a scaffold tube close to the camera, towards one side of the picture."""
    side = float(rng.choice([-1.0, 1.0])) * float(rng.uniform(0.25, 0.43))
    direction = camera.axes[2] + camera.axes[0] * side * camera.width / camera.focal_px
    flat = direction[:2] / np.linalg.norm(direction[:2])
    foot = camera.eye[:2] + flat * float(rng.uniform(1.6, 2.4))
    lean = rng.uniform(-0.1, 0.1, 2)
    pole = np.array([(*foot, 0.0), (*(foot + lean), camera.eye[2] + 1.5)])
    return tube(pole, [0.026, 0.026], (150.0, 148.0, 140.0), FIXTURE_ID, 8)


def _worn(rng: np.random.Generator, colour: Colour) -> Colour:
    r, g, b = np.clip(np.array(colour) * rng.uniform(0.86, 1.12) + rng.uniform(-8, 8, 3), 5, 255)
    return float(r), float(g), float(b)

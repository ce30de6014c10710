"""A pinhole camera without distortion, and where to put it."""

from typing import Self

import numpy as np
from numpy.typing import NDArray

from workers.simulate.plan import Bay, CameraPose

Array = NDArray[np.float64]

_EYE_MIN_M = 2.8
_PERSON_M = 1.9
_MARGIN = 0.035


class Camera:
    """Projects metres of the world to pixels.

    Attributes:
        eye: (3,) metres.
        matrix: (3, 4) projection of homogeneous world points to homogeneous pixels.
        focal_px: focal length, pixels.
    """

    def __init__(self, pose: CameraPose, width: int, height: int, pad_px: int = 0) -> None:
        """Set up for a picture of `width` x `height` with `pad_px` more pixels on each side."""
        self.width = width + 2 * pad_px
        self.height = height + 2 * pad_px
        self.eye = np.array(pose.eye)
        self.focal_px = width / 2 / float(np.tan(np.radians(pose.hfov_deg) / 2))
        forward = np.array(pose.target) - self.eye
        forward /= np.linalg.norm(forward)
        right = np.cross(forward, (0.0, 0.0, 1.0))
        right /= np.linalg.norm(right)
        self.axes = np.stack([right, np.cross(forward, right), forward])
        intrinsic = np.array(
            [
                [self.focal_px, 0.0, self.width / 2],
                [0.0, self.focal_px, self.height / 2],
                [0.0, 0.0, 1.0],
            ]
        )
        self.matrix = intrinsic @ np.hstack([self.axes, -(self.axes @ self.eye)[:, None]])

    def scaled(self, factor: float) -> Self:
        """Return the same camera with `factor` times as many pixels a side."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other.width, other.height = round(self.width * factor), round(self.height * factor)
        other.focal_px = self.focal_px * factor
        other.matrix = np.diag([factor, factor, 1.0]) @ self.matrix
        return other

    def project(self, points: Array) -> tuple[Array, Array]:
        """Project (N, 3) metres to (N, 2) pixels and (N,) depths in metres along the axis."""
        homogeneous = points @ self.matrix[:, :3].T + self.matrix[:, 3]
        depth = homogeneous[:, 2]
        return homogeneous[:, :2] / np.maximum(depth, 0.05)[:, None], depth

    def ground_homography(self, z: float = 0.0) -> Array:
        """Return the (3, 3) map of homogeneous (x, y) on the plane at height z to pixels."""
        return np.stack(
            [self.matrix[:, 0], self.matrix[:, 1], self.matrix[:, 2] * z + self.matrix[:, 3]],
            axis=1,
        )


def choose_camera(rng: np.random.Generator, bay: Bay, width: int, height: int) -> CameraPose:
    """Stand as near as the section and the people in it allow."""
    tilt = np.radians(rng.uniform(20, 36))
    azimuth = np.radians(rng.uniform(-32, 32))
    hfov_deg = float(rng.uniform(46, 64))
    section, middle = bay.section.center, bay.rect.center
    mix = rng.uniform(0.15, 0.4)
    target = tuple((1 - mix) * np.array(section) + mix * np.array(middle))
    direction = np.array([np.sin(azimuth), -np.cos(azimuth)])
    pose = None
    for distance in np.arange(6.0, 60.0, 0.25):
        eye_z = max(float(distance * np.sin(tilt)), _EYE_MIN_M)
        eye = np.array(target) + direction * distance * np.cos(tilt)
        pose = CameraPose(
            (round(float(eye[0]), 3), round(float(eye[1]), 3), round(eye_z, 3)),
            (round(float(target[0]), 3), round(float(target[1]), 3), 0.45),
            round(hfov_deg, 2),
        )
        if _sees_section(Camera(pose, width, height), bay):
            break
    assert pose is not None
    return pose


def _sees_section(camera: Camera, bay: Bay) -> bool:
    section = bay.section
    corners = [
        (x, y, z)
        for x in (section.x0 - 0.5, section.x1 + 0.5)
        for y in (section.y0, section.y1 + 0.5)
        for z in (0.0, _PERSON_M)
    ]
    pixels, depth = camera.project(np.array(corners))
    margin = _MARGIN * camera.width
    inside = (
        (pixels[:, 0] > margin)
        & (pixels[:, 0] < camera.width - margin)
        & (pixels[:, 1] > margin)
        & (pixels[:, 1] < camera.height - margin)
    )
    return bool(np.all(inside) and np.all(depth > 1.0))

"""A projective map between two planes: fitting, derivatives, covariance.

Fitting is the normalised direct linear transform (Hartley and Zisserman, Multiple View Geometry,
algorithm 4.2) followed by Gauss-Newton on the distance in the target plane. OpenCV's
`findHomography` is not used because it rounds to float32, which national grid coordinates in
metres do not survive.
"""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Homography:
    """A fitted map and how sure it is.

    Attributes:
        matrix: (3, 3); the third coordinate is positive at the centre of the fitted points.
        from_source: (3, 3) change to normalised source coordinates.
        to_target: (3, 3) change back from normalised target coordinates.
        normalised: (3, 3) the map between the normalised coordinates.
        covariance: (8, 8) of the free elements of `normalised`, per unit of variance of the
            points in the target.
    """

    matrix: Floats
    from_source: Floats
    to_target: Floats
    normalised: Floats
    covariance: Floats

    def noise_at(self, points: Floats) -> Floats:
        """Return (N, 2, 2): covariance in the target that the fit's own noise gives a point."""
        change = _parameter_jacobian(self.normalised, apply(self.from_source, points))
        scale = self.to_target[0, 0]
        result: Floats = change @ self.covariance @ change.transpose(0, 2, 1) * scale**2
        return result


def fit(source: Floats, target: Floats) -> Homography:
    """Fit the homography that takes source to target.

    Args:
        source: (N, 2) float64, N >= 4, not degenerate.
        target: (N, 2) float64.
    """
    from_source, from_target = _normaliser(source), _normaliser(target)
    near, far = apply(from_source, source), apply(from_target, target)

    def residuals(parameters: Floats) -> Floats:
        result: Floats = (apply(_matrix_of(parameters), near) - far).ravel()
        return result

    def jacobian(parameters: Floats) -> Floats:
        return _parameter_jacobian(_matrix_of(parameters), near).reshape(-1, 8)

    start = _direct_linear(near, far)
    solved = scipy.optimize.least_squares(
        residuals, _parameters_of(start), jac=jacobian, method="lm"
    )
    normalised = _matrix_of(solved.x)
    to_target = inverse(from_target)
    slope = jacobian(solved.x)
    covariance = np.linalg.pinv(slope.T @ slope) * from_target[0, 0] ** 2
    return Homography(
        to_target @ normalised @ from_source, from_source, to_target, normalised, covariance
    )


def inverse(matrix: Floats) -> Floats:
    """Return the inverse map."""
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def apply(matrix: Floats, points: Floats) -> Floats:
    """Map (N, 2) points; the result is not finite where a point lies on the horizon."""
    with np.errstate(divide="ignore", invalid="ignore"):
        mapped = points @ matrix[:, :2].T + matrix[:, 2]
        result: Floats = mapped[:, :2] / mapped[:, 2:]
    return result


def depth(matrix: Floats, points: Floats) -> Floats:
    """Return (N,) third coordinates: their sign tells the sides of the horizon apart."""
    result: Floats = points @ matrix[2, :2] + matrix[2, 2]
    return result


def point_jacobian(matrix: Floats, points: Floats) -> Floats:
    """Return (N, 2, 2): how the mapped point moves with the point."""
    mapped = apply(matrix, points)
    third = depth(matrix, points)[:, None, None]
    result: Floats = (matrix[None, :2, :2] - mapped[:, :, None] * matrix[2, :2]) / third
    return result


def _parameter_jacobian(matrix: Floats, points: Floats) -> Floats:
    """Return (N, 2, 8): how the mapped point moves with `_parameters_of(matrix)`."""
    mapped = apply(matrix, points)
    ones = np.column_stack([points, np.ones(len(points))]) / depth(matrix, points)[:, None]
    result = np.zeros((len(points), 2, 8))
    result[:, 0, 0:3] = ones
    result[:, 1, 3:6] = ones
    result[:, :, 6:8] = -mapped[:, :, None] * ones[:, None, :2]
    return result


def _parameters_of(matrix: Floats) -> Floats:
    result: Floats = (matrix / matrix[2, 2]).ravel()[:8]
    return result


def _matrix_of(parameters: Floats) -> Floats:
    return np.append(parameters, 1.0).reshape(3, 3)


def _normaliser(points: Floats) -> Floats:
    centre = points.mean(axis=0)
    spread = float(np.sqrt(((points - centre) ** 2).sum(axis=1)).mean())
    scale = np.sqrt(2.0) / spread
    return np.array([[scale, 0, -scale * centre[0]], [0, scale, -scale * centre[1]], [0, 0, 1.0]])


def _direct_linear(source: Floats, target: Floats) -> Floats:
    ones = np.column_stack([source, np.ones(len(source))])
    zeros = np.zeros_like(ones)
    rows_u = np.hstack([ones, zeros, -target[:, :1] * ones])
    rows_v = np.hstack([zeros, ones, -target[:, 1:] * ones])
    # Not full_matrices=False: with four points the null space is the ninth row.
    *_, right = np.linalg.svd(np.vstack([rows_u, rows_v]))
    result: Floats = right[8].reshape(3, 3)
    return result

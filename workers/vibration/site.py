"""What is known about a pour before a frame is looked at: the contract's site JSON, checked."""

import hashlib
import itertools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from shapely import LineString, Polygon
from shapely.errors import ShapelyError
from shapely.validation import explain_validity

from workers.vibration.calibration import RMSE_MAX_M, Calibration, calibrate
from workers.vibration.errors import CalibrationError, SiteError
from workers.vibration.rules.table import PROFILES, RULE_SPECS, Parameters, ParameterValue, Severity

DEFAULT_RADIUS_M = 0.30
"""Radius of action of a 50 mm poker; advisory until a person has set it for poker and mix."""

NUMBER_MAX = 1e8
"""No coordinate, not even of a national grid, and no time is larger."""

POUR_MAX_CELLS = 4_000_000
"""A pour is refused if so many cells of half the radius do not cover it."""

_KEYS = {
    "calibration", "pour", "openings", "formwork", "zones", "radius_m", "profile", "rules",
    "lifts", "placements", "still_seconds",
}  # fmt: skip
_COMMON_PARAMETERS = {"enabled", "severity"}


class ZoneKind(StrEnum):
    """What a zone is for."""

    DANGER = "danger"
    POST = "post"
    CROWD = "crowd"


@dataclass(frozen=True, slots=True)
class Zone:
    """A named part of the ground with a purpose."""

    name: str
    kind: ZoneKind
    polygon: Polygon


@dataclass(frozen=True, slots=True)
class Lift:
    """A layer of concrete, with the plane of its own surface.

    Attributes:
        start_s: video time from which insertions belong to it.
        is_plane_own: its calibration is not one of another lift, whose surface lies deeper.
    """

    name: str
    start_s: float
    calibration: Calibration | None
    is_plane_own: bool


@dataclass(frozen=True, slots=True)
class Placement:
    """Concrete that was placed on a part of the pour at a time."""

    polygon: Polygon
    placed_s: float


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """A rule as this site wants it.

    Attributes:
        severity: what a person has set it to, or None.
    """

    parameters: Parameters
    is_on: bool
    severity: Severity | None

    def number(self, name: str) -> float:
        """Return a parameter that has a value."""
        value = self.parameters[name]
        if value is None:
            raise KeyError(name)
        return float(value)


@dataclass(frozen=True, slots=True)
class Site:
    """A checked site set-up; lengths in metres on the ground plane.

    Attributes:
        lifts: at least one, in order of their start.
        formwork: lines; the edges of the pour and its openings where the site names none.
        is_radius_given: a person has set the radius.
        calibration_error: why there is no calibration though points were given.
        ignored: keys that mean nothing here; the report names them, for one may be a slip.
        sha256: digest of the JSON that it was read from.
    """

    lifts: tuple[Lift, ...]
    pour: Polygon | None
    openings: tuple[Polygon, ...]
    formwork: tuple[LineString, ...]
    zones: tuple[Zone, ...]
    placements: tuple[Placement, ...]
    radius_m: float
    is_radius_given: bool
    profile: str
    rules: Mapping[str, RuleSetting]
    calibration_error: CalibrationError | None
    ignored: tuple[str, ...]
    sha256: str

    @classmethod
    def from_json(cls, data: object) -> "Site":
        """Read and check the contract's site JSON.

        Besides the contract's keys it may have `formwork` (lines), `lifts`
        (`[{"name", "start_s", "calibration"}]`), `still_seconds` (video time of the picture that
        `calibration` was clicked on, 0 if it does not say), `placements`
        (`[{"polygon", "placed_s"}]`), and in every rule `enabled` and `severity`.

        Points that do not make a calibration leave the site without one and are reported as its
        status: the time rules still work.

        Raises:
            SiteError: the site cannot be used; the message names the place.
        """
        site = _object(data, "site")
        pour = _polygon(site["pour"], "pour") if site.get("pour") is not None else None
        openings = tuple(
            _polygon(points, f"openings[{index}]")
            for index, points in enumerate(_list(site.get("openings"), "openings"))
        )
        _check_openings(pour, openings)
        profile = site.get("profile", "CN-GB")
        if not isinstance(profile, str) or profile not in PROFILES:
            raise SiteError(
                "profile_unknown",
                f"profile: {profile!r} is not one of {', '.join(PROFILES)}.",
            )
        given = site.get("radius_m")
        radius_m = DEFAULT_RADIUS_M if given is None else _number(given, "radius_m")
        if not 0.02 <= radius_m <= 2.0:
            raise SiteError("radius_invalid", f"radius_m: {radius_m} is not from 0.02 to 2 metres.")
        _check_size(pour, radius_m)
        rules = _rules(site, profile)
        lifts, error = _lifts(site, rules["Q02"].number("rmse_max_m"))
        return cls(
            lifts=lifts,
            pour=pour,
            openings=openings,
            formwork=_formwork(site, pour, openings),
            zones=_zones(site),
            placements=_placements(site),
            radius_m=radius_m,
            is_radius_given=given is not None,
            profile=profile,
            rules=rules,
            calibration_error=error,
            ignored=tuple(sorted(str(key) for key in site if key not in _KEYS)),
            sha256=site_digest(data),
        )

    def lift_index_at(self, time_s: float) -> int:
        """Return the number of the lift that is poured at a time."""
        return _index_at(self.lifts, time_s)

    @property
    def calibration(self) -> Calibration | None:
        """The calibration of the first lift."""
        return self.lifts[0].calibration


def _index_at(lifts: Sequence[Lift], time_s: float) -> int:
    index = 0
    for candidate, lift in enumerate(lifts):
        if lift.start_s <= time_s:
            index = candidate
    return index


def site_digest(data: object) -> str:
    """Return the SHA-256 of a document, the same however its keys are ordered.

    Raises:
        SiteError: `site_invalid`, a text in it is none.
    """
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    try:
        return hashlib.sha256(text.encode()).hexdigest()
    except UnicodeEncodeError as error:
        raise SiteError("site_invalid", "site: a text has half a character.") from error


def _object(value: object, where: str, known: set[str] | None = None) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SiteError("site_invalid", f"{where}: expected an object.")
    for key in value:
        if known is not None and key not in known:
            raise SiteError(
                "site_key_unknown",
                f"{where}: {key!r} is unknown; it may have {', '.join(sorted(known))}.",
            )
    return value


def _list(value: object, where: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise SiteError("site_invalid", f"{where}: expected a list.")
    return value


def _number(value: object, where: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= NUMBER_MAX:
        return float(value)
    raise SiteError("site_invalid", f"{where}: expected a number, got {value!r:.40}.")


def _points(value: object, where: str, minimum: int) -> list[tuple[float, float]]:
    points = []
    for index, pair in enumerate(_list(value, where)):
        if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
            raise SiteError("site_invalid", f"{where}[{index}]: expected [x, y].")
        here = f"{where}[{index}]"
        points.append((_number(pair[0], here), _number(pair[1], here)))
    if len(points) < minimum:
        raise SiteError("site_invalid", f"{where}: needs at least {minimum} points.")
    return points


def _polygon(value: object, where: str) -> Polygon:
    polygon = Polygon(_points(value, where, 3))
    if not polygon.is_valid:
        reason = explain_validity(polygon)
        if "Self-intersection" in reason:
            raise SiteError("polygon_crosses_itself", f"{where}: the outline crosses itself.")
        raise SiteError("polygon_invalid", f"{where}: {reason}.")
    if polygon.area < 1e-4:
        raise SiteError("polygon_invalid", f"{where}: the outline has no area.")
    return polygon


def _check_size(pour: Polygon | None, radius_m: float) -> None:
    if pour is None:
        return
    low_x, low_y, high_x, high_y = pour.bounds
    area_m2 = (high_x - low_x) * (high_y - low_y)
    if area_m2 > POUR_MAX_CELLS * (radius_m / 2.0) ** 2:
        raise SiteError("pour_too_large", f"pour: {area_m2:.0f} m2 is too large for one map.")


def _check_openings(pour: Polygon | None, openings: tuple[Polygon, ...]) -> None:
    if openings and pour is None:
        raise SiteError("opening_outside_pour", "openings: there is no pour for them.")
    for index, opening in enumerate(openings):
        if pour is not None and not pour.buffer(1e-6).covers(opening):
            raise SiteError("opening_outside_pour", f"openings[{index}]: reaches outside the pour.")


def calibration_of(value: object, where: str, rmse_max_m: float = RMSE_MAX_M) -> Calibration:
    """Read and fit the calibration of a site.

    Args:
        rmse_max_m: points that disagree by more are refused.

    Raises:
        SiteError: it has another shape; `where` begins the message.
        CalibrationError: the points do not fix a plane.
    """
    data = _object(value, where, {"image_size", "points", "check_points", "handedness"})
    size = data.get("image_size")
    if (
        not isinstance(size, list)
        or len(size) != 2
        or not all(isinstance(side, int) and not isinstance(side, bool) for side in size)
        or not 1 <= min(size) <= max(size) <= 100_000
    ):
        raise SiteError("site_invalid", f"{where}.image_size: expected [width, height] in pixels.")
    rows = []
    for name in ("points", "check_points"):
        table = _list(data.get(name), f"{where}.{name}")
        for index, row in enumerate(table):
            here = f"{where}.{name}[{index}]"
            if not isinstance(row, list) or len(row) != 4:
                raise SiteError("site_invalid", f"{here}: expected [u, v, x_m, y_m].")
            for number in row:
                _number(number, here)
        rows.append(table)
    handedness = data.get("handedness", "either")
    if handedness not in ("right", "either"):
        raise SiteError("site_invalid", f"{where}.handedness: expected 'right' or 'either'.")
    return calibrate(
        (size[0], size[1]), rows[0], rows[1], handedness=handedness, rmse_max_m=rmse_max_m
    )


def _lifts(
    site: dict[str, Any], rmse_max_m: float
) -> tuple[tuple[Lift, ...], CalibrationError | None]:
    error: CalibrationError | None = None

    def calibration_or_none(value: object, where: str) -> Calibration | None:
        nonlocal error
        if value is None:
            return None
        try:
            return calibration_of(value, where, rmse_max_m)
        except CalibrationError as refusal:
            error = error or refusal
            return None

    common = calibration_or_none(site.get("calibration"), "calibration")
    lifts = []
    for index, entry in enumerate(_list(site.get("lifts"), "lifts")):
        where = f"lifts[{index}]"
        data = _object(entry, where, {"name", "start_s", "calibration"})
        own = data.get("calibration")
        lifts.append(
            Lift(
                str(data.get("name", index + 1)),
                _number(data.get("start_s"), f"{where}.start_s"),
                common if own is None else calibration_or_none(own, f"{where}.calibration"),
                is_plane_own=own is not None,
            )
        )
    if any(later.start_s <= lift.start_s for lift, later in itertools.pairwise(lifts)):
        raise SiteError("site_invalid", "lifts: each must start after the one before it.")
    if not lifts:
        lifts = [Lift("1", -math.inf, common, is_plane_own=True)]
    clicked = _index_at(lifts, _number(site.get("still_seconds", 0.0), "still_seconds"))
    lifts[clicked] = replace(lifts[clicked], is_plane_own=True)
    return tuple(lifts), error


def _formwork(
    site: dict[str, Any], pour: Polygon | None, openings: tuple[Polygon, ...]
) -> tuple[LineString, ...]:
    given = site.get("formwork")
    if given is None:
        return tuple(LineString(polygon.exterior) for polygon in (pour, *openings) if polygon)
    lines = []
    for index, value in enumerate(_list(given, "formwork")):
        try:
            line = LineString(_points(value, f"formwork[{index}]", 2))
        except ShapelyError as error:
            raise SiteError("site_invalid", f"formwork[{index}]: {error}") from error
        lines.append(line)
    return tuple(lines)


def _zones(site: dict[str, Any]) -> tuple[Zone, ...]:
    zones = []
    kinds = ", ".join(ZoneKind)
    for index, entry in enumerate(_list(site.get("zones"), "zones")):
        where = f"zones[{index}]"
        data = _object(entry, where, {"name", "kind", "polygon"})
        kind = data.get("kind", "danger")
        if kind not in list(ZoneKind):
            raise SiteError("zone_kind_unknown", f"{where}.kind: {kind!r} is not one of {kinds}.")
        polygon = _polygon(data.get("polygon"), f"{where}.polygon")
        zones.append(Zone(str(data.get("name", index + 1)), ZoneKind(kind), polygon))
    return tuple(zones)


def _placements(site: dict[str, Any]) -> tuple[Placement, ...]:
    placements = []
    for index, entry in enumerate(_list(site.get("placements"), "placements")):
        where = f"placements[{index}]"
        data = _object(entry, where, {"polygon", "placed_s"})
        placed_s = _number(data.get("placed_s"), f"{where}.placed_s")
        placements.append(Placement(_polygon(data.get("polygon"), f"{where}.polygon"), placed_s))
    return tuple(placements)


def _rules(site: dict[str, Any], profile: str) -> dict[str, RuleSetting]:
    overrides = _object(site.get("rules") or {}, "rules", set(RULE_SPECS))
    settings = {}
    for rule, spec in RULE_SPECS.items():
        where = f"rules.{rule}"
        known = set(spec.parameters) | _COMMON_PARAMETERS
        given = _object(overrides.get(rule, {}), where, known)
        parameters = {**spec.parameters, **PROFILES[profile].get(rule, {})}
        for name in given.keys() - _COMMON_PARAMETERS:
            parameters[name] = _parameter(given[name], spec.parameters[name], f"{where}.{name}")
        is_on = given.get("enabled", spec.is_on)
        if not isinstance(is_on, bool):
            raise SiteError("site_invalid", f"{where}.enabled: expected true or false.")
        severity = given.get("severity")
        if severity is not None and severity not in list(Severity):
            raise SiteError(
                "site_invalid", f"{where}.severity: expected one of {', '.join(Severity)}."
            )
        settings[rule] = RuleSetting(
            parameters, is_on, None if severity is None else Severity(severity)
        )
    return settings


def _parameter(value: object, default: ParameterValue, where: str) -> ParameterValue:
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise SiteError("site_invalid", f"{where}: expected true or false.")
        return value
    if value is None and default is None:
        return None
    number = _number(value, where)
    if number < 0.0:
        raise SiteError("site_invalid", f"{where}: {number} is below zero.")
    return number

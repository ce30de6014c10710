"""The site of a whole pour: one ground, several cameras, each with its own calibration.

The document has what the contract's site JSON has but `calibration` and `lifts`, in metres on one
plane for all cameras, and besides

- `poker`: what the radius of action was chosen for, a text such as `d50`;
- `cameras`: by the name of each video `{"calibration", "lifts": [{"name", "start_s",
  "calibration"}], "starts_at", "still_seconds"}`. `start_s` is on the video's clock, `starts_at`
  is the wall clock at its first frame, `still_seconds` the time of the picture clicked on.

Times of `placements` are on the clock of the pour.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from workers.vibration.calibration import Calibration, Grade
from workers.vibration.errors import CalibrationError, SiteError
from workers.vibration.site import NUMBER_MAX, Site, calibration_of, site_digest

Json = dict[str, Any]

EMPTY: Json = {
    "radius_m": None, "poker": None, "profile": "CN-GB", "rules": {}, "pour": None, "openings": [],
    "formwork": None, "zones": [], "placements": [], "cameras": {},
}  # fmt: skip
_EMPTY_CAMERA: Json = {
    "calibration": None, "lifts": [], "starts_at": None, "still_seconds": 0.0,
}  # fmt: skip
_GROUND_KEYS = tuple(key for key in EMPTY if key not in ("cameras", "poker"))

ITEMS_MAX = 500
"""No list in a document is longer, but outlines."""
OUTLINE_POINTS_MAX = 2000
CALIBRATION_POINTS_MAX = 64
"""Leaving one out after the other takes the square of their number."""
TEXT_MAX = 100
_YEARS = range(1970, 2200)
_SAME_START_S = 0.5


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to know before trusting a site that can be used.

    Attributes:
        where: the part of the document, such as `cameras.12.calibration`.
    """

    code: str
    message: str
    where: str

    def to_json(self) -> dict[str, str]:
        """Return it as `{"code", "message", "where"}`."""
        return {"code": self.code, "message": self.message, "where": self.where}


@dataclass(frozen=True, slots=True)
class PourLift:
    """A lift as all cameras share it.

    Attributes:
        start_s: on the pour's clock.
        names: what cameras call it; the first one is its name.
    """

    start_s: float
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PourSite:
    """A checked document.

    Attributes:
        document: with every key, also those that were left out.
        sha256: digest of the document.
    """

    document: Json
    sha256: str

    @classmethod
    def from_json(cls, data: object) -> "PourSite":
        """Read and check a document.

        Points that do not make a calibration do not refuse it: `problems` tells them.

        Raises:
            SiteError: it cannot be used; the message names the place.
        """
        document = _complete(data)
        site = cls(document, site_digest(document))
        site.ground({})
        for camera in document["cameras"]:
            site.camera(camera, {})
        return site

    def ground(self, offsets_s: Mapping[str, float]) -> Site:
        """Return what all cameras share, on the pour's clock and without a calibration.

        Args:
            offsets_s: by camera, the pour's time at the first frame of its video.
        """
        lifts = [{"name": lift.names[0], "start_s": lift.start_s} for lift in self.lifts(offsets_s)]
        site = Site.from_json({**self._ground_json(), "lifts": lifts})
        return replace(site, sha256=self.sha256)

    def camera(self, camera: str, offsets_s: Mapping[str, float]) -> Site:
        """Return the site as one camera sees it, on the clock of its video.

        Its lifts are those of the whole pour, each with the calibration that the camera has for
        it. A camera that nobody set up has none.
        """
        setup = self.document["cameras"].get(camera, _EMPTY_CAMERA)
        own = {lift["name"]: lift["calibration"] for lift in setup["lifts"]}
        offset_s = offsets_s.get(camera, 0.0)
        lifts = []
        for lift in self.lifts(offsets_s):
            calibration = next((own[name] for name in lift.names if name in own), None)
            lifts.append(
                {
                    "name": lift.names[0], "start_s": lift.start_s - offset_s,
                    "calibration": calibration,
                }
            )  # fmt: skip
        try:
            return Site.from_json(
                {
                    **self._ground_json(), "calibration": setup["calibration"], "lifts": lifts,
                    "still_seconds": setup["still_seconds"],
                }
            )  # fmt: skip
        except SiteError as error:
            message = f"cameras.{camera}.{error.message}"
            raise SiteError(error.code, message) from error

    def lifts(self, offsets_s: Mapping[str, float]) -> list[PourLift]:
        """Return the lifts in order of their start: those of one name are one.

        So are those that begin at the same time, whatever cameras call them. With offsets, only
        those of the cameras that have one.
        """
        starts: dict[str, float] = {}
        for camera, setup in self.document["cameras"].items():
            if offsets_s and camera not in offsets_s:
                continue
            for lift in setup["lifts"]:
                start_s = offsets_s.get(camera, 0.0) + lift["start_s"]
                starts[lift["name"]] = min(start_s, starts.get(lift["name"], start_s))
        lifts: list[PourLift] = []
        for name, start_s in sorted(starts.items(), key=lambda one: (one[1], one[0])):
            if lifts and start_s - lifts[-1].start_s < _SAME_START_S:
                lifts[-1] = replace(lifts[-1], names=(*lifts[-1].names, name))
            else:
                lifts.append(PourLift(start_s, (name,)))
        return lifts

    def starts_at(self, camera: str) -> datetime | None:
        """Return the wall clock at the first frame of a camera's video, where it is known."""
        text = self.document["cameras"].get(camera, _EMPTY_CAMERA)["starts_at"]
        return None if text is None else _moment(text)

    def problems(self) -> list[Problem]:
        """Return what stands in the way of judging all rules."""
        found = []
        document = self.document
        if document["pour"] is None:
            found.append(
                Problem("pour_not_set", "There is no pour: no coverage is judged.", "pour")
            )
        if document["radius_m"] is None:
            message = "Nobody has set the radius of action: findings that rest on it are advisory."
            found.append(Problem("radius_not_set", message, "radius_m"))
        for camera in document["cameras"]:
            found += self._camera_problems(camera)
        return found

    def _camera_problems(self, camera: str) -> list[Problem]:
        where = f"cameras.{camera}.calibration"
        site = self.camera(camera, {})
        if site.calibration_error is not None:
            error = site.calibration_error
            return [Problem(_refusal_code(error), error.message, where)]
        found = []
        for lift in site.lifts:
            if lift.calibration is None:
                message = "Without a calibration only the rules about time are judged."
                found.append(Problem("calibration_missing", message, where))
                break
            quality = lift.calibration.quality
            if quality.grade is not Grade.GREEN:
                message = f"{'; '.join(quality.reasons)}."
                found.append(Problem(f"calibration_{quality.grade}", message, where))
            if lift.calibration.is_mirrored:
                message = "The axes are mirrored as the camera sees them: x and y may be swapped."
                found.append(Problem("calibration_mirrored", message, where))
        return list(dict.fromkeys(found))

    def _ground_json(self) -> Json:
        return {key: self.document[key] for key in _GROUND_KEYS}


def _refusal_code(error: CalibrationError) -> str:
    return f"calibration_{error.code}"


def _complete(data: object) -> Json:
    document = {**EMPTY, **_object(data, "site", EMPTY)}
    cameras = _object(document["cameras"], "cameras", None)
    if len(cameras) > ITEMS_MAX:
        raise SiteError("site_too_large", f"cameras: more than {ITEMS_MAX}.")
    for name in cameras:
        _text(name, "cameras: a name")
    document["cameras"] = {str(name): _camera(setup, f"cameras.{name}") for name, setup in
                           sorted(cameras.items())}  # fmt: skip
    document["rules"] = _object(document["rules"] or {}, "rules", None)
    for name in ("openings", "zones", "placements"):
        document[name] = _list(document[name], name)
    if document["formwork"] is not None:
        document["formwork"] = _list(document["formwork"], "formwork")
    _check_outlines(document)
    _text(document["profile"], "profile")
    if document["poker"] is not None:
        _text(document["poker"], "poker")
    document["zones"] = [
        _zone(zone, index) for index, zone in enumerate(document["zones"], start=1)
    ]
    return document


def _zone(data: object, number: int) -> Json:
    where = f"zones[{number - 1}]"
    zone: Json = {"name": str(number), "kind": "danger", **_object(data, where, None)}
    _text(zone["name"], f"{where}.name")
    return zone


def _check_outlines(document: Json) -> None:
    outlines = [("pour", document["pour"])]
    for name in ("openings", "formwork", "zones", "placements"):
        for index, item in enumerate(document[name] or []):
            points = item.get("polygon") if isinstance(item, dict) else item
            outlines.append((f"{name}[{index}]", points))
    for where, points in outlines:
        if isinstance(points, list) and len(points) > OUTLINE_POINTS_MAX:
            raise SiteError("site_too_large", f"{where}: more than {OUTLINE_POINTS_MAX} points.")


def _camera(data: object, where: str) -> Json:
    setup = {**_EMPTY_CAMERA, **_object(data, where, _EMPTY_CAMERA)}
    setup["calibration"] = _calibration(setup["calibration"], f"{where}.calibration")
    setup["lifts"] = [
        _lift(lift, f"{where}.lifts[{index}]")
        for index, lift in enumerate(_list(setup["lifts"], f"{where}.lifts"))
    ]
    names = [lift["name"] for lift in setup["lifts"]]
    if len(set(names)) < len(names):
        raise SiteError("site_invalid", f"{where}.lifts: two of them have one name.")
    setup["still_seconds"] = _number(setup["still_seconds"], f"{where}.still_seconds")
    if setup["still_seconds"] < 0.0:
        raise SiteError("site_invalid", f"{where}.still_seconds: it is below zero.")
    if setup["starts_at"] is not None:
        try:
            setup["starts_at"] = _moment(setup["starts_at"]).isoformat()
        except (ValueError, TypeError, OverflowError) as error:
            message = f"{where}.starts_at: expected a date and time such as 2026-05-04T08:00:00Z."
            raise SiteError("site_invalid", message) from error
    return setup


def _lift(data: object, where: str) -> Json:
    empty: Json = {"name": "", "start_s": 0.0, "calibration": None}
    lift = {**empty, **_object(data, where, empty)}
    _text(lift["name"], f"{where}.name")
    if not lift["name"]:
        raise SiteError("site_invalid", f"{where}.name: a lift needs a name.")
    lift["start_s"] = _number(lift["start_s"], f"{where}.start_s")
    lift["calibration"] = _calibration(lift["calibration"], f"{where}.calibration")
    return lift


def _calibration(data: object, where: str) -> Json | None:
    if data is None:
        return None
    empty: Json = {"image_size": None, "points": [], "check_points": []}
    calibration = {**empty, **_object(data, where, empty)}
    for name in ("points", "check_points"):
        calibration[name] = _list(calibration[name], f"{where}.{name}")
        if len(calibration[name]) > CALIBRATION_POINTS_MAX:
            message = f"{where}.{name}: more than {CALIBRATION_POINTS_MAX}."
            raise SiteError("site_too_large", message)
    return calibration


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    if moment.year not in _YEARS:
        raise ValueError(text)
    return moment


def _object(value: object, where: str, known: Json | None) -> Json:
    if not isinstance(value, dict):
        raise SiteError("site_invalid", f"{where}: expected an object.")
    for key in value:
        if known is not None and key not in known:
            allowed = ", ".join(sorted(known))
            message = f"{where}: {str(key)[:TEXT_MAX]!r} is unknown; it may have {allowed}."
            raise SiteError("site_key_unknown", message)
    return value


def _list(value: object, where: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise SiteError("site_invalid", f"{where}: expected a list.")
    if len(value) > ITEMS_MAX:
        raise SiteError("site_too_large", f"{where}: more than {ITEMS_MAX}.")
    return value


def _number(value: object, where: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= NUMBER_MAX:
        return float(value)
    raise SiteError("site_invalid", f"{where}: expected a number.")


def _text(value: object, where: str) -> None:
    """Refuse what is no text, or has control characters or lone surrogates."""
    if not isinstance(value, str) or len(value) > TEXT_MAX:
        raise SiteError(
            "site_invalid", f"{where}: expected a text of at most {TEXT_MAX} characters."
        )
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in value):
        raise SiteError("site_invalid", f"{where}: control characters are not allowed.")


def calibration_from_json(data: object, where: str) -> Calibration:
    """Fit the ground plane to the clicked points of a document.

    Raises:
        SiteError: it has another shape.
        CalibrationError: the points do not fix a plane.
    """
    document = _calibration(data, where)
    if document is None:
        raise SiteError("site_invalid", f"{where}: expected an object.")
    return calibration_of(document, where)

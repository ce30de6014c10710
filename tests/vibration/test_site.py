"""What a site set-up may say, and the place that an error names."""

from typing import Any

import pytest

from tests.vibration.scene import site, site_json, square
from workers.vibration.errors import SiteError
from workers.vibration.rules.table import Severity
from workers.vibration.site import Site


def refused(**changes: Any) -> tuple[str, str]:
    with pytest.raises(SiteError) as caught:
        Site.from_json(site_json(**changes))
    return caught.value.code, caught.value.message


def test_the_contracts_example_is_read() -> None:
    here = site(rules={"V01": {"dwell_min_s": 12}}, zones=[
        {"name": "boom", "kind": "danger", "polygon": square(0, 0, 1, 1)}
    ])  # fmt: skip
    assert here.pour is not None
    assert here.pour.area == pytest.approx(4.0)
    assert here.rules["V01"].number("dwell_min_s") == 12.0
    assert here.rules["V02"].number("dwell_max_s") == 30.0
    assert here.zones[0].name == "boom"


def test_profiles_change_limits_and_overrides_win() -> None:
    assert site(profile="CN-JTG").rules["V01"].number("dwell_min_s") == 20.0
    assert site(profile="CN-JTG").rules["V03"].number("k") == 1.5
    assert site(profile="ACI").rules["V02"].number("dwell_max_s") == 15.0
    own = site(profile="ACI", rules={"V02": {"dwell_max_s": 25}})
    assert own.rules["V02"].number("dwell_max_s") == 25.0


def test_a_person_may_raise_a_severity_and_switch_a_rule_off() -> None:
    here = site(rules={"V15": {"severity": "major"}, "V12": {"enabled": False}})
    assert here.rules["V15"].severity is Severity.MAJOR
    assert not here.rules["V12"].is_on


def test_a_polygon_that_crosses_itself_is_refused() -> None:
    code, message = refused(pour=[[0, 0], [1, 1], [1, 0], [0, 1]])
    assert code == "polygon_crosses_itself"
    assert message.startswith("pour:")


def test_an_opening_outside_the_pour_is_refused_and_one_on_its_edge_is_not() -> None:
    assert refused(openings=[square(3.5, 3.5, 5.0, 5.0)])[0] == "opening_outside_pour"
    assert len(site(openings=[square(2.0, 2.0, 2.5, 2.5)]).openings) == 1


@pytest.mark.parametrize(
    ("changes", "code", "place"),
    [
        ({"profile": "EN"}, "profile_unknown", "profile"),
        ({"profile": []}, "profile_unknown", "profile"),
        ({"note": "\ud800"}, "site_invalid", "site"),
        ({"rules": {"V99": {}}}, "site_key_unknown", "rules"),
        ({"rules": {"V01": {"dwell": 3}}}, "site_key_unknown", "rules.V01"),
        ({"rules": {"V01": {"dwell_min_s": "ten"}}}, "site_invalid", "rules.V01.dwell_min_s"),
        ({"rules": {"V01": {"dwell_min_s": -1}}}, "site_invalid", "rules.V01.dwell_min_s"),
        ({"radius_m": 30}, "radius_invalid", "radius_m"),
        ({"pour": [[0, 0], [1, 1]]}, "site_invalid", "pour"),
        ({"pour": [[0, 0], [1, 1], [2, 2]]}, "polygon", "pour"),
        ({"pour": square(0, 0, 1e6, 1e6)}, "pour_too_large", "pour"),
        ({"pour": [[0, 0], [1, float("inf")], [2, 2]]}, "site_invalid", "pour[1]"),
        ({"zones": [{"kind": "picnic", "polygon": square(0, 0, 1, 1)}]}, "zone_kind", "zones[0]"),
        ({"calibration": {"image_size": [0, 5], "points": []}}, "site_invalid", "calibration"),
        ({"lifts": [{"start_s": 5}, {"start_s": 5}]}, "site_invalid", "lifts"),
    ],
)
def test_errors_name_the_place(changes: dict[str, Any], code: str, place: str) -> None:
    found, message = refused(**changes)
    assert found.startswith(code)
    assert message.startswith(place)


def test_points_that_make_no_calibration_leave_the_site_usable() -> None:
    data = site_json()
    data["calibration"]["points"] = data["calibration"]["points"][:3]
    here = Site.from_json(data)
    assert here.calibration is None
    assert here.calibration_error is not None
    assert here.calibration_error.code == "too_few_points"


def test_keys_without_a_meaning_are_kept_for_the_report() -> None:
    assert site(openning=[]).ignored == ("openning",)

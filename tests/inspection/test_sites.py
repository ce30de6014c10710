"""A site: versions that never change, and what is refused or only said of it."""

from typing import Any

import pytest

from apps.inspection.models import AuditEntry, CameraMovement, SiteVersion
from apps.jobs.models import Job, JobKind
from tests.cast import Cast, client_of
from tests.inspection.conftest import site_of, video_make
from tests.vibration.scene import calibration


def put(cast: Cast, site: Any, based_on: int = 0, **words: Any) -> Any:
    return client_of(cast.operator).put(
        f"/api/v1/projects/{cast.project.pk}/site/", {"based_on": based_on, "site": site, **words}
    )


def get(cast: Cast, rest: str = "") -> Any:
    return client_of(cast.viewer).get(f"/api/v1/projects/{cast.project.pk}/site/{rest}").json()


def test_a_project_begins_with_the_empty_site(cast: Cast):
    empty = get(cast)
    assert (empty["version"], empty["site"]["pour"], empty["created_at"]) == (0, None, None)
    assert {problem["code"] for problem in empty["problems"]} == {"pour_not_set", "radius_not_set"}
    assert get(cast, "versions/0/")["sha256"] == empty["sha256"]


def test_every_save_is_a_version_that_stays(cast: Cast):
    video = video_make(cast.project)
    first = put(cast, site_of(video), note="first try")
    assert (first.status_code, first.json()["version"], first.json()["problems"]) == (200, 1, [])
    second = put(cast, site_of(video, radius_m=0.4), based_on=1)
    assert second.json()["version"] == 2
    assert get(cast)["site"]["radius_m"] == 0.4
    assert get(cast, "versions/1/")["site"]["radius_m"] == 0.3
    assert [row["version"] for row in get(cast, "versions/")["results"]] == [2, 1]
    assert AuditEntry.objects.filter(action="site_saved").count() == 2
    assert Job.objects.filter(kind=JobKind.INSPECTION).count() == 1
    # The camera is measured against its still once, whatever else changes.
    assert Job.objects.filter(kind=JobKind.CAMERA_MOVEMENT).count() == 1
    assert CameraMovement.objects.get().reference_s == 0.0


def test_whoever_is_slower_is_told_and_nothing_is_lost(cast: Cast):
    assert put(cast, site_of()).status_code == 200
    late = put(cast, site_of(radius_m=0.5))
    assert (late.status_code, late.json()["code"]) == (409, "site_changed")
    assert SiteVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"pour": [[0, 0], [1, 1], [1, 0], [0, 1]]}, "polygon_crosses_itself"),
        ({"openings": [[[8, 8], [9, 8], [9, 9]]]}, "opening_outside_pour"),
        ({"profile": "none"}, "profile_unknown"),
        ({"surprise": 1}, "site_key_unknown"),
        ({"cameras": {"1": {"calibration": {"points": [1, 2]}}}}, "site_invalid"),
        ({"pour": "all of it"}, "site_invalid"),
    ],
)
def test_a_hostile_site_is_refused_with_its_code(cast: Cast, change: dict[str, Any], code: str):
    answer = put(cast, site_of() | change)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["fields"]["site"]
    assert not SiteVersion.objects.exists()


@pytest.mark.parametrize("body", [[], "site", {"based_on": 0}, {"based_on": 0, "site": [1]}, {}])
def test_another_shape_is_refused(cast: Cast, body: Any):
    address = f"/api/v1/projects/{cast.project.pk}/site/"
    assert client_of(cast.operator).put(address, body).status_code == 400


def test_three_points_are_a_problem_of_a_site_that_is_saved(cast: Cast):
    video = video_make(cast.project)
    site = site_of(video)
    camera = site["cameras"][str(video.pk)]
    camera["calibration"]["points"] = camera["calibration"]["points"][:3]
    site["cameras"]["987654"] = {}
    codes = {(one["code"], one["where"]) for one in put(cast, site).json()["problems"]}
    assert codes == {
        ("calibration_too_few_points", f"cameras.{video.pk}.calibration"),
        ("calibration_missing", "cameras.987654.calibration"),
        ("video_unknown", "cameras.987654"),
    }


def check(cast: Cast, **changes: Any) -> Any:
    return client_of(cast.viewer).post("/api/v1/calibrations/check/", calibration() | changes)


def test_a_calibration_is_judged_while_somebody_clicks(cast: Cast):
    answer = check(cast).json()
    assert answer["quality"]["grade"] == "green"
    assert answer["quality"]["rmse_px"] == pytest.approx(0.0, abs=1e-6)
    assert answer["is_mirrored"] is False
    # Seen from straight above, one pixel is a centimetre everywhere: all of the picture holds.
    [outline] = answer["metric_mask"]
    assert {tuple(point) for point in outline} == {(0, 0), (1280, 0), (1280, 720), (0, 720)}
    # 5 px are 5 cm, more than half of a radius of 8 cm.
    assert check(cast, radius_m=0.08).json()["metric_mask"] == []


@pytest.mark.parametrize(
    ("points", "code"),
    [
        ([[100, 100, 1, 1], [200, 100, 2, 1], [100, 200, 1, 2]], "calibration_too_few_points"),
        ([[u, 100, u / 100, 1] for u in range(100, 600, 100)], "calibration_points_collinear"),
        ([[9e3, 1, 1, 1], [2, 1, 2, 1], [1, 2, 1, 2], [2, 2, 2, 2]],
         "calibration_points_outside_picture"),
        ("points", "site_invalid"),
    ],
)  # fmt: skip
def test_points_that_fix_no_plane_are_refused(cast: Cast, points: Any, code: str):
    answer = check(cast, points=points, check_points=[])
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_the_catalogue_of_rules_is_whole(cast: Cast):
    answer = client_of(cast.viewer).get("/api/v1/rules/").json()
    assert [rule["id"] for rule in answer["rules"]][:3] == ["V01", "V02", "V03"]
    assert len(answer["rules"]) == 25
    assert answer["profiles"]["ACI"]["rules"]["V03"] == {"k": 1.5}
    assert {"name": "d50", "radius_m": 0.3} in answer["pokers"]


def test_viewers_look_and_strangers_find_nothing(cast: Cast):
    address = f"/api/v1/projects/{cast.project.pk}/site/"
    words = {"based_on": 0, "site": site_of()}
    assert client_of(cast.viewer).put(address, words).status_code == 403
    assert client_of(cast.stranger).put(address, words).status_code == 404
    assert client_of(cast.stranger).get(address).status_code == 404

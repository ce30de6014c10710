"""Each lift is drawn by the plane that its places were measured by."""

import json
import zlib
from typing import Any

import pytest

from apps.analysis.models import Run
from apps.common.errors import Conflict
from apps.evidence.drawings import overlay_wanted
from apps.inspection.models import CameraMovement, CoverageMap, Finding
from apps.inspection.services.sites import site_save
from tests.cast import Cast, client_of
from tests.inspection.conftest import Worker, run_make, site_of, video_make
from tests.vibration.scene import calibration, stays

pytestmark = pytest.mark.django_db


def plane(number: int) -> dict[str, Any]:
    """A calibration that can be told from others: moved by so many pixels."""
    points = calibration()
    for name in ("points", "check_points"):
        points[name] = [[u + number, *rest] for u, *rest in points[name]]
    return points


def crooked(number: int) -> dict[str, Any]:
    """One of its points was clicked 4 pixels beside its place."""
    points = plane(number)
    points["points"][0][0] += 4.0
    return points


def lift(name: str, start_s: float, own: dict[str, Any] | None) -> dict[str, Any]:
    return {"name": name, "start_s": start_s, "calibration": own}


def test_a_camera_with_fewer_lifts_than_the_pour_keeps_its_planes(
    cast: Cast, worker: Worker
) -> None:
    wide, near, blind = (video_make(cast.project, name) for name in ("w.mp4", "n.mp4", "b.mp4"))
    clock = "2026-05-04T08:00:00+08:00"
    cameras = {
        str(wide.pk): {
            "calibration": plane(1), "starts_at": clock,
            "lifts": [lift("bottom", 0.0, None), lift("middle", 20.0, plane(2)),
                      lift("top", 40.0, None)],
        },
        # By its own list, its only lift would be the first of the pour.
        str(near.pk): {
            "calibration": plane(3), "starts_at": clock, "lifts": [lift("middle", 22.0, plane(4))],
        },
    }  # fmt: skip
    site = site_of(cameras=cameras)
    site_save(project=cast.project, by=cast.owner, based_on=0, site=site, note="")
    plan = [(5.0, 17.0, 2.5, 2.5), (24.0, 36.0, 3.0, 3.0), (44.0, 56.0, 3.5, 3.5)]
    run_make(cast.project, {wide: stays(plan, end_s=59.0), near: stays(plan, end_s=59.0)})
    worker.compute(cast.project)
    assert set(CoverageMap.objects.values_list("lift", flat=True)) == {0, 1, 2}
    movement = zlib.compress(json.dumps([[0.0, 0.5, 0.0, 90], [30.0, 3.0, -2.0, 80, 0.1]]).encode())
    CameraMovement.objects.update_or_create(
        video=near, reference_s=0.0, defaults={"shifts": movement}
    )

    def drawn(video: int, lift: int, seconds: float = 0.0) -> dict[str, Any]:
        wanted = overlay_wanted(
            cast.project, lift=lift, layer="category", lang="en", video=video, seconds=seconds
        )
        assert wanted.document is not None
        return wanted.document

    viewer = client_of(cast.viewer)
    for video, planes in ((wide, [1, 2, 1]), (near, [3, 4, 3])):
        answer = viewer.get(f"/api/v1/videos/{video.pk}/planes/").json()
        assert [one["calibration"]["points"] for one in answer["planes"]] == [
            plane(number)["points"] for number in planes
        ]
        for number, one in enumerate(planes):
            assert drawn(video.pk, number)["calibration"]["points"] == plane(one)["points"]
    assert answer["shifts"] == [[0.0, 0.5, 0.0], [30.0, 3.0, -2.0]]
    assert drawn(near.pk, 1, 31.0)["shift_px"] == [3.0, -2.0]
    nothing = viewer.get(f"/api/v1/videos/{blind.pk}/planes/").json()
    assert nothing["planes"] == [{"lift": lift, "calibration": None} for lift in range(3)]
    assert nothing["shifts"] == []
    with pytest.raises(Conflict):
        drawn(blind.pk, 0)
    lifts = viewer.get(f"/api/v1/projects/{cast.project.pk}/inspection/").json()["lifts"]
    names = ["bottom", "middle", "top"]
    assert lifts == [{"number": number, "name": name} for number, name in enumerate(names)]
    assert client_of(cast.stranger).get(f"/api/v1/videos/{near.pk}/planes/").status_code == 404


def test_a_finding_says_how_well_its_plane_is_known_and_how_the_run_was_set(
    cast: Cast, worker: Worker
) -> None:
    video, blind = video_make(cast.project), video_make(cast.project, "b.mp4")
    camera = {
        "calibration": plane(0),
        "lifts": [lift("bottom", 0.0, None), lift("top", 30.0, crooked(0))],
    }
    site = site_of(cameras={str(video.pk): camera})
    site_save(project=cast.project, by=cast.owner, based_on=0, site=site, note="")
    run = run_make(cast.project, {video: stays([(5.0, 9.0, 2.5, 2.5)], end_s=59.0)})
    Run.objects.filter(pk=run.pk).update(fps=2.5)
    worker.compute(cast.project)
    found = Finding.objects.get(project=cast.project, rule="V01")
    client = client_of(cast.owner)

    def told(**change: Any) -> dict[str, Any]:
        Finding.objects.filter(pk=found.pk).update(**change)
        return client.get(f"/api/v1/projects/{cast.project.pk}/findings/{found.pk}/").json()

    straight = told(lift=0)
    assert straight["calibration"]["grade"] == "green"
    assert straight["calibration"]["rmse_m"] == pytest.approx(0.0, abs=1e-6)
    assert straight["run_settings"] == {"fps": 2.5, "score_threshold": 0.3}
    checked = client.post("/api/v1/calibrations/check/", crooked(0)).json()["quality"]
    assert checked["rmse_m"] > 0.005
    names = ("grade", "rmse_px", "rmse_m")
    assert told(lift=1)["calibration"] == {name: checked[name] for name in names}
    assert told(video=blind)["calibration"] is None
    assert told(video=None, run=None)["run_settings"] is None

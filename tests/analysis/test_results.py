"""What a run has found, asked for through the API: frames, timeline, segments, exports."""

import asyncio
import csv
import io
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pycocotools.coco import COCO
from rest_framework.test import APIClient

from apps.accounts.models import Role, User
from apps.analysis.models import FrameResult, Run, Segment, SegmentState
from apps.analysis.selectors import frames as frames_module
from apps.analysis.timeline import summary_of
from apps.detectors.models import Detector
from apps.jobs.models import Job, JobKind, JobState
from apps.projects.models import Project, Video, VideoState
from apps.projects.services.videos import video_delete
from tests.cast import client_of, user_make

# Ten frames of one second each in two segments, with objects that are known.
LABELS: list[list[str]] = [
    [],
    ["worker"],
    ["worker", "worker"],
    ["helmet"],
    [],
    ["worker", "helmet", "worker"],
    ["=cmd|' /C calc'!A0"],
    [],
    ["worker"],
    ["helmet", "helmet"],
]


@pytest.fixture
def run(project: Project, hog: Detector) -> Run:
    video = Video.objects.create(
        project=project,
        filename="-浇筑.mp4",
        folder="x",
        size_bytes=1,
        sha256="a" * 64,
        state=VideoState.READY,
        duration_seconds=10.0,
    )
    job = Job.objects.create(kind=JobKind.ANALYSIS, project=project, state=JobState.COMPLETED)
    run = Run.objects.create(
        job=job,
        project=project,
        detector=hog,
        detector_digest=hog.digest,
        fps=1,
        score_threshold=0.3,
        nms_iou=0.45,
        code_version="1",
        frames_total=10,
        frames_done=10,
        segments_total=2,
        segments_done=2,
        label_counts={"worker": 6, "helmet": 4, LABELS[6][0]: 1},
    )
    for number in range(2):
        numbers = range(5 * number, 5 * number + 5)
        segment = Segment.objects.create(
            run=run,
            video=video,
            number=number,
            first_frame=50 * number,
            end_frame=50 * number + 50,
            start_seconds=5.0 * number,
            end_seconds=5.0 * number + 5,
            state=SegmentState.DONE,
            frames_total=5,
            frames_done=5,
            content_key=f"{number}",
            summary=summary_of((float(i), LABELS[i]) for i in numbers),
        )
        for i in numbers:
            FrameResult.objects.create(
                run=run,
                segment=segment,
                video=video,
                segment_number=number,
                frame=10 * i,
                pts_seconds=float(i),
                width=640,
                height=480,
                boxes=[[10.0 + j, 20.0, 30.5 + j, 60.0] for j in range(len(LABELS[i]))],
                scores=[0.9 - 0.1 * j for j in range(len(LABELS[i]))],
                labels=LABELS[i],
                pdq=bytes([i]) * 32 if i else None,
                pdq_quality=100,
            )
    return run


@pytest.fixture
def api(owner: User) -> APIClient:
    return client_of(owner)


def frames(api: APIClient, run: Run, **query: Any) -> list[int]:
    answer = api.get(f"/api/v1/runs/{run.pk}/frames/", query)
    assert answer.status_code == 200, answer.content
    return [result["frame"] // 10 for result in answer.json()["results"]]


def test_a_frame_is_a_line_of_the_contract(api: APIClient, run: Run) -> None:
    answer = api.get(f"/api/v1/runs/{run.pk}/frames/", {"start": 2, "end": 3}).json()
    video = Video.objects.get()
    assert answer["results"] == [
        {
            "video": video.pk,
            "frame": 20,
            "pts_seconds": 2.0,
            "width": 640,
            "height": 480,
            "boxes": [[10.0, 20.0, 30.5, 60.0], [11.0, 20.0, 31.5, 60.0]],
            "scores": [0.9, 0.8],
            "labels": ["worker", "worker"],
            "pdq": "02" * 32,
            "pdq_quality": 100,
        }
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, list(range(10))),
        ({"start": 3, "end": 6}, [3, 4, 5]),
        ({"start": 3.5}, [4, 5, 6, 7, 8, 9]),
        ({"end": 2}, [0, 1]),
        ({"start": 5, "end": 5}, []),
        ({"start": 100}, []),
        ({"label": "worker"}, [1, 2, 5, 8]),
        ({"label": "worker", "min_score": 0.85}, [1, 2, 5, 8]),
        ({"label": "helmet", "min_score": 0.85}, [3, 9]),
        ({"min_score": 0.95}, []),
        ({"label": "nobody"}, []),
        ({"video": 10**6}, []),
    ],
)
def test_frames_are_chosen_by_time_label_and_score(
    api: APIClient, run: Run, query: dict[str, Any], expected: list[int]
) -> None:
    assert frames(api, run, **query) == expected


@pytest.mark.parametrize("query", [{}, {"label": "worker"}, {"min_score": 0.1}])
@pytest.mark.parametrize("limit", [1, 3, 4, 10])
@pytest.mark.parametrize("scan", [2, 20_000])
def test_pages_lead_through_all_frames_and_back(
    api: APIClient,
    run: Run,
    query: dict[str, Any],
    limit: int,
    scan: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(frames_module, "SCAN_LIMIT", scan)
    expected = frames(api, run, **query) if scan > 10 else None
    url: Any = f"/api/v1/runs/{run.pk}/frames/"
    pages = []
    answer = api.get(url, {**query, "limit": limit}).json()
    assert answer["previous"] is None
    while True:
        pages.append([result["frame"] // 10 for result in answer["results"]])
        assert len(pages[-1]) <= limit
        if answer["next"] is None:
            break
        answer = api.get(answer["next"]).json()
    forward = [frame for page in pages for frame in page]
    wanted = {"label": [1, 2, 5, 8], "min_score": [1, 2, 3, 5, 6, 8, 9]}
    assert forward == wanted.get(next(iter(query), ""), list(range(10)))
    assert expected in (None, forward)
    back = list(reversed(pages[-1]))
    while answer["previous"] is not None:
        answer = api.get(answer["previous"]).json()
        back += reversed([result["frame"] // 10 for result in answer["results"]])
    assert back == list(reversed(forward))


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 5001},
        {"start": "nan"},
        {"end": "inf"},
        {"video": "x"},
        {"video": 2**70},
        {"min_score": 2},
        {"cursor": "1"},
        {"cursor": "99999999999.1"},
        {"cursor": "1.1; drop table"},
    ],
)
def test_nonsense_is_refused(api: APIClient, run: Run, query: dict[str, Any]) -> None:
    answer = api.get(f"/api/v1/runs/{run.pk}/frames/", query)
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == set(query)


def test_the_timeline_gives_the_most_objects_at_a_time(api: APIClient, run: Run) -> None:
    answer = api.get(f"/api/v1/runs/{run.pk}/timeline/", {"bins": 5}).json()
    assert answer["bin_seconds"] == 2.0
    assert answer["duration_seconds"] == 10.0
    assert answer["analysed"] == [2, 2, 2, 2, 2]
    assert answer["labels"]["worker"] == [1, 2, 2, 0, 1]
    assert answer["labels"]["helmet"] == [0, 1, 1, 0, 2]


def test_a_timeline_has_no_bins_finer_than_a_quarter_second(api: APIClient, run: Run) -> None:
    answer = api.get(f"/api/v1/runs/{run.pk}/timeline/", {"bins": 2000}).json()
    assert answer["bin_seconds"] == 0.25
    assert len(answer["analysed"]) == 40
    assert [i for i, count in enumerate(answer["analysed"]) if count] == list(range(0, 40, 4))


def test_a_timeline_of_a_video_that_is_not_in_the_run_is_not_found(
    api: APIClient, run: Run
) -> None:
    answer = api.get(f"/api/v1/runs/{run.pk}/timeline/", {"video": 10**6})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_segments_say_how_far_they_are(api: APIClient, run: Run) -> None:
    segments = api.get(f"/api/v1/runs/{run.pk}/segments/").json()
    assert [segment["number"] for segment in segments] == [0, 1]
    assert segments[0]["state"] == "done"
    assert segments[0]["error"] is None
    assert (segments[1]["start_seconds"], segments[1]["end_seconds"]) == (5.0, 10.0)


def export(api: APIClient, run: Run, kind: str) -> tuple[bytes, Any]:
    answer: Any = api.get(f"/api/v1/runs/{run.pk}/export/{kind}/")
    assert answer.status_code == 200

    async def read() -> bytes:
        return b"".join([piece async for piece in answer.streaming_content])

    return asyncio.run(read()), answer


def test_the_coco_export_opens_in_pycocotools(api: APIClient, run: Run) -> None:
    body, answer = export(api, run, "coco")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.json"
        path.write_bytes(body)
        coco = COCO(str(path))
    assert len(coco.getImgIds()) == 10
    assert len(coco.getAnnIds()) == 11
    names = {category["id"]: category["name"] for category in coco.loadCats(coco.getCatIds())}
    [image] = [image for image in coco.loadImgs(coco.getImgIds()) if image["frame"] == 20]
    assert image["pts_seconds"] == 2.0
    found = coco.loadAnns(coco.getAnnIds(imgIds=[image["id"]]))
    assert [names[one["category_id"]] for one in found] == ["worker", "worker"]
    assert found[1]["bbox"] == [11.0, 20.0, 20.5, 40.0]
    assert found[1]["area"] == 820.0
    assert "attachment" in answer["Content-Disposition"]


def test_the_coco_export_of_a_run_that_found_nothing_is_valid(api: APIClient, run: Run) -> None:
    FrameResult.objects.update(boxes=[], scores=[], labels=[])
    body, _ = export(api, run, "coco")
    assert json.loads(body)["annotations"] == []


def test_the_csv_export_is_harmless_in_a_spreadsheet(api: APIClient, run: Run) -> None:
    body, _ = export(api, run, "csv")
    assert body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    # 11 objects, and a line for each of the three frames without any.
    assert len(rows) == 14
    assert {row["video"] for row in rows} == {"'-浇筑.mp4"}
    [formula] = [row for row in rows if row["frame"] == "60"]
    assert formula["label"] == "'" + LABELS[6][0]
    assert [row["label"] for row in rows[:2]] == ["", "worker"]
    assert rows[1]["x2"] == "30.5"
    assert (rows[0]["pdq"], rows[1]["pdq"]) == ("", "01" * 32)


@pytest.mark.parametrize("kind", ["coco", "csv"])
def test_an_export_leaves_out_a_video_that_was_deleted(api: APIClient, run: Run, kind: str) -> None:
    kept = run.segments.get(number=1)
    kept.video = Video.objects.create(
        project=run.project, filename="kept.mp4", folder="y", size_bytes=1, state=VideoState.READY
    )
    kept.save()
    kept.frame_results.update(video=kept.video)
    video_delete(run.segments.get(number=0).video)
    body, _ = export(api, run, kind)
    if kind == "coco":
        images = json.loads(body)["images"]
        assert [image["file_name"][:8] for image in images] == ["kept.mp4"] * 5
        assert len(json.loads(body)["annotations"]) == 7
    else:
        rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
        assert [row["video"] for row in rows] == ["kept.mp4"] * 8


def test_exports_and_results_are_not_for_strangers(run: Run) -> None:
    stranger = client_of(user_make("stranger", Role.ENGINEER))
    for part in ("", "segments/", "frames/", "timeline/", "export/coco/", "export/csv/"):
        assert stranger.get(f"/api/v1/runs/{run.pk}/{part}").status_code == 404


def test_a_list_of_runs_takes_the_same_queries_however_long(
    api: APIClient, run: Run, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    for state in ("queued", "running", "failed"):
        job = Job.objects.create(kind=JobKind.ANALYSIS, project=run.project, state=state)
        Run.objects.create(
            job=job,
            project=run.project,
            detector=run.detector,
            detector_digest="",
            score_threshold=0.3,
            nms_iou=0.45,
            code_version="1",
            frames_total=10,
            segments_total=2,
        )
    with django_assert_max_num_queries(8):
        answer = api.get("/api/v1/runs/")
    assert [found["state"] for found in answer.json()["results"]] == [
        "failed",
        "running",
        "queued",
        "completed",
    ]
    assert answer.json()["results"][0]["waiting_code"] is None

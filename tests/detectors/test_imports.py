"""Detectors come in over the API: as a file, as an archive, from an address, from the catalogue."""

import hashlib
import json
from pathlib import Path
from typing import Any

import onnx
import pytest
from django.conf import settings
from rest_framework.test import APIClient

from apps.accounts.models import Role, User
from apps.detectors.catalogue import catalogue
from apps.detectors.models import Detector, DetectorImport, ReceivedFile
from apps.detectors.services import imports
from apps.detectors.tools import model_try
from apps.jobs.control import JobControl
from apps.jobs.models import Job, JobKind, JobState
from apps.jobs.running import job_run
from tests.cast import browser_of, client_of, user_make
from tests.detectors.conftest import work
from tests.detectors.models import tiny_model, zip_of
from workers.detect.onnx import SCORE_THRESHOLD_KEY
from workers.errors import DetectorError

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quick_trial")]

URL = "/api/v1/detectors/"
OCTETS = "application/octet-stream"


@pytest.fixture
def client(engineer: User) -> APIClient:
    return client_of(engineer)


@pytest.fixture
def model(tmp_path: Path) -> bytes:
    return tiny_model(tmp_path / "tiny.onnx").read_bytes()


def send(client: APIClient, data: bytes, filename: str) -> Any:
    return client.post(f"{URL}files/?filename={filename}", data, content_type=OCTETS)


def bring(client: APIClient, data: bytes, filename: str, **wishes: Any) -> Any:
    sent = send(client, data, filename)
    assert sent.status_code == 201, sent.content
    is_archive = filename.endswith(".zip")
    body = {"source": "archive" if is_archive else "file", "file": sent.json()["id"], **wishes}
    return client.post(URL, {"name": "tiny", **body})


def outcome(client: APIClient, answer: Any) -> dict[str, Any]:
    """The import after the workers have done their part."""
    assert answer.status_code == 202, answer.content
    work()
    found: dict[str, Any] = client.get(f"{URL}imports/{answer.json()['id']}/").json()
    return found


def nothing_is_left() -> bool:
    folders = [settings.DETECTOR_INBOX / "staging", settings.DETECTOR_ROOT]
    return not any(path.is_file() for folder in folders for path in folder.rglob("*"))


def test_a_file_becomes_a_detector_with_other_names_for_its_labels(
    client: APIClient, model: bytes
) -> None:
    sent = send(client, model, "tiny.onnx").json()
    assert sent["sha256"] == hashlib.sha256(model).hexdigest()
    answer = bring(
        client,
        model,
        "tiny.onnx",
        label_map={"red": "worker"},
        licence="MIT",
        origin="made by hand",
        version="2",
    )
    done = outcome(client, answer)
    assert (done["state"], done["error"]) == ("completed", None)
    detector = client.get(f"{URL}{done['detector']}/").json()
    assert detector["classes"] == ["red", "green", "blue"]
    assert detector["labels"] == ["worker", "green", "blue"]
    assert (detector["state"], detector["purpose"]) == ("candidate", "people")
    assert (detector["licence"], detector["origin"], detector["version"]) == (
        "MIT",
        "made by hand",
        "2",
    )
    assert (detector["input_size"], detector["has_file"]) == ([64, 64], True)
    assert not any((settings.DETECTOR_INBOX / "staging").iterdir())
    again = bring(client, model, "tiny.onnx")
    assert (again.status_code, again.json()["code"]) == (409, "detector_name_taken")


def test_an_archive_of_a_folder_becomes_a_detector(client: APIClient, model: bytes) -> None:
    facts = {"score_threshold": 0.6, "origin": "a test", "licence": "Apache-2.0"}
    data = zip_of({"it/model.onnx": model, "it/cvd.json": json.dumps(facts).encode()})
    done = outcome(client, bring(client, data, "it.zip"))
    detector = Detector.objects.get(pk=done["detector"])
    assert (detector.score_threshold, detector.origin) == (0.6, "a test")


def test_the_threshold_in_a_model_is_taken_unless_its_folder_says_another(
    client: APIClient, tmp_path: Path
) -> None:
    model = tiny_model(tmp_path / "tiny.onnx", **{SCORE_THRESHOLD_KEY: "0.42"}).read_bytes()
    silent = tiny_model(tmp_path / "silent.onnx").read_bytes()
    files = {
        "own.onnx": model,
        "folder.zip": zip_of({"model.onnx": model, "cvd.json": b'{"score_threshold": 0.6}'}),
        "silent.onnx": silent,
    }
    thresholds = []
    for filename, data in files.items():
        done = outcome(client, bring(client, data, filename, name=filename))
        thresholds.append(Detector.objects.get(pk=done["detector"]).score_threshold)
    assert thresholds == [0.42, 0.6, 0.25]


def test_a_model_with_its_weights_beside_it_is_refused(
    client: APIClient, model: bytes, tmp_path: Path
) -> None:
    split = tmp_path / "split.onnx"
    whole = onnx.load_model_from_string(model)
    onnx.save_model(
        whole, split, save_as_external_data=True, location="split.data", size_threshold=1000
    )
    parts = {file.name: file.read_bytes() for file in (split, tmp_path / "split.data")}
    done = outcome(client, bring(client, zip_of(parts), "split.zip"))
    assert (done["state"], done["error"]["code"]) == ("failed", "detector_weights_elsewhere")
    assert nothing_is_left()


def test_an_import_that_is_done_twice_makes_one_detector(client: APIClient, model: bytes) -> None:
    """As when the worker is killed after the registering and before the end of the job."""
    found = DetectorImport.objects.get(pk=bring(client, model, "tiny.onnx").json()["id"])
    imports.import_run(found.job, JobControl())
    made = Detector.objects.get(name="tiny")
    job_run(str(found.job_id))
    found.refresh_from_db()
    assert (found.job.state, found.detector) == (JobState.COMPLETED, made)


@pytest.mark.parametrize(
    ("data", "filename", "code"),
    [
        (b"\x80\x04 pickle", "model.pt", "detector_file_unsafe"),
        (b"x", "model.bin", "detector_file_unsafe"),
    ],
)
def test_what_runs_code_when_read_is_refused_at_once(
    client: APIClient, data: bytes, filename: str, code: str
) -> None:
    answer = bring(client, data, filename)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_refused_models_leave_their_reason_and_no_files(client: APIClient, model: bytes) -> None:
    bad = {
        "cut.onnx": (model[: len(model) // 2], "detector_not_loadable"),
        "text.onnx": (b"not a model", "detector_not_loadable"),
        "evil.zip": (zip_of({"../../evil.onnx": model}), "archive_unsafe"),
        "pickle.zip": (zip_of({"config.json": b"{}", "model.bin": b"x"}), "detector_file_unsafe"),
        "empty.zip": (zip_of({"readme.txt": b"x"}), "detector_files_unknown"),
    }
    for filename, (data, code) in bad.items():
        done = outcome(client, bring(client, data, filename))
        assert (done["state"], done["error"]["code"]) == ("failed", code), filename
        assert done["error"]["message"]
    mapped = outcome(client, bring(client, model, "a.onnx", label_map={"nobody": "worker"}))
    assert mapped["error"]["code"] == "label_map_invalid"
    few = outcome(client, bring(client, model, "a.onnx", classes=["one"]))
    assert few["error"]["code"] == "detector_classes_mismatch"
    assert Detector.objects.filter(name="tiny").count() == 0
    assert nothing_is_left()


def test_an_address_is_downloaded_then_tried_by_a_gpu_worker(
    client: APIClient, model: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def fetch(url: str, target: Path, *, sha256: str, **_: Any) -> None:
        asked.append(f"{url} {sha256}")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(model)

    monkeypatch.setattr(imports, "download", fetch)
    body = {"name": "far", "source": "url", "url": "https://example.org/m.onnx", "sha256": "A" * 64}
    answer = client.post(URL, body)
    assert answer.json()["phase"] == "downloading"
    assert Job.objects.get().kind == JobKind.DETECTOR_DOWNLOAD
    done = outcome(client, answer)
    assert asked == [f"https://example.org/m.onnx {'a' * 64}"]
    assert (done["state"], done["phase"]) == ("completed", "trying")
    assert Job.objects.get().kind == JobKind.DETECTOR_IMPORT
    assert Detector.objects.filter(name="far").exists()


def test_the_own_network_is_not_downloaded_from(client: APIClient) -> None:
    body = {"name": "near", "source": "url", "url": "http://127.0.0.1:1/m.onnx", "sha256": "0" * 64}
    done = outcome(client, client.post(URL, body))
    assert done["error"]["code"] == "download_address_private"


def test_the_catalogue_asks_for_what_it_does_not_know(client: APIClient) -> None:
    listed = client.get(f"{URL}catalogue/").json()
    assert [entry["name"] for entry in listed] == [entry.name for entry in catalogue()]
    assert {entry["licence"] for entry in listed} == {"Apache-2.0"}
    for entry in listed:
        for file in entry["files"]:
            assert file["url"].startswith("https://")
            assert file["sha256"] is None or len(file["sha256"]) == 64
    body = {"name": "fine", "source": "catalogue", "entry": "dfine-small"}
    answer = client.post(URL, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "digest_missing")
    digests = {"config.json": "1" * 64, "model.safetensors": "2" * 64}
    assert client.post(URL, {**body, "digests": digests}).status_code == 202
    wanted = DetectorImport.objects.get().downloads
    assert [file["sha256"] for file in wanted] == ["1" * 64, "2" * 64]


def test_a_cancelled_import_leaves_nothing(client: APIClient, model: bytes) -> None:
    answer = bring(client, model, "tiny.onnx")
    assert client.delete(f"{URL}imports/{answer.json()['id']}/").status_code == 204
    assert DetectorImport.objects.get().job.state == JobState.CANCELLED
    assert nothing_is_left()
    assert client.delete(f"{URL}imports/{answer.json()['id']}/").status_code == 204
    assert not DetectorImport.objects.exists()


def test_only_engineers_bring_detectors_in(model: bytes) -> None:
    operator = client_of(user_make("operator", Role.OPERATOR))
    assert send(operator, model, "tiny.onnx").status_code == 403
    assert operator.post(URL, {"name": "x"}).status_code == 403
    assert operator.get(f"{URL}imports/").status_code == 403
    assert client_of().get(f"{URL}catalogue/").status_code == 401
    assert operator.get(URL).status_code == 200
    assert not ReceivedFile.objects.exists()


def test_a_dashboard_sends_files_too(engineer: User, model: bytes) -> None:
    sent = send(browser_of(engineer), model, "tiny.onnx")
    assert (sent.status_code, sent.json()["size_bytes"]) == (201, len(model))


def test_a_file_is_used_by_who_sent_it(client: APIClient, model: bytes) -> None:
    sent = send(client, model, "tiny.onnx").json()
    other = client_of(user_make("other", Role.ENGINEER))
    answer = other.post(URL, {"name": "x", "source": "file", "file": sent["id"]})
    assert answer.status_code == 404
    assert send(client, b"", "empty.onnx").json()["code"] == "file_empty"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "x", "source": "disk"},
        {"name": "x", "source": "file"},
        {"name": "x", "source": "url", "url": "https://example.org/x", "sha256": "short"},
        {"name": "x", "source": "url", "url": "file:///etc/passwd", "sha256": "0" * 64},
        {"name": "x", "source": "catalogue", "entry": "nobody"},
        {"name": "", "source": "catalogue", "entry": "yolox-nano"},
        {"name": "x", "source": "catalogue", "entry": "yolox-nano", "classes": ["a", "a"]},
    ],
)
def test_requests_that_make_no_sense_change_nothing(
    client: APIClient, body: dict[str, Any]
) -> None:
    assert client.post(URL, body).status_code == 400
    assert not DetectorImport.objects.exists()


def test_a_model_is_really_tried_in_a_process_of_its_own(tmp_path: Path) -> None:
    model = tiny_model(tmp_path / "tiny.onnx")
    facts = model_try(model, name="tiny", kind="onnx", classes_file=None, check=lambda: None)
    assert facts["digest"] == hashlib.sha256(model.read_bytes()).hexdigest()
    assert facts["backend"]
    (tmp_path / "cut.onnx").write_bytes(model.read_bytes()[:200])
    with pytest.raises(DetectorError) as refused:
        model_try(
            tmp_path / "cut.onnx", name="x", kind="onnx", classes_file=None, check=lambda: None
        )
    assert refused.value.code == "detector_not_loadable"

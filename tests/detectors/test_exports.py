"""A detector leaves as one ONNX file."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.detectors.models import DetectorExport
from apps.detectors.services import detector_add
from apps.detectors.storage import export_path
from tests.cast import client_of
from tests.detectors.conftest import work
from tests.detectors.models import tiny_model
from tests.workers.dfine_models import INPUT_SIZE, LABELS, save_tiny_dfine
from workers.detect.registry import DetectorSpec, trial_run

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quick_trial")]

URL = "/api/v1/detectors/"


@pytest.fixture
def client(engineer: User) -> APIClient:
    return client_of(engineer)


def body_of(answer: Any) -> bytes:
    async def read() -> bytes:
        return b"".join([chunk async for chunk in answer.streaming_content])

    return async_to_sync(read)()


def test_an_export_is_made_once_and_is_a_detector_itself(client: APIClient, tmp_path: Path) -> None:
    detector = detector_add(name="tiny", file=save_tiny_dfine(tmp_path / "tiny"))
    url = f"{URL}{detector.pk}/export/"
    assert client.get(url).json()["state"] == "none"
    assert client.get(f"{url}file/").status_code == 404
    assert client.post(url).json()["state"] == "queued"
    work()
    made = client.get(url).json()
    assert (made["state"], made["error"]) == ("completed", None)
    data = body_of(client.get(made["file_url"]))
    assert (len(data), hashlib.sha256(data).hexdigest()) == (made["size_bytes"], made["sha256"])
    (tmp_path / "made.onnx").write_bytes(data)
    facts = trial_run(DetectorSpec("made", "onnx", tmp_path / "made.onnx"))
    assert (facts["classes"], facts["input_size"]) == (list(LABELS), INPUT_SIZE)
    # Asked for again, it is there; with its detector it goes.
    assert client.post(url).json() == made
    file = DetectorExport.objects.get().file
    assert client.delete(f"{URL}{detector.pk}/").status_code == 204
    assert not export_path(file).exists()


def test_what_is_onnx_already_is_not_exported(client: APIClient, tmp_path: Path) -> None:
    detector = detector_add(name="tiny", file=tiny_model(tmp_path / "tiny.onnx"))
    refused = client.post(f"{URL}{detector.pk}/export/")
    assert (refused.status_code, refused.json()["code"]) == (409, "export_not_possible")
    assert not DetectorExport.objects.exists()

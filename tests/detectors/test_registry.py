"""Detectors come into the registry after a trial run, or not at all."""

import hashlib
import io
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from apps.common.errors import Conflict, DomainError, Invalid
from apps.detectors.models import Detector
from apps.detectors.selectors import detector_file, detector_find
from apps.detectors.services import builtin_detectors_ensure, detector_add
from tests.cast import Cast, client_of
from workers.errors import DetectorError

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_trial")]


def stored() -> list[str]:
    return sorted(path.name for path in settings.DETECTOR_ROOT.glob("*") if path.is_file())


def test_hog_is_always_there_and_needs_no_file(cast: Cast) -> None:
    hog = builtin_detectors_ensure()
    assert builtin_detectors_ensure() == hog
    assert (hog.name, hog.classes, detector_file(hog)) == ("hog", ["person"], None)
    answer = client_of(cast.viewer).get("/api/v1/detectors/")
    assert [found["name"] for found in answer.json()["results"]] == ["hog"]
    one = client_of(cast.viewer).get(f"/api/v1/detectors/{hog.pk}/").json()
    assert (one["state"], one["purpose"], one["is_shipped"]) == ("active", "people", True)
    assert (one["labels"], one["input_size"], one["has_file"]) == (["person"], None, False)


def test_a_model_is_copied_under_its_digest(nano: Path, coco: Path) -> None:
    out = io.StringIO()
    call_command(
        "detectors",
        "add",
        str(nano),
        name="nano",
        classes=coco,
        licence="Apache-2.0",
        stdout=out,
        stderr=io.StringIO(),
    )
    detector = Detector.objects.get(name="nano")
    assert detector.digest == hashlib.sha256(nano.read_bytes()).hexdigest()
    assert (detector.kind, len(detector.classes), detector.classes[0]) == ("onnx", 80, "person")
    assert detector.licence == "Apache-2.0"
    file = detector_file(detector)
    assert file is not None
    assert file.read_bytes() == nano.read_bytes()
    assert detector.digest in out.getvalue()
    listed = io.StringIO()
    call_command("detectors", "list", stdout=listed)
    assert "nano" in listed.getvalue()
    assert "80 labels" in listed.getvalue()


def test_a_name_is_taken_once(nano: Path, coco: Path) -> None:
    detector_add(name="nano", file=nano, classes_file=coco)
    with pytest.raises(Conflict, match="already"):
        detector_add(name="nano", file=nano, classes_file=coco)
    with pytest.raises(CommandError, match="already"):
        call_command("detectors", "add", str(nano), name="nano", stderr=io.StringIO())
    assert Detector.objects.filter(name="nano").count() == 1


def test_what_is_no_model_is_refused_and_leaves_nothing(tmp_path: Path, nano: Path) -> None:
    text = tmp_path / "text.onnx"
    text.write_text("not a model", encoding="utf-8")
    cut = tmp_path / "cut.onnx"
    cut.write_bytes(nano.read_bytes()[:100_000])
    for file in (text, cut):
        with pytest.raises(DetectorError):
            detector_add(name="bad", file=file)
    assert stored() == []
    assert not Detector.objects.filter(name="bad").exists()


def test_wrong_classes_are_refused(nano: Path, tmp_path: Path) -> None:
    few = tmp_path / "few.txt"
    few.write_text("person\nbicycle\n", encoding="utf-8")
    empty = tmp_path / "empty.txt"
    empty.write_text("\n", encoding="utf-8")
    broken = tmp_path / "broken.txt"
    broken.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DetectorError):
        detector_add(name="bad", file=nano, classes_file=few)
    for file in (empty, broken, tmp_path / "missing.txt"):
        with pytest.raises(Invalid):
            detector_add(name="bad", file=nano, classes_file=file)
    assert stored() == []


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "a\nb", "a\0b"])
def test_a_name_must_be_readable(nano: Path, name: str) -> None:
    with pytest.raises(Invalid):
        detector_add(name=name, file=nano)


def test_a_missing_file_and_an_unknown_kind_are_named(tmp_path: Path) -> None:
    with pytest.raises(DomainError, match="is not a file or a folder"):
        detector_add(name="x", file=tmp_path / "no.onnx")
    other = tmp_path / "model.odd"
    other.write_bytes(b"\x80\x04")
    with pytest.raises(Invalid, match="There is no kind 'odd'"):
        detector_add(name="x", file=other)
    pickled = other.rename(tmp_path / "model.pt")
    with pytest.raises(Invalid, match="could run code"):
        detector_add(name="x", file=pickled)


def test_a_detector_is_found_by_its_name_before_its_id() -> None:
    hog = builtin_detectors_ensure()
    assert detector_find("hog") == hog
    assert detector_find(str(hog.pk)) == hog
    named = Detector.objects.create(name=str(hog.pk), kind="hog", digest="")
    assert detector_find(str(hog.pk)) == named
    for wrong in ("nobody", "99999999999999999999", "²"):
        with pytest.raises(Invalid) as refused:
            detector_find(wrong)
        assert refused.value.code == "detector_unknown"

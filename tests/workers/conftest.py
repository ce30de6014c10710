"""What the tests of the compute parts share."""

from pathlib import Path

import pytest

from tests.media import make_video
from workers.detect.base import Detector
from workers.detect.registry import DetectorSpec, load_detector
from workers.detect.spec import read_class_names


@pytest.fixture(scope="session")
def vtest(test_data: Path) -> Path:
    return test_data / "video" / "vtest.mp4"


@pytest.fixture(scope="session")
def yolox_spec(test_data: Path) -> DetectorSpec:
    weights = test_data / "weights"
    return DetectorSpec(
        name="yolox-nano",
        kind="onnx",
        path=weights / "yolox_nano.onnx",
        classes=read_class_names(weights / "coco_classes.txt"),
    )


@pytest.fixture(scope="session")
def yolox(yolox_spec: DetectorSpec) -> Detector:
    return load_detector(yolox_spec)


@pytest.fixture(scope="session")
def small_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """30 frames at 10 per second, a key frame every second, frames out of order in between."""
    path = tmp_path_factory.mktemp("media") / "small.mp4"
    make_video(path, options={"bf": "2", "b-adapt": "0"})
    return path

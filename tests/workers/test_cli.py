import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from workers.media.frame_index import FrameIndex

HEAVY = ("numpy", "cv2", "av", "onnxruntime", "openvino", "PIL", "pycocotools", "django")


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workers", *map(str, arguments)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def assert_refused(finished: subprocess.CompletedProcess[str]) -> None:
    assert finished.returncode == 2
    assert finished.stderr.startswith("error: ")
    assert finished.stderr.count("\n") == 1
    assert "Traceback" not in finished.stderr


@pytest.fixture
def text_video(tmp_path: Path) -> Path:
    (tmp_path / "text.mp4").write_text("no video")
    return tmp_path / "text.mp4"


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from workers.cli.main import main\n"
        "try: main(['--help'])\n"
        f"except SystemExit: print([m for m in {HEAVY} if m in sys.modules], file=sys.stderr)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert finished.stderr.strip() == "[]"
    assert "analyse" in finished.stdout


def test_probe_prints_facts(small_video: Path) -> None:
    finished = run("probe", small_video)
    assert finished.returncode == 0
    facts = json.loads(finished.stdout)
    assert (facts["width"], facts["frame_count"], facts["codec"]) == (160, 30, "h264")


def test_analyse_writes_a_line_for_each_analysed_frame_in_order(small_video: Path) -> None:
    finished = run("analyse", small_video, "--detector", "hog", "--fps", "2")
    assert finished.returncode == 0
    lines = [json.loads(line) for line in finished.stdout.splitlines()]
    assert [line["frame"] for line in lines] == [0, 5, 10, 15, 20, 25]
    assert all(line["boxes"] == [] and len(line["pdq"]) == 64 for line in lines)
    assert "6 frames" in finished.stderr


def test_analyse_takes_five_frames_a_second_unless_told(small_video: Path, tmp_path: Path) -> None:
    for arguments, count in ([], 15), (["--fps", "all"], 30):
        out = tmp_path / "out.jsonl"
        finished = run("analyse", small_video, "--detector", "hog", *arguments, "--out", out)
        assert finished.returncode == 0
        assert finished.stdout == ""
        assert len(out.read_text().splitlines()) == count


def test_analyse_with_an_onnx_file_finds_people(vtest: Path, test_data: Path) -> None:
    weights = test_data / "weights"
    finished = run(
        "analyse", vtest, "--detector", weights / "yolox_nano.onnx",
        "--classes", weights / "coco_classes.txt", "--fps", "0.1",
    )  # fmt: skip
    lines = [json.loads(line) for line in finished.stdout.splitlines()]
    assert [line["pts_seconds"] for line in lines] == [0, 10, 20, 30, 40, 50, 60, 70]
    assert all("person" in line["labels"] for line in lines)


def test_hash_prints_hash_quality_and_path(test_data: Path) -> None:
    path = test_data / "pdq" / "misc-images" / "wee.jpg"
    finished = run("hash", path, path)
    digest = "6227401f601ff4ccafcc9fad4b0d95d371a2eb7265a3285234d228ca94deeb2d"
    assert finished.stdout.splitlines() == [f"{digest} 100 {path}"] * 2


def test_hash_goes_on_after_a_bad_picture_and_fails_in_the_end(
    test_data: Path, text_video: Path
) -> None:
    good = test_data / "pdq" / "misc-images" / "wee.jpg"
    finished = run("hash", text_video, good)
    assert_refused(finished)
    assert finished.stdout.endswith(f"{good}\n")


def test_evaluate_prints_metrics(test_data: Path) -> None:
    folder = test_data / "coco"
    finished = run(
        "evaluate",
        "--gt", folder / "instances_val2014_100.json",
        "--dt", folder / "instances_val2014_fakebbox100_results.json",
    )  # fmt: skip
    assert json.loads(finished.stdout)["AP"] == pytest.approx(0.50458, abs=5e-6)


def test_check_prints_facts_and_digest_and_writes_the_index(
    small_video: Path, tmp_path: Path
) -> None:
    finished = run("check", small_video, "--index", tmp_path / "index")
    checked = json.loads(finished.stdout)
    assert checked["facts"]["frame_count"] == 30
    assert len(checked["sha256"]) == 64
    assert len(FrameIndex.load(tmp_path / "index")) == 30


def test_thumbnail_and_proxy_write_their_files(small_video: Path, tmp_path: Path) -> None:
    assert run("thumbnail", small_video, "--out", tmp_path / "a.jpg").returncode == 0
    finished = run("proxy", small_video, "--out", tmp_path / "a.mp4")
    assert finished.returncode == 0
    progress = [line.split() for line in finished.stderr.splitlines()]
    assert all(word == "progress" and 0 <= float(share) <= 1 for word, share in progress)
    assert progress[-1] == ["progress", "1.00"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jpg", "a.mp4"]


@pytest.mark.parametrize(
    "arguments",
    [("probe",), ("analyse", "--detector", "hog"), ("check", "--index", os.devnull)],
)
def test_a_bad_video_is_refused_in_one_line(text_video: Path, arguments: tuple[str, ...]) -> None:
    assert_refused(run(arguments[0], text_video, *arguments[1:]))


@pytest.mark.parametrize("command", ["check", "thumbnail", "proxy"])
def test_what_other_programs_start_tells_them_the_error_as_json(
    text_video: Path, tmp_path: Path, command: str
) -> None:
    option = "--index" if command == "check" else "--out"
    finished = run(command, text_video, option, tmp_path / "out.jpg")
    assert_refused(finished)
    error = json.loads(finished.stdout)
    assert error["code"] == "video_not_decodable"
    assert finished.stderr == f"error: {error['message']}\n"
    assert not (tmp_path / "out.jpg").exists()


def test_a_file_that_cannot_be_read_is_told_as_trouble_of_the_machine(tmp_path: Path) -> None:
    finished = run("check", "/proc/self/mem", "--index", tmp_path / "index")
    assert finished.returncode == 1
    assert json.loads(finished.stdout) == {
        "code": "storage_unavailable",
        "message": "The server's storage cannot be used: Input/output error.",
    }


def test_a_detector_that_is_not_there_is_refused(small_video: Path) -> None:
    assert_refused(run("analyse", small_video, "--detector", "nothing.onnx"))


@pytest.mark.parametrize("fps", ["0", "-3", "nan", "inf", "often"])
def test_a_rate_that_is_no_rate_is_refused(small_video: Path, fps: str) -> None:
    finished = run("analyse", small_video, "--detector", "hog", "--fps", fps)
    assert finished.returncode == 2
    assert "positive number" in finished.stderr


def test_output_that_cannot_be_written_is_an_error_and_not_a_traceback(small_video: Path) -> None:
    for out, reason in (
        ("/nonexistent/out.jsonl", "No such file or directory"),
        (str(small_video.parent), "Is a directory"),
    ):
        finished = run("analyse", small_video, "--detector", "hog", "--out", out)
        assert finished.returncode == 1
        assert reason in finished.stderr
        assert "Traceback" not in finished.stderr


def test_a_reader_that_leaves_early_is_no_traceback(small_video: Path) -> None:
    command = f"{sys.executable} -m workers analyse '{small_video}' --detector hog --fps all"
    finished = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command} | head -c 10"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in finished.stderr
    assert "Exception" not in finished.stderr

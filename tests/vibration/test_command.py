"""`python -m workers vibration` as an outside program uses it."""

import json
import subprocess
import sys
from pathlib import Path

from tests.vibration.scene import Json, site_json, stays

CONTRACT = {
    "insertions": {
        "id", "x_m", "y_m", "sigma_m", "start_s", "end_s", "duration_s", "observed_ratio", "flags",
    },
    "findings": {
        "rule", "severity", "status", "value", "limit", "unit", "start_s", "end_s", "x_m", "y_m",
        "insertion_ids",
    },
    "coverage": {"covered_pct", "uncovered_m2", "largest_hole_m2", "unobservable_pct", "cell_m"},
}  # fmt: skip


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workers", "vibration", *map(str, arguments)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def write(folder: Path, site: Json) -> tuple[Path, Path]:
    frames = folder / "frames.jsonl"
    with frames.open("w") as file:
        for one in stays([(5.0, 11.0, 3.0, 2.5)], end_s=20.0):
            data = {
                "frame": 0, "pts_seconds": one.pts_seconds, "width": one.width,
                "height": one.height, "boxes": one.boxes, "scores": one.scores,
                "labels": one.labels, "pdq": None, "pdq_quality": 0,
            }  # fmt: skip
            file.write(json.dumps(data) + "\n")
    path = folder / "site.json"
    path.write_text(json.dumps(site))
    return frames, path


def test_the_report_has_the_contracts_shape(tmp_path: Path) -> None:
    frames, site = write(tmp_path, site_json())
    out = tmp_path / "report.json"
    done = run("--frames", frames, "--site", site, "--out", out)
    assert (done.returncode, done.stdout) == (0, "")
    report = json.loads(out.read_text())
    assert set(report["insertions"][0]) >= CONTRACT["insertions"]
    assert set(report["findings"][0]) >= CONTRACT["findings"]
    assert set(report["coverage"]) >= CONTRACT["coverage"]
    assert report["insertions"][0]["duration_s"] == 6.0
    assert {"V01", "V04", "V15"} <= {one["rule"] for one in report["findings"]}
    # Without --out the same bytes come on stdout.
    assert run("--frames", frames, "--site", site).stdout == out.read_text()


def test_bad_input_is_one_clear_line_and_no_report(tmp_path: Path) -> None:
    frames, site = write(tmp_path, site_json(pour=[[0, 0], [1, 1], [1, 0], [0, 1]]))
    out = tmp_path / "report.json"
    done = run("--frames", frames, "--site", site, "--out", out)
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1] == "error: pour: the outline crosses itself."
    assert not out.exists()
    assert run("--frames", tmp_path / "none", "--site", site).returncode != 0
    site.write_text("{")
    assert "not JSON" in run("--frames", frames, "--site", site).stderr

"""What every process of the system loads when it starts."""

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

# Five processes start with the system, and one for each command: together these take seconds.
ONLY_FOR_WORK = ("torch", "transformers", "onnxruntime", "openvino", "av", "scipy.optimize",
                 "scipy.spatial", "pycocotools", "eventlet")  # fmt: skip


def test_what_only_work_needs_is_loaded_by_work(tmp_path: Path) -> None:
    code = (
        "import sys, django; django.setup()\n"
        "from django.core.management import call_command; call_command('check')\n"
        f"print([name for name in {ONLY_FOR_WORK} if name in sys.modules])"
    )
    environment = {
        **os.environ,
        "CVD_DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "backend.settings",
    }
    finished = subprocess.run(
        [sys.executable, "-c", code],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert finished.stdout.splitlines()[-1] == "[]"

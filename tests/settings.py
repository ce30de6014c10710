"""The real settings on a private data folder; imported before anything else reads them.

`CVD_TEST_SETUP=services` runs the same tests against MariaDB and a Redis server.
"""

import atexit
import os
import shutil
import tempfile
from typing import Any, cast

from tests.services import SERVICES_DATABASE_URL, SERVICES_REDIS_URL

USES_SERVICES = os.environ.get("CVD_TEST_SETUP", "embedded") == "services"

for _name in [name for name in os.environ if name.startswith("CVD_")]:
    if not _name.startswith(("CVD_TEST_", "CVD_REQUIRE_")):
        del os.environ[_name]  # a developer's own settings are not part of a test
_FOLDER, _OWNER = tempfile.mkdtemp(prefix="cvd-test-"), os.getpid()


@atexit.register
def _folder_remove() -> None:
    if os.getpid() == _OWNER:  # not in a process that a test has forked
        shutil.rmtree(_FOLDER, ignore_errors=True)


os.environ["CVD_DATA_DIR"] = _FOLDER
os.environ["CVD_DISK_RESERVE_MIB"] = "64"
if USES_SERVICES:
    os.environ["CVD_DATABASE_URL"] = SERVICES_DATABASE_URL
    os.environ["CVD_REDIS_URL"] = SERVICES_REDIS_URL
    os.environ["CVD_REDIS_PREFIX"] = f"cvd-test-{os.getpid()}"

from backend.settings import *  # noqa: E402, F403
from backend.settings import DATA_DIR, DATABASES, STATIC_ROOT  # noqa: E402

STATIC_ROOT.mkdir()

# In the embedded set-up a file, not memory: locks and isolation are the real ones, also between
# threads and processes. On a server a name of its own: two runs may share it.
TEST_DATABASE = f"test_cvd_mis_{os.getpid()}" if USES_SERVICES else str(DATA_DIR / "test.sqlite3")
DATABASES["default"]["TEST"] = {
    **cast("dict[str, Any]", DATABASES["default"].get("TEST", {})),
    "NAME": TEST_DATABASE,
}

# Its trial run takes longer than most tests; those that are about it name a folder of their own.
DETECTOR_STARTER = DATA_DIR / "no-starter"

# The same algorithm at its lowest cost.
PASSWORD_HASHERS = ["tests.hashers.CheapArgon2PasswordHasher"]

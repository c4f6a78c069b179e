"""Loaded before Django's settings are: gives each test process a home folder of its own (see pytest's ``addopts``)."""

import os
import tempfile

_FOLDER = tempfile.TemporaryDirectory(prefix="garrison-test-", ignore_cleanup_errors=True)
os.environ["GARRISON_HOME"] = _FOLDER.name
os.environ.pop("DATABASE_URL", None)
if os.environ.get("GARRISON_TEST_RING") == "postgres":
    os.environ["DATABASE_URL"] = os.environ["GARRISON_TEST_POSTGRES"]

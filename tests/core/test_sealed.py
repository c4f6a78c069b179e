"""Sealed storage: all or nothing, read-only, named by what it holds."""

import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from garrison.core.sealed import Vault

BODY = b"clip" * 1000
NAME = hashlib.sha256(BODY).hexdigest()
LATER = datetime.now(UTC) + timedelta(days=1)


def test_a_file_is_stored_once_under_its_hash_and_read_only(tmp_path) -> None:
    vault = Vault(tmp_path / "evidence")
    first = vault.put([BODY[:100], BODY[100:]])
    assert (first.sha256, first.size, first.new) == (NAME, len(BODY), True)
    assert vault.put([BODY]).new is False
    path = vault.path(NAME)
    assert path.stat().st_mode & 0o777 == 0o400
    assert (tmp_path / "evidence").stat().st_mode & 0o777 == 0o700
    assert list(vault.names()) == [NAME]
    with vault.open(NAME) as file:
        assert file.read() == BODY


def test_a_full_disk_leaves_nothing(tmp_path) -> None:
    def pieces() -> Iterator[bytes]:
        yield BODY
        raise OSError(28, "No space left on device")

    vault = Vault(tmp_path)
    with pytest.raises(OSError, match="No space"):
        vault.put(pieces())
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_a_real_limit_of_the_disk_leaves_nothing(tmp_path) -> None:
    """A file-size limit of the operating system in a process of its own, as a disk that fills."""
    import subprocess
    import sys

    code = (
        "import resource, signal, sys, pathlib\n"
        "from garrison.core.sealed import Vault\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))\n"
        "try:\n    Vault(pathlib.Path(sys.argv[1])).put([bytes(900_000)] * 3)\n"
        "except OSError as error:\n    print('refused', error.errno)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("refused")
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_a_changed_file_shows_and_is_put_right_by_its_like(tmp_path) -> None:
    vault = Vault(tmp_path)
    vault.put([BODY])
    path = vault.path(NAME)
    path.chmod(0o600)
    path.write_bytes(b"other")
    assert vault.hash_of(NAME) == hashlib.sha256(b"other").hexdigest()
    assert vault.put([BODY]).new is True
    assert vault.hash_of(NAME) == NAME
    vault.discard(NAME)
    vault.discard(NAME)
    assert vault.hash_of(NAME) is None


def test_orphans_are_swept_and_the_rest_stays(tmp_path) -> None:
    vault = Vault(tmp_path)
    kept, orphan = vault.put([b"kept"]).sha256, vault.put([b"orphan"]).sha256
    (tmp_path / "0.draft").write_bytes(b"half")
    assert vault.sweep({kept}, older_than=datetime.now(UTC) - timedelta(days=1)) == []
    assert vault.sweep({kept}, older_than=LATER) == sorted(["0.draft", orphan])
    assert list(vault.names()) == [kept]


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63])
def test_no_name_leads_elsewhere(tmp_path, name) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        Vault(tmp_path).path(name)


def test_it_is_flushed_before_it_has_its_name(tmp_path, monkeypatch) -> None:
    told: list[str] = []
    flush, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (told.append("flush"), flush(handle)))
    monkeypatch.setattr(os, "replace", lambda a, b, **k: (told.append("name"), replace(a, b, **k)))
    Vault(tmp_path).put([BODY])
    assert told == ["flush", "name", "flush"]

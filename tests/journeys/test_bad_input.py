"""Hostile and broken files through the command: a clear message, nothing half-stored, no traceback."""

import gzip
import io
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.kit.corpus_table import garrison

pytestmark = pytest.mark.slow

ROSTER = "employee_id,first_name,last_name,work_email,status,hire_date,termination_date\n"
JANE = "1,Jane,Roe,jane@example.org,Active,2020-01-01,\n"
NMAP = (
    '<?xml version="1.0"?><nmaprun scanner="nmap" version="7.9" xmloutputversion="1.04"><host><status state="up"/>'
    '<address addr="192.0.2.7" addrtype="ipv4"/></host></nmaprun>'
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    garrison("migrate", home=folder)
    return folder


def offer(home: Path, path: Path) -> tuple[int, list[dict[str, Any]]]:
    """Import one file; the exit code and what was said of each file. No traceback, ever."""
    done = garrison("import", "--json", str(path), home=home)
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 2, 3), done.stderr
    return done.returncode, json.loads(done.stdout)["files"]


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return buffer.getvalue()


def linked() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        link = tarfile.TarInfo("passwd.csv")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        body = (ROSTER + JANE).encode()
        plain = tarfile.TarInfo("hr.csv")
        plain.size = len(body)
        archive.addfile(plain, io.BytesIO(body))
    return buffer.getvalue()


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE nmaprun [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(9))
    + "]><nmaprun>&j;</nmaprun>"
)

REFUSED: dict[str, bytes] = {
    "entities.xml": BOMB.encode(),
    "external.xml": b'<?xml version="1.0"?><!DOCTYPE nmaprun [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b'<nmaprun scanner="nmap">&x;</nmaprun>',
    "deep.xml": b'<?xml version="1.0"?><nmaprun scanner="nmap">' + b"<host>" * 100_000,
    "deep.json": b'{"SchemaVersion": 2, "ArtifactName": "x", "Results": ' + b"[" * 200_000,
    "cut.xml": NMAP[:-20].encode(),
    "cut.json": b'{"SchemaVersion": 2, "ArtifactName": "x", "Results": [{"Target": "y", "Vulnerabil',
    "cut.csv.gz": gzip.compress((ROSTER + JANE * 500).encode())[:200],
    "bomb.gz": gzip.compress(b"0" * 400_000_000, 9),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_structurally_bad_file_is_refused_whole(home: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(REFUSED[name])
    code, files = offer(home, path)
    assert code == 2
    assert [file["status"] for file in files] == ["refused"]
    assert files[0]["path"].endswith(name)
    assert files[0]["messages"][0]["reason"]
    assert files[0]["rows"]["stored"] == 0


def test_a_hundred_megabytes_of_one_line(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "line.csv"
    with path.open("wb") as file:
        file.write(ROSTER.encode())
        for _ in range(100):
            file.write(b"x" * 1024**2)
    code, files = offer(home, path)
    assert code == 2
    assert "line" in files[0]["messages"][0]["reason"]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("bom.csv", b"\xef\xbb\xbf" + (ROSTER + JANE).encode()),
        ("utf16.csv", (ROSTER + JANE).encode("utf-16")),
        ("bare-cr.csv", (ROSTER + JANE).replace("\n", "\r").encode()),
        ("crlf.csv", (ROSTER + JANE).replace("\n", "\r\n").encode()),
        ("cp1252.csv", (ROSTER + JANE.replace("Roe", "Rôé")).encode("cp1252")),
        ("semicolon.csv", (ROSTER + JANE).replace(",", ";").encode()),
        ("wrong-name.nessus", (ROSTER + JANE).encode()),
    ],
)
def test_an_odd_file_is_read_all_the_same(home: Path, tmp_path: Path, name: str, body: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    code, files = offer(home, path)
    assert code == 0
    assert files[0]["counts"] == {"people": 1}


def test_archives_that_lead_outside(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "escape.zip"
    path.write_bytes(zipped({"../../etc/cron.d/x.csv": b"x", "/abs.csv": b"x", "hr.csv": (ROSTER + JANE).encode()}))
    code, files = offer(home, path)
    assert code == 3
    assert sorted(file["status"] for file in files)[-2:] == ["refused", "unchanged"] or "imported" in [
        file["status"] for file in files
    ]
    assert sum(file["status"] == "refused" for file in files) == 2
    path = tmp_path / "link.tar.gz"
    path.write_bytes(linked())
    _, files = offer(home, path)
    assert {file["member"]: file["status"] for file in files}["passwd.csv"] == "refused"


def test_a_zip_bomb(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    path.write_bytes(zipped({"zeros.csv": b"0" * 300_000_000}))
    code, files = offer(home, path)
    assert code in (2, 3)
    assert {file["status"] for file in files} == {"refused"}


def test_formulae_are_text_and_leave_guarded(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "formula.csv"
    path.write_text(ROSTER + "77,\"=cmd|' /C calc'!A1\",Roe,x@example.org,Active,2020-01-01,\n")
    code, files = offer(home, path)
    assert code == 0
    assert files[0]["rows"]["stored"] == 1


def test_a_bad_row_names_row_and_field(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(ROSTER + "81,Ann,Bee,a@example.org,Active,2020-01-01,\n82,Cy,Dee,c@example.org,Active,soon,\n")
    code, files = offer(home, path)
    assert code == 3
    assert files[0]["rows"]["refused"] == 1
    assert (files[0]["messages"][0]["row"], files[0]["messages"][0]["field"]) == (3, "hire_date")


def test_what_does_not_exist(home: Path, tmp_path: Path) -> None:
    done = garrison("import", "--json", str(tmp_path / "nothing"), home=home)
    assert done.returncode == 2
    assert "there is no" in done.stderr
    (tmp_path / "empty").mkdir()
    done = garrison("import", "--json", str(tmp_path / "empty"), home=home)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"no files in {tmp_path / 'empty'}" in done.stderr


def test_a_cut_off_document_names_its_line_once(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.json"
    path.write_text('{"catalogVersion": "1",\n"title": "x", "vulnerabilities": [\n{"cveID": "CVE-2026-1')
    done = garrison("import", str(path), home=home)
    assert done.returncode == 2
    assert (done.stdout.count("ine 3"), done.stdout.count("row 3")) == (1, 0), done.stdout


def test_a_disk_that_fills(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from garrison.cli.demo import write_exports
    from tests.kit.corpus_table import ROOT

    exports, home = tmp_path / "exports", tmp_path / "home"
    write_exports(exports, as_of=datetime(2026, 3, 10, 13, tzinfo=UTC))
    garrison("migrate", home=home)
    # What migrating left in SQLite's log would count as room to spare.
    with sqlite3.connect(home / "garrison.sqlite3") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = max(path.stat().st_size for path in home.iterdir())

    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 1_500_000, size + 1_500_000))

    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-m", "garrison.cli.main", "import", str(exports)],
        env=environment | {"GARRISON_HOME": str(home), "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        preexec_fn=small_disk,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "stopped:" in done.stderr
    assert garrison("audit", "verify", home=home).returncode == 0
    again = garrison("import", "--json", str(exports), home=home)
    assert again.returncode == 0, again.stderr
    assert {file["status"] for file in json.loads(again.stdout)["files"]} <= {"imported", "unchanged"}

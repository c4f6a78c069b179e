"""What no reader takes says why, and nothing outside a file is ever fetched."""

import io
import socket
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook
from tests.formats.samples import source

from garrison.core.imports.run import run_import
from garrison.formats.unread import why

pytestmark = pytest.mark.django_db(databases="__all__")
BOMB = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><r>&b;</r>'
NMAP = (
    '<?xml version="1.0"?><!DOCTYPE nmaprun SYSTEM "{}"><nmaprun scanner="nmap"><host><status state="up"/>'
    '<address addr="10.0.0.1" addrtype="ipv4"/>{}</host></nmaprun>'
)


def told(system, now, path: Path, body: bytes) -> tuple[str, str]:
    path.write_bytes(body)
    _, (reading,) = run_import(actor=system, paths=[path], at=now)
    return reading.status, " ".join(message.reason for message in reading.told)


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("bomb.xml", BOMB, "declares entities"),
        ("bomb16.xml", BOMB.decode().replace('"1.0"', '"1.0" encoding="UTF-16"').encode("utf-16"), "declares entities"),
        ("nmap.xml", BOMB.replace(b"<r>", b"<nmaprun>").replace(b"</r>", b"</nmaprun>"), "declares entities"),
        ("deep.json", b'{"a":' * 300 + b"1" + b"}" * 300, "nested deeper than the limit of 200"),
        ("list.json", b"[" * 100_000, "nested deeper than the limit of 200"),
        ("broken.xml", b"<?xml version='1.0'?><<", "not well-formed XML"),
    ],
)
def test_the_reason_is_named(system, now, tmp_path: Path, name: str, body: bytes, said: str) -> None:
    status, reason = told(system, now, tmp_path / name, body)
    assert status == "refused"
    assert said in reason


def test_what_is_built_well_is_merely_unknown(system, now, tmp_path: Path) -> None:
    for name, body in (("a.xml", b"<note>hello</note>"), ("a.json", b'{"a": ["[[[[", {"b": 1}]}'), ("a.txt", b"hello")):
        assert told(system, now, tmp_path / name, body)[0] == "unknown"
    assert why(source(b'{"a": "' + b"[" * 500 + b'"}')) == ""


def test_a_workbook_with_an_entity_bomb_is_named(system, now, tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["unit_code", "unit_name"])
    book.active.append(["A", "B"])
    held = io.BytesIO()
    book.save(held)
    made = io.BytesIO()
    with zipfile.ZipFile(held) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name.endswith("sheet1.xml"):
                body = b'<!DOCTYPE worksheet [<!ENTITY a "aaaa">]>' + body
            new.writestr(name, body)
    status, reason = told(system, now, tmp_path / "bomb.xlsx", made.getvalue())
    assert status == "refused"
    assert "entit" in reason.lower()


def test_an_external_document_type_is_never_fetched(system, now, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/nmap.dtd"
        status, reason = told(system, now, tmp_path / "a.xml", NMAP.format(address, "").encode())
        assert status == "refused"
        assert f"refers to another file ({address}), which is never fetched" in reason
        with pytest.raises(TimeoutError):
            server.accept()
    plain = NMAP.format("", "").replace(' SYSTEM ""', "")
    assert told(system, now, tmp_path / "b.xml", plain.encode()) == ("imported", "")

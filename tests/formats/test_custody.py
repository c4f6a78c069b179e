"""A custody package holds what it says, by its own check and by the hand; whatever is done to it is named."""

import base64
import hashlib
import io
import json
import shutil
import struct
import subprocess
import sys
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats.custody_sample import (
    AT,
    CLIP,
    KEY,
    OTHER,
    chain,
    kept,
    made,
    members,
    packed,
    signed_again,
    with_chain,
)

from garrison.formats.custody import (
    GENESIS,
    Item,
    Unreadable,
    broken,
    fingerprint_of,
    holders,
    safe_name,
    verify,
    write,
)


def kinds(tmp_path, body: bytes) -> set[str]:
    return {problem.kind for problem in verify(kept(tmp_path, body)).problems}


def test_a_proper_package_holds(tmp_path) -> None:
    found = verify(kept(tmp_path, made()))
    assert found.problems == []
    assert (found.items, found.files, found.entries) == (3, 5, 5)
    assert found.held == {"E-01": "Ephraim Koss", "E-02": "Odile Fenwright", "E-03": "Odile Fenwright"}
    assert found.case["code"] == "INC-2026-014"
    assert verify(kept(tmp_path, made()), fingerprint=found.fingerprint.upper().replace(":", " ")).holds
    assert [p.kind for p in verify(kept(tmp_path, made()), fingerprint="00").problems] == ["key"]


def test_the_same_package_twice_is_the_same_bytes() -> None:
    assert made() == made()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
def test_the_steps_by_hand_work(tmp_path) -> None:
    for name, body in members(made()).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(body)
    text = (tmp_path / "README.txt").read_text()
    steps = [line.strip() for line in text.splitlines() if line.startswith("        openssl")]
    assert len(steps) == 2
    said = subprocess.run(["bash", "-c", steps[0]], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert said.split()[0] == json.loads((tmp_path / "manifest.json").read_text())["key"]["fingerprint"].replace(
        ":", ""
    )
    done = subprocess.run(["bash", "-c", steps[1]], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Verified Successfully" in done.stdout
    script = text.split("<<'END'\n")[1].split("        END")[0]
    lines = "\n".join(line.removeprefix("        ") for line in script.splitlines())
    walked = subprocess.run([sys.executable, "-c", lines], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert walked.stdout.strip() == chain()[-1].hash


def test_the_command_and_its_exit_codes(tmp_path) -> None:
    from typer.testing import CliRunner

    from garrison.cli.custody import app

    good, run = kept(tmp_path, made()), CliRunner().invoke
    assert run(app, ["verify", str(good)]).exit_code == 0
    told = json.loads(run(app, ["verify", str(good), "--json"]).stdout)
    assert told["verified"] is True
    assert told["problems"] == []
    (tmp_path / "bad.zip").write_bytes(packed(members(made()) | {"x\x1b[2J": b""}))
    answer = run(app, ["verify", str(tmp_path / "bad.zip")])
    assert answer.exit_code == 1
    assert "\x1b" not in answer.stdout
    assert run(app, ["verify", str(tmp_path / "none.zip"), "--json"]).exit_code == 2
    (tmp_path / "cut.zip").write_bytes(made()[:900])
    assert run(app, ["verify", str(tmp_path / "cut.zip")]).exit_code == 2


def test_the_check_needs_no_framework() -> None:
    code = "import sys; import garrison.cli.custody, garrison.formats.custody; print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("../../etc/cron.d/x", "name"),
        ("/etc/passwd", "name"),
        ("C:evil.exe", "name"),
        ("a\\..\\b", "name"),
        ("evidence/./x", "name"),
        ("evidence/", "name"),
        ("more.txt", "extra"),
        ("evidence/E-02-BADGE_LOG.csv", "duplicate"),
    ],
)
def test_members_that_have_no_place_there(tmp_path, name, kind) -> None:
    assert kinds(tmp_path, packed([*members(made()).items(), (name, b"x")])) >= {kind}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["manifest.json", "chain.jsonl", "evidence/E-02-badge_log.csv"])
def test_a_member_that_stands_there_twice(tmp_path, name) -> None:
    found = kinds(tmp_path, packed([*members(made()).items(), (name, b"{}")]))
    assert "duplicate" in found


@pytest.mark.parametrize("name", sorted(members(made())))
def test_a_member_that_is_missing(tmp_path, name) -> None:
    held = members(made())
    del held[name]
    assert "missing" in kinds(tmp_path, packed(held))


@pytest.mark.parametrize("name", sorted(members(made())))
def test_any_changed_byte_is_found(tmp_path, name) -> None:
    held = members(made())
    body = bytearray(held[name])
    body[len(body) // 2] ^= 1
    assert kinds(tmp_path, packed(held | {name: bytes(body)}))


def test_an_edited_manifest(tmp_path) -> None:
    held = members(made())
    edited = held["manifest.json"].replace(b"Ephraim Koss", b"Dorian Vesk.")
    assert kinds(tmp_path, packed(held | {"manifest.json": edited})) >= {"signature", "item"}


def test_a_signature_of_another_key(tmp_path) -> None:
    held = members(made())
    other = members(made(OTHER))
    assert kinds(tmp_path, packed(held | {"manifest.sig": other["manifest.sig"]})) == {"signature"}
    assert kinds(tmp_path, packed(held | {"manifest.sig": b"short"})) == {"signature"}
    assert kinds(tmp_path, packed(held | {"key.pem": other["key.pem"]})) >= {"signature", "key", "hash"}
    assert kinds(tmp_path, packed(held | {"key.pem": b"no key"})) >= {"key"}


def test_a_whole_package_of_somebody_else_shows_by_its_fingerprint(tmp_path) -> None:
    theirs = verify(kept(tmp_path, made(OTHER)))
    assert theirs.holds
    assert theirs.fingerprint != verify(kept(tmp_path, made())).fingerprint


def test_reordered_removed_and_edited_entries(tmp_path) -> None:
    held = members(made())
    lines = held["chain.jsonl"].splitlines()
    for changed in (
        [lines[1], lines[0], *lines[2:]],
        lines[:-1],
        lines[1:],
        [*lines, lines[-1]],
        [lines[0].replace(b"Teodor Brask", b"Dorian Vesk."), *lines[1:]],
    ):
        assert "chain" in kinds(tmp_path, with_chain(held, changed))
    assert "json" in kinds(tmp_path, with_chain(held, [*lines, b'{"seq": 1}']))
    assert "json" in kinds(tmp_path, with_chain(held, [*lines, b"[" * 20_000]))


def test_a_manifest_that_says_what_the_chain_does_not(tmp_path) -> None:
    held = members(made())

    def other_holder(manifest: dict) -> None:
        manifest["items"][0]["held_by"] = "Nobody"

    def never_taken(manifest: dict) -> None:
        manifest["items"].append({"code": "E-09", "label": "Planted", "sha256": "", "path": ""})

    def other_file(manifest: dict) -> None:
        manifest["items"][0]["sha256"] = "0" * 64

    def twice(manifest: dict) -> None:
        manifest["items"].append(manifest["items"][0])

    def no_file(manifest: dict) -> None:
        manifest["items"][0]["path"] = ""

    for change in (other_holder, never_taken, other_file):
        assert "item" in kinds(tmp_path, signed_again(held, change))
    assert "json" in kinds(tmp_path, signed_again(held, twice))
    assert "missing" in kinds(tmp_path, signed_again(held, no_file))


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("format", "other", "version"),
        ("version", 2, "version"),
        ("files", None, "json"),
        ("files", [{"path": 1}], "json"),
        ("files", [{"path": "../x", "size": 1, "sha256": ""}], "name"),
        ("files", [{"path": "x", "size": 1, "sha256": ""}] * 2, "duplicate"),
        ("items", {}, "json"),
        ("items", [3], "json"),
        ("chain", 5, "chain"),
        ("key", [], "key"),
        ("key", {"public": "!", "fingerprint": ""}, "key"),
    ],
)
def test_a_manifest_of_another_shape(tmp_path, field, value, kind) -> None:
    def change(manifest: dict) -> None:
        manifest[field] = value

    assert kind in kinds(tmp_path, signed_again(members(made()), change))


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"a": 1, "a": 2}', b"\xff", b"[" * 50_000])
def test_a_manifest_that_is_none(tmp_path, body) -> None:
    assert "json" in kinds(tmp_path, packed(members(made()) | {"manifest.json": body, "manifest.sig": KEY.sign(body)}))


def test_a_bomb_is_never_unpacked(tmp_path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members(made()).items():
            archive.writestr(name, body)
        archive.writestr("evidence/zeros", bytes(30_000_000))
    assert "bomb" in kinds(tmp_path, out.getvalue())


def test_links_encryption_and_strange_packing(tmp_path) -> None:
    link = zipfile.ZipInfo("evidence/link")
    link.external_attr = 0o120777 << 16
    assert "link" in kinds(tmp_path, packed([*members(made()).items(), (link, b"/etc/passwd")]))
    packed_with_lzma = io.BytesIO()
    with zipfile.ZipFile(packed_with_lzma, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("x", b"x")
    assert "method" in kinds(tmp_path, packed_with_lzma.getvalue())
    locked = bytearray(packed({"x": b"x"}))
    place = locked.index(b"PK\x01\x02")
    locked[place + 8] |= 1
    assert "encrypted" in kinds(tmp_path, bytes(locked))


def test_members_that_lie_over_one_another(tmp_path) -> None:
    body = bytearray(packed({"a": b"x" * 50, "b": b"y" * 50}))
    second = body.index(b"PK\x01\x02", body.index(b"PK\x01\x02") + 4)
    struct.pack_into("<L", body, second + 42, 10)
    assert "overlap" in kinds(tmp_path, bytes(body))


@pytest.mark.parametrize("body", [b"", b"PK", b"not a zip", made()[:-30]])
def test_what_is_no_package_is_unreadable(tmp_path, body) -> None:
    with pytest.raises(Unreadable):
        verify(kept(tmp_path, body))


def test_a_folder_is_unreadable(tmp_path) -> None:
    with pytest.raises(Unreadable):
        verify(tmp_path)


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, len(made()) - 1), value=st.integers(1, 255))
def test_no_flipped_byte_of_a_file_goes_unseen(tmp_path_factory, place, value) -> None:
    """Any byte of the archive: then it is unreadable, named, or every member is still the same."""
    body = bytearray(made())
    body[place] ^= value
    path = kept(tmp_path_factory.mktemp("p"), bytes(body))
    try:
        found = verify(path)
    except Unreadable:
        return
    if found.holds:
        with zipfile.ZipFile(path) as archive:
            assert {info.filename: archive.read(info) for info in archive.infolist()} == members(made())


def test_a_package_never_states_what_is_no_longer_true() -> None:
    changed = Item("E-01", "x", {}, "x", len(CLIP), "0" * 64, lambda: io.BytesIO(CLIP))
    with pytest.raises(ValueError, match="E-01"):
        write(io.BytesIO(), case={}, items=[changed], entries=[], at=AT, by="", organisation="", key=KEY)


def test_names_are_made_harmless() -> None:
    assert safe_name("../../etc/pass wd") == "pass_wd"
    assert safe_name("C:\\x\\Clip 4.mp4") == "Clip_4.mp4"
    assert safe_name("..") == "file"
    assert len(safe_name("a" * 500)) == 80


def test_chain_rules_alone() -> None:
    whole = chain()
    assert list(broken(whole, length=5, head=whole[-1].hash)) == []
    assert list(broken([], length=0, head=GENESIS)) == []
    assert [place.seq for place in broken([whole[0], whole[2]])] == [3]
    assert next(iter(broken(whole, head="x"))).reason.startswith("the chain does not end")
    gone = replace(whole[0], kind="released", seq=6, body={"original": True})
    assert holders([*whole, gone])["E-01"][0] == ""
    copied = replace(gone, body={"original": False})
    assert holders([*whole, copied])["E-01"][0] == "Ephraim Koss"


def test_the_fingerprint_is_of_the_key_in_der() -> None:
    assert fingerprint_of(b"") == ":".join(f"{b:02x}" for b in hashlib.sha256(b"").digest())
    manifest = json.loads(members(made())["manifest.json"])
    assert len(base64.b64decode(manifest["key"]["public"])) == 32

import bz2
import gzip
import io
import stat
import struct
import tarfile
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.formats.archives import contents, reasons, tarred, zipped

from garrison.formats import container
from garrison.formats.container import archives, magic, spool
from garrison.formats.source import Damaged, Limits, Source


@pytest.fixture
def opened(tmp_path):
    def run(content: bytes, name: str = "file.bin", **limits: int) -> list:
        path = tmp_path / name
        path.write_bytes(content)
        return list(container.members(path, Limits(**limits)))

    return run


# hostile archives -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../up", "a/../../up", "/etc/passwd", "C:/x", "..\\up", "a\x07b", "n" * 1001])
@pytest.mark.parametrize("made", [zipped, tarred])
def test_names_that_lead_elsewhere_are_refused_and_named(opened, made, name):
    found = opened(made({name: b"bad", "good": b"1"}))
    assert [member.reason for _, member in found[:1]] == [
        f"The member {archives.shown(name)!r} was not read. {archives.bad_name(name, set())}"
    ]
    assert contents(found[1:]) == {"good": b"1"}


def test_a_name_comes_once(opened):
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for content in (b"1", b"2"):
            entry = tarfile.TarInfo("same")
            entry.size = 1
            archive.addfile(entry, io.BytesIO(content))
    found = opened(held.getvalue())
    assert contents(found[:1]) == {"same": b"1"}
    assert "came before" in found[1][1].reason


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_a_tar_are_refused(opened, kind):
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        entry = tarfile.TarInfo("link")
        entry.type, entry.linkname = kind, "/etc/passwd"
        archive.addfile(entry)
        entry = tarfile.TarInfo("good")
        archive.addfile(entry)
    found = opened(held.getvalue())
    assert "link, a device" in found[0][1].reason
    assert contents(found[1:]) == {"good": b""}


def test_links_in_a_zip_are_refused(opened):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        entry = zipfile.ZipInfo("link")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, b"/etc/passwd")
        archive.writestr("good", b"1")
    found = opened(held.getvalue())
    assert "link" in found[0][1].reason
    assert contents(found[1:]) == {"good": b"1"}


def marked(content: bytes, *, flags: int | None = None, method: int | None = None) -> bytes:
    """A zip whose first member has other flags or another method in both of its records."""
    changed = bytearray(content)
    for mark, flag, way in ((b"PK\x03\x04", 6, 8), (b"PK\x01\x02", 8, 10)):
        place = changed.index(mark)
        if flags is not None:
            changed[place + flag : place + flag + 2] = struct.pack("<H", flags)
        if method is not None:
            changed[place + way : place + way + 2] = struct.pack("<H", method)
    return bytes(changed)


def test_encrypted_and_unknown_members_are_refused(opened):
    content = zipped({"a": b"1" * 50, "good": b"1"})
    found = opened(marked(content, flags=1))
    assert "encrypted" in found[0][1].reason
    assert contents(found[1:]) == {"good": b"1"}
    assert "compressed in a way" in opened(marked(content, method=97))[0][1].reason


def test_a_broken_member_does_not_spoil_the_others(opened):
    content = bytearray(zipped({"a": bytes(range(256)), "good": b"1"}, zipfile.ZIP_STORED))
    content[content.index(bytes(range(200)))] ^= 1
    found = opened(bytes(content))
    assert "broken" in found[0][1].reason
    assert contents(found[1:]) == {"good": b"1"}


@pytest.mark.parametrize("made", [zipped, lambda members: gzip.compress(members["bomb"]), None])
def test_bombs_are_stopped_by_their_ratio(opened, made):
    made = made or (lambda members: bz2.compress(members["bomb"]))
    bomb = made({"bomb": bytes(2_000_000), "good": b"1"})
    began = time.process_time()
    found = opened(bomb, ratio=100, ratio_floor_bytes=100_000)
    assert "100 times its size" in reasons(found)[0]
    assert time.process_time() - began < 2


def test_a_bomb_inside_a_tar_is_stopped(opened):
    found = opened(gzip.compress(tarred({"a": b"1", "bomb": bytes(9_000_000)})), ratio=100, ratio_floor_bytes=100_000)
    assert contents(found[:1]) == {"a": b"1"}
    assert "bomb" in found[1][1].reason
    assert "bomb" in found[2][1].reason


@pytest.mark.parametrize("made", [zipped, tarred, lambda members: tarred(members, "w:gz")])
def test_absolute_limits(opened, made):
    content = made({f"m{number}": bytes(range(256)) * 40 for number in range(5)})
    assert len(reasons(opened(content, members=3))) == 1
    assert "more than 3 members" in reasons(opened(content, members=3))[0]


def test_the_members_together_may_not_pass_the_limit(opened):
    content = gzip.compress(tarred({f"m{number}": bytes(10_000) for number in range(9)}))
    assert any(
        "more than the limit of 30,000 bytes" in reason for reason in reasons(opened(content, file_bytes=30_000))
    )
    content = zipped({f"m{number}": bytes(10_000) for number in range(9)})
    found = opened(content, file_bytes=30_000)
    assert len(found) == 5
    assert "more than the limit" in found[-1][1].reason
    assert "more than the limit" in reasons(opened(gzip.compress(bytes(50_000)), file_bytes=30_000))[0]


def test_a_huge_directory_is_refused_before_it_is_read(opened):
    content = zipped({f"{number:0200}": b"" for number in range(9)})
    assert "directory is too large" in reasons(opened(content, members=10))[0]


def test_a_directory_size_needs_a_whole_record():
    assert magic.directory_bytes(b"PK\x05\x06short") == 0
    assert magic.directory_bytes(b"nothing") == 0


def test_a_sparse_file_is_refused(opened):
    block = bytearray(tarred({"sparse": b""}, form=tarfile.GNU_FORMAT)[:512])
    block[156:157] = b"S"
    block[483:495] = b"00000000000\0"
    block[148:156] = b" " * 8
    block[148:156] = f"{sum(block):06o}\0 ".encode()
    assert "sparse" in reasons(opened(bytes(block) + bytes(1024)))[0]


def test_a_long_header_is_refused(opened):
    block = bytearray(tarred({"long": b""}, form=tarfile.GNU_FORMAT)[:512])
    block[156:157] = b"L"
    block[124:136] = b"77777777777\0"
    block[148:156] = b" " * 8
    block[148:156] = f"{sum(block):06o}\0 ".encode()
    assert "header in the tar archive is too long" in reasons(opened(bytes(block) + bytes(1024)))[0]


# damage ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("made", [zipped, tarred, lambda members: tarred(members, "w:gz")])
def test_a_cut_archive_never_passes_for_a_whole_one(opened, made):
    content = made({"a": bytes(range(256)) * 20, "b": bytes(range(256)) * 20, "c": b"3"}).rstrip(b"\x00")
    for place in range(1, 20):
        found = opened(content[: len(content) * place // 20])
        assert reasons(found) or found[0][0] is None, place


def test_a_broken_header_in_the_middle_is_told(opened):
    content = bytearray(tarred({"a": b"1" * 512, "b": b"2"}))
    content[1024 + 10] ^= 1
    found = opened(bytes(content))
    assert contents(found[:1]) == {"a": b"1" * 512}
    assert "broken or cut off after the member 'a'" in found[1][1].reason


def test_a_subsequent_header_missing_is_told(opened):
    content = tarred({"n" * 300: b"1"}, form=tarfile.GNU_FORMAT)
    assert "broken" in reasons(opened(content[:1024]))[0]


def test_a_name_says_nothing_about_content(opened):
    assert contents(opened(b"text", "scan.zip")) == {None: b"text"}
    assert contents(opened(zipped({"a": b"1"}), "scan.txt")) == {"a": b"1"}


@pytest.mark.parametrize("digits", [b"8888888\0", b"        ", b"0000001\0"])
def test_a_tar_is_proved_by_its_checksum(digits):
    block = bytearray(tarred({"a": b"1"})[:512])
    assert magic.is_tar(bytes(block))
    block[148:156] = digits
    assert not magic.is_tar(bytes(block))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["zip", "tar", "tgz", "gz", "bz2"]), st.data())
def test_changed_bytes_never_raise(opened, kind, data):
    members = {"a.txt": b"hello " * 30, "folder/b": b"1"}
    content = bytearray(
        {
            "zip": lambda: zipped(members),
            "tar": lambda: tarred(members),
            "tgz": lambda: tarred(members, "w:gz"),
            "gz": lambda: gzip.compress(b"hello" * 30),
            "bz2": lambda: bz2.compress(b"hello" * 30),
        }[kind]()
    )
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    for _, member in opened(bytes(content)):
        assert isinstance(member, Source | Damaged)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([b"", b"PK\x03\x04", b"\x1f\x8b\x08\x00", b"BZh91AY&SY"]), st.binary(max_size=200))
def test_anything_is_a_file_or_refused(opened, start, rest):
    for _, member in opened(start + rest):
        assert isinstance(member, Source | Damaged)


def test_a_spooled_file_is_closed_when_forgotten(tmp_path):
    before = len(list(Path("/proc/self/fd").iterdir()))
    found = list(container.members(_written(tmp_path / "x.gz", gzip.compress(bytes(spool.MEMORY_BYTES + 1)))))
    assert len(list(Path("/proc/self/fd").iterdir())) == before + 1
    del found
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path

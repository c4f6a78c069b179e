import bz2
import gzip
import io
import tarfile
import zipfile

import pytest
from tests.formats.archives import contents, reasons, tarred, zipped

from garrison.formats import container
from garrison.formats.source import Damaged, Limits


@pytest.fixture
def opened(tmp_path):
    def run(content: bytes, name: str = "file.bin", **limits: int) -> list:
        path = tmp_path / name
        path.write_bytes(content)
        return list(container.members(path, Limits(**limits)))

    return run


# plain and compressed -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"text", b"PK", b"\x1f", b"x" * 600_000, b"BZh is a word", bytes(600)])
def test_a_plain_file_is_its_own_member(opened, content):
    assert contents(opened(content)) == {None: content}


@pytest.mark.parametrize(("press", "name"), [(gzip.compress, "scan.xml.gz"), (bz2.compress, "scan.xml.bz2")])
def test_a_compressed_file_is_one_member(opened, press, name):
    found = opened(press(b"<a/>" * 500_000), name)
    assert contents(found) == {None: b"<a/>" * 500_000}
    assert found[0][1].name == "scan.xml"


def test_a_compressed_file_of_another_name_keeps_it(opened):
    assert opened(gzip.compress(b"a"), "odd")[0][1].name == "odd"


def test_an_empty_bzip2(opened):
    assert contents(opened(bz2.compress(b""))) == {None: b""}


@pytest.mark.parametrize("press", [gzip.compress, bz2.compress])
def test_a_cut_or_broken_compressed_file_is_damaged(opened, press):
    content = press(bytes(range(256)) * 4000)
    for place in range(1, 20):
        cut = opened(content[: len(content) * place // 20])
        assert len(cut) == 1
        assert isinstance(cut[0][1], Damaged), place
    broken = bytearray(content)
    broken[-6] ^= 1
    assert len(reasons(opened(bytes(broken)))) == 1


def test_other_archives_are_named(opened):
    assert "xz" in reasons(opened(b"\xfd7zXZ\x00rest"))[0]
    assert "RAR" in reasons(opened(b"Rar!\x1a\x07\x00"))[0]


def test_not_a_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        list(container.members(tmp_path))


def test_a_file_beyond_the_limit(opened):
    assert "larger" in reasons(opened(b"12345", file_bytes=4))[0]


# archives -------------------------------------------------------------------------------------------------------

FILES = {"a.json": b"{}", "folder/b.xml": b"<b/>" * 400_000, "empty.txt": b""}


@pytest.mark.parametrize(
    "content",
    [
        zipped(FILES),
        zipped(FILES, zipfile.ZIP_STORED),
        zipped(FILES, zipfile.ZIP_BZIP2),
        zipped(FILES, zipfile.ZIP_LZMA),
        tarred(FILES),
        tarred(FILES, form=tarfile.GNU_FORMAT),
        tarred(FILES, "w:gz"),
        tarred(FILES, "w:bz2"),
    ],
)
def test_archives_give_their_files(opened, content):
    found = opened(content)
    assert contents(found) == FILES
    assert [member.name for _, member in found] == ["a.json", "b.xml", "empty.txt"]


def test_members_stay_readable_after_the_archive_was_read(opened):
    found = opened(tarred(FILES, "w:gz"))
    with found[1][1].open() as stream:
        assert stream.seek(-4, 2) == 1_599_996
        assert stream.read() == b"<b/>"
        assert stream.seek(1) == 1
        assert stream.seek(1, 1) == 2
        assert stream.read(2) == b"/>"
        assert stream.seekable()


def test_digests_are_of_the_bytes(opened):
    digests = {container.digest(member) for _, member in opened(zipped({"a": b"abc", "b": b"abc"}))}
    assert digests == {"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}


def test_folders_are_no_members(opened):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.mkdir("folder")
        archive.writestr("folder/a", b"1")
    assert contents(opened(held.getvalue())) == {"folder/a": b"1"}
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        entry = tarfile.TarInfo("folder")
        entry.type = tarfile.DIRTYPE
        archive.addfile(entry)
    assert opened(held.getvalue()) == []


def test_empty_archives(opened):
    assert opened(zipped({})) == []
    assert opened(gzip.compress(bytes(10240))) != []


@pytest.mark.parametrize(
    ("inner", "name", "content"),
    [
        (gzip.compress(b"deep"), "a.gz", {"a.gz": b"deep"}),
        (zipped({"x": b"deep"}), "a.zip", {"a.zip/x": b"deep"}),
        (tarred({"x": b"deep"}), "a.tar", {"a.tar/x": b"deep"}),
        (tarred({"x": b"deep"}, "w:gz"), "a.tgz", {"a.tgz/x": b"deep"}),
    ],
    ids=["gz", "zip", "tar", "tgz"],  # the bytes hold the second of their making: no name that two workers share
)
@pytest.mark.parametrize("outer", [zipped, tarred])
def test_one_container_may_lie_in_another(opened, outer, inner, name, content):
    assert contents(opened(outer({name: inner}))) == content


def test_more_containers_may_not(opened):
    deep = zipped({"c.zip": zipped({"b.zip": zipped({"a": b"1"})})})
    assert "too deep" in reasons(opened(deep))[0]
    assert contents(opened(gzip.compress(zipped({"a": b"1"})))) == {"a": b"1"}


@pytest.mark.parametrize(
    "members",
    [
        {"[Content_Types].xml": b"", "xl/workbook.xml": b""},
        {"xl/workbook.xml": b"", "[Content_Types].xml": b""},
        {"custom.xml": b"", "[Content_Types].xml": b"", "xl/workbook.xml": b""},
        {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b""},
    ],
)
def test_an_office_document_is_one_file(opened, members):
    content = zipped(members)
    assert contents(opened(content, "book.xlsx")) == {None: content}
    assert contents(opened(tarred({"book.xlsx": content}))) == {"book.xlsx": content}

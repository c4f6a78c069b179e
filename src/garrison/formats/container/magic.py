"""What a file is, by its first bytes; never by its name."""

import struct
import zipfile
from typing import Literal

from garrison.formats.source import Source

TAR_BYTES = 512

Kind = Literal["plain", "gzip", "bzip2", "zip", "tar", "unsupported"]

_OTHERS = (
    (b"\xfd7zXZ\x00", "xz"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"\x1f\x9d", "compress"),
)
_SUFFIXES = {"gzip": (".gz", ".gzip"), "bzip2": (".bz2",)}
_DIRECTORY = struct.Struct("<4s4H2LH")


def kind(source: Source) -> Kind:
    """What ``source`` is; an office document is plain."""
    head = source.head
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(b"BZh") and head[4:10] in (b"1AY&SY", b"\x17rE8P\x90"):
        return "bzip2"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "plain" if is_document(head) else "zip"
    if is_tar(head):
        return "tar"
    return "unsupported" if label(head) else "plain"


def label(head: bytes) -> str:
    """The name of an archive format that is not read, else ""."""
    return next((name for mark, name in _OTHERS if head.startswith(mark)), "")


def is_tar(head: bytes) -> bool:
    """Whether ``head`` starts with a tar header, which its own checksum proves."""
    block = head[:TAR_BYTES]
    if len(block) < TAR_BYTES or not block[0]:
        return False
    stated = block[148:156].strip(b" \x00")
    if not stated.isdigit() or any(digit > ord("7") for digit in stated):
        return False
    return int(stated, 8) == sum(block[:148]) + 8 * ord(" ") + sum(block[156:])


def is_document(head: bytes) -> bool:
    """Whether a zip holds an office document (OOXML or OpenDocument), told by what its writers put first."""
    name = head[30 : 30 + int.from_bytes(head[26:28], "little")]
    if name in (b"[Content_Types].xml", b"mimetype", b"_rels/.rels"):
        return True
    return name.startswith((b"xl/", b"word/", b"ppt/", b"docProps/"))


def directory_bytes(tail: bytes) -> int:
    """The size of a zip's directory as its last record states it, 0 when there is none: to judge before reading it."""
    place = tail.rfind(b"PK\x05\x06")
    record = tail[place : place + _DIRECTORY.size]
    if place < 0 or len(record) < _DIRECTORY.size:
        return 0
    return int(_DIRECTORY.unpack(record)[5])


def is_document_by_names(archive: zipfile.ZipFile) -> bool:
    """Whether the names in a zip are those of an OOXML document, wherever they stand."""
    names = archive.NameToInfo
    return "[Content_Types].xml" in names and any(
        main in names for main in ("xl/workbook.xml", "xl/workbook.bin", "word/document.xml", "ppt/presentation.xml")
    )


def without_suffix(name: str, pressed: Kind) -> str:
    """The name of a compressed file without what compression added to it."""
    for suffix in _SUFFIXES.get(pressed, ()):
        if name.lower().endswith(suffix) and len(name) > len(suffix):
            return name[: -len(suffix)]
    return name

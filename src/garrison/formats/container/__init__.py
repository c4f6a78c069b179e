"""Containers: the plain files inside a file, be it plain itself, compressed, or an archive, told by its content.

`members` gives each plain file as a `Source` that can be opened again and again, or the reason why one was refused;
the others are still given. Read: gzip, bzip2, zip, tar and compressed tar, and one of them inside another. Office
documents (XLSX and its kin) are zip files too but count as one plain file.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from garrison.formats.container import archives, magic, spool
from garrison.formats.container.budget import CHUNK, Budget, measure
from garrison.formats.source import Damaged, Limits, Source

__all__ = ["Member", "digest", "members"]

NESTING = 1
"""How many containers may lie around the one that a file is."""

Member = tuple[str | None, Source | Damaged]
"""A member's name, None for a file that is no archive, and the file itself or why it was refused."""


def members(path: Path, limits: Limits | None = None) -> Iterator[Member]:
    """The plain files in ``path``, in order. A source stays readable for as long as it is kept.

    Names are as in the archive, after that of the archive around it and a stroke. Broken, encrypted, oversized and
    doubled members, links, devices and names that lead outside are refused one by one; what breaks the archive itself
    is given last, with its own name. Raises OSError when ``path`` cannot be read.
    """
    limits = limits or Limits()
    if not path.is_file():
        raise FileNotFoundError(f"{path.name} is not a regular file.")
    budget = Budget(limits)
    if path.stat().st_size > limits.file_bytes:
        yield None, Damaged(f"The file is larger than the limit of {limits.file_bytes:,} bytes.")
        return
    yield from _opened(spool.of_path(path, limits), None, 0, budget)


def digest(source: Source) -> str:
    """The SHA-256 of a source's bytes, in hexadecimal; they are read in pieces."""
    digested = hashlib.sha256()
    with source.open() as stream:
        while chunk := stream.read(CHUNK):
            digested.update(chunk)
    return digested.hexdigest()


def _opened(source: Source, name: str | None, depth: int, budget: Budget) -> Iterator[Member]:
    """What is in ``source``, which lies ``depth`` containers deep and is called ``name``."""
    kind = magic.kind(source)
    if kind == "plain":
        yield name, source
    elif kind == "unsupported":
        yield name, Damaged(f"{magic.label(source.head)} files are not read; unpack the file and import its content.")
    elif depth > NESTING:
        yield name, Damaged("The archive lies too deep inside other archives; unpack it and import its content.")
    elif kind == "zip":
        yield from _within(archives.zip_members(source, budget), name, depth, budget)
    elif kind == "tar":
        yield from _within(archives.tar_members(source, kind, budget), name, depth, budget)
    else:
        yield from _unpressed(source, kind, name, depth, budget)


def _unpressed(source: Source, kind: magic.Kind, name: str | None, depth: int, budget: Budget) -> Iterator[Member]:
    """A compressed file: a tar is read as it unfolds, anything else is unfolded first."""
    try:
        with measure(source, kind, budget) as stream:
            head = stream.take(magic.TAR_BYTES)
    except Damaged as damage:
        yield name, damage
        return
    if magic.is_tar(head):
        yield from _within(archives.tar_members(source, kind, budget), name, depth, budget)
        return
    try:
        with measure(source, kind, budget) as stream:
            inner = spool.of_stream(magic.without_suffix(source.name, kind), stream, source.limits)
    except Damaged as damage:
        yield name, damage
        return
    yield from _opened(inner, name, depth + 1, budget)


def _within(found: Iterator[Member], name: str | None, depth: int, budget: Budget) -> Iterator[Member]:
    """The members of an archive called ``name``, each opened in its turn."""
    for inner, member in found:
        full = "/".join(part for part in (name, inner) if part) or None
        if isinstance(member, Damaged) or inner is None:  # refused, or the archive as a whole: an office document
            yield full, member
        else:
            yield from _opened(member, full, depth + 1, budget)

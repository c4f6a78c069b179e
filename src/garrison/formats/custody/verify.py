"""Checking a custody package that may have been made to deceive: everything that is wrong with it is named.

Nothing is unpacked to disk, no member is read beyond the size that it claims, and no name is ever opened as a path.
"""

import base64
import binascii
import hashlib
import json
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from garrison.formats.custody.chain import Entry, broken, holders
from garrison.formats.custody.package import (
    CHAIN,
    CHUNK,
    FORMAT,
    KEY,
    MANIFEST,
    README,
    SIGNATURE,
    VERSION,
    fingerprint_of,
)

TEXT_LIMIT = 64 * 1024**2
"""No manifest, chain or README is larger than this."""

RATIO_LIMIT = 200
"""A member that claims to grow more than so many times is a bomb, not evidence; packages of ours store as it is."""

MEMBER_LIMIT = 100_000
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
WHOLE = "the package"


class Unreadable(Exception):
    """What was given is no package at all, with the reason."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where, in what way, and a word for machines."""

    where: str
    reason: str
    kind: str


@dataclass(slots=True)
class Verified:
    """What a check found. The package is what it says only when there are no ``problems``."""

    problems: list[Problem] = field(default_factory=list)
    case: dict[str, Any] = field(default_factory=dict)
    made: dict[str, Any] = field(default_factory=dict)
    organisation: str = ""
    fingerprint: str = ""
    items: int = 0
    files: int = 0
    entries: int = 0
    head: str = ""
    held: dict[str, str] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def add(self, kind: str, where: str, reason: str) -> None:
        """Name one thing that is wrong."""
        self.problems.append(Problem(where[:200], reason, kind))


def verify(path: Path, *, fingerprint: str = "") -> Verified:
    """Check the package at ``path``; ``fingerprint`` is the one that the sender told, to compare with.

    Raises Unreadable when it is no zip or is cut off.
    """
    told = Verified()
    try:
        with zipfile.ZipFile(path) as archive:
            _check(archive, told, path.stat().st_size)
    except FileNotFoundError as error:
        raise Unreadable("there is no such file") from error
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError) as error:
        raise Unreadable(f"it is no whole zip archive, or it is cut off ({error})") from error
    except (OSError, NotImplementedError) as error:
        raise Unreadable(f"it cannot be read ({error})") from error
    if fingerprint and _digits(fingerprint) != _digits(told.fingerprint):
        told.add("key", KEY, "it is not the key whose fingerprint you gave")
    return told


def _digits(fingerprint: str) -> str:
    """A fingerprint without what people write between its digits."""
    return "".join(c for c in fingerprint.lower() if c in "0123456789abcdef")


def _check(archive: zipfile.ZipFile, told: Verified, length: int) -> None:
    """Names first, then the manifest and its signature, then every file, then the chain and what it says."""
    members = _members(archive, told, length)
    manifest_body = _small(archive, members, MANIFEST, told)
    if manifest_body is None:
        return
    manifest = _object(manifest_body, told)
    _signature(archive, members, manifest_body, manifest, told)
    if manifest is None:
        return
    listed = _listed(manifest, told)
    told.files = len(listed)
    for name in sorted(set(members) - set(listed) - {MANIFEST, SIGNATURE}):
        told.add("extra", name, "the manifest does not name it")
    for name in (CHAIN, KEY, README):
        if name not in listed:
            told.add("missing", name, "the manifest does not name it, and every package has it")
    for name, (size, digest) in listed.items():
        if name not in members:
            told.add("missing", name, "the manifest names it, and it is not there")
        else:
            _file(archive, members[name], size, digest, told)
    entries = _entries(archive, members, told)
    chain = manifest.get("chain")
    chain = chain if isinstance(chain, dict) else {}
    told.entries, told.head = len(entries), str(chain.get("head", ""))
    for place in broken(entries, length=_whole(chain.get("entries")), head=told.head):
        told.add("chain", f"{CHAIN}, entry {place.seq}", place.reason)
    _items(manifest, entries, listed, told)


def _members(archive: zipfile.ZipFile, told: Verified, length: int) -> dict[str, zipfile.ZipInfo]:
    """The members that may be read, by name; what is wrong with the others is named."""
    infos = archive.infolist()
    if len(infos) > MEMBER_LIMIT:
        raise Unreadable(f"it has {len(infos):,} members; no package has so many")
    count = Counter(info.filename for info in infos)
    folded = Counter(name.casefold() for name in count)
    kept: dict[str, zipfile.ZipInfo] = {}
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        name = info.filename
        if info.header_offset < end:
            told.add("overlap", name, "it lies over another member, as in a zip bomb")
            continue
        if info.header_offset > end + 24 + (1 << 16):
            told.add("gap", name, "there are bytes before it that belong to no member")
        end = info.header_offset + 30 + len(name.encode("utf-8", "surrogatepass")) + info.compress_size
        if reason := _unsafe(name):
            told.add("name", name, reason)
        elif count[name] > 1:
            told.add("duplicate", name, f"it stands there {count[name]} times; nobody can say which counts")
        elif folded[name.casefold()] > 1:
            told.add("duplicate", name, "another name differs from it only in capitals")
        elif stat.S_ISLNK(info.external_attr >> 16):
            told.add("link", name, "it is a link to another place")
        elif info.flag_bits & 1:
            told.add("encrypted", name, "it is encrypted")
        elif info.compress_type not in METHODS:
            told.add("method", name, "it is packed in a way that no package uses")
        elif info.file_size > RATIO_LIMIT * max(1, info.compress_size) or info.compress_size > length:
            told.add("bomb", name, f"{info.compress_size:,} bytes claim to become {info.file_size:,}, as in a zip bomb")
        else:
            kept[name] = info
            continue
    return kept


def _unsafe(name: str) -> str:
    """Why a name must not be unpacked; "" when it may."""
    if "\\" in name or "\0" in name or any(ord(c) < 32 for c in name):
        return "its name holds characters that no package uses"
    if name.startswith("/") or name[1:2] == ":":
        return "its name is an absolute path"
    if any(part in ("", ".", "..") for part in name.split("/")):
        return "its name leads out of the package or is a folder"
    return ""


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """A member in pieces, never more than it claims. Raises what zipfile raises of a member that is damaged."""
    with archive.open(info) as source:
        yield from _bounded(source, info.file_size)


def _bounded(source: IO[bytes], claimed: int) -> Iterator[bytes]:
    """At most ``claimed`` bytes and one more, so that a member that lies about its size is found."""
    left = claimed + 1
    while left > 0 and (piece := source.read(min(CHUNK, left))):
        left -= len(piece)
        yield piece


def _small(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str, told: Verified) -> bytes | None:
    """A member of ours as a whole; None when it is missing, damaged or too large, which is named."""
    info = members.get(name)
    if info is None:
        if not any(problem.where == name for problem in told.problems):
            told.add("missing", name, "every package has it, and it is not there")
        return None
    if info.file_size > TEXT_LIMIT:
        told.add("size", name, f"it is larger than {TEXT_LIMIT // 1024**2} MB")
        return None
    try:
        return b"".join(_read(archive, info))
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        told.add("damaged", name, f"it cannot be read: {error}")
        return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON in which no key stands twice: two readers would believe different ones."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands there twice")
    return found


def _object(body: bytes, told: Verified, where: str = MANIFEST) -> dict[str, Any] | None:
    """The object that a JSON text holds; None when it is none, which is named."""
    try:
        found = json.loads(body.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        told.add("json", where, f"it is no proper JSON: {str(error)[:120]}")
        return None
    if not isinstance(found, dict):
        told.add("json", where, "it is no object")
        return None
    return found


def _signature(
    archive: zipfile.ZipFile,
    members: dict[str, zipfile.ZipInfo],
    body: bytes,
    manifest: dict[str, Any] | None,
    told: Verified,
) -> None:
    """The signature over the manifest by the key in the package, and whether the manifest names that key."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

    signature, pem = _small(archive, members, SIGNATURE, told), _small(archive, members, KEY, told)
    if signature is None or pem is None:
        return
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        told.add("key", KEY, "it is no public key")
        return
    if not isinstance(key, Ed25519PublicKey):
        told.add("key", KEY, "it is no Ed25519 key")
        return
    told.fingerprint = fingerprint_of(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    try:
        key.verify(signature, body)
    except InvalidSignature:
        told.add("signature", SIGNATURE, "it does not fit the manifest: the manifest was edited, or another key signed")
    named = (manifest or {}).get("key")
    if manifest is not None and (not isinstance(named, dict) or not _same_key(named, key, told.fingerprint)):
        told.add("key", MANIFEST, "it names another key than the one in the package")


def _same_key(named: dict[str, Any], key: Any, fingerprint: str) -> bool:
    """Whether the manifest's words about the key are true of the key."""
    try:
        raw = base64.b64decode(str(named.get("public", "")), validate=True)
    except binascii.Error:
        return False
    return raw == key.public_bytes_raw() and named.get("fingerprint") == fingerprint


def _whole(value: object) -> int:
    """``value`` as a count; -1 for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else -1


def _listed(manifest: dict[str, Any], told: Verified) -> dict[str, tuple[int, str]]:
    """The files that the manifest names: size and SHA-256 by path; and what it says of the whole."""
    if manifest.get("format") != FORMAT or manifest.get("version") != VERSION:
        told.add("version", MANIFEST, f"it is no {FORMAT} of version {VERSION}")
    for name in ("case", "made"):
        value = manifest.get(name)
        setattr(told, name, value if isinstance(value, dict) else {})
    told.organisation = str(manifest.get("organisation", ""))
    found: dict[str, tuple[int, str]] = {}
    files = manifest.get("files")
    for row in files if isinstance(files, list) else []:
        shape = isinstance(row, dict) and isinstance(row.get("path"), str) and isinstance(row.get("sha256"), str)
        if not shape or _whole(row.get("size")) < 0:
            told.add("json", MANIFEST, "a row of its files lacks path, size or sha256")
        elif row["path"] in found:
            told.add("duplicate", row["path"], "the manifest names it twice")
        elif _unsafe(row["path"]):
            told.add("name", row["path"], _unsafe(row["path"]))
        else:
            found[row["path"]] = (row["size"], row["sha256"])
    if not isinstance(files, list):
        told.add("json", MANIFEST, "it names no files")
    return found


def _file(archive: zipfile.ZipFile, info: zipfile.ZipInfo, size: int, digest: str, told: Verified) -> None:
    """One file against its row of the manifest."""
    if info.file_size != size:
        told.add("size", info.filename, f"it has {info.file_size:,} bytes, and the manifest says {size:,}")
        return
    found, read = hashlib.sha256(), 0
    try:
        for piece in _read(archive, info):
            found.update(piece)
            read += len(piece)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        told.add("damaged", info.filename, f"it cannot be read: {error}")
        return
    if read != size or found.hexdigest() != digest:
        told.add("hash", info.filename, "it is not the file that the manifest names: its SHA-256 differs")


def _entries(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], told: Verified) -> list[Entry]:
    """The entries of the chain in the order in which they stand there."""
    body = _small(archive, members, CHAIN, told)
    found: list[Entry] = []
    for number, line in enumerate((body or b"").splitlines(), start=1):
        row = _object(line, told, f"{CHAIN}, line {number}")
        entry = row.get("entry") if row else None
        if row is None:
            continue
        if not isinstance(entry, dict) or not _proper(entry, row):
            told.add("json", f"{CHAIN}, line {number}", "it is no entry")
            continue
        found.append(
            Entry(
                entry["seq"],
                entry["at"],
                entry["by"],
                entry["kind"],
                entry["item"],
                entry["body"],
                row["previous"],
                row["hash"],
            )
        )
    return found


def _proper(entry: dict[str, Any], row: dict[str, Any]) -> bool:
    """Whether a line has exactly the fields of an entry, each of its type."""
    texts = all(isinstance(entry.get(name), str) for name in ("at", "by", "kind", "item"))
    return (
        texts
        and set(entry) == {"at", "body", "by", "item", "kind", "seq"}
        and set(row) == {"entry", "hash", "previous"}
        and isinstance(entry["body"], dict)
        and _whole(entry["seq"]) >= 0
        and all(isinstance(row[name], str) for name in ("hash", "previous"))
    )


def _items(manifest: dict[str, Any], entries: list[Entry], listed: dict[str, tuple[int, str]], told: Verified) -> None:
    """Each item against the entry that took it in, and against its file."""
    rows = manifest.get("items")
    taken = {entry.item: entry for entry in entries if entry.kind == "taken in"}
    told.held = {code: holder for code, (holder, _) in holders(entries).items()}
    seen: set[str] = set()
    for row in rows if isinstance(rows, list) else []:
        code = row.get("code") if isinstance(row, dict) else None
        if not isinstance(code, str) or code in seen:
            told.add("json", MANIFEST, "an item has no code, or one that another item has")
            continue
        seen.add(code)
        entry, digest, path = taken.get(code), row.get("sha256", ""), row.get("path", "")
        if entry is None:
            told.add("item", code, "no entry of the chain says that it was taken in")
        elif entry.body.get("sha256", "") != digest:
            told.add("item", code, "the chain says that another file was taken in: the SHA-256 differs")
        if path and (path not in listed or listed[path][1] != digest):
            told.add("item", code, "its file is not among the files of the manifest, or has another SHA-256")
        elif not path and digest:
            told.add("missing", code, "it is a file by its hash, and the package does not hold it")
        if row.get("held_by", told.held.get(code, "")) != told.held.get(code, ""):
            told.add("item", code, "the manifest says that somebody else holds it than the chain does")
    told.items = len(seen)
    if not isinstance(rows, list):
        told.add("json", MANIFEST, "it names no items")

"""Writing a custody package: a stream of members, a manifest over all of them, and a signature over the manifest."""

import base64
import hashlib
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any

from garrison.formats.custody.chain import GENESIS, Entry

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FORMAT = "garrison-custody-package"
VERSION = 1
MANIFEST, SIGNATURE, KEY, CHAIN, README = "manifest.json", "manifest.sig", "key.pem", "chain.jsonl", "README.txt"
CHUNK = 1024 * 1024

HOW = """CUSTODY PACKAGE

This file holds evidence of one case, the record of who held it, and a signature over all of it.
With Garrison installed (no database and no settings are needed):

    garrison custody verify PACKAGE.zip

By hand, with nothing but openssl and sha256sum (unzip the package into an empty folder first):

1.  Whose signature is it? Compute the fingerprint of the key, and compare it with the one that the sender told you
    by another way than this package. A package that somebody replaced as a whole is found here and nowhere else.

        openssl pkey -pubin -in key.pem -outform DER | sha256sum

2.  Was the manifest changed? The signature (Ed25519, RFC 8032) is over manifest.json as it lies there.

        openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in manifest.json -sigfile manifest.sig

3.  Was a file changed? "files" in manifest.json names every other file with its size and SHA-256. There may be no
    file that it does not name, but manifest.json and manifest.sig themselves.

        sha256sum chain.jsonl README.txt key.pem evidence/*

4.  Does the record hold together? Each line of chain.jsonl is one entry: "entry", "previous" and "hash". The hash is
    SHA-256 over the text of "previous", a line feed, and "entry" as JSON with sorted keys, without spaces, in UTF-8.
    "previous" of the first entry is 64 zeros, of each other entry the hash of the line before it. The last hash and
    the number of entries stand in manifest.json under "chain".

        python3 - <<'END'
        import hashlib, json
        before = "0" * 64
        for line in open("chain.jsonl", encoding="utf-8"):
            row = json.loads(line)
            text = json.dumps(row["entry"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            right = hashlib.sha256((before + "\\n" + text).encode()).hexdigest()
            assert row["previous"] == before and row["hash"] == right, row["entry"]["seq"]
            before = right
        print(before)
        END

5.  Is each piece of evidence the one that was taken in? Its SHA-256 stands in its entry of the kind "taken in".
"""


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of evidence that goes into a package; ``open`` gives its bytes, None for a physical thing."""

    code: str
    label: str
    details: dict[str, Any]
    name: str = ""
    size: int = 0
    sha256: str = ""
    open: Callable[[], AbstractContextManager[IO[bytes]]] | None = None

    @property
    def member(self) -> str:
        """The item's name inside the package; "" for what has no file."""
        return f"evidence/{self.code}-{safe_name(self.name)}" if self.open is not None else ""


def safe_name(name: str) -> str:
    """``name`` with only letters, digits, dot, dash and underscore, which mean nothing else anywhere."""
    kept = re.sub(r"[^A-Za-z0-9._-]+", "_", name.replace("\\", "/").rsplit("/", 1)[-1]).strip("._")
    return kept[-80:] or "file"


def fingerprint_of(public: bytes) -> str:
    """SHA-256 over a public key in DER, in pairs of digits."""
    digits = hashlib.sha256(public).hexdigest()
    return ":".join(digits[n : n + 2] for n in range(0, 64, 2))


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    """The file in pieces."""
    while piece := file.read(CHUNK):
        yield piece


def _member(name: str, at: datetime) -> zipfile.ZipInfo:
    """How a member is stored: as it is, with the package's own time, readable by all."""
    moment = max(at.astimezone(UTC), datetime(1980, 1, 1, tzinfo=UTC))
    found = zipfile.ZipInfo(name, moment.timetuple()[:6])
    found.external_attr = 0o644 << 16
    found.create_system = 3
    return found


def write(
    out: IO[bytes],
    *,
    case: dict[str, Any],
    items: Sequence[Item],
    entries: Sequence[Entry],
    at: datetime,
    by: str,
    organisation: str,
    key: "Ed25519PrivateKey",
) -> str:
    """Write a package into ``out``; gives the fingerprint of the key that signed it.

    An item whose file is not what its hash says raises ValueError: a package never states what is no longer true.
    """
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = key.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    fingerprint = fingerprint_of(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    lines = "".join(
        json.dumps({"entry": e.told, "hash": e.hash, "previous": e.previous}, sort_keys=True, ensure_ascii=False) + "\n"
        for e in entries
    )
    small = {README: HOW.encode(), KEY: pem, CHAIN: lines.encode()}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        files = []
        for name, body in small.items():
            archive.writestr(_member(name, at), body)
            files.append({"path": name, "size": len(body), "sha256": hashlib.sha256(body).hexdigest()})
        for item in items:
            if item.open is None:
                continue
            digest, size = hashlib.sha256(), 0
            with item.open() as source, archive.open(_member(item.member, at), "w", force_zip64=True) as kept:
                for piece in _chunks(source):
                    digest.update(piece)
                    size += len(piece)
                    kept.write(piece)
            if digest.hexdigest() != item.sha256 or size != item.size:
                raise ValueError(f"{item.code} is not the file that was taken in: its hash differs")
            files.append({"path": item.member, "size": size, "sha256": item.sha256})
        manifest = {
            "format": FORMAT,
            "version": VERSION,
            "case": case,
            "organisation": organisation,
            "made": {"at": at.astimezone(UTC).isoformat(), "by": by},
            "items": [
                {
                    "code": item.code,
                    "label": item.label,
                    "path": item.member,
                    "sha256": item.sha256,
                    "size": item.size,
                    "original_name": item.name,
                    **item.details,
                }
                for item in items
            ],
            "chain": {"entries": len(entries), "head": entries[-1].hash if entries else GENESIS},
            "files": files,
            "key": {
                "algorithm": "Ed25519",
                "fingerprint": fingerprint,
                "public": base64.b64encode(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode(),
            },
        }
        body = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False).encode()
        archive.writestr(_member(MANIFEST, at), body)
        archive.writestr(_member(SIGNATURE, at), key.sign(body))
    return fingerprint

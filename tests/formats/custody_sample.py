"""A custody package to check, and the means to spoil it."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from garrison.formats.custody import GENESIS, Entry, Item, chained, write

AT = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
CLIP = b"frame after frame" * 100
LOG = b"badge log, 1 to 9 March\nDorian Vesk\n"


def chain() -> list[Entry]:
    """Two files and a key ring are taken in; the clip is handed over."""
    told = [
        ("taken in", "E-01", {"sha256": hashlib.sha256(CLIP).hexdigest(), "holder": "Teodor Brask"}),
        ("taken in", "E-02", {"sha256": hashlib.sha256(LOG).hexdigest(), "holder": "Odile Fenwright"}),
        ("taken in", "E-03", {"seal": "B-1182", "holder": "Odile Fenwright"}),
        ("offered", "E-01", {"to": "Ephraim Koss"}),
        ("accepted", "E-01", {"holder": "Ephraim Koss", "from": "Teodor Brask"}),
    ]
    found: list[Entry] = []
    for seq, (kind, item, body) in enumerate(told, start=1):
        found.append(
            chained(
                seq=seq,
                at=f"2026-03-09T12:0{seq}:00+00:00",
                by=str(body.get("holder", "Teodor Brask")),
                kind=kind,
                item=item,
                body=body,
                previous=found[-1].hash if found else GENESIS,
            )
        )
    return found


def file(code: str, label: str, name: str, body: bytes, holder: str) -> Item:
    """An item that is a file."""
    return Item(
        code,
        label,
        {"held_by": holder},
        name,
        len(body),
        hashlib.sha256(body).hexdigest(),
        lambda: closing(io.BytesIO(body)),
    )


def made(key: Ed25519PrivateKey = KEY) -> bytes:
    """A proper package."""
    out = io.BytesIO()
    items = [
        file("E-01", "CAM-12 clips", "../../CAM-12 clip.mp4", CLIP, "Ephraim Koss"),
        file("E-02", "Badge log", "badge log.csv", LOG, "Odile Fenwright"),
        Item("E-03", "Key ring", {"held_by": "Odile Fenwright", "seal": "B-1182"}),
    ]
    case = {"code": "INC-2026-014", "title": "Leaver's badge opened the pharmacy store"}
    write(out, case=case, items=items, entries=chain(), at=AT, by="Odile", organisation="Larkmere", key=key)
    return out.getvalue()


def members(body: bytes) -> dict[str, bytes]:
    """What a package holds."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(held: dict[str, bytes] | list[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    """A zip of members as they are given."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, body in held.items() if isinstance(held, dict) else held:
            archive.writestr(name, body)
    return out.getvalue()


def signed_again(held: dict[str, bytes], change: Callable[[dict], None], key: Ed25519PrivateKey = KEY) -> bytes:
    """A package whose manifest was changed and signed anew: what a dishonest sender would make."""
    manifest = json.loads(held["manifest.json"])
    change(manifest)
    body = json.dumps(manifest).encode()
    return packed(held | {"manifest.json": body, "manifest.sig": key.sign(body)})


def with_chain(held: dict[str, bytes], lines: list[bytes], key: Ed25519PrivateKey = KEY) -> bytes:
    """A package with another chain, its file's hash put right and signed anew."""
    body = b"".join(line + b"\n" for line in lines)

    def change(manifest: dict) -> None:
        for row in manifest["files"]:
            if row["path"] == "chain.jsonl":
                row.update(size=len(body), sha256=hashlib.sha256(body).hexdigest())

    return signed_again(held | {"chain.jsonl": body}, change, key)


def kept(folder: Path, body: bytes) -> Path:
    """The package as a file."""
    path = folder / "package.zip"
    path.write_bytes(body)
    return path

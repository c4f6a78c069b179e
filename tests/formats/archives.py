"""What the tests of containers share: archives made of names and bytes, and what came out of them."""

import io
import tarfile
import zipfile

from garrison.formats.source import Damaged


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return held.getvalue()


def tarred(members: dict[str, bytes], mode: str = "w", form: int = tarfile.PAX_FORMAT) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode=mode, format=form) as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return held.getvalue()


def contents(found: list) -> dict:
    told = {}
    for name, member in found:
        if isinstance(member, Damaged):
            told[name] = member
            continue
        with member.open() as first, member.open() as second:
            content = first.read()
            assert second.read() == content
        assert member.head == content[: len(member.head)]
        told[name] = content
    return told


def reasons(found: list) -> list[str]:
    return [member.reason for _, member in found if isinstance(member, Damaged)]

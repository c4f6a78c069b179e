"""Decisions about the register: what a thing is called, when two names mean one host, what a test says of a device."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from typing import TypeVar

HOST = "host"
NAME_CHARS = 300
SUBJECTS = {"site": "website", "web": "website", "container": "image", "computer": HOST}
"""What reports call the kinds of asset otherwise."""

_MAC = re.compile(r"[0-9a-f]{2}([:-][0-9a-f]{2}){5}")

Known = TypeVar("Known")


def kind_of(subject: str, kinds: Iterable[str]) -> str:
    """The kind of asset that a report's subject is; an application when its word is unknown."""
    kind = SUBJECTS.get(subject, subject)
    return kind if kind in kinds else "application"


def code_of(ident: str) -> str:
    """An identity as the register's code; one too long for its column ends in a digest of the whole."""
    ident = ident.strip()
    if len(ident) <= NAME_CHARS:
        return ident
    return f"{ident[: NAME_CHARS - 18]}…{hashlib.sha256(ident.encode()).hexdigest()[:16]}"


def host_name(text: str) -> str:
    """A host's name or address as names are compared: small letters, no closing dot, addresses in shortest form."""
    name = text.strip().rstrip(".").lower()
    if ":" in name or name[:1].isdigit():
        try:
            return str(ip_address(name))
        except ValueError:
            return name
    return name if len(name) <= NAME_CHARS else code_of(name)


def is_hardware(name: str) -> bool:
    """Whether a compared name is a hardware address."""
    return _MAC.fullmatch(name) is not None


def is_address(name: str) -> bool:
    """Whether a compared name is a network or hardware address rather than a name."""
    if is_hardware(name):
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def tells_apart(name: str) -> bool:
    """Whether a compared name means one host everywhere; every computer has a loopback."""
    if not name or name == "unknown" or name.split(".")[0] in ("localhost", "localhost6"):
        return False
    try:
        address = ip_address(name)
    except ValueError:
        return True
    return not (address.is_loopback or address.is_unspecified)


def names_of(ident: str, name: str, names: Iterable[str], addresses: Iterable[str]) -> tuple[list[str], list[str]]:
    """A host's telling names, best first, and its telling addresses; its bare identity when nothing else tells."""
    said = dict.fromkeys(host_name(text) for text in (ident, name, *names, *addresses))
    telling = [each for each in said if tells_apart(each)] or [host_name(ident)]
    return [each for each in telling if not is_address(each)], [each for each in telling if is_address(each)]


def short(name: str) -> str:
    """The first label of a host name: ``ws-01`` of ``ws-01.example.org``."""
    return name.split(".")[0]


def same_host(names: Iterable[str], known: Iterable[str]) -> bool:
    """Whether a host seen under ``names`` at an address of a host known as ``known`` is that host.

    It is when either has no name yet, or when a first label agrees. Two different names at one address stay two hosts:
    addresses are handed on.
    """
    ours = {short(name) for name in names}
    theirs = {short(name) for name in known if not is_address(name)}
    return not ours or not theirs or bool(ours & theirs)


def find_host(
    names: Iterable[str], addresses: Iterable[str], owners: Mapping[str, Known], called: Mapping[Known, Iterable[str]]
) -> Known | None:
    """The known host that these names and addresses mean: by name first, by address only when the names allow it."""
    names = list(names)
    for name in names:
        if (owner := owners.get(name)) is not None:
            return owner
    for address in addresses:
        if (owner := owners.get(address)) is not None and same_host(names, called[owner]):
            return owner
    return None


def disagreement(told: Mapping[str, str], stored: Mapping[str, str]) -> tuple[str, str] | None:
    """The first column, with a reason, in which a row of an exported list says other than the register; else None.

    Blanks are compared as one, since spreadsheets change them; a column that the row leaves empty must be empty.
    """
    for name, said in told.items():
        here = " ".join(stored[name].split())
        if " ".join(said.split()) != here:
            now = f"is {here[:80]}" if here else "is empty"
            reason = f"it {now} in the register; this list cannot change it. Export the list again, then edit that"
            return name, reason
    return None


def served(text: str) -> list[str]:
    """The doors that a device list names as served, in small letters."""
    return list(dict.fromkeys(part.strip().casefold() for part in re.split(r"[;,]", text) if part.strip()))


def state_after_test(state: str, passed: bool) -> str:
    """A device's state once it was tested: a failed test means failed, a passed one clears only that."""
    if not passed:
        return "failed"
    return "ok" if state in ("", "failed") else state

"""Frameworks that we ship, as data: what a TOML file may hold, and how it is checked. Pure but for reading our files.

A file under ``data/frameworks/`` is one version of one framework, written by us in our own words; codes, section
numbers and short titles of laws and standards are facts. Every key that is not named here is refused.

``[framework]``
    ``ident`` (stable across versions, such as "hipaa-security"), ``version``, ``title``, ``publisher``;
    ``legal_status`` (one of ``LEGAL``; "own" for a baseline of ours); ``kind`` ("catalogue", the default, or
    "profile", which picks codes of its family's catalogue); ``family`` (frameworks of one family share codes; default:
    what ``family_of`` says of the ident); ``published`` and ``read_on`` (dates: of the text, and when we read it);
    ``source`` (its address or citation); ``supersedes`` (the version before this one); ``retention_years`` (how long
    what shows a requirement must be kept; 0 where nothing is said; its requirements' default); ``about`` (a sentence).

``[[group]]``
    ``id``, ``title``. Groups are shown in the order of the file.

``[[requirement]]``
    ``code`` (unique, as the publisher cites it: "164.310(a)(1)"), ``title``; ``label`` (how the publisher prints the
    code where that differs); ``group`` (a group's id); ``parent`` (another requirement's code: a specification names
    its standard); ``kind`` (one of ``KINDS``); ``obligation`` (one of ``OBLIGATIONS``: HIPAA's required and
    addressable; "none" for headings, options and aims); ``guidance`` (what it asks, in our words); ``shown_by`` (list:
    what would show an auditor that it is kept, in our words); ``measures`` (list: keys of the evidence that the system
    makes itself, see ``MEASURES``); ``legal_status`` and ``retention_years`` where they differ from the framework's;
    ``withdrawn`` and ``replaced_by`` (list of codes in this framework).

``[[crosswalk]]``
    ``codes`` (list, of this framework), ``family`` (the other framework's), ``to`` (list of codes there, as its
    catalogue cites them: "pe-3" in nist-800-53), ``relation`` (one of ``RELATIONS``), ``source`` (who says so: "own"
    for our reading, else a citation), ``note``. Each pair of ``codes`` and ``to`` is one link; N:M is meant.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any, NoReturn

KINDS = ("standard", "specification", "control", "objective", "duty")
"""What a requirement is: a standard, an implementation specification below one, a control, an objective or a duty."""

OBLIGATIONS = ("required", "addressable", "none")
LEGAL = ("in force", "adopted", "proposed", "vacated", "voluntary", "own")
RELATIONS = ("same", "part", "wider", "overlaps", "supports")
"""How this requirement stands to the other: the same, a part of it, wider than it, overlapping, or of help to it."""

MEASURES = (
    "leaver-revocation",
    "open-leavers",
    "findings-past-due",
    "door-tests",
    "control-tests",
    "import-freshness",
    "second-factor",
    "policy-acknowledgement",
    "audit-chain",
)
"""Keys of the evidence that the system makes itself."""

FAMILIES = (
    ("nist-800-53", re.compile(r"800-53\b")),
    ("nist-800-171", re.compile(r"800-171|controlled-unclassified-information")),
    ("nist-csf", re.compile(r"cybersecurity-framework|\bcsf\b")),
    ("hipaa-security", re.compile(r"hipaa-security|hipaa-sp-?800-66|800-66")),
)
"""Frameworks that several publishers' files name differently, and by what their idents are known."""

SHIPPED_SOURCE = "shipped with"
"""How the source of a link begins that we ship: the framework's ident and what its file names as source follow."""

_CODE = re.compile(r"^[\w.()\[\]/§ -]{1,120}$")
_KEYS = {
    "framework": "ident version title publisher legal_status kind family published read_on source supersedes "
    "retention_years about",
    "group": "id title",
    "requirement": "code title label group parent kind obligation guidance shown_by measures legal_status "
    "retention_years withdrawn replaced_by",
    "crosswalk": "codes family to relation source note",
}


class InvalidFramework(ValueError):
    """A framework that cannot be used: ``path`` is the place in its file, ``reason`` what is wrong there."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Asked:
    """One requirement of a shipped framework; ``group`` is the group's title."""

    code: str
    title: str
    label: str = ""
    group: str = ""
    parent: str = ""
    kind: str = "control"
    obligation: str = "required"
    guidance: str = ""
    shown_by: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    legal_status: str = "voluntary"
    retention_years: int = 0
    withdrawn: bool = False
    replaced_by: tuple[str, ...] = ()
    order: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """One requirement and one of another framework, as somebody says they belong together."""

    code: str
    family: str
    to: str
    relation: str = "overlaps"
    source: str = "own"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Shipped:
    """One version of a framework with its requirements in order, and its links to other frameworks."""

    ident: str
    version: str
    title: str
    publisher: str
    legal_status: str
    kind: str = "catalogue"
    family: str = ""
    published: date | None = None
    read_on: date | None = None
    source: str = ""
    supersedes: str = ""
    retention_years: int = 0
    about: str = ""
    requirements: tuple[Asked, ...] = ()
    links: tuple[Link, ...] = field(default=())


def family_of(ident: str) -> str:
    """The family of a framework by its ident: publishers' several names for one thing, else the ident itself."""
    name = ident.removesuffix("-profile")
    return next((family for family, known in FAMILIES if known.search(name)), name)


@lru_cache
def shipped() -> tuple[Shipped, ...]:
    """Every framework that we ship, by title."""
    folder = files("garrison.apps.compliance").joinpath("data", "frameworks")
    found = [load(entry.read_bytes(), entry.name) for entry in folder.iterdir() if entry.name.endswith(".toml")]
    return tuple(sorted(found, key=lambda each: (each.title, each.version)))


def load(body: bytes, name: str) -> Shipped:
    """One framework from its file. Raises InvalidFramework with the place and what is wrong there."""
    try:
        told = tomllib.loads(body.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidFramework(name, f"is no TOML: {error}") from error
    unknown = set(told) - set(_KEYS)
    if unknown:
        _refuse(name, f"has a part {min(unknown)!r}; parts are {', '.join(_KEYS)}")
    head = _entry(told.get("framework"), "framework", f"{name} [framework]")
    for key in ("ident", "version", "title", "publisher", "legal_status"):
        if not head.get(key):
            _refuse(f"{name} [framework]", f"{key} is missing")
    _one_of(head["legal_status"], LEGAL, f"{name} [framework] legal_status")
    _one_of(head.get("kind", "catalogue"), ("catalogue", "profile"), f"{name} [framework] kind")
    groups = _groups(told.get("group", []), name)
    requirements = _requirements(told.get("requirement", []), head, groups, name)
    codes = {each.code for each in requirements}
    links = _links(told.get("crosswalk", []), codes, name)
    return Shipped(**{"family": family_of(head["ident"]), **head}, requirements=tuple(requirements), links=tuple(links))


def _groups(entries: Any, name: str) -> dict[str, str]:
    """Titles of groups by their ids."""
    found: dict[str, str] = {}
    for place, entry in enumerate(_list(entries, f"{name} [[group]]")):
        where = f"{name} group {place + 1}"
        told = _entry(entry, "group", where)
        if not told.get("id") or not told.get("title") or told["id"] in found:
            _refuse(where, "needs an id of its own and a title")
        found[told["id"]] = told["title"]
    return found


def _requirements(entries: Any, head: Mapping[str, Any], groups: Mapping[str, str], name: str) -> list[Asked]:
    """The requirements in order, checked one by one and against each other."""
    found: list[Asked] = []
    for place, entry in enumerate(_list(entries, f"{name} [[requirement]]")):
        told = dict(_entry(entry, "requirement", f"{name} requirement {place + 1}"))
        where = f"{name} requirement {place + 1} {told.get('code', '')}".rstrip()
        if not told.get("code") or not told.get("title"):
            _refuse(where, "needs a code and a title")
        if not _CODE.match(told["code"]):
            _refuse(where, "the code has a character that a citation does not have")
        told["group"] = groups.get(told.get("group", ""), "") or _unless(told.get("group"), where)
        for key in ("shown_by", "measures", "replaced_by"):
            told[key] = _texts(told.get(key, []), f"{where} {key}")
        for measure in told["measures"]:
            _one_of(measure, MEASURES, f"{where} measures")
        told.setdefault("legal_status", head["legal_status"])
        told.setdefault("retention_years", head.get("retention_years", 0))
        asked = Asked(**told, order=place + 1)
        _one_of(asked.kind, KINDS, f"{where} kind")
        _one_of(asked.obligation, OBLIGATIONS, f"{where} obligation")
        _one_of(asked.legal_status, LEGAL, f"{where} legal_status")
        found.append(asked)
    _related(found, name)
    return found


def _related(found: list[Asked], name: str) -> None:
    """Refuse codes told twice, parents and replacements that are not there, and circles."""
    by_code: dict[str, Asked] = {}
    for each in found:
        if each.code in by_code:
            _refuse(f"{name} requirement {each.code}", "is told twice")
        by_code[each.code] = each
    for each in found:
        where = f"{name} requirement {each.code}"
        for code in (*([each.parent] if each.parent else []), *each.replaced_by):
            if code not in by_code:
                _refuse(where, f"names {code}, which is not in the file")
        if each.replaced_by and not each.withdrawn:
            _refuse(where, "is replaced but not withdrawn")
        seen, above = {each.code}, each.parent
        while above:
            if above in seen:
                _refuse(where, "lies above itself: its parents go in a circle")
            seen.add(above)
            above = by_code[above].parent


def _links(entries: Any, codes: set[str], name: str) -> list[Link]:
    """The links to other frameworks, one for each pair, none twice."""
    found: dict[Link, None] = {}
    for place, entry in enumerate(_list(entries, f"{name} [[crosswalk]]")):
        where = f"{name} crosswalk {place + 1}"
        told = dict(_entry(entry, "crosswalk", where))
        ours = _texts(told.pop("codes", []), f"{where} codes")
        theirs = _texts(told.pop("to", []), f"{where} to")
        if not ours or not theirs or not told.get("family"):
            _refuse(where, "needs codes, a family and to")
        _one_of(told.get("relation", "overlaps"), RELATIONS, f"{where} relation")
        for code in ours:
            if code not in codes:
                _refuse(where, f"names {code}, which is not in the file")
            found.update((Link(code=code, to=to, **told), None) for to in theirs)
    return list(found)


def _entry(entry: Any, part: str, where: str) -> dict[str, Any]:
    """A table of the file with known keys only, its texts tidied."""
    if not isinstance(entry, dict):
        _refuse(where, "is missing or no table")
    unknown = set(entry) - set(_KEYS[part].split())
    if unknown:
        _refuse(where, f"has a key {min(unknown)!r}; keys are {_KEYS[part].replace(' ', ', ')}")
    told: dict[str, Any] = {}
    for key, value in entry.items():
        wanted: type[Any] = str
        if key in {"published", "read_on"}:
            wanted = date
        elif key in {"shown_by", "measures", "replaced_by", "codes", "to"}:
            wanted = list
        elif key == "retention_years":
            wanted = int
        elif key == "withdrawn":
            wanted = bool
        if type(value) is not wanted:
            _refuse(f"{where} {key}", f"is no {wanted.__name__}")
        told[key] = " ".join(value.split()) if isinstance(value, str) else value
    if told.get("retention_years", 0) < 0:
        _refuse(f"{where} retention_years", "is below zero")
    return told


def _list(entries: Any, where: str) -> list[Any]:
    """A list of tables."""
    if not isinstance(entries, list):
        _refuse(where, "is no list; write the part in double brackets")
    return entries


def _texts(entries: list[Any], where: str) -> tuple[str, ...]:
    """A list of texts, each tidied."""
    if not all(isinstance(each, str) and each.strip() for each in entries):
        _refuse(where, "is no list of texts")
    return tuple(" ".join(each.split()) for each in entries)


def _one_of(value: str, allowed: tuple[str, ...], where: str) -> None:
    """Refuse a word that is none of those allowed."""
    if value not in allowed:
        _refuse(where, f"{value!r} is none of {', '.join(allowed)}")


def _unless(group: str | None, where: str) -> str:
    """No group where none is named; a refusal where an unknown one is."""
    if group:
        _refuse(where, f"names the group {group}, which is not in the file")
    return ""


def _refuse(path: str, reason: str) -> NoReturn:
    """Say what is wrong and where."""
    raise InvalidFramework(path, reason)

"""STIX 2.0 and 2.1 bundles: ATT&CK of any domain, CAPEC, and what others publish of groups, malware and tools.

ATT&CK objects are known by ``x_mitre_domains`` or by a first reference to ATT&CK; all others are read as generic STIX
(OASIS STIX 2.1, sections 4 and 5). Revoked and deprecated objects are left out, and so is every relationship that
touches an object left out. Objects of types that carry no threat (indicators, analytics, identities, ...) are counted
in a Note under their type.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from garrison.formats import safejson
from garrison.formats.facts import Note, Reading, Refusal, ThreatFact, ThreatLinkFact
from garrison.formats.fields import Text, mentions
from garrison.formats.source import Source

FORMAT = "stix"
TITLE = "STIX bundle (ATT&CK and other threat intelligence)"
VERSION = 1

KINDS = {
    "attack-pattern": "technique",
    "intrusion-set": "group",
    "threat-actor": "group",
    "malware": "malware",
    "tool": "tool",
    "course-of-action": "mitigation",
    "campaign": "campaign",
    "x-mitre-tactic": "tactic",
}
"""The STIX types that are threats, and what each is called here; a technique may turn out to be a subtechnique."""

ATTACK = {
    "mitre-attack": "enterprise-attack",
    "mitre-mobile-attack": "mobile-attack",
    "mitre-ics-attack": "ics-attack",
    "mitre-pre-attack": "pre-attack",
}
"""The names under which ATT&CK refers to itself, and the domain that each means where an object names none."""

KINDS_LEFT = {"links_left_out": "relationships"}
MOST_TYPES = 60

_GONE = ("deprecated", "obsolete")


class _Reference(msgspec.Struct):
    source_name: Text = ""
    external_id: Text = ""
    url: Text = ""


class _Phase(msgspec.Struct):
    phase_name: Text = ""


class _Object(msgspec.Struct):
    """The properties read here, of every type of object."""

    type: Text
    id: Text
    name: Text = ""
    description: Text = ""
    modified: datetime | None = None
    revoked: bool = False
    aliases: tuple[Text, ...] = ()
    external_references: list[_Reference] = []
    kill_chain_phases: list[_Phase] = []
    relationship_type: Text = ""
    source_ref: Text = ""
    target_ref: Text = ""
    x_mitre_deprecated: bool = False
    x_mitre_aliases: tuple[Text, ...] = ()
    x_mitre_domains: tuple[Text, ...] = ()
    x_mitre_platforms: tuple[Text, ...] = ()
    x_mitre_version: Text = ""
    x_mitre_is_subtechnique: bool = False
    x_mitre_shortname: Text = ""
    x_capec_status: Text = ""
    x_capec_version: Text = ""


class _Bundle(msgspec.Struct):
    objects: list[msgspec.Raw] = []


_BUNDLE = msgspec.json.Decoder(_Bundle)
_OBJECT = msgspec.json.Decoder(_Object)


def sniff(source: Source) -> bool:
    """Whether this is a STIX 2 bundle: an object of type ``bundle`` with a bundle's id or with ``objects``."""
    if not mentions(source.head, b"bundle"):
        return False
    seen = safejson.opening(source)
    if seen is None or seen.array:
        return False
    named = seen.values.get("id", "").startswith("bundle--")
    return named if "type" not in seen.values else seen.values["type"] == "bundle" and (named or "objects" in seen.keys)


def read(source: Source) -> Iterator[Reading]:
    """Every threat as a ThreatFact, then every relationship between two of them as a ThreatLinkFact, then a Note.

    ``row`` is the object's number in the bundle. A tactic's ``tactics`` holds its own short name, which is what the
    techniques' ``tactics`` name. Of several versions of one object the latest is read. The Note counts what was left
    out: ``revoked`` and ``deprecated`` objects, ``older_versions``, ``links_left_out``, and objects of other types by
    type. Damaged when the document is no bundle. An object of another shape is a Refusal.
    """
    latest: dict[str, tuple[int, _Object]] = {}
    left: Counter[str] = Counter()
    for item in safejson.each(safejson.decode(source, _BUNDLE).objects, _OBJECT):
        if isinstance(item, Refusal):
            yield item
            continue
        fault = _fault(item[1])
        if fault:
            yield Refusal(row=item[0], field=fault[0], reason=fault[1])
            continue
        seen = latest.get(item[1].id)
        if seen is None:
            latest[item[1].id] = item
            continue
        left["older_versions"] += 1
        if _time(item[1]) >= _time(seen[1]):
            latest[item[1].id] = item
    kept: set[str] = set()
    links: list[tuple[int, _Object]] = []
    for row, found in latest.values():
        link = found.type == "relationship"
        if found.revoked:
            left["links_left_out" if link else "revoked"] += 1
        elif found.x_mitre_deprecated or found.x_capec_status.lower() in _GONE:
            left["links_left_out" if link else "deprecated"] += 1
        elif link:
            links.append((row, found))
        elif found.type in KINDS:
            kept.add(found.id)
            yield _threat(row, found)
        else:
            left[found.type] += 1
    for row, found in links:
        if found.source_ref in kept and found.target_ref in kept:
            yield ThreatLinkFact(
                row=row,
                stix_id=found.id,
                source=found.source_ref,
                kind=found.relationship_type.strip(),
                target=found.target_ref,
                description=found.description.strip(),
            )
        else:
            left["links_left_out"] += 1
    if left:
        number, counts = left.total(), _counts(left)
        words = "1 object of the bundle was" if number == 1 else f"{number:,} objects of the bundle were"
        kinds = ", ".join(f"{many:,} {KINDS_LEFT.get(name, name.replace('_', ' '))}" for name, many in counts.items())
        yield Note(reason=f"{words} left out: {kinds}.", counts=counts)


def _fault(found: _Object) -> tuple[str, str] | None:
    """The field and reason for which an object cannot be taken."""
    if not found.id.startswith(f"{found.type}--") or not found.type:
        return "id", f"{found.id[:60]!r} is not an identifier of the type {found.type[:60]!r}."
    if found.type == "relationship" and not found.relationship_type.strip():
        return "relationship_type", "The relationship does not say of what kind it is."
    return None


def _counts(left: Counter[str]) -> dict[str, int]:
    """The counts by name, with all but the most common types together as ``other_types``."""
    named = {name[:60]: number for name, number in left.most_common(MOST_TYPES)}
    others = left.total() - sum(named.values())
    return dict(sorted(named.items())) | ({"other_types": others} if others else {})


def _time(found: _Object) -> datetime:
    return _utc(found.modified) or datetime.min.replace(tzinfo=UTC)


def _utc(time: datetime | None) -> datetime | None:
    """A time in UTC; STIX times are UTC, so one without a zone is."""
    if time is None:
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _threat(row: int, found: _Object) -> ThreatFact:
    kind = KINDS[found.type]
    if kind == "technique" and found.x_mitre_is_subtechnique:
        kind = "subtechnique"
    own, domain = _identity(found)
    tactics = tuple(phase.phase_name for phase in found.kill_chain_phases)
    aliases = found.aliases or found.x_mitre_aliases
    name = found.name.strip() or found.id
    return ThreatFact(
        row=row,
        stix_id=found.id,
        kind=kind,
        code=own.external_id.strip(),
        name=name,
        description=found.description.strip(),
        domain=domain,
        url=own.url.strip(),
        aliases=tuple(alias.strip() for alias in aliases if alias.strip() not in ("", name)),
        platforms=found.x_mitre_platforms,
        tactics=(found.x_mitre_shortname,) if kind == "tactic" and found.x_mitre_shortname else tactics,
        version=(found.x_mitre_version or found.x_capec_version).strip(),
        modified=_utc(found.modified),
    )


def _identity(found: _Object) -> tuple[_Reference, str]:
    """The reference by which an object's publisher knows it, and the domain it belongs to."""
    for reference in found.external_references:
        if reference.source_name in ATTACK and reference.external_id:
            return reference, ",".join(found.x_mitre_domains) or ATTACK[reference.source_name]
        if reference.source_name == "capec" and found.x_capec_version:
            return reference, "capec"
    return _Reference(), ",".join(found.x_mitre_domains) or ("capec" if found.x_capec_version else "")

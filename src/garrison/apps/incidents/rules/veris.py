"""Coding an incident in VERIS: actor, action, asset, attribute; and its record in VERIS's JSON. Pure.

A coding is a mapping from a field's name to the chosen ids, such as ``{"actor.external.variety": ["Former
employee"]}``. The enumerations stand in ``data/veris.toml``; the shape of the record is the public schema's.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[1] / "data" / "veris.toml"

Coding = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a coding: its dotted name, the ids that it may hold, and whether it holds one only."""

    name: str
    ids: tuple[str, ...]
    single: bool = False


SINGLE = ("security_incident", "confidence", "targeted", "overall_rating", "attribute.confidentiality.data_disclosure")
NEEDS = {
    "actor.external": ("variety", "motive"),
    "actor.internal": ("variety", "motive"),
    "actor.partner": ("motive",),
    "action.hacking": ("variety", "vector"),
    "action.malware": ("variety", "vector"),
    "action.social": ("variety", "vector", "target"),
    "action.misuse": ("variety", "vector"),
    "action.physical": ("variety", "vector"),
    "action.error": ("variety", "vector"),
    "action.environmental": ("variety",),
}
"""Which fields a part must have once it has any; the schema requires them, and "Unknown" is an answer."""

SPANS = (("Years", 365), ("Months", 30), ("Weeks", 7), ("Days", 1))


@lru_cache(maxsize=1)
def enumerations() -> dict[str, Any]:
    """The table of ids as it was read."""
    return tomllib.loads(DATA.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def fields() -> dict[str, Field]:
    """Every field of a coding by its dotted name, in the order of the table."""
    found: dict[str, Field] = {}

    def walk(prefix: str, table: Mapping[str, Any]) -> None:
        for name, value in table.items():
            dotted = f"{prefix}{name}"
            if isinstance(value, Mapping):
                walk(f"{dotted}.", value)
            elif isinstance(value, list) and dotted not in ("units", "employee_count"):
                found[dotted] = Field(dotted, tuple(value), dotted in SINGLE)

    walk("", enumerations())
    return found


def wrong(coding: Coding) -> list[str]:
    """What is wrong with a coding, in words; [] when it can be kept. It may be incomplete: see `missing`."""
    said = []
    for name, ids in coding.items():
        field = fields().get(name)
        if field is None:
            said.append(f"VERIS has no field {name}")
            continue
        said += [f"{name} has no {given!r}" for given in ids if given not in field.ids]
        if field.single and len(ids) > 1:
            said.append(f"{name} takes one answer")
        if len(set(ids)) != len(ids):
            said.append(f"{name} names one answer twice")
    return said


def missing(coding: Coding) -> list[str]:
    """What a record still lacks before others can read it; [] when it is whole."""
    chosen = {name for name, ids in coding.items() if ids}
    said = [
        f"no {axis} is chosen" for axis in ("actor", "action", "asset", "attribute") if not _any(chosen, f"{axis}.")
    ]
    if not _any(chosen, "discovery_method."):
        said.append("no discovery method is chosen")
    if "security_incident" not in chosen:
        said.append("it is not said whether it is a security incident")
    for part, needed in NEEDS.items():
        if _any(chosen, f"{part}."):
            said += [f"{part} lacks its {name}" for name in needed if f"{part}.{name}" not in chosen]
    confidentiality = [name for name in chosen if name.startswith("attribute.confidentiality.")]
    if confidentiality and "attribute.confidentiality.data_disclosure" not in chosen:
        said.append("it is not said whether data were disclosed")
    return said


def _any(chosen: set[str], prefix: str) -> bool:
    """Whether anything under ``prefix`` is chosen."""
    return any(name.startswith(prefix) for name in chosen)


@dataclass(frozen=True, slots=True)
class Told:
    """What the case says by itself, besides the coding: a record needs no second typing of it.

    Times are in the organisation's zone. ``people`` is the organisation's head count, None when it is not known;
    ``records`` is how many people's data are concerned.
    """

    incident_id: str
    summary: str
    began_at: datetime
    detected_at: datetime
    contained_at: datetime | None
    people: int | None = None
    country: str = "US"
    industry: str = "622110"
    records: int | None = None


def record(coding: Coding, told: Told, *, made_on: date) -> dict[str, Any]:
    """The incident as VERIS's JSON. Call it for a coding with nothing `wrong`; what is `missing` becomes "Unknown"."""
    found: dict[str, Any] = {
        "schema_version": enumerations()["schema_version"],
        "incident_id": told.incident_id,
        "source_id": "garrison",
        "summary": told.summary,
        "security_incident": _one(coding, "security_incident", "Suspected"),
        "confidence": _one(coding, "confidence", "Medium"),
        "targeted": _one(coding, "targeted", "Unknown"),
        "victim": {
            "country": [told.country],
            "employee_count": employee_count(told.people),
            "industry": told.industry,
        },
        "timeline": _timeline(told),
        "actor": _parts(coding, "actor") or {"unknown": {}},
        "action": _parts(coding, "action") or {"unknown": {}},
        "asset": {
            "assets": [{"variety": each} for each in coding.get("asset.variety", ())] or [{"variety": "Unknown"}]
        },
        "attribute": _attributes(coding, told),
        "discovery_method": {
            who: {"variety": list(ids)}
            for who in ("external", "internal", "partner")
            if (ids := coding.get(f"discovery_method.{who}", ()))
        }
        or {"unknown": True},
        "impact": {"overall_rating": _one(coding, "overall_rating", "Unknown")},
        "plus": {"created": made_on.isoformat()},
    }
    return found


def _one(coding: Coding, name: str, otherwise: str) -> str:
    """The one answer to a field."""
    return next(iter(coding.get(name, ())), otherwise)


def _parts(coding: Coding, axis: str) -> dict[str, Any]:
    """An axis of actors or actions, each part with what the schema requires of it."""
    found: dict[str, Any] = {}
    for part, needed in NEEDS.items():
        kind, name = part.split(".")
        if kind != axis or not any(ids and key.startswith(f"{part}.") for key, ids in coding.items()):
            continue
        found[name] = {each: list(coding.get(f"{part}.{each}", ())) or ["Unknown"] for each in needed}
        if part in ("actor.external", "actor.partner"):
            found[name]["country"] = ["Unknown"]
    return found


def _attributes(coding: Coding, told: Told) -> dict[str, Any]:
    """What was lost of the three: secrecy, soundness, presence."""
    found: dict[str, Any] = {}
    prefix = "attribute.confidentiality."
    if any(ids and name.startswith(prefix) for name, ids in coding.items()):
        kinds = list(coding.get(f"{prefix}data", ())) or ["Unknown"]
        confidentiality: dict[str, Any] = {
            "data_disclosure": _one(coding, f"{prefix}data_disclosure", "Unknown"),
            "data": [{"variety": kind} for kind in kinds],
        }
        if victims := list(coding.get(f"{prefix}data_victim", ())):
            confidentiality["data_victim"] = victims
        if told.records is not None:
            confidentiality["data_total"] = told.records
        found["confidentiality"] = confidentiality
    for name in ("integrity", "availability"):
        if ids := list(coding.get(f"attribute.{name}.variety", ())):
            found[name] = {"variety": ids}
    return found or {"unknown": {}}


def _timeline(told: Told) -> dict[str, Any]:
    """When it was, and how long until it was found and contained, in the largest unit that fits."""
    found: dict[str, Any] = {
        "incident": {"year": told.began_at.year, "month": told.began_at.month, "day": told.began_at.day},
        "discovery": span(told.detected_at - told.began_at),
    }
    if told.contained_at is not None:
        found["containment"] = span(told.contained_at - told.detected_at)
    return found


def span(length: timedelta) -> dict[str, Any]:
    """A length of time as VERIS says it: a unit and how many of it, rounded down to whole ones."""
    seconds = max(0, int(length.total_seconds()))
    for unit, days in SPANS:
        if seconds >= days * 86_400:
            return {"unit": unit, "value": seconds // (days * 86_400)}
    for unit, size in (("Hours", 3600), ("Minutes", 60)):
        if seconds >= size:
            return {"unit": unit, "value": seconds // size}
    return {"unit": "Seconds", "value": seconds}


def employee_count(people: int | None) -> str:
    """The class of an organisation by its head count."""
    if not people or people < 1:
        return "Unknown"
    for most, name in ((10, "1 to 10"), (100, "11 to 100"), (1000, "101 to 1000"), (10_000, "1001 to 10000")):
        if people <= most:
            return name
    for most, name in ((25_000, "10001 to 25000"), (50_000, "25001 to 50000"), (100_000, "50001 to 100000")):
        if people <= most:
            return name
    return "Over 100000"

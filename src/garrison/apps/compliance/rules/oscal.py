"""OSCAL documents made of what is known here: a framework as a catalogue, an assessment as results and as a plan of
action. Pure: values in, values out, after the OSCAL 1.1 models (catalog, assessment-results,
plan-of-action-and-milestones).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

VERSION = "1.1.3"
NAMESPACE = UUID("7d1c4f6e-6c0e-4a53-9a0b-3a1d5e0c9b11")
"""Ours, from which the identities of parts are made that have none of their own."""

OURS = "https://garrison.invalid/ns/oscal"
"""The namespace of properties of ours."""

_NO_TOKEN = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Told:
    """One requirement of a framework, as its catalogue tells it."""

    code: str
    title: str
    label: str = ""
    parent: str = ""
    group: str = ""
    text: str = ""
    guidance: str = ""
    withdrawn: bool = False
    replaced_by: tuple[str, ...] = ()
    obligation: str = ""


@dataclass(frozen=True, slots=True)
class Observed:
    """One test of one requirement: what was looked at, how, and with what outcome."""

    uuid: UUID
    code: str
    title: str
    words: str
    aspect: str
    passed: bool | None
    at: datetime
    by: str = ""


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something found wrong, and what is done about it."""

    uuid: UUID
    code: str
    title: str
    words: str
    gravity: str
    remedy: str = ""
    owner: str = ""
    due: date | None = None
    closed: bool = False
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """An assessment: its identity, period and who led it."""

    uuid: UUID
    title: str
    framework: str
    start: datetime
    end: datetime
    lead: str = ""
    scope: str = ""


def token(text: str) -> str:
    """Text as OSCAL's token: letters, digits, dot, dash and underscore, not led by a digit."""
    kept = _NO_TOKEN.sub("-", text).strip("-.") or "x"
    return kept if kept[0].isalpha() or kept[0] == "_" else f"_{kept}"


def part_uuid(of: UUID, *names: str) -> str:
    """The identity of a part of something, the same each time."""
    return str(uuid5(NAMESPACE, f"{of} {' '.join(names)}"))


def _metadata(title: str, version: str, at: datetime) -> dict[str, Any]:
    return {
        "title": title,
        "last-modified": at.isoformat(timespec="seconds"),
        "version": version or "1.0",
        "oscal-version": VERSION,
    }


def catalogue(title: str, version: str, rows: Sequence[Told], *, uuid: UUID, at: datetime) -> dict[str, Any]:
    """A framework as a catalogue: groups in order, controls below their parents, labels as printed."""
    below: dict[str, list[Told]] = {}
    codes = {row.code for row in rows}
    groups: dict[str, list[Told]] = {}
    for row in rows:
        if row.parent in codes:
            below.setdefault(row.parent, []).append(row)
        else:
            groups.setdefault(row.group, []).append(row)
    whole: dict[str, Any] = {"uuid": part_uuid(uuid, "catalogue"), "metadata": _metadata(title, version, at)}
    loose = [_control(row, below, ()) for row in groups.pop("", [])]
    if loose:
        whole["controls"] = loose
    if groups:
        whole["groups"] = [
            {"id": token(f"g-{name}"), "title": name, "controls": [_control(row, below, ()) for row in inside]}
            for name, inside in groups.items()
        ]
    return whole


def _control(row: Told, below: dict[str, list[Told]], above: tuple[str, ...]) -> dict[str, Any]:
    control: dict[str, Any] = {"id": token(row.code), "title": row.title or row.code}
    props = [{"name": "label", "value": row.label or row.code}]
    if row.withdrawn:
        props.append({"name": "status", "value": "withdrawn"})
    if row.obligation:
        props.append({"name": "obligation", "ns": OURS, "value": row.obligation})
    control["props"] = props
    if row.replaced_by:
        control["links"] = [{"href": f"#{token(code)}", "rel": "moved-to"} for code in row.replaced_by]
    parts = []
    if row.text:
        parts.append({"id": f"{token(row.code)}_smt", "name": "statement", "prose": row.text})
    if row.guidance:
        parts.append({"id": f"{token(row.code)}_gdn", "name": "guidance", "prose": row.guidance})
    if parts:
        control["parts"] = parts
    inside = [] if row.code in above else below.get(row.code, [])
    if inside:
        control["controls"] = [_control(each, below, (*above, row.code)) for each in inside]
    return control


def results(held: Held, observed: Iterable[Observed], wrong: Iterable[Wrong], *, at: datetime) -> dict[str, Any]:
    """An assessment as assessment results: an observation for each test, a finding for each requirement tested."""
    observations = []
    by_code: dict[str, list[Observed]] = {}
    for test in observed:
        observations.append(
            {
                "uuid": str(test.uuid),
                "title": f"{test.title} ({test.aspect})",
                "description": test.words or test.title,
                "methods": ["TEST" if test.aspect == "operation" else "EXAMINE"],
                "types": ["control-objective"],
                "collected": test.at.isoformat(timespec="seconds"),
                **({"remarks": f"Tested by {test.by}."} if test.by else {}),
            }
        )
        by_code.setdefault(test.code, []).append(test)
    wrong = list(wrong)
    risks = [_risk(each) for each in wrong]
    risks_of: dict[str, list[str]] = {}
    for each in wrong:
        risks_of.setdefault(each.code, []).append(str(each.uuid))
    findings = [
        {
            "uuid": part_uuid(held.uuid, "finding", code),
            "title": tests[0].title,
            "description": "; ".join(f"{test.aspect}: {_outcome(test.passed)}" for test in tests),
            "target": {
                "type": "objective-id",
                "target-id": token(code),
                "status": {"state": _state(tests, code in risks_of)},
            },
            "related-observations": [{"observation-uuid": str(test.uuid)} for test in tests],
            **({"related-risks": [{"risk-uuid": risk} for risk in risks_of[code]]} if code in risks_of else {}),
        }
        for code, tests in by_code.items()
    ]
    result: dict[str, Any] = {
        "uuid": part_uuid(held.uuid, "result"),
        "title": held.title,
        "description": held.scope or held.framework,
        "start": held.start.isoformat(timespec="seconds"),
        "end": held.end.isoformat(timespec="seconds"),
        "reviewed-controls": {
            "control-selections": [
                {"include-controls": [{"control-id": token(code)} for code in by_code]}
                if by_code
                else {"include-all": {}}
            ]
        },
    }
    if observations:
        result["observations"] = observations
    if risks:
        result["risks"] = risks
    if findings:
        result["findings"] = findings
    return {
        "uuid": str(held.uuid),
        "metadata": _metadata(held.title, "1.0", at),
        "import-ap": {"href": f"#{part_uuid(held.uuid, 'plan')}"},
        "results": [result],
    }


def action_plan(held: Held, wrong: Iterable[Wrong], *, at: datetime) -> dict[str, Any]:
    """What was found wrong as a plan of action and milestones: one risk and one item for each."""
    listed = list(wrong)
    whole: dict[str, Any] = {
        "uuid": part_uuid(held.uuid, "action plan"),
        "metadata": _metadata(f"{held.title}: plan of action", "1.0", at),
        "system-id": {"id": str(held.uuid), "identifier-type": "http://ietf.org/rfc/rfc4122"},
    }
    if listed:
        whole["risks"] = [_risk(each) for each in listed]
    whole["poam-items"] = [
        {
            "uuid": part_uuid(each.uuid, "item"),
            "title": each.title,
            "description": each.words or each.title,
            "related-risks": [{"risk-uuid": str(each.uuid)}],
            **({"remarks": f"Owner: {each.owner}."} if each.owner else {}),
        }
        for each in listed
    ]
    return whole


def _risk(each: Wrong) -> dict[str, Any]:
    risk: dict[str, Any] = {
        "uuid": str(each.uuid),
        "title": each.title,
        "description": each.words or each.title,
        "statement": each.gravity or each.title,
        "props": [{"name": "gravity", "ns": OURS, "value": each.gravity}] if each.gravity else [],
        "status": "closed" if each.closed else "open",
    }
    if not risk["props"]:
        del risk["props"]
    if each.due is not None:
        risk["deadline"] = f"{each.due.isoformat()}T23:59:59Z"
    if each.remedy:
        risk["remediations"] = [
            {
                "uuid": part_uuid(each.uuid, "remedy"),
                "lifecycle": "completed" if each.closed else "planned",
                "title": each.title,
                "description": each.remedy,
            }
        ]
    return risk


def _outcome(passed: bool | None) -> str:
    return "not concluded" if passed is None else "passed" if passed else "failed"


def _state(tests: Sequence[Observed], wrong: bool) -> str:
    return "satisfied" if not wrong and all(test.passed for test in tests) else "not-satisfied"

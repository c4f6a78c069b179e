"""Frameworks and assessments as OSCAL documents: as they came, turned into another syntax, or made of what is known."""

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, time
from io import BytesIO
from typing import Any

from django.db.models import Q

from garrison.apps.compliance.models import Assessment, Framework, Original
from garrison.apps.compliance.rules import oscal
from garrison.apps.compliance.selectors.assessing import checks, deficiencies
from garrison.apps.compliance.selectors.catalogues import requirements
from garrison.core.commands import Missing, Refused
from garrison.core.models import User
from garrison.formats.oscal import exchange
from garrison.formats.oscal.resolution import Resolved, resolve
from garrison.formats.oscal.tailoring import controls
from garrison.formats.source import HEAD_BYTES, Damaged, Source

SYNTAXES: dict[str, str] = {"json": "application/json", "xml": "application/xml", "yaml": "application/yaml"}
"""What a document may be written in, and what the browser is told of it."""


def original(*, viewer: User, framework: Framework) -> Original | None:
    """The document in which a framework came, where one was kept."""
    seen = requirements(viewer=viewer).filter(framework=framework).exists()
    return Original.objects.filter(framework=framework).first() if seen else None


def as_oscal(*, viewer: User, framework: Framework, syntax: str, at: datetime) -> bytes:
    """A framework as an OSCAL document: byte by byte as it came, turned into another syntax, or made of its rows."""
    _known(syntax)
    kept = original(viewer=viewer, framework=framework)
    if kept is not None and kept.syntax == syntax:
        return zlib.decompress(kept.packed)
    try:
        if kept is not None:
            return exchange.write(*_value(kept), _known(syntax))
        return exchange.write("catalog", _made(viewer, framework, at), _known(syntax))
    except Damaged as refusal:
        raise Refused(f"the document cannot be written as {syntax}: {refusal.reason}") from refusal


def _known(syntax: str) -> exchange.Syntax:
    """A syntax that we write. Raises ``Missing``."""
    if syntax not in SYNTAXES:
        raise Missing("a document is given as json, xml or yaml")
    return syntax  # type: ignore[return-value]


def _value(kept: Original) -> tuple[str, Any]:
    """A kept document as a value."""
    content = zlib.decompress(kept.packed)
    return exchange.read(Source(str(kept.framework_id), content[:HEAD_BYTES], lambda: BytesIO(content)))


def _made(viewer: User, framework: Framework, at: datetime) -> dict[str, Any]:
    """A catalogue made of what is stored."""
    rows = [
        oscal.Told(
            code=row.code,
            title=row.title,
            label=row.label,
            parent=row.parent,
            group=row.group,
            text=row.text,
            guidance=row.guidance,
            withdrawn=row.withdrawn,
            replaced_by=tuple(str(code) for code in row.replaced_by),
            obligation=row.obligation,
        )
        for row in requirements(viewer=viewer).filter(framework=framework)
    ]
    return oscal.catalogue(framework.title, framework.version, rows, uuid=framework.uuid, at=at)


@dataclass(frozen=True, slots=True)
class Resolution:
    """A profile resolved from the catalogues that are here: from which, to how many controls, and the document."""

    sources: list[Framework]
    count: int
    resolved: Resolved


def resolution(*, viewer: User, framework: Framework, at: datetime) -> Resolution:
    """A profile resolved. Raises ``Refused`` where it is none, was not kept, or its catalogue is not here.

    A source is found by the file name that the profile gives, else it is the catalogue of the same family, newest
    first, that holds most of what the profile names.
    """
    kept = original(viewer=viewer, framework=framework)
    if framework.kind != "profile" or kept is None:
        raise Refused("only a profile whose document was kept can be resolved; import it again")
    used: list[Framework] = []

    def fetch(address: str) -> tuple[str, dict[str, Any]]:
        found = _behind(viewer, framework, address)
        if found is None:
            raise Damaged(f"The profile takes its controls from {address}, which is not here; import it.")
        used.append(found.framework)
        return _value(found)

    try:
        _, profile = _value(kept)
        done = resolve(profile, fetch, last_modified=at.isoformat(timespec="seconds"))
    except Damaged as refusal:
        raise Refused(refusal.reason) from refusal
    return Resolution(used, sum(1 for _ in controls(done.catalog)), done)


def _behind(viewer: User, profile: Framework, address: str) -> Original | None:
    """The document behind an address that a profile imports."""
    name = address.rpartition("/")[2]
    others = Original.objects.select_related("framework", "source").exclude(framework=profile)
    named = others.filter(Q(source__path__endswith=name) | Q(source__member__endswith=name)).first() if name else None
    if named is not None:
        return named
    codes = requirements(viewer=viewer).filter(framework=profile).order_by().values("code")
    best: tuple[int, Original] | None = None
    for other in others.filter(framework__kind="catalogue", framework__family=profile.family).order_by(
        "-framework__version"
    ):
        held = requirements(viewer=viewer).filter(framework=other.framework, code__in=codes).order_by().count()
        if held and (best is None or held > best[0]):
            best = held, other
    return best[1] if best else None


def results(*, viewer: User, assessment: Assessment, syntax: str, plan: bool, at: datetime) -> bytes:
    """An assessment as OSCAL assessment results, or what it found wrong as a plan of action and milestones."""
    wrong = [
        oscal.Wrong(
            uuid=row.uuid,
            code=row.requirement.code,
            title=row.title,
            words=row.words,
            gravity=row.gravity,
            remedy=row.remedy,
            owner=row.owner,
            due=row.due,
            closed=row.state == "repaired",
        )
        for row in deficiencies(viewer=viewer).filter(assessment=assessment)
    ]
    held = oscal.Held(
        uuid=assessment.uuid,
        title=assessment.title,
        framework=str(assessment.framework),
        start=datetime.combine(assessment.period_from, time(), UTC),
        end=datetime.combine(assessment.period_until, time(23, 59, 59), UTC),
        lead=assessment.lead,
        scope=assessment.scope,
    )
    try:
        if plan:
            return exchange.write(
                "plan-of-action-and-milestones", oscal.action_plan(held, wrong, at=at), _known(syntax)
            )
        observed = [
            oscal.Observed(
                uuid=row.uuid,
                code=row.requirement.code,
                title=row.requirement.title or row.requirement.code,
                words=row.note,
                aspect=row.aspect,
                passed=row.outcome == "effective",
                at=row.at,
                by=row.by,
            )
            for row in checks(viewer=viewer, assessment=assessment)
        ]
        return exchange.write("assessment-results", oscal.results(held, observed, wrong, at=at), _known(syntax))
    except Damaged as refusal:
        raise Refused(refusal.reason) from refusal

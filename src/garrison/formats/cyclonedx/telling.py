"""What a CycloneDX document tells, from the one shape of both encodings."""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import unquote

from garrison.formats import findings
from garrison.formats.cyclonedx.shape import (
    Affected,
    Component,
    LicenceChoice,
    Metadata,
    Rating,
    Service,
    Vulnerability,
)
from garrison.formats.facts import FindingFact, Note, Refusal, ServiceFact, SoftwareFact, SubjectFact
from garrison.formats.source import Source

_STATUSES = {
    "not_affected": "not_affected",
    "false_positive": "false_positive",
    "resolved": "fixed",
    "resolved_with_pedigree": "fixed",
    "in_triage": "in_triage",
}
_METHODS = ("CVSSv4", "CVSSv31", "CVSSv3", "CVSSv2")


class Teller:
    """Makes facts for one document. It remembers the components, by reference, that vulnerabilities may name."""

    def __init__(self, source: Source, serial: str | None, metadata: Metadata | None) -> None:
        """``serial`` names the bill when its metadata do not say what it is of; the file's name is the last resort."""
        described = metadata.component if metadata else None
        self.seen: datetime | None = findings.moment(metadata.timestamp) if metadata else None
        self.kind = "image" if described and described.type == "container" else "application"
        self.name = _full_name(described) if described else ""
        self.ident = self.name or findings.name(serial) or findings.name(source.name.rpartition("/")[2]) or "unnamed"
        self.known: dict[str, tuple[str, str, str]] = {}
        if described:
            self._remember(described)

    def subject(self) -> SubjectFact:
        """What the bill is of."""
        return SubjectFact(kind=self.kind, ident=self.ident, name=self.name or self.ident)

    def software(self, component: Component, row: int) -> SoftwareFact | Refusal:
        """One component."""
        name = _full_name(component)
        if not name:
            return Refusal(row=row, field="components.name", reason="The component has no name.")
        self._remember(component)
        supplier = component.supplier.name if component.supplier else None
        return SoftwareFact(
            row=row,
            subject_kind=self.kind,
            subject=self.ident,
            name=name,
            version=findings.name(component.version),
            purl=findings.name(component.purl),
            kind=findings.name(component.type) or "library",
            supplier=findings.name(supplier) or findings.name(component.publisher),
            licences=_licences(component.licenses),
        )

    def service(self, service: Service, row: int) -> Iterator[ServiceFact | Note | Refusal]:
        """One service, whose host is the bill's subject; the services that are parts of it are counted in a note."""
        name = "/".join(filter(None, (findings.name(service.group), findings.name(service.name))))
        if not name:
            yield Refusal(row=row, field="services.name", reason="The service has no name.")
            return
        yield ServiceFact(row=row, host=self.ident, name=name, version=findings.name(service.version))
        parts = 0
        waiting = [service]
        while waiting:
            found = waiting.pop()
            if found.bom_ref:
                self.known.setdefault(found.bom_ref, (findings.name(found.name), findings.name(found.version), ""))
            parts += len(found.services or ())
            waiting.extend(found.services or ())
        if parts:
            reason = f"The service {name} is made of others ({parts}), which are not counted."
            yield Note(row=row, field="services.services", reason=reason, counts={"service_parts": parts})

    def vulnerability(
        self, seen: Vulnerability, row: int, within: Component | None = None
    ) -> Iterator[FindingFact | Refusal]:
        """A finding for the component that it stands in, else for each affected, else for the subject.

        Its location is the versions affected, where the bill tells them.
        """
        rule = findings.name(seen.id) or findings.name(seen.bom_ref)
        if not rule:
            yield Refusal(row=row, field="vulnerabilities.id", reason="The vulnerability has no id.")
            return
        status = _STATUSES.get((seen.analysis.state if seen.analysis else None) or "", "")
        if within is not None:
            yield self._finding(seen, rule, _identity(within), status, row)
            return
        for item in seen.affects or [Affected()]:
            named = [version for version in item.versions or () if version.version or version.range]
            hit = [version for version in named if version.status != "unaffected"]
            judged = status or ("not_affected" if named and not hit else "")
            where = ", ".join(version.version or version.range or "" for version in hit or named)
            yield self._finding(seen, rule, self._affected(item.ref), judged, row, findings.name(where))

    def _finding(
        self,
        seen: Vulnerability,
        rule: str,
        affected: tuple[str, str, str],
        status: str,
        row: int,
        location: str = "",
    ) -> FindingFact:
        component, version, purl = affected
        severity, score, vector = _rated(seen.ratings or [])
        told = findings.text(seen.description) or findings.text(seen.detail)
        pages = [item.url or "" for item in seen.advisories or ()]
        return FindingFact(
            row=row,
            tool="cyclonedx",
            kind="vulnerability",
            rule=rule,
            title=f"{rule} in {component}" if component else rule,
            subject_kind=self.kind,
            subject=self.ident,
            severity=severity,
            cves=findings.cves(rule, *(item.id for item in seen.references or ())),
            cwes=tuple(f"CWE-{number}" for number in seen.cwes or ()),
            component=component,
            version=version,
            purl=purl,
            location=location,
            description=told,
            advice=findings.text(seen.recommendation),
            cvss=score,
            cvss_vector=vector,
            url=findings.name(findings.first(((seen.source.url if seen.source else None) or "", *pages))),
            seen=self.seen,
            status=status,
        )

    def _affected(self, ref: str) -> tuple[str, str, str]:
        """Name, version and package URL of what is referred to; of a link into another bill, what the link says."""
        if ref in self.known:
            return self.known[ref]
        inner = unquote(ref.partition("#")[2]) if ref.startswith("urn:cdx:") else ref
        if inner in self.known:
            return self.known[inner]
        if inner.startswith("pkg:"):
            path, _, version = inner.partition("?")[0].partition("@")
            return findings.name(unquote(path.partition("/")[2])), findings.name(unquote(version)), findings.name(inner)
        return findings.name(inner or ref), "", ""

    def _remember(self, component: Component) -> None:
        if component.bom_ref:
            self.known.setdefault(component.bom_ref, _identity(component))


def _identity(component: Component) -> tuple[str, str, str]:
    """Name, version and package URL."""
    return _full_name(component), findings.name(component.version), findings.name(component.purl)


def _full_name(component: Component) -> str:
    """Group and name with a stroke between, as in a package URL."""
    return "/".join(filter(None, (findings.name(component.group), findings.name(component.name))))


def _licences(given: list[LicenceChoice] | LicenceChoice | None) -> tuple[str, ...]:
    chosen = [given] if isinstance(given, LicenceChoice) else given or []
    names = []
    for item in chosen:
        licence = item.license
        names.append(findings.name((licence.id or licence.name) if licence else item.expression))
    return tuple(name for name in names if name)


def _rated(ratings: list[Rating]) -> tuple[str, float | None, str]:
    """Severity, score and vector: the score of the newest method of CVSS, the first word given for the severity."""
    best: Rating | None = None
    rank = len(_METHODS)
    for item in ratings:
        place = _METHODS.index(item.method) if item.method in _METHODS else len(_METHODS)
        if item.score is not None and place < rank:
            best, rank = item, place
    score = findings.score(best.score) if best else None
    word = best.severity if best and best.severity else findings.first(item.severity or "" for item in ratings)
    severity = findings.severity(word)
    if severity == "unknown":
        severity = findings.severity_of_score(score)
    if score == 0 and severity != "none":
        score = None  # written by tools that know no score
    return severity, score, findings.vector(best.vector) if best else ""

"""Trivy's JSON reports: schema 2, the bare list before it, and the forms for Kubernetes clusters.

A finding is each vulnerability, failed misconfiguration, secret and licence; what passed is counted and no more. The
matched text of a secret is never taken. Installed packages are software when the report lists them. Findings of
operating-system packages have no location, since Trivy's target there holds the version of the system.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from garrison.formats import findings, safejson
from garrison.formats.facts import FindingFact, Note, Reading, Refusal, SoftwareFact, SubjectFact
from garrison.formats.source import Source

FORMAT = "trivy-json"
TITLE = "Trivy JSON"
VERSION = 1

_KINDS = {"container_image": "image", "vm": "image", "cyclonedx": "application", "spdx": "application"}
_CLUSTER_KEYS = frozenset({"Resources", "Vulnerabilities", "Misconfigurations", "Findings"})
_RESULT_KEYS = frozenset({"Vulnerabilities", "Misconfigurations", "Type", "Class", "Packages", "Secrets", "Licenses"})

Rows = list[msgspec.Raw] | None


class _Struct(msgspec.Struct, rename="pascal"):
    """Names as Trivy writes them."""


class _Identifier(_Struct):
    purl: str | None = msgspec.field(name="PURL", default=None)


class _Cvss(_Struct):
    v40_score: float | None = msgspec.field(name="V40Score", default=None)
    v40_vector: str | None = msgspec.field(name="V40Vector", default=None)
    v3_score: float | None = msgspec.field(name="V3Score", default=None)
    v3_vector: str | None = msgspec.field(name="V3Vector", default=None)
    v2_score: float | None = msgspec.field(name="V2Score", default=None)
    v2_vector: str | None = msgspec.field(name="V2Vector", default=None)


class _Vulnerability(_Struct):
    vulnerability_id: str = msgspec.field(name="VulnerabilityID")
    pkg_name: str = ""
    pkg_path: str | None = None
    pkg_identifier: _Identifier | None = None
    installed_version: str | None = None
    fixed_version: str | None = None
    severity_source: str | None = None
    primary_url: str | None = msgspec.field(name="PrimaryURL", default=None)
    title: str | None = None
    description: str | None = None
    severity: str | None = None
    cwe_ids: list[str] | None = msgspec.field(name="CweIDs", default=None)
    cvss: dict[str, _Cvss] | None = msgspec.field(name="CVSS", default=None)


class _Cause(_Struct):
    resource: str | None = None
    start_line: int | None = None


class _Misconfiguration(_Struct):
    id: str = msgspec.field(name="ID")
    type: str | None = None
    title: str | None = None
    description: str | None = None
    message: str | None = None
    resolution: str | None = None
    severity: str | None = None
    primary_url: str | None = msgspec.field(name="PrimaryURL", default=None)
    status: str | None = None
    cause_metadata: _Cause | None = None


class _Secret(_Struct):
    rule_id: str = msgspec.field(name="RuleID")
    category: str | None = None
    severity: str | None = None
    title: str | None = None
    start_line: int | None = None


class _Licence(_Struct):
    name: str
    severity: str | None = None
    category: str | None = None
    pkg_name: str | None = None
    file_path: str | None = None
    link: str | None = None


class _Package(_Struct):
    name: str
    version: str | None = None
    release: str | None = None
    epoch: int | None = None
    identifier: _Identifier | None = None
    licenses: list[str] | None = None
    maintainer: str | None = None


class _Result(_Struct):
    target: str | None = None
    class_: str | None = msgspec.field(name="Class", default=None)
    type: str | None = None
    packages: Rows = None
    vulnerabilities: Rows = None
    misconfigurations: Rows = None
    secrets: Rows = None
    licenses: Rows = None


class _Resource(_Struct):
    namespace: str | None = None
    kind: str | None = None
    name: str | None = None
    results: list[_Result] | None = None


class _Report(_Struct):
    artifact_name: str | None = None
    artifact_type: str | None = None
    created_at: str | None = None
    results: list[_Result] | None = None
    cluster_name: str | None = None
    resources: list[_Resource] | None = None
    vulnerabilities: list[_Resource] | None = None
    misconfigurations: list[_Resource] | None = None
    findings: list[_Resource] | None = None


_DOCUMENT = msgspec.json.Decoder(_Report | list[_Result] | None)
_VULNERABILITY = msgspec.json.Decoder(_Vulnerability)
_MISCONFIGURATION = msgspec.json.Decoder(_Misconfiguration)
_SECRET = msgspec.json.Decoder(_Secret)
_LICENCE = msgspec.json.Decoder(_Licence)
_PACKAGE = msgspec.json.Decoder(_Package)

Row = TypeVar("Row", bound=_Struct)


@dataclass(slots=True)
class _Place:
    """Where rows belong: the subject, the result's target, and the running numbers of rows and of checks passed."""

    kind: str
    ident: str
    seen: datetime | None
    location: str = ""
    row: int = 0
    passed: int = 0

    def rows(self, raws: Rows, decoder: "msgspec.json.Decoder[Row]") -> Iterator[Row | Refusal]:
        """The rows of one list, their numbers running through the whole file."""
        for taken in safejson.each(raws or (), decoder, first=self.row + 1):
            self.row += 1
            yield taken if isinstance(taken, Refusal) else taken[1]


def sniff(source: Source) -> bool:
    """Whether the document is a report of an artifact, a list of results, or a report of a cluster."""
    seen = safejson.opening(source)
    if seen is None:
        return False
    if seen.array:
        return "Target" in seen.keys and bool(seen.keys & _RESULT_KEYS)
    if "ClusterName" in seen.keys:
        return bool(seen.keys & _CLUSTER_KEYS)
    return {"SchemaVersion", "ArtifactName"} <= seen.keys or ("ArtifactName" in seen.keys and "Results" in seen.keys)


def read(source: Source) -> Iterator[Reading]:
    """The subject, then the software and findings of each result, then a note of the checks passed. Raises Damaged."""
    return findings.distinct(_read(source))


def _read(source: Source) -> Iterator[Reading]:
    document = safejson.decode(source, _DOCUMENT)
    if isinstance(document, _Report) and document.cluster_name is not None:
        place = _Place("cluster", findings.name(document.cluster_name) or "unnamed cluster", None)
        yield SubjectFact(kind=place.kind, ident=place.ident, name=place.ident)
        groups = (document.resources, document.vulnerabilities, document.misconfigurations, document.findings)
        for resource in (resource for group in groups for resource in group or ()):
            yield from _resource(resource, place)
    else:
        report = document if isinstance(document, _Report) else _Report(results=document)
        results = report.results or []
        place = _subject(report, results, source)
        yield SubjectFact(kind=place.kind, ident=place.ident, name=place.ident)
        for result in results:
            yield from _result(result, place, "" if result.class_ == "os-pkgs" else findings.name(result.target))
    if place.passed:
        reason = f"{place.passed} checks passed and are not findings."
        yield Note(field="Status", reason=reason, counts={"checks_passed": place.passed})


def _subject(report: _Report, results: list[_Result], source: Source) -> _Place:
    target = findings.name(results[0].target) if results else ""
    system, bracket, _ = target.rpartition(" (")
    kind = "image" if bracket else "repository"
    if report.artifact_type:
        kind = _KINDS.get(report.artifact_type, "repository")
    ident = findings.name(report.artifact_name) or system or target or findings.name(source.name) or "unnamed"
    return _Place(kind, ident, findings.moment(report.created_at))


def _resource(resource: _Resource, place: _Place) -> Iterator[Reading]:
    path = "/".join(filter(None, (resource.namespace, resource.kind, resource.name)))
    for result in resource.results or ():
        target = findings.name(result.target)
        parts = [path] if target == f"{resource.kind}/{resource.name}" else [path, target.partition(" (")[0]]
        yield from _result(result, place, findings.name(": ".join(filter(None, parts))))


def _result(result: _Result, place: _Place, location: str) -> Iterator[Reading]:
    place.location = location
    yield from _each(place, result.packages, _PACKAGE, _software)
    yield from _each(place, result.vulnerabilities, _VULNERABILITY, _vulnerability)
    yield from _each(place, result.misconfigurations, _MISCONFIGURATION, _misconfiguration)
    yield from _each(place, result.secrets, _SECRET, _secret)
    yield from _each(place, result.licenses, _LICENCE, _licence)


def _each(place: _Place, raws: Rows, decoder: Any, made: Any) -> Iterator[Reading]:
    for row in place.rows(raws, decoder):
        fact = row if isinstance(row, Refusal) else made(row, place)
        if fact is not None:
            yield fact


# rows -----------------------------------------------------------------------------------------------------------


def _software(package: _Package, place: _Place) -> SoftwareFact:
    version = package.version or ""
    if package.release:
        version = f"{version}-{package.release}"
    if package.epoch:
        version = f"{package.epoch}:{version}"
    return SoftwareFact(
        row=place.row,
        subject_kind=place.kind,
        subject=place.ident,
        name=findings.name(package.name),
        version=findings.name(version),
        purl=findings.name(package.identifier.purl) if package.identifier else "",
        supplier=findings.name(package.maintainer),
        licences=tuple(findings.name(item) for item in package.licenses or ()),
    )


def _vulnerability(seen: _Vulnerability, place: _Place) -> FindingFact:
    score, vector = _scored(seen)
    rule = findings.name(seen.vulnerability_id)
    return FindingFact(
        row=place.row,
        tool="trivy",
        kind="vulnerability",
        rule=rule,
        title=findings.name(seen.title) or rule,
        subject_kind=place.kind,
        subject=place.ident,
        severity=findings.severity(seen.severity),
        cves=findings.cves(rule),
        cwes=findings.cwes(*(seen.cwe_ids or ())),
        component=findings.name(seen.pkg_name),
        version=findings.name(seen.installed_version),
        fixed=findings.name(seen.fixed_version),
        purl=findings.name(seen.pkg_identifier.purl) if seen.pkg_identifier else "",
        location=findings.name(seen.pkg_path) or place.location,
        description=findings.text(seen.description),
        cvss=score,
        cvss_vector=vector,
        url=findings.name(seen.primary_url),
        seen=place.seen,
    )


def _scored(seen: _Vulnerability) -> tuple[float | None, str]:
    """The score and vector of the source of the severity, else of NVD, else of the first that has one."""
    given = seen.cvss or {}
    for origin in dict.fromkeys((seen.severity_source or "", "nvd", *given)):
        rated = given.get(origin)
        if rated is None:
            continue
        for score, vector in (
            (rated.v3_score, rated.v3_vector),
            (rated.v40_score, rated.v40_vector),
            (rated.v2_score, rated.v2_vector),
        ):
            if score:
                return findings.score(score), findings.vector(vector)
    return None, ""


def _misconfiguration(seen: _Misconfiguration, place: _Place) -> FindingFact | None:
    if seen.status not in (None, "", "FAIL"):
        place.passed += 1
        return None
    rule = findings.name(seen.id)
    cause = seen.cause_metadata or _Cause()
    return FindingFact(
        row=place.row,
        tool="trivy",
        kind="misconfiguration",
        rule=rule,
        title=findings.name(seen.title) or rule,
        subject_kind=place.kind,
        subject=place.ident,
        severity=findings.severity(seen.severity),
        component=findings.name(cause.resource),
        location=_line(place.location, cause.start_line),
        description=findings.text("\n\n".join(filter(None, (seen.description, seen.message)))),
        advice=findings.text(seen.resolution),
        url=findings.name(seen.primary_url),
        seen=place.seen,
    )


def _secret(seen: _Secret, place: _Place) -> FindingFact:
    rule = findings.name(seen.rule_id)
    return FindingFact(
        row=place.row,
        tool="trivy",
        kind="secret",
        rule=rule,
        title=findings.name(seen.title) or rule,
        subject_kind=place.kind,
        subject=place.ident,
        severity=findings.severity(seen.severity),
        component=findings.name(seen.category),
        location=_line(place.location, seen.start_line),
        seen=place.seen,
    )


def _licence(seen: _Licence, place: _Place) -> FindingFact:
    rule = findings.name(seen.name)
    package = findings.name(seen.pkg_name)
    return FindingFact(
        row=place.row,
        tool="trivy",
        kind="licence",
        rule=rule,
        title=f"{package} is under {rule}" if package else rule,
        subject_kind=place.kind,
        subject=place.ident,
        severity=findings.severity(seen.severity),
        component=package,
        location=findings.name(seen.file_path) or place.location,
        description=findings.name(seen.category),
        url=findings.name(seen.link),
        seen=place.seen,
    )


def _line(location: str, line: int | None) -> str:
    return f"{location}:{line}" if line else location

"""CycloneDX in XML, with the vulnerability extension that versions before 1.4 used."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element  # nosec B405

from garrison.formats import findings, safexml
from garrison.formats.cyclonedx import shape
from garrison.formats.cyclonedx.telling import Teller
from garrison.formats.facts import Reading
from garrison.formats.source import Source

_CWE = re.compile(r"[0-9]{1,5}")
_ASIDE = ("tools", "formulation", "declarations", "annotations", "definitions")
"""Sections whose components are not those of the bill."""


def read(source: Source) -> Iterator[Reading]:
    """The facts of an XML document in its order; rows are numbered through each kind."""
    reading = _Reading(source)
    for node in safexml.walk(
        source, whole=("component", "service", "vulnerability", "timestamp"), enter=("bom", "metadata", *_ASIDE)
    ):
        if node.event == "enter":
            reading.inside.append(node.name)
            if node.name == "bom":
                reading.serial = safexml.attribute(node.element, "serialNumber")
        elif node.event == "leave":
            reading.inside.pop()
            yield from reading.told_subject(node.name in ("metadata", "bom"))
        elif reading.inside[-1:] == ["metadata"]:
            reading.metadata(node.element)
        elif reading.inside == ["bom"]:
            yield from reading.told_subject(True)
            yield from reading.row(node.name, node.element)


class _Reading:
    """Where the reading of one document stands."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.inside: list[str] = []
        self.serial = ""
        self.described = shape.Metadata()
        self.parts: list[Element] = []
        self.teller: Teller | None = None
        self.rows: dict[str, int] = {}

    def metadata(self, element: Element) -> None:
        """Keep what the bill is of, and its parts, which are told once the metadata are complete."""
        if safexml.local(element) == "timestamp":
            self.described.timestamp = safexml.text(element)
        elif safexml.local(element) == "component":
            self.described.component = _component(element)
            for group in safexml.children(element, "components"):
                self.parts.extend(safexml.children(group, "component"))
                group.clear()

    def told_subject(self, complete: bool) -> Iterator[Reading]:
        """The subject, the first time that everything about it is known."""
        if self.teller is not None or not complete:
            return
        self.teller = Teller(self.source, self.serial, self.described)
        yield self.teller.subject()
        for part in self.parts:
            yield from self.component(part, self.teller)

    def row(self, name: str, element: Element) -> Iterator[Reading]:
        """A component, service or vulnerability at the top of the bill."""
        teller = self.teller
        if teller is None:  # pragma: no cover - `read` asks for the subject first
            return
        if name == "component":
            yield from self.component(element, teller)
        elif name == "service":
            yield from teller.service(_service(element), self.next("service"))
        elif name == "vulnerability":
            yield from teller.vulnerability(_vulnerability(element), self.next("vulnerability"))

    def component(self, element: Element, teller: Teller) -> Iterator[Reading]:
        """A component, its vulnerabilities by the extension, and its parts."""
        component = _component(element)
        yield teller.software(component, self.next("component"))
        for group in safexml.children(element, "vulnerabilities"):
            for item in safexml.children(group, "vulnerability"):
                found = _vulnerability(item)
                yield from teller.vulnerability(found, self.next("vulnerability"), component)
        for group in safexml.children(element, "components"):
            for item in safexml.children(group, "component"):
                yield from self.component(item, teller)

    def next(self, name: str) -> int:
        """The next number, from 1, of a kind of row."""
        self.rows[name] = self.rows.get(name, 0) + 1
        return self.rows[name]


# elements -------------------------------------------------------------------------------------------------------


def _component(element: Element) -> shape.Component:
    supplier = safexml.text(element, "supplier", "name")
    licences = safexml.child(element, "licenses")
    return shape.Component(
        name=safexml.text(element, "name"),
        type=safexml.attribute(element, "type"),
        group=safexml.text(element, "group"),
        version=safexml.text(element, "version"),
        bom_ref=safexml.attribute(element, "bom-ref"),
        purl=safexml.text(element, "purl"),
        publisher=safexml.text(element, "publisher"),
        supplier=shape.Party(supplier) if supplier else None,
        licenses=[_licence(item) for item in licences] if licences is not None else None,
    )


def _licence(element: Element) -> shape.LicenceChoice:
    if safexml.local(element) == "expression":
        return shape.LicenceChoice(expression=safexml.text(element))
    return shape.LicenceChoice(license=shape.Licence(safexml.text(element, "id"), safexml.text(element, "name")))


def _service(element: Element) -> shape.Service:
    parts = [
        _service(item) for group in safexml.children(element, "services") for item in safexml.children(group, "service")
    ]
    return shape.Service(
        name=safexml.text(element, "name"),
        group=safexml.text(element, "group"),
        version=safexml.text(element, "version"),
        bom_ref=safexml.attribute(element, "bom-ref"),
        services=parts,
    )


def _vulnerability(element: Element) -> shape.Vulnerability:
    own_ref = safexml.attribute(element, "ref")
    affects = [_affected(item) for item in _listed(element, "affects")]
    return shape.Vulnerability(
        id=safexml.text(element, "id"),
        bom_ref=safexml.attribute(element, "bom-ref"),
        source=shape.Origin(safexml.text(element, "source", "name"), safexml.text(element, "source", "url")),
        references=[shape.Reference(safexml.text(item, "id")) for item in _listed(element, "references")],
        ratings=[_rating(item) for item in _listed(element, "ratings")],
        cwes=[int(value) for value in map(safexml.text, _listed(element, "cwes")) if _CWE.fullmatch(value)],
        description=safexml.text(element, "description"),
        detail=safexml.text(element, "detail"),
        recommendation=safexml.text(element, "recommendation")
        or "\n".join(map(safexml.text, _listed(element, "recommendations"))),
        advisories=[
            shape.Advisory(safexml.text(item, "url") or safexml.text(item)) for item in _listed(element, "advisories")
        ],
        published=safexml.text(element, "published"),
        analysis=shape.Analysis(safexml.text(element, "analysis", "state")),
        affects=affects or ([shape.Affected(own_ref)] if own_ref else []),
    )


def _listed(element: Element, name: str) -> list[Element]:
    group = safexml.child(element, name)
    return list(group) if group is not None else []


def _rating(element: Element) -> shape.Rating:
    score = safexml.text(element, "score") or safexml.text(element, "score", "base")
    return shape.Rating(
        score=findings.score(score or None),
        severity=safexml.text(element, "severity"),
        method=safexml.text(element, "method"),
        vector=safexml.text(element, "vector"),
    )


def _affected(element: Element) -> shape.Affected:
    versions = [
        shape.AffectedVersion(safexml.text(item, "version"), safexml.text(item, "range"), safexml.text(item, "status"))
        for item in _listed(element, "versions")
    ]
    return shape.Affected(safexml.text(element, "ref"), versions)

"""The shape to which both encodings of a CycloneDX document are brought; names as in its JSON."""

import msgspec


class Struct(msgspec.Struct, rename={"bom_ref": "bom-ref", "serial_number": "serialNumber"}.get):
    """Names as CycloneDX writes them."""


class Licence(Struct):
    """A licence by SPDX id or by name."""

    id: str | None = None
    name: str | None = None


class LicenceChoice(Struct):
    """A licence, or an SPDX expression over several."""

    license: Licence | None = None
    expression: str | None = None


class Party(Struct):
    """A supplier or provider."""

    name: str | None = None


class Component(Struct):
    """A piece of software, hardware, data or cryptography; ``components`` are its parts, undecoded."""

    name: str = ""
    type: str | None = None
    group: str | None = None
    version: str | None = None
    bom_ref: str | None = None
    purl: str | None = None
    publisher: str | None = None
    supplier: Party | None = None
    licenses: list[LicenceChoice] | LicenceChoice | None = None
    components: list[msgspec.Raw] | None = None


class Service(Struct):
    """A network service and its parts."""

    name: str = ""
    group: str | None = None
    version: str | None = None
    bom_ref: str | None = None
    services: "list[Service] | None" = None


class Origin(Struct):
    """Who told of a vulnerability or rated it."""

    name: str | None = None
    url: str | None = None


class Rating(Struct):
    """One rating of a vulnerability."""

    score: float | None = None
    severity: str | None = None
    method: str | None = None
    vector: str | None = None
    source: Origin | None = None


class Reference(Struct):
    """The same vulnerability's id elsewhere."""

    id: str | None = None


class Advisory(Struct):
    """A page that tells of a vulnerability."""

    url: str | None = None


class Analysis(Struct):
    """What the maker judged: the VEX part."""

    state: str | None = None
    detail: str | None = None


class AffectedVersion(Struct):
    """One version, or a range in ``vers`` syntax, and whether it is affected."""

    version: str | None = None
    range: str | None = None
    status: str | None = None


class Affected(Struct):
    """What a vulnerability bears on: the reference of a component here, or a link into another bill."""

    ref: str = ""
    versions: list[AffectedVersion] | None = None


class Vulnerability(Struct):
    """A vulnerability, with the components that it affects."""

    id: str | None = None
    bom_ref: str | None = None
    source: Origin | None = None
    references: list[Reference] | None = None
    ratings: list[Rating] | None = None
    cwes: list[int] | None = None
    description: str | None = None
    detail: str | None = None
    recommendation: str | None = None
    advisories: list[Advisory] | None = None
    published: str | None = None
    analysis: Analysis | None = None
    affects: list[Affected] | None = None


class Metadata(Struct):
    """When the bill was made and of what."""

    timestamp: str | None = None
    component: Component | None = None


class Document(Struct):
    """A whole bill; its rows undecoded."""

    serial_number: str | None = None
    metadata: Metadata | None = None
    components: list[msgspec.Raw] | None = None
    services: list[msgspec.Raw] | None = None
    vulnerabilities: list[msgspec.Raw] | None = None

"""Facts of the world outside: vulnerabilities, techniques and those who use them, frameworks."""

from datetime import date, datetime
from typing import ClassVar

from garrison.formats.facts.base import Fact


class VulnerabilityFact(Fact, frozen=True, kw_only=True):
    """What one catalogue says of one CVE. A field that the catalogue does not speak of stays None.

    ``source`` is kev, epss or vulnrichment. ``exploitation`` is none, poc or active; ``automatable`` and
    ``total_impact`` are the other two SSVC answers.
    """

    COUNT: ClassVar[str] = "vulnerabilities"
    source: str
    cve: str
    title: str = ""
    vendor: str = ""
    product: str = ""
    action: str = ""
    kev_added: date | None = None
    kev_due: date | None = None
    ransomware: bool | None = None
    epss: float | None = None
    percentile: float | None = None
    scored_on: date | None = None
    exploitation: str = ""
    automatable: bool | None = None
    total_impact: bool | None = None
    cvss: float | None = None
    cvss_vector: str = ""
    cwes: tuple[str, ...] = ()


class ThreatFact(Fact, frozen=True, kw_only=True):
    """An ATT&CK or other STIX object. ``kind`` is tactic, technique, subtechnique, group, malware, tool,
    mitigation, campaign or other; ``stix_id`` is its identity, ``code`` its public id such as T1059.001.
    """

    stix_id: str
    kind: str
    code: str = ""
    name: str
    description: str = ""
    domain: str = ""
    url: str = ""
    aliases: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    tactics: tuple[str, ...] = ()
    version: str = ""
    modified: datetime | None = None


class ThreatLinkFact(Fact, frozen=True, kw_only=True):
    """A relationship between two threat objects: uses, mitigates, subtechnique-of, attributed-to, ..."""

    stix_id: str
    source: str
    kind: str
    target: str
    description: str = ""


class FrameworkFact(Fact, frozen=True, kw_only=True):
    """A catalogue of requirements, or a profile of one. ``ident`` is stable across its formats and versions apart."""

    ident: str
    title: str
    version: str = ""
    kind: str = "catalogue"
    published: str = ""
    source: str = ""


class DocumentFact(Fact, frozen=True, kw_only=True):
    """The document in which a framework came, whole, so that it can go out again without loss.

    ``packed`` is the file's bytes, compressed by zlib; ``syntax`` is json, xml or yaml.
    """

    framework: str
    syntax: str
    packed: bytes


class RequirementFact(Fact, frozen=True, kw_only=True):
    """One requirement of a framework (its ``framework`` is a FrameworkFact's ident). Groups are no requirements.

    ``code`` is its identity in the catalogue, by which profiles name it; ``label`` how the publisher prints it, where
    that differs: AC-2(1) for ac-2.1.
    """

    COUNT: ClassVar[str] = "requirements"
    framework: str
    code: str
    label: str = ""
    title: str = ""
    parent: str = ""
    group: str = ""
    text: str = ""
    withdrawn: bool = False
    order: int = 0

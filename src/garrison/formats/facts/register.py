"""Facts of the register: devices, hosts, services, software, and the findings on them."""

from datetime import date, datetime
from typing import ClassVar

from garrison.formats.facts.base import Fact


class DeviceFact(Fact, frozen=True, kw_only=True):
    """A door or a device of physical security. ``kind`` is door, reader, camera, lock, controller or sensor.

    ``serves`` names the door that a reader, lock or camera belongs to. ``tested`` and ``test_passed`` are the
    latest test; ``test_note`` what it found; ``state`` ok, held, failed, offline or "".
    """

    COUNT: ClassVar[str] = "devices"
    code: str
    name: str
    kind: str
    unit: str = ""
    site: str = ""
    building: str = ""
    floor: str = ""
    zone: str = ""
    critical: bool | None = None
    serves: str = ""
    address: str = ""
    model: str = ""
    state: str = ""
    tested: date | None = None
    test_passed: bool | None = None
    test_note: str = ""


class HostFact(Fact, frozen=True, kw_only=True):
    """A computer or network device. ``ident`` is its best stable name: host name, else first address.

    ``exposed`` tells whether it is reachable from the internet; None is unknown.
    """

    COUNT: ClassVar[str] = "hosts"
    ident: str
    name: str = ""
    addresses: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    mac: str = ""
    vendor: str = ""
    os: str = ""
    unit: str = ""
    site: str = ""
    owner: str = ""
    exposed: bool | None = None
    critical: bool | None = None
    seen: datetime | None = None


class ServiceFact(Fact, frozen=True, kw_only=True):
    """A network service found open on a host (``host`` is a HostFact's ident), or named by an SBOM (port 0)."""

    COUNT: ClassVar[str] = "services"
    host: str
    port: int = 0
    protocol: str = "tcp"
    name: str = ""
    product: str = ""
    version: str = ""
    tunnel: str = ""


class SubjectFact(Fact, frozen=True, kw_only=True):
    """What a report is about when it is no host: an image, an application, a repository, a cluster, a web site."""

    kind: str
    ident: str
    name: str = ""


class SoftwareFact(Fact, frozen=True, kw_only=True):
    """A component of a subject. ``subject_kind`` is host, image, application, repository or cluster."""

    COUNT: ClassVar[str] = "software"
    subject_kind: str
    subject: str
    name: str
    version: str = ""
    purl: str = ""
    kind: str = "library"
    supplier: str = ""
    licences: tuple[str, ...] = ()


class FindingFact(Fact, frozen=True, kw_only=True):
    """A weakness that a tool or a test saw on one subject.

    ``kind`` is vulnerability, misconfiguration, secret, code, licence, exposure, door or observation. ``rule`` is
    the tool's id (a CVE where there is one). ``severity`` is critical, high, medium, low, none or unknown.
    ``component`` and ``location`` together with subject and rule tell one finding from another. ``status`` is what the
    report itself judged: "" (open), not_affected, fixed, false_positive, in_triage or suppressed.
    """

    COUNT: ClassVar[str] = "findings"
    tool: str
    kind: str
    rule: str
    title: str
    subject_kind: str
    subject: str
    severity: str = "unknown"
    cves: tuple[str, ...] = ()
    cwes: tuple[str, ...] = ()
    component: str = ""
    version: str = ""
    fixed: str = ""
    purl: str = ""
    location: str = ""
    description: str = ""
    advice: str = ""
    cvss: float | None = None
    cvss_vector: str = ""
    url: str = ""
    seen: datetime | None = None
    status: str = ""

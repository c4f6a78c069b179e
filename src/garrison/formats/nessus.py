"""Nessus and Tenable reports (.nessus, NessusClientData_v2): hosts, the ports they answer on, and every plugin result.

Each ReportItem is a finding; what a plugin only tells, at severity 0, is an observation of severity "none". Reports of
Tenable's web scanner have the address of a site where others have a host: a subject of kind "site".
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element  # nosec B405

from garrison.formats import findings, safexml
from garrison.formats.facts import FindingFact, HostFact, Reading, Refusal, ServiceFact, SubjectFact
from garrison.formats.source import Source

FORMAT = "nessus-xml"
TITLE = "Nessus XML"
VERSION = 1

_SEVERITIES = {"0": "none", "1": "low", "2": "medium", "3": "high", "4": "critical"}
_NAMES = ("host-fqdn", "host-rdns", "hostname", "netbios-name")
_OBSERVING = "0"


@dataclass(slots=True)
class _Host:
    """The ReportHost being read: its own name, its properties, and what was told of it so far."""

    name: str
    row: int
    properties: dict[str, str] = field(default_factory=dict)
    kind: str = "host"
    ident: str = ""
    seen: datetime | None = None
    ports: set[tuple[int, str]] = field(default_factory=set)


def sniff(source: Source) -> bool:
    """Whether the document is NessusClientData in its second version."""
    root = safexml.root(source)
    return root is not None and root.name == "NessusClientData_v2"


def read(source: Source) -> Iterator[Reading]:
    """Each host, then its services and findings as they come. Raises Damaged."""
    return findings.distinct(_read(source))


def _read(source: Source) -> Iterator[Reading]:
    host = _Host("", 0)
    for node in safexml.walk(source, whole=("HostProperties", "ReportItem"), enter=("ReportHost",)):
        if node.event == "enter":
            host = _Host(findings.name(safexml.attribute(node.element, "name")), node.row)
        elif node.event == "leave":
            yield from _told(host)
        elif node.name == "HostProperties":
            tags = safexml.children(node.element, "tag")
            host.properties = {safexml.attribute(tag, "name"): (tag.text or "").strip() for tag in tags}
            yield from _told(host)
        else:
            yield from _told(host)
            yield from _item(node.element, node.row, host)


def _told(host: _Host) -> Iterator[Reading]:
    """The host itself, the first time that this is asked."""
    if host.ident:
        return
    told = host.properties
    host.seen = findings.moment_of_epoch(told.get("HOST_END_TIMESTAMP")) or findings.moment(told.get("HOST_END"))
    if host.name.lower().startswith(("http://", "https://")):
        host.kind, host.ident = "site", _site(host.name)
        yield SubjectFact(row=host.row, kind="site", ident=host.ident, name=host.ident)
        return
    names = [findings.name(told.get(key)).rstrip(".").lower() for key in _NAMES]
    address = findings.name(told.get("host-ip"))
    if host.name and not _is_address(host.name):
        names.append(host.name.lower())
    elif not address:
        address = host.name
    names = [name for name in dict.fromkeys(names) if name and not _is_address(name)]
    host.ident = findings.first((*names, address))
    if not host.ident:
        host.ident = f"unnamed host {host.row}"
        yield Refusal(row=host.row, field="ReportHost", reason="The host has neither a name nor an address.")
    hardware = findings.first((told.get("mac-address") or "").split()).lower()
    yield HostFact(
        row=host.row,
        ident=host.ident,
        name=names[0] if names else "",
        addresses=(address,) if address else (),
        names=tuple(names),
        mac=hardware[:17],
        os=findings.name((told.get("operating-system") or "").partition("\n")[0]),
        seen=host.seen,
    )


def _site(address: str) -> str:
    """A site's address without a closing slash, credentials, query or fragment."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    return f"{parts.scheme.lower()}://{parts.netloc.rpartition('@')[2].lower()}{parts.path.rstrip('/')}"


def _is_address(name: str) -> bool:
    return ":" in name or name.replace(".", "").isdigit()


def _item(item: Element, row: int, host: _Host) -> Iterator[Reading]:
    plugin = findings.name(safexml.attribute(item, "pluginID"))
    number = safexml.attribute(item, "port") or "0"
    if not plugin:
        yield Refusal(row=row, field="pluginID", reason="The result names no plugin.")
        return
    if not (number.isascii() and number.isdigit() and len(number) <= 5 and int(number) <= 65535):
        yield Refusal(row=row, field="port", reason=f"{number[:20]!r} is not a port number.")
        return
    port, protocol = int(number), safexml.attribute(item, "protocol") or "tcp"
    if port and (port, protocol) not in host.ports and host.kind == "host":
        host.ports.add((port, protocol))
        service = findings.name(safexml.attribute(item, "svc_name")).rstrip("?")
        yield ServiceFact(row=row, host=host.ident, port=port, protocol=protocol, name=service)
    yield _finding(item, row, host, plugin, f"{port}/{protocol}" if port else "")


def _finding(item: Element, row: int, host: _Host, plugin: str, location: str) -> FindingFact:
    texts: dict[str, list[str]] = {}
    for part in item:
        texts.setdefault(safexml.local(part), []).append((part.text or "").strip())

    def one(*keys: str) -> str:
        return findings.first(value for key in keys for value in texts.get(key, ()))

    level = safexml.attribute(item, "severity")
    checked = one("compliance-check-id", "compliance-check-name")
    generation = next((word for word in ("cvss4", "cvss3", "cvss") if one(f"{word}_base_score")), "cvss")
    kind = "misconfiguration" if checked else "vulnerability"
    return FindingFact(
        row=row,
        tool="nessus",
        kind="observation" if level == _OBSERVING else kind,
        rule=findings.name(f"{plugin}:{checked}") if checked else plugin,
        title=findings.name(one("compliance-check-name") or item.get("pluginName") or one("plugin_name")) or plugin,
        subject_kind=host.kind,
        subject=host.ident,
        severity=_SEVERITIES.get(level, "unknown"),
        cves=findings.cves(*texts.get("cve", ())),
        cwes=tuple(f"CWE-{value}" for value in texts.get("cwe", ()) if value.isdigit()),
        component=findings.name(item.get("pluginFamily")),
        location=location,
        description=findings.text("\n\n".join(filter(None, (one("description", "synopsis"), one("plugin_output"))))),
        advice=findings.text(one("solution", "compliance-solution")),
        cvss=findings.score(one(f"{generation}_base_score")),
        cvss_vector=findings.vector(one(f"{generation}_vector")),
        url=findings.name(findings.first(one("see_also").split())),
        seen=host.seen,
    )

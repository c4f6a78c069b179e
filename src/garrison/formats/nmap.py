"""Nmap's XML output (nmap.dtd, xmloutputversion 1.01 to 1.05): hosts that answered, their open ports, vulnerabilities.

A host that is not up is counted and no more. Vulnerabilities come from the structured output of two families of
scripts: ``vulners`` (each CVE it lists for a port) and those on the ``vulns`` library (each entry that is, or is
likely to be, vulnerable). References of vulners that are no CVE, such as exploits, are no findings.
"""

from collections.abc import Iterator
from datetime import datetime
from xml.etree.ElementTree import Element  # nosec B405

from garrison.formats import findings, safexml
from garrison.formats.facts import FindingFact, HostFact, Note, Reading, Refusal, ServiceFact
from garrison.formats.source import Source

FORMAT = "nmap-xml"
TITLE = "Nmap XML"
VERSION = 1

_VULNERABLE = ("VULNERABLE", "LIKELY VULNERABLE", "VULNERABLE (EXPLOITABLE)", "VULNERABLE (DOS)")


def sniff(source: Source) -> bool:
    """Whether the document is an nmap run."""
    root = safexml.root(source)
    return root is not None and root.name == "nmaprun"


def read(source: Source) -> Iterator[Reading]:
    """Hosts that are up with their services and findings, then one note that counts the others. Raises Damaged."""
    return findings.distinct(_read(source))


def _read(source: Source) -> Iterator[Reading]:
    others: dict[str, int] = {}
    started: datetime | None = None
    for node in safexml.walk(source, whole=("host",), enter=("nmaprun",)):
        if node.name == "nmaprun":
            started = findings.moment_of_epoch(safexml.attribute(node.element, "start"))
            continue
        state = safexml.attribute(safexml.child(node.element, "status"), "state") or "up"
        if state == "up":
            yield from _host(node.element, node.row, started)
        else:
            kind = "hosts_down" if state == "down" else "hosts_unknown"
            others[kind] = others.get(kind, 0) + 1
    if others:
        number = sum(others.values())
        silent = "1 address" if number == 1 else f"{number} addresses"
        yield Note(field="status", reason=f"{silent} without an answer: not stored as hosts.", counts=others)


def _host(element: Element, row: int, started: datetime | None) -> Iterator[Reading]:
    host = _described(element, row, started)
    if host is None:
        yield Refusal(row=row, field="address", reason="The host has neither a name nor an address.")
        return
    yield host
    for script in _scripts(safexml.child(element, "hostscript")):
        yield from _findings(script, host, "", row)
    for ports in safexml.children(element, "ports"):
        for port in safexml.children(ports, "port"):
            if safexml.attribute(safexml.child(port, "state"), "state") == "open":
                yield from _port(port, host, row)


def _described(element: Element, row: int, started: datetime | None) -> HostFact | None:
    addresses = [item for item in safexml.children(element, "address") if safexml.attribute(item, "addr")]
    hardware = [item for item in addresses if safexml.attribute(item, "addrtype") == "mac"]
    network = tuple(findings.name(safexml.attribute(item, "addr")) for item in addresses if item not in hardware)
    named = [item for group in safexml.children(element, "hostnames") for item in safexml.children(group, "hostname")]
    named.sort(key=lambda item: safexml.attribute(item, "type") != "user")
    names = tuple(dict.fromkeys(_host_name(safexml.attribute(item, "name")) for item in named))
    names = tuple(name for name in names if name)
    mac = safexml.attribute(hardware[0], "addr").lower() if hardware else ""
    ident = findings.first((*(name for name in names if not name.startswith("localhost")), *network, *names, mac))
    if not ident:
        return None
    system = safexml.child(element, "os")
    matches = safexml.children(system, "osmatch") if system is not None else []
    seen = findings.moment_of_epoch(element.get("endtime")) or findings.moment_of_epoch(element.get("starttime"))
    return HostFact(
        row=row,
        ident=ident,
        name=names[0] if names else "",
        addresses=network,
        names=names,
        mac=mac,
        vendor=findings.name(safexml.attribute(hardware[0], "vendor")) if hardware else "",
        os=findings.name(safexml.attribute(matches[0], "name")) if matches else "",
        seen=seen or started,
    )


def _host_name(value: str) -> str:
    return findings.name(value).rstrip(".").lower()


def _port(port: Element, host: HostFact, row: int) -> Iterator[Reading]:
    number = safexml.attribute(port, "portid")
    if not (number.isascii() and number.isdigit() and len(number) <= 5 and int(number) <= 65535):
        yield Refusal(row=row, field="portid", reason=f"{number[:20]!r} of host {host.ident} is not a port number.")
        return
    protocol = safexml.attribute(port, "protocol") or "tcp"
    service = safexml.child(port, "service")
    found = ServiceFact(
        row=row,
        host=host.ident,
        port=int(number),
        protocol=protocol,
        name=findings.name(safexml.attribute(service, "name")),
        product=findings.name(safexml.attribute(service, "product")),
        version=findings.name(safexml.attribute(service, "version")),
        tunnel=findings.name(safexml.attribute(service, "tunnel")),
    )
    yield found
    for script in _scripts(port):
        yield from _findings(script, host, f"{number}/{protocol}", row, found)


def _scripts(element: Element | None) -> list[Element]:
    return safexml.children(element, "script") if element is not None else []


# scripts --------------------------------------------------------------------------------------------------------


def _findings(
    script: Element, host: HostFact, location: str, row: int, service: ServiceFact | None = None
) -> Iterator[FindingFact]:
    if safexml.attribute(script, "id") == "vulners":
        yield from _vulners(script, host, location, row, service)
    else:
        yield from _vulns(script, host, location, row)


def _vulners(
    script: Element, host: HostFact, location: str, row: int, service: ServiceFact | None
) -> Iterator[FindingFact]:
    """A finding for each CVE; the first versions of the script wrote lines of id, score and link only."""
    seen: dict[str, float | None] = {}
    for table in script.iter():
        values = _elements(table)
        if "id" in values:
            for cve in findings.cves(values["id"]):
                seen.setdefault(cve, findings.score(values.get("cvss")))
    if not seen:
        for line in (script.get("output") or "").splitlines():
            words = line.split()
            if len(words) >= 2 and findings.cves(words[0]) == (words[0].upper(),):
                seen.setdefault(words[0].upper(), findings.score(words[1]))
    for cve, score in seen.items():
        yield FindingFact(
            row=row,
            tool="nmap",
            kind="vulnerability",
            rule=cve,
            title=cve,
            subject_kind="host",
            subject=host.ident,
            severity=findings.severity_of_score(score),
            cves=(cve,),
            component=service.product if service else "",
            version=service.version if service else "",
            location=location,
            cvss=score,
            url=f"https://vulners.com/cve/{cve}",
            seen=host.seen,
        )


def _vulns(script: Element, host: HostFact, location: str, row: int) -> Iterator[FindingFact]:
    """A finding for each entry of the vulns library in a vulnerable state."""
    for table in script.iter():
        values = _elements(table)
        if not values.get("state", "").upper().startswith(_VULNERABLE) or not values.get("title"):
            continue
        tables = {item.get("key"): item for item in safexml.children(table, "table")}
        ids = [found for item in _texts(tables.get("ids")) for found in findings.cves(item)]
        name = findings.name(safexml.attribute(script, "id"))
        yield FindingFact(
            row=row,
            tool="nmap",
            kind="vulnerability",
            rule=ids[0] if ids else name,
            title=findings.name(values["title"]),
            subject_kind="host",
            subject=host.ident,
            cves=tuple(dict.fromkeys(ids)),
            component=name,
            location=location,
            description=findings.text("\n".join(_texts(tables.get("description")))),
            url=findings.name(findings.first(_texts(tables.get("refs")))),
            seen=host.seen,
        )


def _elements(table: Element) -> dict[str, str]:
    """The keyed values directly in a table of a script."""
    return {item.get("key", ""): (item.text or "").strip() for item in safexml.children(table, "elem")}


def _texts(table: Element | None) -> list[str]:
    return [(item.text or "").strip() for item in table] if table is not None else []

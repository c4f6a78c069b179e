"""The 604 hosts of the group: the host list, and what a port scan of the servers and their like saw."""

from dataclasses import dataclass
from datetime import time
from xml.sax.saxutils import quoteattr

from garrison.cli.demo.clock import Clock
from garrison.cli.demo.devices import CONTROLLERS, controller_address, doors
from garrison.cli.demo.packing import Cell, table
from garrison.cli.demo.people import SITE_NAMES
from garrison.cli.demo.story import STORY


@dataclass(frozen=True, slots=True)
class Kind:
    """Hosts of one kind: names, where, system, what they run (the key to weaknesses), and how exposed."""

    stem: str
    count: int
    unit: str
    site: str
    os: str
    runs: str
    exposed: str = "no"
    critical: bool = False
    owner: str = "Ephraim Koss"
    ports: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Host:
    """One computer or network device."""

    name: str
    address: str
    kind: Kind


DEBIAN, SERVER, DESK, PANEL = "Debian 12", "Windows Server 2022", "Windows 11", "Embedded Linux"
"""Operating systems."""

NETWORKS, BUILDINGS = "Sunniva Aldane", "Bram Tolliver"
"""Owners beside the default."""

KINDS = (
    Kind("gw-edge-", 2, "IT", "LG", "Appliance", "edge", "yes", True, NETWORKS, (443, 8443)),
    Kind("portal-", 3, "IT", "LG", DEBIAN, "edge", "yes", True, NETWORKS, (80, 443)),
    Kind("mx-", 2, "IT", "LG", DEBIAN, "edge", "yes", False, "Ephraim Koss", (25, 443, 587)),
    Kind("dns-ext-", 2, "IT", "LG", DEBIAN, "edge", "yes", False, NETWORKS, (53,)),
    Kind("sftp-", 1, "IT", "LG", DEBIAN, "edge", "yes", False, NETWORKS, (22,)),
    Kind("web-", 2, "IT", "LG", DEBIAN, "edge", "yes", False, NETWORKS, (80, 443)),
    Kind("tele-", 2, "IT", "WH", DEBIAN, "edge", "yes", False, NETWORKS, (443,)),
    Kind("dc-", 4, "IT", "LG", SERVER, "windows", "no", True, "Mattias Orrel", (53, 88, 389, 445)),
    Kind("ehr-app-", 6, "IT", "LG", DEBIAN, "linux", "no", True, ports=(22, 443)),
    Kind("ehr-db-", 2, "IT", "LG", DEBIAN, "linux", "no", True, ports=(22, 5432)),
    Kind("fs-", 4, "IT", "LG", SERVER, "windows", "no", True, ports=(445,)),
    Kind("pacs-", 2, "LG-IMG", "LG", SERVER, "windows", "no", True, ports=(104, 443, 445)),
    Kind("lab-if-", 3, "LG-LAB", "LG", DEBIAN, "linux", ports=(22, 2575)),
    Kind("pharm-app-", 2, "LG-PHARM", "LG", DEBIAN, "linux", "no", True, "Junia Halloway", (22, 443)),
    Kind("bak-", 2, "IT", "CV", DEBIAN, "linux", "", True, NETWORKS, (22, 9443)),
    Kind("acs-", 1, "SEC", "LG", SERVER, "windows", "no", True, BUILDINGS, (443, 445)),
    Kind("vms-", 3, "SEC", "LG", SERVER, "windows", "no", False, BUILDINGS, (443, 554)),
    Kind("erp-", 2, "FIN", "LG", SERVER, "windows", "no", True, ports=(443, 1433)),
    Kind("hr-app-", 1, "HR", "LG", SERVER, "windows", ports=(443,)),
    Kind("jump-", 2, "IT", "LG", SERVER, "windows", "no", True, "Mattias Orrel", (3389,)),
    Kind("mon-", 2, "IT", "LG", DEBIAN, "linux", ports=(22, 443)),
    Kind("app-", 12, "IT", "LG", DEBIAN, "linux", ports=(22, 8080)),
    Kind("ctrl-", len(CONTROLLERS), "FAC", "LG", PANEL, "panel", "", False, BUILDINGS, (80, 4070)),
    Kind("bms-", 3, "FAC", "LG", PANEL, "panel", "no", True, BUILDINGS, (80, 47808)),
    Kind("prn-", 8, "WH-SUP", "WH", PANEL, "printer", ports=(80, 443, 9100)),
    Kind("sw-", 42, "IT", "LG", "Switch firmware", "switch", "no", False, NETWORKS, (22, 161)),
    Kind("img-ws-", 16, "LG-IMG", "LG", DESK, "imaging", "no", True, ports=(445, 11112)),
    Kind("pharm-ws-", 12, "LG-PHARM", "LG", DESK, "desk", "no", False, "Junia Halloway", (445,)),
    Kind("lab-ws-", 18, "LG-LAB", "LG", DESK, "desk"),
    Kind("ns-lg-", 76, "LG-WARD", "LG", DESK, "desk"),
    Kind("ns-wh-", 44, "WH-WARD", "WH", DESK, "desk"),
    Kind("ns-cv-", 30, "CV-WARD", "CV", DESK, "desk"),
    Kind("ed-ws-", 24, "LG-ED", "LG", DESK, "desk"),
    Kind("off-", 79, "FIN", "LG", DESK, "desk"),
    Kind("lt-", 180, "IT", "LG", DESK, "desk"),
)
"""Every kind of host; their counts add up to 604."""

NETS = {"LG": 20, "WH": 30, "CV": 40}
"""Second part of a site's addresses."""

SERVICES = {
    22: ("ssh", "Larkspur SSH", "9.4"), 25: ("smtp", "Postern Mail", "3.8.2"), 53: ("domain", "Rootstock DNS", "4.1"),
    80: ("http", "Halyard httpd", "2.6"), 88: ("kerberos-sec", "", ""), 104: ("dicom", "", ""),
    161: ("snmp", "", ""), 389: ("ldap", "", ""), 443: ("https", "Halyard httpd", "2.6"),
    445: ("microsoft-ds", "", ""), 554: ("rtsp", "", ""), 587: ("submission", "Postern Mail", "3.8.2"),
    1433: ("ms-sql-s", "", ""), 2575: ("hl7", "", ""), 3389: ("ms-wbt-server", "", ""), 4070: ("door-bus", "", ""),
    5432: ("postgresql", "", ""), 8080: ("http-proxy", "Halyard httpd", "2.6"),
    8443: ("https-alt", "Farrier Gateway", "7.2.1"), 9100: ("jetdirect", "", ""),
    9443: ("https", "Cellar Backup console", "5.0"), 11112: ("dicom", "Orrery Viewer", "3.1"),
    47808: ("bacnet", "", ""),
}  # fmt: skip
"""Service, product and version by port; invented products."""


def all_hosts() -> list[Host]:
    """The hosts in the order of the list; names and addresses agree in every export."""
    found, used = [], dict.fromkeys(NETS, 0)
    public = 10
    for kind in KINDS:
        for number in range(1, kind.count + 1):
            digits = 3 if kind.count > 99 else 2
            name = f"{kind.stem}{number:0{digits}}"
            if kind.stem == "ctrl-":
                address = controller_address(number)
            elif kind.exposed == "yes":
                public += 1
                address = f"203.0.113.{public}"
            else:
                place = used[kind.site]
                used[kind.site] += 1
                address = f"10.{NETS[kind.site]}.{10 + place // 200}.{20 + place % 200}"
            found.append(Host(name, address, kind))
    return found


def host_site(host: Host) -> str:
    """The code of the site where the host stands; a controller stands where its doors are."""
    if host.kind.stem != "ctrl-":
        return host.kind.site
    first, _ = CONTROLLERS[int(host.name[5:]) - 1]
    return doors()[first - 1].site


def exposed(host: Host) -> str:
    """Reachable from the internet: yes, no, or empty where nobody knows."""
    if host.kind.stem == "bak-" and host.name != STORY.backup_host:
        return "no"
    return host.kind.exposed


def host_list(found: list[Host]) -> bytes:
    """The host list that the IT department keeps."""
    header = ("host_name", "addresses", "os", "unit_code", "site", "owner", "exposed", "critical")
    rows: list[tuple[Cell, ...]] = [
        (host.name, host.address, host.kind.os, host.kind.unit, SITE_NAMES[host_site(host)], host.kind.owner,
         exposed(host), "yes" if host.kind.critical else "no")
        for host in found
    ]  # fmt: skip
    return table(header, rows)


def port_scan(found: list[Host], clock: Clock) -> bytes:
    """An nmap run over every host with known services, and some addresses that did not answer."""
    start = int(clock.at(-1, time(20, 5)).timestamp())
    scanned = [host for host in found if host.kind.ports]
    silent = 37
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<!DOCTYPE nmaprun>",
        f'<nmaprun scanner="nmap" args="nmap -sV -O -iL servers.txt -oX -" start="{start}" version="7.95" '
        'xmloutputversion="1.05">',
        '<scaninfo type="syn" protocol="tcp" numservices="1000" services="1-1000"/>',
    ]
    for place, host in enumerate(scanned):
        lines += _host_element(host, start + 4 * place)
    for place in range(silent):
        lines.append(
            f'<host><status state="down" reason="no-response" reason_ttl="0"/>'
            f'<address addr="10.20.200.{10 + place}" addrtype="ipv4"/></host>'
        )
    end = start + 4 * len(scanned) + 60
    lines += [
        f'<runstats><finished time="{end}" elapsed="{end - start}.00" exit="success"/>'
        f'<hosts up="{len(scanned)}" down="{silent}" total="{len(scanned) + silent}"/></runstats>',
        "</nmaprun>",
    ]
    return ("\n".join(lines) + "\n").encode()


def _host_element(host: Host, start: int) -> list[str]:
    parts = [int(part) for part in host.address.split(".")]
    lines = [
        f'<host starttime="{start}" endtime="{start + 30}"><status state="up" reason="syn-ack" reason_ttl="64"/>',
        f'<address addr="{host.address}" addrtype="ipv4"/>',
    ]
    if host.kind.exposed != "yes":
        mac = "02:4C:" + ":".join(f"{part:02X}" for part in parts)
        lines.append(f'<address addr="{mac}" addrtype="mac"/>')
    lines.append(f'<hostnames><hostname name="{host.name}" type="user"/></hostnames><ports>')
    for port in host.kind.ports:
        name, product, version = SERVICES[port]
        more = f" product={quoteattr(product)} version={quoteattr(version)}" if product else ""
        secure = ' tunnel="ssl"' if name.startswith("https") else ""
        spoken = name.replace("https", "http")
        lines.append(
            f'<port protocol="tcp" portid="{port}"><state state="open" reason="syn-ack" reason_ttl="64"/>'
            f'<service name="{spoken}"{more}{secure} method="probed" conf="10"/></port>'
        )
    lines.append("</ports>")
    lines.append(f'<os><osmatch name={quoteattr(host.kind.os)} accuracy="96" line="1"/></os></host>')
    return lines

"""Four Nessus reports: the edge, the building systems, a survey of the guest network, and everything inside."""

from collections.abc import Iterable
from datetime import datetime, time
from functools import cache
from xml.sax.saxutils import escape, quoteattr

from garrison.cli.demo import weaknesses as weak
from garrison.cli.demo.clock import Clock, eastern
from garrison.cli.demo.hosts import Host
from garrison.cli.demo.story import STORY
from garrison.cli.demo.weaknesses import Weakness

Findings = dict[str, list[Weakness]]
"""What was found, by host name."""

EXTRA = {"edge": 10, "windows": 6, "linux": 5, "imaging": 4, "panel": 1, "printer": 2, "switch": 2}
"""How many weaknesses a host has at most beside the planted ones; desktops fill up to the count."""


def _planted(hosts: list[Host], clock: Clock) -> Findings:
    dice = clock.dice("planted weaknesses")
    imaging = [host.name for host in hosts if host.kind.stem == "img-ws-" and host.name != STORY.imaging_host]
    desks = [host.name for host in hosts if host.kind.stem == "off-"]
    apps = [host.name for host in hosts if host.kind.stem == "app-"]
    found: Findings = {}
    for name, weakness in (
        (STORY.gateway_host, weak.GATEWAY),
        (STORY.portal_host, weak.PORTAL),
        (STORY.mail_host, weak.MAIL),
        ("mx-02", weak.RELAY),
        ("portal-01", weak.SESSION),
        (STORY.weak_controller.lower(), weak.PASSWORD),
        (STORY.backup_host, weak.CONSOLE),
        (STORY.printer_host, weak.CIPHER),
        (STORY.lab_host, weak.BANNER),
        *((name, weak.IMAGING) for name in (STORY.imaging_host, *dice.sample(imaging, STORY.imaging_hosts - 1))),
        *((name, weak.SPOOLER) for name in dice.sample(desks, 9)),
        *((name, weak.TRANSFER) for name in dice.sample(apps, 5)),
    ):
        found.setdefault(name, []).append(weakness)
    return found


def scan(hosts: list[Host], count: int, pool: dict[str, list[Weakness]], clock: Clock) -> Findings:
    """``count`` findings over the hosts, the planted ones first."""
    dice = clock.dice("scan")
    found = _planted(hosts, clock)
    left = count - sum(map(len, found.values()))
    desks = []
    for host in hosts:
        runs = host.kind.runs
        if runs == "desk":
            desks.append(host)
            continue
        for weakness in dice.sample(pool[runs], min(len(pool[runs]), dice.randint(EXTRA[runs] - 1, EXTRA[runs]))):
            found.setdefault(host.name, []).append(weakness)
            left -= 1
    shares = [left // len(desks) + (place < left % len(desks)) for place in range(len(desks))]
    for host, share in zip(desks, shares, strict=True):
        found.setdefault(host.name, []).extend(dice.sample(pool["desk"], share))
    return found


def reports(hosts: list[Host], found: Findings, clock: Clock) -> dict[str, bytes]:
    """The four reports by name without ending."""
    edge = [host for host in hosts if host.kind.stem == "gw-edge-"]
    building = [host for host in hosts if host.kind.runs == "panel"]
    backup = [host for host in hosts if host.name == STORY.backup_host]
    inside = [host for host in hosts if host not in edge and host not in building]
    survey = {STORY.backup_host: [weak.CONSOLE]}
    rest = {name: [one for one in items if one is not weak.CONSOLE] for name, items in found.items()}
    return {
        "nessus-edge": _report("Edge gateways", edge, found, clock.at(-2, time(21, 30))),
        "nessus-building-systems": _report("Building systems", building, found, clock.at(-8, time(22, 10))),
        "nessus-guest-network": _report("Guest network survey", backup, survey, clock.at(-6, time(14, 5))),
        "nessus-internal": _report("Hosts inside", inside, rest, clock.at(-1, time(22, 10))),
    }


def _report(name: str, hosts: Iterable[Host], found: Findings, start: datetime) -> bytes:
    lines = [
        '<?xml version="1.0" ?>',
        "<NessusClientData_v2>",
        f"<Policy><policyName>{escape(name)}</policyName></Policy>",
        f'<Report name={quoteattr(name)} xmlns:cm="http://www.nessus.org/cm">',
    ]
    began, stamp = eastern(start).ctime(), int(start.timestamp())
    for host in hosts:
        lines.append(
            f'<ReportHost name="{host.name}"><HostProperties>'
            f'<tag name="HOST_START">{began}</tag><tag name="HOST_START_TIMESTAMP">{stamp}</tag>'
            f'<tag name="HOST_END">{began}</tag><tag name="HOST_END_TIMESTAMP">{stamp}</tag>'
            f'<tag name="host-ip">{host.address}</tag>'
            f'<tag name="operating-system">{escape(host.kind.os)}</tag></HostProperties>'
        )
        lines += [_item(one) for one in found.get(host.name, ())]
        lines.append("</ReportHost>")
    lines += ["</Report>", "</NessusClientData_v2>"]
    return ("\n".join(lines) + "\n").encode()


@cache
def _item(one: Weakness) -> str:
    flaw = one.flaw
    severity = {"CRITICAL": 4, "HIGH": 3, "MEDIUM": 2, "LOW": 1}[weak.word(flaw.score)]
    service = {0: "general", 22: "ssh", 25: "smtp", 80: "www", 443: "www", 445: "cifs"}.get(one.port, "unknown")
    family = "General" if one.port else "Local checks"
    cves = "".join(f"<cve>{cve}</cve>" for cve in one.cves)
    return (
        f'<ReportItem port="{one.port}" svc_name="{service}" protocol="tcp" severity="{severity}" '
        f'pluginID="{one.plugin}" pluginName={quoteattr(one.title)} pluginFamily="{family}">'
        f"{cves}<cvss3_base_score>{flaw.score}</cvss3_base_score><cvss3_vector>{flaw.vector}</cvss3_vector>"
        f"<cwe>{flaw.cwe}</cwe>"
        f"<description>{escape(one.product)}: {escape(flaw.phrase)}.</description>"
        f"<plugin_name>{escape(one.title)}</plugin_name><plugin_type>remote</plugin_type>"
        f"<risk_factor>{weak.word(flaw.score).title()}</risk_factor>"
        f"<solution>{escape(one.advice)}</solution><synopsis>{escape(one.title)}.</synopsis></ReportItem>"
    )

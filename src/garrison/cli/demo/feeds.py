"""Excerpts of the public catalogues: known exploited, likelihood of exploitation, and CVE records with SSVC answers."""

from datetime import time, timedelta
from typing import Any

from garrison.cli.demo.clock import Clock, iso
from garrison.cli.demo.packing import gzipped, json_bytes, table, tarred
from garrison.cli.demo.software import name_uuid
from garrison.cli.demo.story import STORY
from garrison.cli.demo.weaknesses import FLAWS, PLANTED, Weakness

KNOWN = (
    ("CVE-2021-44228", "Apache", "Log4j2", "Log messages can load code", "2021-12-10", "2021-12-24", True),
    ("CVE-2023-34362", "Progress", "MOVEit Transfer", "Database query injection", "2023-06-02", "2023-06-23", True),
    ("CVE-2023-4966", "Citrix", "NetScaler ADC and Gateway", "Memory is disclosed", "2023-10-18", "2023-11-08", True),
    ("CVE-2024-1709", "ConnectWise", "ScreenConnect", "Sign-in bypass", "2024-02-22", "2024-02-29", True),
    ("CVE-2024-3400", "Palo Alto Networks", "PAN-OS", "Command injection", "2024-04-12", "2024-04-19", True),
    ("CVE-2022-30190", "Microsoft", "Windows", "Support tool runs code", "2022-06-14", "2022-07-05", False),
    ("CVE-2017-0144", "Microsoft", "SMBv1", "Remote code", "2022-02-10", "2022-08-10", True),
)
"""Well-known entries: id, maker, product, a title of our own, day listed, day due, used by ransomware."""


def exploited(clock: Clock) -> bytes:
    """A catalogue of exploited weaknesses in CISA's schema: the story's and a few that everybody knows."""
    ours = [one for one in PLANTED if one.exploited]
    entries = [_listed(one, clock) for one in sorted(ours, key=lambda one: -one.listed)]
    entries += [
        {"cveID": cve, "vendorProject": maker, "product": product, "vulnerabilityName": f"{product}: {title}",
         "dateAdded": added, "shortDescription": f"{title} in {product}.",
         "requiredAction": "Follow the maker's advice, or stop using the product.", "dueDate": due,
         "knownRansomwareCampaignUse": "Known" if ransomware else "Unknown", "notes": "", "cwes": []}
        for cve, maker, product, title, added, due, ransomware in KNOWN
    ]  # fmt: skip
    return json_bytes({
        "title": "Known exploited vulnerabilities, excerpt for the demonstration",
        "catalogVersion": clock.day(-3).strftime("%Y.%m.%d"),
        "dateReleased": iso(clock.at(-3, time(11))),
        "count": len(entries),
        "vulnerabilities": entries,
    })  # fmt: skip


def _listed(one: Weakness, clock: Clock) -> dict[str, Any]:
    return {
        "cveID": one.cves[0],
        "vendorProject": one.product.split()[0],
        "product": one.product,
        "vulnerabilityName": one.title,
        "dateAdded": clock.day(one.listed).isoformat(),
        "shortDescription": f"In {one.product} {one.flaw.phrase}.",
        "requiredAction": one.advice,
        "dueDate": clock.day(one.due).isoformat(),
        "knownRansomwareCampaignUse": "Known" if one.ransomware else "Unknown",
        "notes": "",
        "cwes": [f"CWE-{one.flaw.cwe}"],
    }


def _everything(pool: dict[str, list[Weakness]]) -> list[tuple[str, Weakness]]:
    pharmacy = Weakness(0, "Old database library in pharmacy orders", "sqlburrow-orders", "", FLAWS["read"],
                        (STORY.pharmacy_cve,))  # fmt: skip
    known = [*PLANTED, pharmacy, *(one for items in pool.values() for one in items)]
    return sorted((cve, one) for one in known for cve in one.cves if one.cves)


def likelihoods(pool: dict[str, list[Weakness]], clock: Clock) -> bytes:
    """A sample of exploitation likelihoods as published daily, compressed."""
    dice = clock.dice("likelihoods")
    found = [
        (cve, round(dice.uniform(0.55, 0.96) if one.exploited else dice.random() ** 6 * 0.4 + 0.0004, 5))
        for cve, one in _everything(pool)
    ]
    ranked = sorted(score for _, score in found)
    rows = [(cve, f"{score:.5f}", f"{(ranked.index(score) + 1) / len(ranked):.5f}") for cve, score in found]
    body = table(("cve", "epss", "percentile"), rows).replace(b"\r\n", b"\n")
    first = f"#model_version:v2026.03.01,score_date:{clock.day(0)}T00:00:00+0000\n"
    return gzipped(first.encode() + body)


def records(pool: dict[str, list[Weakness]], clock: Clock) -> bytes:
    """CVE records of format 5 with SSVC answers, one a file, in an archive laid out as the public repository is."""
    dice = clock.dice("records")
    members = {}
    for cve, one in _everything(pool):
        exploitation = "active" if one.exploited else "poc" if dice.random() < 0.12 else "none"
        year, number = cve.split("-")[1:]
        members[f"vulnrichment/{year}/{number[:-3]}xxx/{cve}.json"] = json_bytes(_record(cve, one, exploitation, clock))
    return tarred(members)


def _record(cve: str, one: Weakness, exploitation: str, clock: Clock) -> dict[str, Any]:
    published = iso(clock.at(min(one.listed, -12), time(15)))
    owner = {"orgId": name_uuid("demo authority"), "shortName": "larkmere-demo", "dateUpdated": published}
    answers = [
        {"Exploitation": exploitation},
        {"Automatable": "yes" if one.flaw.automatable else "no"},
        {"Technical Impact": "total" if one.flaw.total else "partial"},
    ]
    ssvc = {"id": cve, "timestamp": published, "options": answers, "role": "CISA Coordinator", "version": "2.0.3"}
    return {
        "dataType": "CVE_RECORD",
        "dataVersion": "5.1",
        "cveMetadata": {"cveId": cve, "state": "PUBLISHED", "assignerOrgId": owner["orgId"],
                        "assignerShortName": "larkmere-demo", "datePublished": published, "dateUpdated": published},
        "containers": {
            "cna": {
                "title": one.title,
                "providerMetadata": owner,
                "descriptions": [{"lang": "en", "value": f"In {one.product} {one.flaw.phrase}."}],
                "affected": [{"vendor": one.product.split()[0], "product": one.product, "defaultStatus": "affected"}],
                "problemTypes": [{"descriptions": [{"lang": "en", "type": "CWE", "cweId": f"CWE-{one.flaw.cwe}",
                                                    "description": f"CWE-{one.flaw.cwe}"}]}],
                "metrics": [{"cvssV3_1": {"version": "3.1", "baseScore": one.flaw.score,
                                          "vectorString": one.flaw.vector}}],
            },
            "adp": [{
                "title": "CISA ADP Vulnrichment",
                "providerMetadata": {"orgId": name_uuid("demo enrichment"), "shortName": "CISA-ADP",
                                     "dateUpdated": iso(clock.at(-3, time(12)) - timedelta(hours=1))},
                "metrics": [{"other": {"type": "ssvc", "content": ssvc}}],
            }],
        },
    }  # fmt: skip

"""The lists of vulnerabilities and of threats: columns, filters and views."""

import math
from typing import Any

from django.db.models import F, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.db.models.lookups import Contains
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from garrison.apps.threats import selectors
from garrison.apps.threats.models import ThreatObject, Vulnerability
from garrison.core.ui import cells, figures, lists

ANSWERS = (("active", _("Seen in use")), ("poc", _("Proof of concept")), ("none", _("None known")))
KINDS = (
    ("tactic", _("Tactic")), ("technique", _("Technique")), ("subtechnique", _("Subtechnique")), ("group", _("Group")),
    ("malware", _("Malware")), ("tool", _("Tool")), ("mitigation", _("Mitigation")), ("campaign", _("Campaign")),
    ("other", _("Other")),
)  # fmt: skip
ICONS = {
    "tactic": "target-arrow", "technique": "route", "subtechnique": "route", "group": "users-group", "malware": "virus",
    "tool": "tool", "mitigation": "shield", "campaign": "flag", "other": "point",
}  # fmt: skip
LIKELY = 0.1


def title(vulnerability: Vulnerability) -> str:
    """What a vulnerability is called."""
    return vulnerability.kev_name or vulnerability.title


def _vulnerability(row: Vulnerability) -> SafeString:
    """CVE id and link, its name below."""
    return cells.two(row.cve, title(row), url=reverse("threats:vulnerability", args=[row.cve]))


def _listed(row: Vulnerability, look: lists.Look) -> SafeString:
    """Whether it is known to be exploited, and since when that is known."""
    if row.kev_added is None:
        return cells.text("")
    since = _now("since %(day)s") % {"day": figures.day(row.kev_added, at=look.at)}
    return cells.two(since, _now("used by ransomware") if row.ransomware else "", kind="crit", plain=True)


def _chance(row: Vulnerability) -> SafeString:
    """The chance of exploitation in the next 30 days, and where that stands among all."""
    if row.epss is None:
        return cells.text("")
    share = math.floor((row.percentile or 0) * 100) / 100
    above = _now("above %(share)s of all") % {"share": figures.percent(share)} if share else ""
    return cells.two(figures.chance(row.epss), above, plain=True)


def _search(rows: QuerySet[Vulnerability], text: str) -> QuerySet[Vulnerability]:
    """By CVE id from its beginning, which the index answers; else by names."""
    text = text.strip()
    if text.upper().startswith("CVE-"):
        return rows.filter(key__gte=text.upper(), key__lt=f"{text.upper()}\uffff")
    for word in text.split()[:8]:
        named = Q(kev_name__icontains=word) | Q(title__icontains=word) | Q(vendor__icontains=word)
        rows = rows.filter(named | Q(product__icontains=word) | Q(cve__icontains=word))
    return rows


VULNERABILITIES = lists.ListPage(
    key="threats.vulnerabilities",
    title=_("Vulnerabilities"),
    noun=_("vulnerabilities"),
    columns=[
        lists.Column("cve", _("Vulnerability"), order=("cve",), value="cve", cell=lambda v, look: _vulnerability(v)),
        lists.Column(
            "kev", _("Known exploited"), header="kev_added", order=("kev_added",), value="kev_added", cell=_listed
        ),
        lists.Column(
            "epss",
            _("Chance in 30 days"),
            order=("epss",),
            value="epss",
            cell=lambda v, look: _chance(v),
            priority=2,
        ),
        lists.Column(
            "product",
            _("Product"),
            order=("vendor", "product"),
            value="product",
            cell=lambda v, look: cells.two(v.product, v.vendor, plain=True) if v.product else cells.text(v.vendor),
            priority=2,
        ),
        lists.Column(
            "exploitation",
            _("Exploitation"),
            order=("exploitation",),
            value="exploitation",
            cell=lambda v, look: cells.text(dict(ANSWERS).get(v.exploitation, ""), muted=True),
            priority=3,
        ),
        lists.Column("cvss", _("CVSS"), order=("cvss",), numeric=True, priority=3),
        lists.Column("title", _("Name"), value=title, export_only=True),
        lists.Column("vendor", _("Vendor"), export_only=True),
        lists.Column("due", _("Due in the catalogue"), header="kev_due", value="kev_due", export_only=True),
        lists.Column("percentile", _("Percentile"), export_only=True),
        lists.Column("ransomware", _("Ransomware"), export_only=True),
        lists.Column("automatable", _("Automatable"), export_only=True),
        lists.Column("cwes", _("Weaknesses"), value=lambda v: "; ".join(v.cwes), export_only=True),
    ],
    filters=[
        lists.Filter("kev", _("Known exploited"), "boolean", q=lambda yes: Q(kev_added__isnull=not yes)),
        lists.Filter("listed", _("Listed"), "dates", lookup="kev_added"),
        lists.Filter("ransomware", _("Used by ransomware"), "boolean"),
        lists.Filter(
            "likely",
            _("Chance 10 in 100 or more"),
            "boolean",
            q=lambda yes: Q(epss__gte=LIKELY) if yes else Q(epss__lt=LIKELY) | Q(epss=None),
        ),
        lists.Filter("exploitation", _("Exploitation"), "multi", choices=ANSWERS, shown=False),
        lists.Filter("vendor", _("Vendor"), "text", shown=False),
    ],
    search=_search,
    sort="-kev",
    views=[
        lists.View("in_kev", _("Known exploited"), {"kev": "yes"}),
        lists.View("likely", _("Chance 10 in 100 or more"), {"likely": "yes", "sort": "-epss"}),
        lists.View("by_ransomware", _("Used by ransomware"), {"ransomware": "yes"}),
        lists.View("all", _("All"), {}, counted=False),
    ],
    empty=lists.Empty(
        _("No vulnerabilities yet"),
        _("Drop CISA's known exploited catalogue (JSON or CSV), an EPSS file or CVE records here."),
        _("Import"),
        "web:imports",
    ),
    import_url_name="web:imports",
    identity="uuid",
    name=lambda row: row.cve,
    rule=_("What is known in the world; what of it is found here is under Findings."),
    template="threats/list.html",
)


def _threat(row: ThreatObject) -> SafeString:
    """Name and link, code and kind below."""
    said = " · ".join(part for part in (row.code, str(dict(KINDS).get(row.kind, row.kind))) if part)
    return cells.two(row.name, said, url=reverse("threats:threat", args=[row.uuid]))


def _of_tactic(short: str) -> Q:
    """The condition that an object names a tactic, whatever the database makes of a list in JSON."""
    return Q(Contains(Cast(F("tactics"), TextField()), f'"{short}"'))


def _words(values: list[Any], most: int = 4) -> str:
    """A short list in words."""
    shown = [capfirst(str(value).replace("-", " ")) for value in values[:most]]
    return ", ".join(shown) + (f" +{len(values) - most}" if len(values) > most else "")


THREATS = lists.ListPage(
    key="threats.threats",
    title=_("Techniques and groups"),
    noun=_("threats"),
    columns=[
        lists.Column(
            "threat", _("Threat"), header="name", order=("name",), value="name", cell=lambda t, look: _threat(t)
        ),
        lists.Column(
            "tactics",
            _("Tactics"),
            value=lambda t: "; ".join(t.tactics),
            cell=lambda t, look: cells.text(_words(t.tactics)),
            priority=2,
        ),
        lists.Column(
            "platforms",
            _("Platforms"),
            value=lambda t: "; ".join(t.platforms),
            cell=lambda t, look: cells.text(_words(t.platforms)),
            priority=3,
        ),
        lists.Column(
            "aliases",
            _("Also called"),
            value=lambda t: "; ".join(t.aliases),
            cell=lambda t, look: cells.text(", ".join(t.aliases[:3])),
            priority=3,
        ),
        lists.Column("kind", _("Kind"), order=("kind", "code"), shown=False),
        lists.Column("code", _("Code"), order=("code",), shown=False),
        lists.Column("domain", _("Domain"), order=("domain",), shown=False),
        lists.Column("url", _("Address"), export_only=True),
        lists.Column("uuid", "uuid", export_only=True),
    ],
    filters=[
        lists.Filter("kind", _("Kind"), "multi", choices=KINDS),
        lists.Filter("tactic", _("Tactic"), "choice", q=_of_tactic, choices=selectors.tactics),
        lists.Filter("domain", _("Domain"), "text", shown=False),
    ],
    search=("code", "name"),
    sort="code",
    views=[
        lists.View("techniques", _("Techniques"), {"kind": ["technique", "subtechnique"]}),
        lists.View("groups", _("Groups"), {"kind": "group"}),
        lists.View("software", _("Malware and tools"), {"kind": ["malware", "tool"]}),
        lists.View("all_tactics", _("Tactics"), {"kind": "tactic"}),
        lists.View("mitigations", _("Mitigations"), {"kind": "mitigation"}),
        lists.View("campaigns", _("Campaigns"), {"kind": "campaign"}),
        lists.View("all", _("All"), {}),
    ],
    empty=lists.Empty(
        _("No techniques or groups yet"),
        _("Drop a STIX bundle here, such as ATT&CK's."),
        _("Import"),
        "web:imports",
    ),
    import_url_name="web:imports",
    name=lambda row: row.name,
    template="threats/list.html",
)

"""The list of findings: columns, filters, views and bulk actions."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from garrison.apps.organization import selectors as organization
from garrison.apps.vulnerabilities import rules, selectors
from garrison.apps.vulnerabilities.forms import AcceptForm, AssignForm, CloseForm, DueForm, PlanForm
from garrison.apps.vulnerabilities.models import Finding
from garrison.core.clock import local_day
from garrison.core.models import User
from garrison.core.scopes import paths
from garrison.core.ui import cells, figures, lists

STATUSES = [
    ("open", gettext_lazy("open")),
    ("planned", gettext_lazy("planned")),
    ("accepted", gettext_lazy("accepted")),
    ("closed", gettext_lazy("closed")),
    ("not affected", gettext_lazy("not affected")),
    ("observation", gettext_lazy("observations")),
]
DUE = [
    ("past", gettext_lazy("past due")),
    ("3", gettext_lazy("within 3 days")),
    ("14", gettext_lazy("within 14 days")),
    ("60", gettext_lazy("within 60 days")),
    ("none", gettext_lazy("no date")),
]
QUESTIONS = [
    ("exploited", gettext_lazy("exploited and exposed")),
    ("physical", gettext_lazy("doors and devices")),
]


def priority_cell(finding: Finding, look: lists.Look) -> SafeString:
    """Bars, deadline and the reason in few words, whole under the pointer; an observation has no bars."""
    if finding.level == 0:
        return cells.two(_("Observation"), finding.reason, kind="muted")
    listed = getattr(finding, "kev_added", None)
    short = rules.short_reason(finding.reason, figures.day(listed, at=look.at).partition(" ")[2] if listed else "")
    return cells.priority(
        finding.level, finding.deadline, format_html('<span title="{}">{}</span>', finding.reason, short)
    )


def finding_cell(finding: Finding, look: lists.Look) -> SafeString:
    """The title, and below it code, CVE, asset and place."""
    others = len(finding.cves) - 1
    what = f"{finding.cve} {_('and %(n)s more') % {'n': others}}" if others > 0 else finding.cve
    where = ", ".join(filter(None, (finding.asset.code, str(finding.asset.site) if finding.asset.site else "")))
    told = f"{what} {_('on')} {where}" if what else where
    url = reverse("vulnerabilities:finding", args=[finding.uuid])
    return cells.two(finding.title, f"{finding.code} · {told}", url=url)


def seen_cell(finding: Finding, look: lists.Look) -> SafeString:
    """Who saw it and when; the file and row that say so."""
    words = f"{tool_name(finding.tool)}, {figures.day(finding.last_seen, at=look.at)}"
    return cells.evidence(words, source_url(finding, look.viewer))


def source_url(finding: Finding, viewer: User) -> str:
    """Where the file that told of it opens, for who may see files."""
    if finding.source is None or "/" not in paths(viewer, "imports.view"):
        return ""
    return f"{reverse('web:file', args=[finding.source.uuid])}?row={finding.source_row}"


def source_name(finding: Finding) -> str:
    """What the file that told of it is called, without its folder."""
    if finding.source is None:
        return ""
    return (finding.source.member or finding.source.path).rpartition("/")[2]


def tool_name(tool: str) -> str:
    """A tool as people write it."""
    return {"nessus": "Nessus", "trivy": "Trivy", "nmap": "Nmap", "cyclonedx": "SBOM"}.get(tool, tool)


def due_cell(finding: Finding, look: lists.Look) -> SafeString:
    """The day it is due, and how that stands."""
    if finding.status == "accepted" and finding.accepted_until:
        return cells.two(figures.day(finding.accepted_until, at=look.at), _("accepted until"))
    if finding.due is None and finding.live and finding.level:
        return cells.two(_("Next upgrade"), _("no date"))
    return cells.due(finding.due, look.at, done=not finding.live)


def owner_cell(finding: Finding, look: lists.Look) -> SafeString:
    """Who is to fix it: its own owner, else that of the asset, said to be so."""
    if finding.owner or not finding.asset.owner:
        return cells.text(finding.owner)
    return cells.two(finding.asset.owner, _("as asset owner"), plain=True)


def status_cell(finding: Finding, look: lists.Look) -> SafeString:
    """The status, and the note that a person left."""
    word = finding.status.capitalize() if finding.level or not finding.live else _("For information")
    return cells.two(word, finding.note[:80], kind="") if finding.note else cells.text(word)


def load_listings(rows: list[Finding]) -> None:
    """Since when KEV lists the findings of one page: one statement."""
    known = selectors.known_of(cve for row in rows if row.in_kev for cve in row.cves)
    for row in rows:
        days = [known[cve].kev_added for cve in row.cves if cve in known]
        listed = max((day for day in days if day), default=None) if row.in_kev else None
        row.kev_added = listed  # type: ignore[attr-defined]


COLUMNS = [
    lists.Column(
        "priority", gettext_lazy("Priority and reason"), priority_cell, order=("rank",), value="deadline", width="w236"
    ),
    lists.Column("finding", gettext_lazy("Finding"), cell=finding_cell, order=("title",), value="title"),
    lists.Column(
        "seen", gettext_lazy("Seen by"), cell=seen_cell, order=("last_seen",), value="tool", nowrap=True, priority=3
    ),
    lists.Column("due", gettext_lazy("Due"), cell=due_cell, order=("due",), nowrap=True, priority=2),
    lists.Column("owner", gettext_lazy("Owner"), owner_cell, order=("owner", "asset__owner"), value="owner",
                 priority=3),
    lists.Column("status", gettext_lazy("Status"), cell=status_cell, order=("status",), priority=3),
    lists.Column("severity", gettext_lazy("Severity"), order=("severity",), shown=False, priority=3),
    lists.Column("component", gettext_lazy("Component"), shown=False, priority=3),
    lists.Column("first_seen", gettext_lazy("First seen"), order=("first_seen",), shown=False, priority=3,
                 cell=lambda row, look: cells.when(row.first_seen, look.at)),
    lists.Column("epss", "EPSS", order=("epss",), shown=False, numeric=True, priority=3,
                 cell=lambda row, look: figures.percent(row.epss, 1)),
    *(
        lists.Column(key, key, value=value, header=key, export_only=True)
        for key, value in (
            ("finding_code", "code"), ("asset_code", "asset.code"), ("site", "asset.site.name"), ("reason", "reason"),
            ("cves", lambda row: ";".join(row.cves)), ("kind", "kind"), ("rule", "rule"), ("version", "version"),
            ("fixed", "fixed"), ("location", "location"), ("cvss", "cvss"), ("in_kev", "in_kev"),
            ("exposed", "exposed"), ("last_seen", "last_seen"), ("note", "note"),
            ("accepted_until", "accepted_until"),
            ("source", lambda row: str(row.source or "")), ("source_row", "source_row"), ("uuid", "uuid"),
        )
    ),
]  # fmt: skip


def _form(kind: type[forms.Form], prefix: str) -> Callable[..., forms.Form]:
    """The form of a bulk action."""

    def make(*, viewer: User) -> forms.Form:
        return kind(prefix=prefix)

    return make


def _bulk(key: str, label: Any, icon: str, kind: type[forms.Form] | None) -> lists.BulkAction:
    """One bulk action; its form's fields carry its key as prefix."""
    form = _form(kind, key) if kind else None
    return lists.BulkAction(key, label, f"vulnerabilities:{key}", icon, f"vulnerabilities.{key}", form)


BULK = [
    _bulk("assign", gettext_lazy("Assign"), "user", AssignForm),
    _bulk("set_due", gettext_lazy("Due date"), "calendar-due", DueForm),
    _bulk("plan", gettext_lazy("Plan"), "tool", PlanForm),
    _bulk("accept", gettext_lazy("Accept risk"), "scale", AcceptForm),
    _bulk("close", gettext_lazy("Close"), "circle-check", CloseForm),
    _bulk("reopen", gettext_lazy("Reopen"), "arrow-back-up", None),
]


class Words:
    """The list's search by words. Templates ask whether there is one; they must not call it."""

    do_not_call_in_templates = True

    def __call__(self, rows: QuerySet[Finding], text: str) -> QuerySet[Finding]:
        """The rows that hold every word."""
        return selectors.searched(rows, text)


def page(viewer: User, at: datetime) -> lists.ListPage:
    """The list for one viewer on one day."""
    today: date = local_day(at)
    mine = str(viewer)
    return lists.ListPage(
        key="vulnerabilities.findings",
        title=gettext_lazy("Findings"),
        noun=gettext_lazy("findings"),
        columns=COLUMNS,
        filters=[
            lists.Filter("status", gettext_lazy("Status"), choices=STATUSES, q=selectors.condition_of_status),
            lists.Filter(
                "site", gettext_lazy("Site"), "multi", lookup="asset__site__uuid", choices=organization.site_choices
            ),
            lists.Filter("kind", gettext_lazy("Kind"), "multi", choices=list(rules.KINDS.items())),
            lists.Filter(
                "due", gettext_lazy("Due"), choices=DUE, q=partial(selectors.condition_of_deadline, today=today)
            ),
            lists.Filter(
                "which", gettext_lazy("Which"), choices=QUESTIONS, q=selectors.condition_of_question, shown=False
            ),
            lists.Filter("owner", gettext_lazy("Owner"), "text", q=selectors.condition_of_owner, shown=False),
            lists.Filter(
                "severity",
                gettext_lazy("Severity"),
                "multi",
                choices=[(word, word) for word in rules.SEVERITIES],
                shown=False,
            ),
            lists.Filter("tool", gettext_lazy("Seen by"), "text", shown=False),
            lists.Filter("seen", gettext_lazy("Seen"), "dates", lookup="last_seen__date", shown=False),
        ],
        search=Words(),
        sort="priority",
        views=[
            lists.View("soon", gettext_lazy("Due in 14 days"), {"status": "open", "due": "14"}),
            lists.View("exploited", gettext_lazy("Exploited and exposed"), {"status": "open", "which": "exploited"}),
            lists.View("doors", gettext_lazy("Doors and cameras"), {"status": "open", "which": "physical"}),
            lists.View("mine", gettext_lazy("Mine"), {"status": "open", "owner": mine}),
            lists.View("past", gettext_lazy("Past due"), {"status": "open", "due": "past"}),
            lists.View("accepted", gettext_lazy("Accepted"), {"status": "accepted"}),
            lists.View("open", gettext_lazy("All open"), {"status": "open"}),
            lists.View("observations", gettext_lazy("Observations"), {"status": "observation"}, counted=False),
        ],
        bulk=BULK,
        empty=lists.Empty(
            gettext_lazy("No findings yet"),
            gettext_lazy("Drop a scanner report here: Nessus, Nmap, Trivy, SARIF or a CycloneDX bill of materials."),
            gettext_lazy("Import"),
            "web:upload",
        ),
        import_url_name="web:upload",
        rule=gettext_lazy("Due dates follow our default policy, modelled on BOD 26-04."),
        rule_url_name="vulnerabilities:rule",
        template="vulnerabilities/findings.html",
        prepare=load_listings,
        name=lambda finding: f"{finding.code}, {finding.title}",
    )

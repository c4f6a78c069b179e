"""Why a finding is as urgent as it is: the inputs, the row of the rule's table, and what people did to it since."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from garrison.apps.vulnerabilities import rules
from garrison.apps.vulnerabilities.models import Finding
from garrison.apps.vulnerabilities.rules import Known
from garrison.apps.vulnerabilities.selectors.knowledge import known_of
from garrison.core.models import AuditEntry, User
from garrison.core.scopes import narrow
from garrison.engines import priority as engine

DECISIONS = tuple(
    f"vulnerabilities.{verb}" for verb in ("assign", "set_due", "accept", "plan", "close", "reopen", "restore", "add")
)
YES_NO = {True: "yes", False: "no", None: "unknown, taken as yes"}


@dataclass(frozen=True, slots=True)
class Input:
    """One thing that the rule asks, the answer, and who gave it."""

    question: str
    answer: str
    source: str


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One row of a rule's table: what holds, and the deadline in each column; ``here`` is the column that applies."""

    holds: str
    deadlines: Sequence[str]
    here: int | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """How one finding came to its deadline."""

    rule: str
    inputs: Sequence[Input]
    columns: Sequence[str]
    rows: Sequence[RuleRow]
    decided_by: str = ""


CVE_COLUMNS = ("One by one, part of it", "One by one, whole", "Automated, part of it", "Automated, whole")
OTHER_COLUMNS = ("Inside", "Inside, critical asset", "Exposed", "Exposed, critical asset")
CVE_RULE = "Known vulnerabilities: the table of CISA's directive BOD 26-04, adopted as our default policy"
OTHER_RULE = "Everything without a CVE: our own table by severity"


def rule_tables() -> list[Explanation]:
    """The two tables of the rule, for the page that explains the order."""
    return [
        Explanation(CVE_RULE, (), CVE_COLUMNS, _cve_rows(None, None)),
        Explanation(OTHER_RULE, (), OTHER_COLUMNS, _other_rows(None, None)),
    ]


def explain(finding: Finding) -> Explanation:
    """The inputs and the table row behind a finding's deadline, as they are known now."""
    asset = finding.asset
    if not finding.cves:
        return _explain_other(finding)
    known = known_of(finding.cves)
    best = _deciding(finding, [known.get(cve, Known(cve)) for cve in finding.cves])
    easy, whole = rules.answers(best, finding.cvss_vector, finding.cvss)
    listed = f"listed {best.kev_added:%d %b %Y}" if best.kev_added else "not listed"
    exposure = Input("Open to the internet?", YES_NO[asset.exposed], f"register, {asset.code}")
    sources = {"catalogue": "CISA's enrichment", "score": "read from its CVSS", "": "nobody said"}
    inputs = [
        Input(f"Is {best.cve} known to be exploited?", "yes" if best.kev_added else "no", f"KEV, {listed}"),
        exposure,
        Input("Can the attack be automated?", YES_NO[easy.value], sources[easy.source]),
        Input("Is the whole system at stake?", YES_NO[whole.value], sources[whole.source]),
    ]
    if best.epss is not None:
        inputs.append(Input("Chance of exploitation within 30 days", f"{best.epss:.1%}", "EPSS; shown, not used"))
    here = 2 * (easy.value is not False) + (whole.value is not False)
    place = (best.kev_added is not None, asset.exposed is not False)
    return Explanation(CVE_RULE, inputs, CVE_COLUMNS, _cve_rows(place, here), best.cve)


def _deciding(finding: Finding, known: Sequence[Known]) -> Known:
    """The CVE whose row is the most urgent."""

    def urgency(one: Known) -> tuple[int, bool]:
        easy, whole = rules.answers(one, finding.cvss_vector, finding.cvss)
        in_kev = one.kev_added is not None
        return engine.deadline(in_kev, finding.asset.exposed, easy.value, whole.value).level, in_kev

    return max(known, key=urgency)


def _explain_other(finding: Finding) -> Explanation:
    """The same for what has no CVE."""
    asset = finding.asset
    exposed = True if finding.kind == "door" else asset.exposed
    reach = "anyone may stand before it" if finding.kind == "door" else f"register, {asset.code}"
    known = next((word for word in engine.SEVERITIES if word == finding.severity), None)
    word = known or "medium"
    said = word if known else f"{finding.severity}, taken as medium"
    inputs = [
        Input("How severe?", said, finding.tool),
        Input("Within reach from outside?", YES_NO[exposed], reach),
        Input("Critical asset?", "yes" if asset.critical else "no", f"register, {asset.code}"),
    ]
    here = 2 * (exposed is not False) + asset.critical
    return Explanation(OTHER_RULE, inputs, OTHER_COLUMNS, _other_rows(word, here))


def _cve_rows(place: tuple[bool, bool] | None, here: int | None) -> list[RuleRow]:
    """The rows of BOD 26-04, the most urgent first."""
    words = {True: "In KEV", False: "Not in KEV"}, {True: "exposed", False: "not exposed"}
    return [
        RuleRow(
            f"{words[0][kev]}, {words[1][exposed]}",
            [row.label for row in engine.BOD_26_04[kev, exposed]],
            here if (kev, exposed) == place else None,
        )
        for kev, exposed in sorted(engine.BOD_26_04, reverse=True)
    ]


def _other_rows(severity: str | None, here: int | None) -> list[RuleRow]:
    """The rows of our own table, the most severe first."""
    return [
        RuleRow(
            f"{word.capitalize()} severity",
            [row.label for row in engine.OTHER_FINDINGS[word]],
            here if word == severity else None,
        )
        for word in reversed(engine.SEVERITIES)
    ]


def history(*, viewer: User, finding: Finding, limit: int = 30) -> QuerySet[AuditEntry]:
    """What people did to a finding that the viewer may see, newest first: who, when, and in which words."""
    entries = AuditEntry.objects.filter(command__in=DECISIONS, outcome="done")
    if not narrow(Finding.objects.filter(pk=finding.pk), viewer, "vulnerabilities.view").exists():
        return entries.none()
    told = entries.annotate(text=Cast("after", TextField())).filter(text__contains=str(finding.uuid))
    return told.order_by("-seq")[:limit]

"""Documents of compliance: tables for a spreadsheet, and the same as PDF, set by typst in Inter.

Words go in as data, never as markup: nothing that a file or a person said can change the document.
"""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path

from django.utils.translation import gettext as _

from garrison.apps.compliance.models import Assessment, Framework
from garrison.apps.compliance.selectors import words
from garrison.apps.compliance.selectors.assessing import checks, deficiencies, samples
from garrison.apps.compliance.selectors.pages import gaps
from garrison.apps.compliance.selectors.standings import Standing
from garrison.core.commands import Refused
from garrison.core.models import User
from garrison.core.ui import figures

TEMPLATE = Path(__file__).parents[1] / "data" / "table.typ"


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table; ``widths`` are shares of the page."""

    title: str
    head: list[str]
    rows: list[list[str]]
    widths: list[float]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A document of tables, with the facts that stand above them."""

    title: str
    about: str
    facts: list[tuple[str, str]]
    tables: list[Table]
    foot: str = ""


def applicability(stands: Standing, *, as_of: date, where: str) -> Document:
    """The statement of applicability: for each requirement whether it applies, why, how it stands, and by what."""
    rows = []
    for line in stands.lines:
        if line.withdrawn or line.verdict.below:
            continue
        said = line.applicability
        applies = _("no") if said and not said.applies else _("yes")
        controls = ", ".join(each.control for each in line.verdict.carriers)
        owners = dict.fromkeys(stands.controls[each.control].control.owner for each in line.verdict.carriers)
        owner = (said.owner if said else "") or ", ".join(name for name in owners if name)
        why = said.justification if said else _("asked by the framework; nobody excluded it")
        rows.append([line.name, line.title, applies, why, str(words.VERDICTS[line.verdict.word][0]), controls, owner])
    head = [_("Requirement"), _("Title"), _("Applies"), _("Why"), _("Stands"), _("Controls"), _("Owner")]
    table = Table("", head, rows, [1.3, 2.2, 0.7, 2.4, 1.1, 1.4, 1.4])
    return Document(_("Statement of applicability"), str(stands.framework), _facts(stands, as_of, where), [table])


def gap_report(stands: Standing, *, as_of: date, where: str) -> Document:
    """The gaps of a framework by standard: status, decision, controls, evidence, what is missing, what to do next."""
    head = [_("Requirement"), _("Stands"), _("Decision"), _("Controls"), _("Evidence"), _("Gap"), _("Next")]
    tables = []
    for group in gaps(stands, as_of=as_of):
        rows = []
        for row in group.rows:
            line = row.line
            asked = f"{line.name} {line.title} ({words.OBLIGATIONS[line.obligation]})"
            decided = f"{line.decision.get_choice_display()}, {line.decision.decided_on}" if line.decision else ""
            by = "; ".join(f"{code} {figures.percent(health.value)}" for _u, code, _n, _s, health in row.controls)
            shown = f"{line.evidence}, {_('newest')} {line.evidence_on}" if line.evidence_on else _("none")
            stand = str(words.VERDICTS[line.verdict.word][0])
            rows.append([asked, stand, decided, by or "–", shown if line.verdict.asked else "–", row.gap, row.step])
        tables.append(Table(f"{group.code} {group.name}".strip(), head, rows, [2.2, 0.9, 1.3, 1.2, 1.1, 2.2, 1.8]))
    return Document(_("Gaps"), str(stands.framework), _facts(stands, as_of, where), tables)


def _facts(stands: Standing, as_of: date, where: str) -> list[tuple[str, str]]:
    """What stands above a framework's tables."""
    tally = stands.tally
    return [
        (_("Scope"), where),
        (_("As of"), as_of.isoformat()),
        (_("Asked"), figures.number(tally.asked)),
        (_("Met"), figures.number(tally.met)),
        (_("Gaps"), figures.number(tally.missing)),
        (_("Health"), figures.percent(stands.health) if stands.health is not None else "–"),
    ]


def report(*, viewer: User, assessment: Assessment) -> Document:
    """An assessment: plan, samples with their seeds, tests, what was found and what is done about it."""
    tested = [
        [
            str(row.requirement.label or row.requirement.code),
            row.requirement.title,
            row.aspect,
            row.outcome,
            "; ".join(part for part in (str(row.sample or ""), row.note) if part),
            row.by,
            row.at.date().isoformat(),
        ]
        for row in checks(viewer=viewer, assessment=assessment)
    ]
    drawn = []
    for each in samples(viewer=viewer, assessment=assessment):
        s = each.sample
        drawn += [
            [s.population, str(s.seed), str(item.number), item.name, item.context, item.outcome, item.note]
            for item in each.items
        ]
    wrong = [
        [
            row.requirement.label or row.requirement.code,
            f"{row.title}. {row.words}",
            row.gravity,
            row.reasons,
            row.remedy,
            " ".join(part for part in (row.owner, row.due.isoformat() if row.due else "") if part),
            row.state,
        ]
        for row in deficiencies(viewer=viewer).filter(assessment=assessment)
    ]
    facts = [
        (_("Framework"), str(assessment.framework)),
        (_("Period"), f"{assessment.period_from} – {assessment.period_until}"),
        (_("Scope"), assessment.scope or (str(assessment.unit) if assessment.unit else _("whole organisation"))),
        (_("Led by"), assessment.lead),
        (_("State"), assessment.state),
    ]
    if assessment.rolled_until:
        facts.append((_("Rolled forward"), f"{assessment.rolled_until}: {assessment.rolled_note}"))
    if assessment.signed_at:
        facts.append((_("Signed"), f"{assessment.signed_by}, {assessment.signed_at:%Y-%m-%d %H:%M} UTC"))
        facts.append((_("Conclusion"), assessment.conclusion))
        facts.append(("SHA-256", assessment.digest))
    tables = [
        Table(
            _("Findings and remediation"),
            [_("Requirement"), _("Found"), _("Gravity"), _("Reasons"), _("Remedy"), _("Owner, due"), _("State")],
            wrong, [1.1, 2.4, 1.2, 2, 2, 1.2, 0.8],
        ),
        Table(
            _("Tests"),
            [_("Requirement"), _("Title"), _("Of"), _("Outcome"), _("Rests on"), _("By"), _("On")],
            tested, [1.2, 2.2, 0.9, 1.1, 2.4, 1, 1],
        ),
        Table(
            _("Samples"),
            [_("Population"), _("Seed"), "#", _("Member"), _("Context"), _("Outcome"), _("Note")],
            drawn, [1.2, 0.9, 0.4, 2, 2.4, 0.9, 2],
        ),
    ]  # fmt: skip
    return Document(assessment.title, str(assessment.framework), facts, [t for t in tables if t.rows])


def flat(document: Document) -> tuple[list[str], list[list[str]]]:
    """A document as one table: the title of each row's table first, where there are several."""
    many = len(document.tables) > 1 and len({tuple(t.head) for t in document.tables}) == 1
    if not many and len(document.tables) > 1:
        widest = max(len(t.head) for t in document.tables)
        head = [_("Part"), *(str(n) for n in range(1, widest + 1))]
        rows = []
        for table in document.tables:
            rows.append([table.title, *table.head])
            rows += [[table.title, *row] for row in table.rows]
        return head, rows
    if not document.tables:
        return [_("Nothing yet")], []
    if many:
        rows = [[table.title, *row] for table in document.tables for row in table.rows]
        return [_("Part"), *document.tables[0].head], rows
    return document.tables[0].head, document.tables[0].rows


def pdf(document: Document, *, organisation: str, at: datetime) -> bytes:
    """A document as tagged PDF (PDF/UA-1)."""
    import typst

    package = find_spec("fontpkg_inter")
    if package is None or package.origin is None:
        raise Refused("documents need the package fontpkg-inter; install Garrison's dependencies again")
    moment = at.astimezone(UTC)
    told = {
        "title": document.title,
        "about": document.about,
        "organisation": organisation or "–",
        "facts": [list(fact) for fact in document.facts],
        "tables": [
            {"title": t.title, "head": t.head, "rows": [[str(c) for c in row] for row in t.rows], "widths": t.widths}
            for t in document.tables
        ],
        "made": [moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second],
        "made_words": _("made %(when)s UTC") % {"when": f"{moment:%Y-%m-%d %H:%M}"},
        "of": _("of"),
    }
    made: bytes = typst.compile(
        TEMPLATE,
        format="pdf",
        font_paths=[Path(package.origin).parent / "files"],
        ignore_system_fonts=True,
        pdf_standards="ua-1",
        sys_inputs={"told": json.dumps(told, ensure_ascii=False)},
    )
    return made


def name_of(framework: Framework, kind: str, as_of: date) -> str:
    """The name of a file that is handed out, without its ending."""
    safe = "".join(c if c.isalnum() or c in "-." else "-" for c in framework.ident)[:60]
    return f"{kind}-{safe}-{as_of.isoformat()}"

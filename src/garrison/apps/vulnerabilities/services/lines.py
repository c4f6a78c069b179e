"""Our list of findings coming back: each changed row becomes the decision that it would be on the page."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from garrison.apps.assets import rules as register
from garrison.apps.vulnerabilities import rules, selectors
from garrison.apps.vulnerabilities.models import Finding
from garrison.apps.vulnerabilities.services.decisions import Decided, accept, assign, close, plan, reopen, set_due
from garrison.core import journal
from garrison.core.bulk import STORED, UNCHANGED, UPDATED, batches
from garrison.core.commands import Refused, changed, command
from garrison.core.imports import Batch, Staged
from garrison.core.models import User
from garrison.core.ui import figures
from garrison.formats.facts import FindingLineFact

Change = tuple[tuple[str, Any], ...]


@command("vulnerabilities.import_lines")
def import_lines(*, actor: User, batch: Batch) -> dict[str, int]:
    """Make the decisions that a list of findings holds, as the person who brought it; gives how many of each verdict.

    A row whose other columns disagree with the register is refused: it was edited where it cannot be, or its cells
    slipped, or the list is out of date.
    """
    totals = dict.fromkeys((STORED, UPDATED, UNCHANGED), 0)
    seen: set[str] = set()
    for chunk in batches(batch):
        known = _known(actor, [_fact(staged).uuid for staged in chunk])
        wanted: dict[Change, list[tuple[Staged, Finding]]] = defaultdict(list)
        for staged in chunk:
            fact, finding = _fact(staged), known.get(_fact(staged).uuid)
            if finding is None:
                batch.refuse(staged, "uuid", "no finding has this id; new findings come by a scanner's report")
                continue
            if fact.uuid in seen:
                batch.refuse(staged, "uuid", "this finding stands in an earlier row too; keep one of them")
                continue
            seen.add(fact.uuid)
            stored = {name: getattr(finding, name) for name in rules.EDITED}
            told = {name: getattr(fact, name) for name in rules.EDITED}
            change, wrong = rules.edits(stored, told, fact.said)
            wrong = register.disagreement(fact.told, told_of(finding)) or wrong
            if wrong:
                batch.refuse(staged, *wrong)
            else:
                wanted[change].append((staged, finding))
        for change, rows in wanted.items():
            verdict = UNCHANGED
            if change:
                who = rows[0][0].file.run.actor
                uuids = [finding.uuid for _, finding in rows]
                try:
                    with transaction.atomic():
                        decided = edit(actor=who, findings=uuids, change=change, at=batch.at)
                except Refused as refusal:
                    for staged, _ in rows:
                        batch.refuse(staged, change[0][0], str(refusal))
                    continue
                verdict = UPDATED
                _tell(change, rows, decided)
            batch.settle([staged for staged, _ in rows], [verdict] * len(rows))
            totals[verdict] += len(rows)
    changed(target="findings", after=totals)
    return totals


@command("vulnerabilities.edit")
def edit(*, actor: User, findings: Sequence[UUID], change: Change, at: datetime) -> list[Decided]:
    """Make one list's changes of some findings, each by its own command and permission; all of them or none."""
    said = dict(change)
    done = []
    if "owner" in said:
        done.append(assign(actor=actor, findings=findings, owner=said["owner"], at=at))
    if "due" in said:
        done.append(set_due(actor=actor, findings=findings, due=said["due"], at=at))
    status, note = said.get("status"), said.get("note", "")
    if status == "open":
        done.append(reopen(actor=actor, findings=findings, at=at))
    elif status == "planned":
        done.append(plan(actor=actor, findings=findings, note=note, at=at))
    elif status == "accepted":
        until = said["accepted_until"]
        done.append(accept(actor=actor, findings=findings, reason=note, until=until, at=at))
    elif status == "closed":
        done.append(close(actor=actor, findings=findings, reason=note, at=at))
    changed(target=figures.counted(len(findings), "findings"), after={"from a list": said})
    return done


def told_of(finding: Finding) -> dict[str, str]:
    """What an export tells of a finding in the columns that cannot be changed there."""
    return {
        "finding_code": finding.code,
        "finding": finding.title,
        "asset_code": finding.asset.code,
        "kind": finding.kind,
        "rule": finding.rule,
        "severity": finding.severity,
        "component": finding.component,
        "location": finding.location,
    }


def _fact(staged: Staged) -> FindingLineFact:
    """The staged fact as what it is."""
    assert isinstance(staged.fact, FindingLineFact)
    return staged.fact


def _known(actor: User, uuids: Sequence[str]) -> dict[str, Finding]:
    """The findings of these ids."""
    rows = selectors.listed(viewer=actor).filter(uuid__in=uuids)
    return {str(finding.uuid): finding for finding in rows}


def _tell(change: Change, rows: Sequence[tuple[Staged, Finding]], decided: Sequence[Decided]) -> None:
    """Tell whoever listens what was decided, and how it is taken back."""
    for one in decided:
        journal.way_back(one.undo.uuid)
    for staged, finding in rows:
        before = journal.plain({name: getattr(finding, name) for name, _ in change})
        after = journal.plain(dict(change))
        journal.note(
            journal.Entry("vulnerabilities.Finding", finding.pk, finding.code, staged.file.pk, staged.fact.row, before,
                          after, decided=True)
        )  # fmt: skip

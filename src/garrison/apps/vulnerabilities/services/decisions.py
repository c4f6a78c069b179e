"""What people decide about findings: who fixes them, by when, what is accepted, planned, closed or opened again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from garrison.apps.assets import selectors as assets
from garrison.apps.assets.models import PHYSICAL
from garrison.apps.vulnerabilities import rules, selectors
from garrison.apps.vulnerabilities.models import Finding
from garrison.apps.vulnerabilities.rules import Subject, Weakness
from garrison.core.bulk import batches
from garrison.core.clock import local_day
from garrison.core.commands import Missing, Refused, changed, command
from garrison.core.models import Undo, User
from garrison.core.undoing import held, offer_undo
from garrison.core.writing import update_each

AT_ONCE = 10_000
"""The most findings that one command takes."""

ACCEPT_DAYS = 366
"""The longest that a finding may be accepted at a time."""

KEPT = ("status", "decided", "accepted_until", "due", "due_set", "rank", "owner", "note")
"""What decisions change, and undoing puts back."""


@dataclass(frozen=True, slots=True)
class Decided:
    """How many findings a decision changed, in words, and how to take it back."""

    count: int
    label: str
    undo: Undo


@command("vulnerabilities.assign")
def assign(*, actor: User, findings: Sequence[UUID], owner: str, at: datetime) -> Decided:
    """Say who fixes these findings; "" for nobody."""
    owner = " ".join(owner.split())[:200]
    words = f"assigned to {owner}" if owner else "assigned to nobody"
    return _decide(actor, findings, at, words, lambda found: {"owner": owner})


@command("vulnerabilities.set_due")
def set_due(*, actor: User, findings: Sequence[UUID], due: date, at: datetime) -> Decided:
    """Set the day by which these findings are to be fixed; it holds until one of them becomes more urgent."""
    today = local_day(at)
    if due < today:
        raise Refused("the day lies in the past; choose today or later")
    return _decide(
        actor,
        findings,
        at,
        f"due on {due:%d %b %Y}",
        lambda found: {"due": due, "due_set": True, "rank": rules.rank(found.level, due)},
    )


@command("vulnerabilities.accept")
def accept(*, actor: User, findings: Sequence[UUID], reason: str, until: date, at: datetime) -> Decided:
    """Accept the risk of these findings for a time, with a reason; they come back when it runs out."""
    note = _note(reason, "say why the risk is acceptable; the next reader needs it")
    today = local_day(at)
    if not today < until <= today + timedelta(days=ACCEPT_DAYS):
        raise Refused("accept until a day after today and within a year; then it is looked at again")
    return _decide(
        actor,
        findings,
        at,
        f"accepted until {until:%d %b %Y}",
        lambda found: {"status": "accepted", "decided": at, "accepted_until": until, "note": note},
    )


@command("vulnerabilities.plan")
def plan(*, actor: User, findings: Sequence[UUID], note: str, at: datetime) -> Decided:
    """Say that fixing these findings is planned, and how; they stay open until seen fixed or closed."""
    words = " ".join(note.split())[:400]
    return _decide(
        actor,
        findings,
        at,
        "planned",
        lambda found: {
            "status": "planned", "decided": at, "accepted_until": None, "note": words or found.note
        },
    )  # fmt: skip


@command("vulnerabilities.close")
def close(*, actor: User, findings: Sequence[UUID], reason: str, at: datetime) -> Decided:
    """Close findings that are fixed, with how one knows; a later report that sees one again reopens it."""
    note = _note(reason, "say how you know that it is fixed")
    return _decide(
        actor,
        findings,
        at,
        "closed",
        lambda found: {"status": "closed", "decided": at, "accepted_until": None, "note": note},
    )


@command("vulnerabilities.reopen")
def reopen(*, actor: User, findings: Sequence[UUID], at: datetime) -> Decided:
    """Open findings again that were planned, accepted, closed or judged not to matter."""
    return _decide(
        actor, findings, at, "reopened", lambda found: {"status": "open", "decided": at, "accepted_until": None}
    )


@command("vulnerabilities.restore")
def restore(*, actor: User, rows: Sequence[Sequence[Any]]) -> None:
    """Put decided fields back: rows of (uuid, then the fields of ``KEPT`` as JSON has them)."""
    values = {UUID(row[0]): row[1:] for row in rows}
    chosen = _chosen(actor, list(values))
    before = [[finding.code, *_kept(finding)] for finding in chosen]
    read: tuple[Callable[[Any], Any], ...] = (_same, _moment, _day, _day, _same, _same, _same, _same)
    put = []
    for finding in chosen:
        said = values[finding.uuid]
        put.append((*(parse(value) for parse, value in zip(read, said, strict=True)), finding.pk))
    for some in batches(put):
        update_each(Finding, KEPT, some)
    changed(target=_named(chosen), path=_common(chosen), before=before, after=[list(row) for row in rows])


@command("vulnerabilities.add")
def add(
    *, actor: User, asset: UUID, title: str, severity: str, description: str, at: datetime, owner: str = ""
) -> Finding:
    """Write down a weakness that somebody saw; its priority follows the rule for findings without a CVE."""
    thing = assets.asset(viewer=actor, uuid=asset)
    title = " ".join(title.split())
    if not title or len(title) > 500:
        raise Refused("a finding needs a title of at most 500 characters")
    if severity not in rules.SEVERITIES:
        raise Refused(f"the severity is one of {', '.join(rules.SEVERITIES)}")
    physical = thing.kind in PHYSICAL
    kind = "door" if physical else "exposure"
    uuid = uuid4()
    rule = f"seen-{uuid.hex[:12]}"
    day = local_day(at)
    subject = Subject(thing.exposed if not physical else True, thing.critical, thing.kind)
    found = rules.prioritise(Weakness("exposure", rule, severity, day), subject, [])
    finding = Finding.objects.create(
        uuid=uuid,
        key=rules.finding_key(thing.uuid.hex, rule, "", "", kind),
        asset=thing,
        unit=thing.unit,
        physical=physical,
        tool=selectors.BY_HAND,
        kind="exposure",
        rule=rule,
        title=title,
        severity=severity,
        description=description.strip(),
        first_seen=at,
        last_seen=at,
        level=found.level,
        deadline=found.deadline,
        reason=found.reason,
        due=found.due,
        rank=rules.rank(found.level, found.due),
        exposed=thing.exposed,
        owner=" ".join(owner.split())[:200],
        search=rules.search_words(thing.code, thing.name, title),
    )
    changed(
        target=finding.code,
        path=thing.unit.path if thing.unit else "/",
        after={"finding": str(uuid), "asset": thing.code, "title": title, "severity": severity},
    )
    return finding


def _decide(
    actor: User, uuids: Sequence[UUID], at: datetime, words: str, new: Callable[[Finding], dict[str, Any]]
) -> Decided:
    """Change some findings alike, with one audit entry and one way back."""
    chosen = _chosen(actor, uuids)
    before = [[str(finding.uuid), *_kept(finding)] for finding in chosen]
    after: dict[str, Any] = {}
    changes: list[tuple[Any, ...]] = []
    for finding in chosen:
        after = new(finding)
        for name, value in after.items():
            setattr(finding, name, value)
        changes.append((*(getattr(finding, name) for name in after), finding.pk))
    for some in batches(changes):
        update_each(Finding, tuple(after), some)
    label = f"{_named(chosen)} {words}"
    told = {name: value for name, value in after.items() if name not in ("rank", "decided")}
    changed(
        target=label,
        path=_common(chosen),
        before=before,
        after={**told, "findings": [str(finding.uuid) for finding in chosen]},
    )
    undo = offer_undo(
        actor=actor, at=at, label=label, command_name="vulnerabilities.restore", arguments={"rows": before}
    )
    return Decided(len(chosen), label, undo)


def _chosen(actor: User, uuids: Sequence[UUID]) -> list[Finding]:
    """The findings asked for, within the actor's sight. Raises ``Missing`` when one is not: nothing is half done."""
    wanted = list(dict.fromkeys(uuids))
    if len(wanted) > AT_ONCE:
        raise Refused(f"at most {AT_ONCE:,} findings at once; narrow the list")
    found: list[Finding] = []
    columns = ("pk", "uuid", "title", "level", "unit__path", *KEPT)
    for some in batches(wanted):
        rows = selectors.findings(viewer=actor).filter(uuid__in=some).select_related("unit").only(*columns)
        found += held(rows)
    if not found or len(found) != len(wanted):
        raise Missing("one of these findings does not exist")
    return sorted(found, key=lambda finding: finding.pk)


def _kept(finding: Finding) -> list[Any]:
    """The decided fields as JSON has them."""
    values = (getattr(finding, name) for name in KEPT)
    return [value.isoformat() if isinstance(value, date) else value for value in values]


def _same(value: Any) -> Any:
    """A value that JSON keeps as it is."""
    return value


def _moment(value: str | None) -> datetime | None:
    """A time from its text."""
    return datetime.fromisoformat(value) if value else None


def _day(value: str | None) -> date | None:
    """A day from its text."""
    return date.fromisoformat(value) if value else None


def _note(text: str, ask: str) -> str:
    """A note of at least a few words."""
    note = " ".join(text.split())
    if len(note) < 5:
        raise Refused(ask)
    return note[:400]


def _named(chosen: Sequence[Finding]) -> str:
    """One finding by its code and title, several by their number."""
    return f"{chosen[0].code}, {chosen[0].title[:80]}" if len(chosen) == 1 else f"{len(chosen):,} findings"


def _common(chosen: Sequence[Finding]) -> str:
    """The longest unit path that holds all of them."""
    paths = [(finding.unit.path if finding.unit else "/").split("/") for finding in chosen]
    shared: list[str] = []
    for steps in zip(*paths, strict=False):
        if len(set(steps)) > 1:
            break
        shared.append(steps[0])
    return "/".join(shared).rstrip("/") + "/"

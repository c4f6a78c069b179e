"""How cases begin: from an access exception, a finding or a report; and how reports come in."""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from garrison.apps.access import selectors as access
from garrison.apps.access.models import AccessException
from garrison.apps.incidents import rules, selectors
from garrison.apps.incidents.models import Incident, Report
from garrison.apps.incidents.rules import Mail
from garrison.apps.incidents.services.cases import open_incident
from garrison.apps.incidents.services.duties import record_fact
from garrison.apps.incidents.services.timeline import write_door_events, write_entry
from garrison.apps.incidents.services.work import start_playbook
from garrison.apps.organization import selectors as organization
from garrison.apps.vulnerabilities import selectors as vulnerabilities
from garrison.core.commands import Missing, Refused, changed, command
from garrison.core.models import User

MOST_TEXT = 20_000
MOST_AN_HOUR = 60
"""Anonymous reports that are taken in one hour; nobody's address is kept, so only their number can be limited."""


@command("incidents.open_from_exception")
def open_from_exception(
    *, actor: User, exception: UUID, at: datetime, detected_at: datetime | None = None, number: int | None = None
) -> Incident:
    """Open a case from access that a leaver still holds: with its uses on the timeline, and the fact of discovery.

    ``detected_at`` is given where another system told of it before our sources were compared.
    """
    found = access.exceptions(viewer=actor).filter(uuid=exception).first()
    if found is None:
        raise Missing("no such access exception")
    there = selectors.of_exception(viewer=actor, exception=exception)
    if there is not None and there.closed_at is None:
        raise Refused(f"{there.code} was opened from it already")
    known = access.leaver(viewer=actor, person=found.person.uuid, as_of=at) if found.closed is None else None
    uses = known.uses if known else []
    doors = {row.asset: row for row in uses if row.asset is not None}
    critical = any(row.critical for row in uses)
    links: list[tuple[str, UUID | None, str]] = [
        ("person", found.person.uuid, found.person.name),
        ("exception", found.uuid, f"{found.get_kind_display()}: {found.person.name}"),
    ]
    if known is not None:
        links += [("badge", badge.uuid, badge.card) for badge in known.badges]
        links += [("account", account.uuid, account.login) for account in known.accounts]
    links += [("door", uuid, f"{row.door} {row.door_name}".strip()) for uuid, row in doors.items() if uuid]
    detected = detected_at or min(found.found, at)
    incident = open_incident(
        actor=actor,
        title=_title(found, uses),
        kind="physical" if not (known and known.account_uses) else "mixed",
        category="badge-misuse",
        at=at,
        answers={"critical": critical, "used": found.uses > 0},
        brief=f"{found.person.name} left and still holds access. {found.last_use_note}".strip(),
        unit_path=found.unit.path if found.unit else "",
        detected_at=detected,
        origin_kind="exception",
        origin=found.uuid,
        links=tuple(links),
        number=number,
    )
    write_door_events(actor, incident, uses, at)
    write_entry(
        actor,
        incident,
        at=at,
        kind="log",
        title="Detection: access used after leaving" if found.uses else "Detection: access open after leaving",
        text="HR roster, badge log and directory were compared.",
        happened=detected,
        source_words=f"leavers query, version {access.proof(viewer=actor, as_of=at).version}",
    )
    record_fact(
        actor=actor,
        uuid=incident.uuid,
        name="discovered_at",
        value=rules.moment_value(detected),
        source="the access exception was found when the sources were compared",
        at=at,
    )
    start_playbook(actor=actor, uuid=incident.uuid, playbook="leaver-badge", at=at)
    changed(target=incident.code, path=incident.path, after={"exception": str(found.uuid), "uses": len(uses)})
    return incident


def _title(found: AccessException, uses: list[access.Movement]) -> str:
    """What happened in a line: the gravest door that was opened."""
    last = next((row for row in reversed(uses) if row.critical), uses[-1] if uses else None)
    if last is not None:
        return f"Leaver's badge opened {last.door_name or last.door}"[:200]
    return f"Leaver's access {'used' if found.uses else 'still open'}: {found.person.name}"[:200]


@command("incidents.open_from_finding")
def open_from_finding(*, actor: User, finding: UUID, at: datetime) -> Incident:
    """Open a case from a finding that turned out to be used."""
    found = vulnerabilities.finding(viewer=actor, uuid=finding)
    there = selectors.incidents(viewer=actor).filter(origin_kind="finding", origin=finding, closed_at=None).first()
    if there is not None:
        raise Refused(f"{there.code} was opened from it already")
    asset = found.asset
    return open_incident(
        actor=actor,
        title=f"{asset.name or asset.code}: {found.title}"[:200],
        kind="physical" if found.physical else "cyber",
        category="intrusion" if found.physical else "account",
        at=at,
        answers={"critical": asset.critical},
        brief=found.reason,
        unit_path=found.unit.path if found.unit else "",
        origin_kind="finding",
        origin=found.uuid,
        links=(
            ("finding", found.uuid, found.title[:300]),
            ("door" if asset.kind == "door" else "asset", asset.uuid, f"{asset.code} {asset.name}".strip()[:300]),
        ),
    )


@command("incidents.open_from_report")
def open_from_report(*, actor: User, report: UUID, title: str, kind: str, category: str, at: datetime) -> Incident:
    """Open a case from a report; an anonymous one stays anonymous in the case."""
    found = selectors.report(viewer=actor, uuid=report)
    if found.state != "new":
        raise Refused(f"that report is settled: {found.get_state_display()}")
    incident = open_incident(
        actor=actor,
        title=title,
        kind=kind,
        category=category,
        at=at,
        brief=found.what,
        unit_path=found.unit.path if found.unit else "",
        detected_at=min(found.at, at),
        origin_kind="report",
        origin=found.uuid,
    )
    write_entry(
        actor,
        incident,
        at=at,
        kind="note",
        title=f"Report {found.code}, {found.get_way_display().lower()}",
        text="\n".join(part for part in (found.what, found.place, found.happened) if part),
        happened=min(found.at, at),
        certainty="possible",
        source_words=f"report {found.code}",
    )
    found.state, found.incident = "opened", incident
    found.save(update_fields=["state", "incident"])
    changed(target=found.code, path=incident.path, after={"report": found.code, "incident": incident.code})
    return incident


@command("incidents.dismiss_report")
def dismiss_report(*, actor: User, report: UUID, why: str) -> Report:
    """Settle a report without a case, with a reason."""
    found = selectors.report(viewer=actor, uuid=report)
    if found.state != "new":
        raise Refused(f"that report is settled: {found.get_state_display()}")
    if not why.strip():
        raise Refused("say why it is no incident")
    found.state, found.why = "dismissed", why.strip()[:400]
    found.save(update_fields=["state", "why"])
    changed(target=found.code, path=found.unit.path if found.unit else "/", after={"why": why})
    return found


@command("incidents.report")
def report(
    *, actor: User, what: str, at: datetime, place: str = "", happened: str = "", site: UUID | None = None
) -> Report:
    """Report something. Everybody who signs in may; the reporter is told the code, and named in the report."""
    where = organization.site(viewer=actor, uuid=site) if site else None
    made = _keep(
        way="form",
        what=what,
        at=at,
        place=place or (where.name if where else ""),
        happened=happened,
        by=actor,
        unit_id=where.unit_id if where else None,
    )
    changed(target=made.code, path=where.unit.path if where and where.unit else "/", after={"report": made.code})
    return made


@command("incidents.report_anonymously", to_the_hour=True)
def report_anonymously(*, actor: User, what: str, at: datetime, place: str = "", happened: str = "") -> Report:
    """Keep what nobody in particular reports: no name, address, program or session, and the hour only."""
    hour = rules.to_the_hour(at)
    if Report.objects.filter(way="anonymous", at=hour).count() >= MOST_AN_HOUR:
        raise Refused("too many reports came in this hour; try again in the next, or call the operations centre")
    made = _keep(way="anonymous", what=what, at=hour, place=place, happened=happened)
    changed(target=made.code, after={"report": made.code})
    return made


@command("incidents.take_mail")
def take_mail(*, actor: User, mail: Mail, raw: bytes, at: datetime) -> Report:
    """Keep an e-mail as a report; the same one twice is refused."""
    digest = hashlib.sha256(raw).hexdigest()
    if Report.objects.filter(digest=digest).exists():
        raise Refused("that e-mail was taken in already")
    when = mail.sent if mail.sent and mail.sent <= at + timedelta(hours=1) else at
    made = _keep(way="email", what=mail.text or mail.subject, at=when, subject=mail.subject, sender=mail.sender,
                 digest=digest)  # fmt: skip
    changed(target=made.code, after={"report": made.code, "subject": mail.subject, "sha256": digest})
    return made


def _keep(*, way: str, what: str, at: datetime, **told: object) -> Report:
    """Store a report under a code that tells nothing of its order."""
    what = what.strip()
    if len(what) < 10:
        raise Refused("say in a sentence what happened")
    fields = {"place": 200, "happened": 200, "subject": 200, "sender": 254}
    cut = {name: str(told.pop(name, ""))[:most] for name, most in fields.items()}
    for _attempt in range(5):
        try:
            with transaction.atomic():
                return Report.objects.create(
                    code=f"R-{secrets.token_hex(4).upper()}", way=way, what=what[:MOST_TEXT], at=at, **cut, **told
                )
        except IntegrityError:
            continue
    raise Refused("no free code was found; send it again")

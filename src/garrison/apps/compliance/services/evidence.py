"""Commands about evidence: what is given, what the system makes, what it bears on, what is asked for and answered."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from garrison.apps.compliance import selectors
from garrison.apps.compliance.models import (
    Evidence,
    EvidenceLink,
    EvidenceRequest,
    ServiceReport,
    UserEntityControl,
)
from garrison.apps.compliance.services.linking import refuse_withdrawn
from garrison.apps.controls import selectors as controls
from garrison.core.clock import local_day
from garrison.core.commands import Missing, Refused, changed, command
from garrison.core.models import User
from garrison.core.scopes import paths

MOST_BYTES = 50 * 1024**2


@command("compliance.add_evidence")
def add_evidence(
    *,
    actor: User,
    title: str,
    name: str,
    content: bytes,
    at: datetime,
    collected_on: date,
    valid_until: date | None = None,
    note: str = "",
    unit: str = "",
    requirement: UUID | None = None,
    control: UUID | None = None,
) -> Evidence:
    """Keep a file as evidence under the SHA-256 of its bytes, and tie it to what it shows."""
    if not title.strip():
        raise Refused("give the evidence a title")
    if not content:
        raise Refused("the file is empty")
    if len(content) > MOST_BYTES:
        raise Refused(f"the file is larger than {MOST_BYTES // 1024**2} MB")
    _days(collected_on, valid_until, at)
    where = selectors.unit_at(viewer=actor, path=unit) if unit and unit != "/" else None
    sha256 = hashlib.sha256(content).hexdigest()
    item = Evidence.objects.create(
        kind="file",
        title=title.strip()[:300],
        unit=where,
        note=note,
        collected_on=collected_on,
        valid_until=valid_until,
        by=actor.username,
        at=at,
        file_name=name.replace("\\", "/").rpartition("/")[2][:300] or "file",
        sha256=sha256,
        bytes=len(content),
    )
    _link(actor, item, requirement, control, at)
    place = selectors.place(sha256)
    if not place.exists():  # last, so that a refusal leaves no file behind
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        half = place.with_suffix(".half")
        half.write_bytes(content)
        half.chmod(0o600)
        half.rename(place)
    changed(
        target=item.title,
        path=where.path if where else "/",
        after={"sha256": sha256, "bytes": len(content), "collected_on": collected_on, "valid_until": valid_until},
    )
    return item


@command("compliance.cite_record")
def cite_record(
    *, actor: User, title: str, url: str, at: datetime, requirement: UUID | None = None, control: UUID | None = None
) -> Evidence:
    """Let a page of this system stand as evidence, by its address here."""
    if not title.strip():
        raise Refused("give the evidence a title")
    if not url.startswith("/") or url.startswith("//") or "\\" in url:
        raise Refused("give the address of a page of this system, beginning with /")
    item = Evidence.objects.create(
        kind="record", title=title.strip()[:300], collected_on=local_day(at), by=actor.username, at=at, url=url[:400]
    )
    _link(actor, item, requirement, control, at)
    changed(target=item.title, after={"url": item.url})
    return item


@command("compliance.link_evidence")
def link_evidence(
    *, actor: User, uuid: UUID, at: datetime, requirement: UUID | None = None, control: UUID | None = None
) -> None:
    """Tie an item of evidence to a requirement or a control that it shows."""
    item = selectors.item(viewer=actor, uuid=uuid)
    if item.withdrawn_at is not None:
        raise Refused("this evidence was withdrawn")
    if requirement is None and control is None:
        raise Refused("choose a requirement or a control")
    _link(actor, item, requirement, control, at)
    changed(target=item.title, after={"requirement": requirement, "control": control})


def _link(actor: User, item: Evidence, requirement: UUID | None, control: UUID | None, at: datetime) -> None:
    """Tie an item to what it shows, once."""
    if requirement is not None:
        asked = selectors.requirement(viewer=actor, uuid=requirement)
        refuse_withdrawn(asked, viewer=actor)
        EvidenceLink.objects.get_or_create(
            evidence=item, requirement=asked, control=None, defaults={"by": actor.username, "at": at}
        )
    if control is not None:
        found = controls.control(viewer=actor, uuid=control)
        EvidenceLink.objects.get_or_create(
            evidence=item, requirement=None, control=found, defaults={"by": actor.username, "at": at}
        )


@command("compliance.withdraw_evidence")
def withdraw_evidence(*, actor: User, uuid: UUID, why: str, at: datetime) -> None:
    """Let an item count no more, with the reason; it stays to be read for as long as the law asks."""
    item = selectors.item(viewer=actor, uuid=uuid)
    if item.kind == "measure":
        raise Refused("what the system measured stands; measure anew instead")
    if item.withdrawn_at is not None:
        raise Refused("it was withdrawn already")
    if not why.strip():
        raise Refused("say why it counts no more")
    item.withdrawn_at, item.withdrawn_why = at, why.strip()[:400]
    item.save(update_fields=["withdrawn_at", "withdrawn_why"])
    changed(target=item.title, after={"withdrawn": True, "why": item.withdrawn_why})


@command("compliance.measure")
def measure(*, actor: User, at: datetime) -> list[Evidence]:
    """Let the system ask itself anew; each measure becomes a new item beside its earlier ones."""
    if "/" not in paths(actor, "compliance.measure"):
        raise Refused("a measure looks at the whole organisation; your role covers only a part of it")
    found = selectors.measured(viewer=actor, at=at)
    today = local_day(at)
    Evidence.objects.filter(newest=True, measure__in=[each.measure for each in found]).update(newest=False)
    items = Evidence.objects.bulk_create(
        [
            Evidence(
                kind="measure",
                title=each.title,
                collected_on=today,
                by="the system" if actor.is_system else actor.username,
                at=at,
                measure=each.measure,
                version=selectors.MEASURES_VERSION,
                newest=True,
                query=each.query,
                parameters=each.parameters,
                population=each.population,
                population_words=each.population_words,
                exceptions=each.exceptions,
                read=each.read,
                read_words=each.read_words,
                recount=each.recount,
                recount_words=each.recount_words,
                said=each.said[:400],
                listed=each.listed,
            )
            for each in found
        ]
    )
    changed(
        target="measures",
        after=[{"measure": i.measure, "population": i.population, "exceptions": i.exceptions} for i in items],
    )
    return items


@command("compliance.request_evidence")
def request_evidence(
    *,
    actor: User,
    title: str,
    at: datetime,
    words: str = "",
    requirement: UUID | None = None,
    assessment: UUID | None = None,
    owner: str = "",
    due: date | None = None,
) -> EvidenceRequest:
    """Ask to see something: what, for which requirement, of whom, by when."""
    if not title.strip():
        raise Refused("say what you want to see")
    if due is not None and due < local_day(at):
        raise Refused("the day by which you ask lies in the past")
    found = selectors.assessment(viewer=actor, uuid=assessment) if assessment else None
    if found is not None and found.locked:
        raise Refused("the assessment is signed; nothing more can be asked in it")
    made = EvidenceRequest.objects.create(
        title=title.strip()[:300],
        words=words,
        requirement=selectors.requirement(viewer=actor, uuid=requirement) if requirement else None,
        assessment=found,
        unit=found.unit if found else None,
        asked_by=actor,
        asked_at=at,
        owner=owner.strip()[:200],
        due=due,
    )
    changed(target=made.title, after={"words": words, "owner": made.owner, "due": due})
    return made


@command("compliance.answer_request")
def answer_request(
    *, actor: User, uuid: UUID, answer: str, at: datetime, items: Sequence[UUID] = ()
) -> EvidenceRequest:
    """Answer a request with words and items of evidence."""
    asked = selectors.request(viewer=actor, uuid=uuid)
    if asked.state == "accepted":
        raise Refused("the answer was accepted already")
    if not answer.strip() and not items:
        raise Refused("answer in words, or choose evidence")
    given = [selectors.item(viewer=actor, uuid=each) for each in items]
    asked.answer, asked.answered_by, asked.answered_at, asked.state = answer, actor.username, at, "answered"
    asked.save(update_fields=["answer", "answered_by", "answered_at", "state"])
    asked.items.add(*given)
    changed(target=asked.title, after={"answer": answer, "items": [str(each.uuid) for each in given]})
    return asked


@command("compliance.judge_answer")
def judge_answer(*, actor: User, uuid: UUID, accept: bool, words: str = "") -> EvidenceRequest:
    """Accept an answer, or give it back with words; only who asked may."""
    asked = selectors.request(viewer=actor, uuid=uuid)
    if asked.asked_by_id != actor.pk:
        raise Refused("only who asked can say whether the answer is enough")
    if asked.state != "answered":
        raise Refused("there is no answer to judge")
    if not accept and not words.strip():
        raise Refused("say what is missing")
    asked.state = "accepted" if accept else "returned"
    if words.strip():
        asked.words = f"{asked.words}\n\n{words.strip()}".strip()
    asked.save(update_fields=["state", "words"])
    changed(target=asked.title, after={"state": asked.state, "words": words})
    return asked


@command("compliance.record_report")
def record_report(
    *,
    actor: User,
    provider: str,
    service: str,
    kind: str,
    period_from: date,
    period_until: date,
    opinion: str,
    at: datetime,
    bridged_until: date | None = None,
    note: str = "",
    expected: Sequence[tuple[str, UUID | None]] = (),
) -> ServiceReport:
    """Record a service organisation's report, and what it expects of us, with the control of ours that does it."""
    if not provider.strip() or not service.strip():
        raise Refused("name the provider and the service")
    if period_until < period_from:
        raise Refused("the period ends before it begins")
    if bridged_until is not None and bridged_until <= period_until:
        raise Refused("a bridge letter reaches beyond the report's period")
    if kind not in dict(ServiceReport.KINDS) or opinion not in dict(ServiceReport.OPINIONS):
        raise Refused("choose the kind of report and the opinion")
    if ServiceReport.objects.filter(provider=provider.strip(), kind=kind, period_until=period_until).exists():
        raise Refused("this report is recorded already")
    made = ServiceReport.objects.create(
        provider=provider.strip()[:200],
        service=service.strip()[:300],
        kind=kind,
        period_from=period_from,
        period_until=period_until,
        bridged_until=bridged_until,
        opinion=opinion,
        note=note,
        by=actor.username,
        at=at,
    )
    for words, control in expected:
        if words.strip():
            UserEntityControl.objects.create(
                report=made,
                words=words.strip()[:500],
                control=controls.control(viewer=actor, uuid=control) if control else None,
            )
    changed(target=made, after={"period_until": period_until, "opinion": opinion, "expected": len(expected)})
    return made


@command("compliance.match_expectation")
def match_expectation(*, actor: User, uuid: UUID, control: UUID | None) -> None:
    """Say which control of ours does what a service organisation's report expects."""
    found = UserEntityControl.objects.filter(uuid=uuid, report__in=selectors.reports(viewer=actor)).first()
    if found is None:
        raise Missing("no such expectation")
    before = found.control.code if found.control else ""
    found.control = controls.control(viewer=actor, uuid=control) if control else None
    found.save(update_fields=["control"])
    changed(target=found.words, before=before, after=found.control.code if found.control else "")


def _days(collected_on: date, valid_until: date | None, at: datetime) -> None:
    """Refuse days that cannot be."""
    if collected_on > local_day(at):
        raise Refused("evidence cannot be collected in the future")
    if valid_until is not None and valid_until < collected_on:
        raise Refused("it would end before it was collected")

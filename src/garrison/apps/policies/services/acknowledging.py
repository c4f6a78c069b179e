"""Acknowledgement: by sign-in, by one-time link, from a signed list; and reminders."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils.translation import gettext as _

from garrison.apps.people.models import Person
from garrison.apps.policies import selectors
from garrison.apps.policies.models import Acknowledgement, Attempt, Invitation, Reminder, Version
from garrison.apps.policies.rules import digest, parse_quiz, score
from garrison.core.clock import local_day
from garrison.core.commands import Missing, Refused, changed, command, system_actor
from garrison.core.jobs import ask
from garrison.core.models import Undo, User
from garrison.core.undoing import offer_undo

LINK_DAYS = 30


@dataclass(frozen=True, slots=True)
class Linked:
    """A one-time link for somebody; it is shown once and never kept."""

    person: Person
    url: str


@dataclass(frozen=True, slots=True)
class Read:
    """What came of an acknowledgement: done, or a quiz that was not passed, with its score."""

    done: bool
    score: int
    needed: int


@command("policies.acknowledge")
def acknowledge(*, actor: User, uuid: UUID, at: datetime, sha256: str, answers: Mapping[int, int]) -> Read:
    """The actor read the words with the hash ``sha256`` and says so; where a quiz is asked it must be passed."""
    task, _questions = selectors.task(viewer=actor, policy=uuid, as_of=local_day(at))
    person = selectors.person_of(viewer=actor)
    assert person is not None, "a task has a person"
    return _read(task.version, person, at, sha256, answers, how="signed in", by=actor.username)


@command("policies.acknowledge_by_link")
def acknowledge_by_link(*, actor: User, token: str, at: datetime, sha256: str, answers: Mapping[int, int]) -> Read:
    """Whoever holds the link read the words and says so. The link dies with it; a failed quiz leaves it alive."""
    found = selectors.invitation(viewer=actor, token=token, at=at)
    if found is None:
        raise Refused("this link was used already, is too old, or was never made here; ask for a new one")
    Invitation.objects.select_for_update().get(pk=found.pk)
    result = _read(found.version, found.person, at, sha256, answers, how="link", by="")
    if result.done:
        Invitation.objects.filter(pk=found.pk).update(used_at=at)
    return result


def _read(
    version: Version, person: Person, at: datetime, sha256: str, answers: Mapping[int, int], *, how: str, by: str
) -> Read:
    """Keep the attempt, and the acknowledgement when it was passed."""
    if sha256 != version.sha256:
        raise Refused("a newer text came into force while you were reading; read it again")
    if Acknowledgement.objects.filter(version=version, person=person).exists():
        raise Refused("it is acknowledged already")
    questions = parse_quiz(version.quiz)[0]
    reached = score(questions, answers)
    passed = reached >= version.pass_mark or not questions
    if questions:
        kept = {str(n): answers[n] for n in range(len(questions)) if n in answers}
        Attempt.objects.create(version=version, person=person, at=at, score=reached, passed=passed, answers=kept)
    if passed:
        Acknowledgement.objects.create(
            version=version,
            person=person,
            at=at,
            how=how,
            recorded_by=by or person.name[:150],
            score=reached if questions else None,
            sha256=sha256,
        )
    policy = version.policy
    changed(
        target=f"{policy.code} v{version.number}",
        path=policy.path,
        after={"person": person.number, "how": how, "score": reached if questions else None, "passed": passed},
    )
    return Read(passed, reached, version.pass_mark)


@command("policies.record_paper")
def record_paper(
    *, actor: User, uuid: UUID, at: datetime, people: Sequence[UUID], on: datetime, note: str
) -> tuple[int, Undo]:
    """Record that people signed on paper, on a day, with a note of where the list is kept; all or nothing."""
    version = _current(actor, uuid)
    if not note.strip():
        raise Refused("say where the signed list is kept")
    if on > at:
        raise Refused("nobody signed in the future")
    if version.published_at is not None and local_day(on) < local_day(version.published_at):
        raise Refused("that is before this version came into force; the words they signed were others")
    bound = selectors.outstanding(viewer=actor, version=version).filter(uuid__in=people)
    found = list(bound.order_by("number").values_list("pk", "number"))
    if not found:
        raise Refused("none of those is bound by it and still has to acknowledge it")
    rows = Acknowledgement.objects.bulk_create(
        [
            Acknowledgement(
                version=version,
                person_id=person,
                at=on,
                how="paper",
                recorded_by=actor.username,
                note=note.strip()[:400],
                sha256=version.sha256,
            )
            for person, _number in found
        ],
        batch_size=1000,
    )
    told = {"people": [number for _person, number in found], "on": on, "note": note}
    undo = offer_undo(
        actor=actor,
        at=at,
        label=f"{len(rows)} signatures for {version.policy.code}",
        command_name="policies.remove_paper",
        arguments={"uuid": str(version.policy.uuid), "rows": [str(row.uuid) for row in rows]},
    )
    changed(target=f"{version.policy.code} v{version.number}", path=version.policy.path, after=told)
    return len(found), undo


@command("policies.remove_paper")
def remove_paper(*, actor: User, uuid: UUID | str, rows: Sequence[str]) -> int:
    """Take back what was recorded from a signed list; what people acknowledged themselves stays."""
    policy = selectors.policy(viewer=actor, uuid=UUID(str(uuid)))
    found = Acknowledgement.objects.filter(uuid__in=rows, how="paper", version__policy=policy).select_related("person")
    people = [row.person.number for row in found]
    if not people:
        raise Refused("none of these signatures is recorded any more")
    found.delete()
    changed(target=policy.code, path=policy.path, before={"people": people})
    return len(people)


@command("policies.remind")
def remind(*, actor: User, uuid: UUID, at: datetime, people: Sequence[UUID] | None = None) -> tuple[int, Undo | None]:
    """Record a reminder to those who have not acknowledged, or to those named among them; at most one a day each.

    E-mail follows as long work where it is set up; the record says how it went.
    """
    version = _current(actor, uuid)
    rows = selectors.outstanding(viewer=actor, version=version)
    if people is not None:
        rows = rows.filter(uuid__in=people)
    today = at.replace(hour=0, minute=0, second=0, microsecond=0)
    recent = set(Reminder.objects.filter(version=version, at__gte=today).values_list("person_id", flat=True))
    found = [person for person in rows if person.pk not in recent]
    if not found:
        raise Refused("nobody is left to remind: all have acknowledged it or were reminded today")
    kept = [Reminder(version=version, person=person, at=at, by=actor.username) for person in found]
    Reminder.objects.bulk_create(kept, batch_size=1000)
    policy, undo = version.policy, None
    if settings.GARRISON_SENDS_MAIL:
        label = f"Reminders for {policy.code}"
        ask(
            actor=system_actor(),
            kind="policies.send_reminders",
            label=label,
            arguments={"uuid": str(policy.uuid)},
            at=at,
        )
    else:
        undo = offer_undo(
            actor=actor,
            at=at,
            label=f"{len(kept)} reminders for {policy.code}",
            command_name="policies.remove_reminders",
            arguments={"uuid": str(policy.uuid), "rows": [str(row.uuid) for row in kept]},
        )
    told = {"people": [person.number for person in found], "e-mail": bool(settings.GARRISON_SENDS_MAIL)}
    changed(target=f"{version.policy.code} v{version.number}", path=version.policy.path, after=told)
    return len(found), undo


@command("policies.remove_reminders")
def remove_reminders(*, actor: User, uuid: UUID | str, rows: Sequence[str]) -> int:
    """Take back reminders that were recorded and went nowhere yet."""
    policy = selectors.policy(viewer=actor, uuid=UUID(str(uuid)))
    found = Reminder.objects.filter(uuid__in=rows, sent="", version__policy=policy)
    number = found.count()
    if not number:
        raise Refused("these reminders were sent, or taken back already")
    found.delete()
    changed(target=policy.code, path=policy.path, before={"reminders": number})
    return number


@command("policies.send_reminders")
def send_reminders(*, actor: User, uuid: UUID, at: datetime) -> dict[str, int]:
    """Send the recorded reminders of a version that were not sent yet; each with a one-time link of its own."""
    if not settings.GARRISON_SENDS_MAIL:
        raise Refused("e-mail is not set up here; see how-to/policies")
    version = selectors.version_in_force(viewer=actor, uuid=uuid)
    counts = {"sent": 0, "failed": 0}
    rows = Reminder.objects.filter(version=version, sent="").select_related("person")
    for reminder in rows:
        reminder.sent = _send(version, reminder.person, at)
        reminder.save(update_fields=["sent"])
        counts["sent" if reminder.sent == "sent" else "failed"] += 1
    changed(target=f"{version.policy.code} v{version.number}", path=version.policy.path, after=dict(counts))
    return counts


def _send(version: Version, person: Person, at: datetime) -> str:
    """Send one reminder; gives how it went in a few words."""
    if not person.email:
        return "no e-mail address"
    link = _invite(version, person, at)
    policy = version.policy
    words = _(
        "Please read “%(title)s” (%(code)s, version %(number)s) and acknowledge it here:\n%(url)s\n\n"
        "The link is yours alone, works once, and ends after %(days)s days."
    ) % {"title": policy.title, "code": policy.code, "number": version.number, "url": link, "days": LINK_DAYS}
    try:
        send_mail(_("Please read: %(title)s") % {"title": policy.title}, words, None, [person.email])
    except (SMTPException, OSError) as error:
        return f"not sent: {error}"[:200]
    return "sent"


@command("policies.issue_links")
def issue_links(*, actor: User, uuid: UUID, at: datetime, people: Sequence[UUID] | None = None) -> list[Linked]:
    """One-time links for those who have not acknowledged; earlier open links of theirs end."""
    version = _current(actor, uuid)
    rows = selectors.outstanding(viewer=actor, version=version)
    if people is not None:
        rows = rows.filter(uuid__in=people)
    found = list(rows[:5000])
    if not found:
        raise Refused("nobody among them still has to acknowledge it")
    made = [Linked(person, _invite(version, person, at)) for person in found]
    told = {"links": [person.number for person in found]}
    changed(target=f"{version.policy.code} v{version.number}", path=version.policy.path, after=told)
    return made


def _invite(version: Version, person: Person, at: datetime) -> str:
    """A fresh one-time link; what was open for the same person and words ends."""
    Invitation.objects.filter(version=version, person=person, used_at=None).delete()
    token = secrets.token_urlsafe(32)
    Invitation.objects.create(
        version=version, person=person, token=digest(token), made_at=at, until=at + timedelta(days=LINK_DAYS)
    )
    return settings.GARRISON_URL.rstrip("/") + reverse("policies:by_link", args=[token])


def _current(actor: User, uuid: UUID) -> Version:
    """The wording in force of a policy of the actor's own units, or one that binds them from above."""
    version = selectors.version_in_force(viewer=actor, uuid=uuid)
    if not version.policy.acknowledge:
        raise Missing("this policy asks nobody to acknowledge it")
    return version

"""Writing policies: new ones, their words, their facts, and what enforces them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from garrison.apps.controls import selectors as controls
from garrison.apps.organization import selectors as organization
from garrison.apps.organization.models import Unit
from garrison.apps.policies import selectors
from garrison.apps.policies.models import OPEN, Enforcement, Policy, Version
from garrison.apps.policies.rules import MOST_CHARACTERS, add_months, after, digest, normal, parse_quiz, why_not
from garrison.core.commands import Missing, Refused, changed, command
from garrison.core.models import Undo, User
from garrison.core.scopes import may, paths
from garrison.core.undoing import offer_undo

KINDS = tuple(word for word, _ in Policy.KINDS)
AUDIENCES = tuple(word for word, _ in Policy.AUDIENCES)


class Conflict(Refused):
    """Somebody else changed the text in the meantime; nothing was saved, and nothing of either is lost."""


@command("policies.create")
def create(
    *,
    actor: User,
    at: datetime,
    code: str,
    title: str,
    kind: str = "policy",
    unit: str = "",
    units: Sequence[str] = (),
    owner: str = "",
    audience: str = "everyone",
    audience_words: Sequence[str] = (),
    acknowledge: bool = True,
    review_months: int = 12,
    body: str = "",
    quiz: str = "",
    template: str = "",
    requirements: Sequence[str] = (),
    suggested: Iterable[str] = (),
) -> Policy:
    """A new policy with a first draft. ``suggested`` are codes of controls; those in sight are linked at once."""
    code, title = code.strip(), title.strip()
    if not code or not title:
        raise Refused("a policy needs a code and a title")
    if Policy.objects.filter(code__iexact=code).exists():
        raise Refused(f"there is a policy {code} already; choose another code")
    home = _home(actor, unit, "policies.create")
    words = _checked(body, quiz)
    policy = Policy.objects.create(
        code=code[:40],
        title=title[:200],
        unit=home,
        template=template[:60],
        requirements=list(requirements),
        **_facts(kind, owner, audience, audience_words, acknowledge, review_months),
    )
    policy.units.set(_scope(actor, home, units))
    Version.objects.create(
        policy=policy, number=1, body=words, quiz=quiz.strip(), sha256=digest(words), edited_by=actor, edited_at=at
    )
    wanted = list(suggested)
    for control in controls.controls(viewer=actor).filter(code__in=wanted) if wanted else ():
        Enforcement.objects.create(policy=policy, control=control)
    changed(target=code, path=policy.path, after={"title": title, "kind": kind, "template": template, "text": words})
    return policy


@command("policies.save_text")
def save_text(
    *,
    actor: User,
    uuid: UUID,
    at: datetime,
    edits: int,
    body: str,
    quiz: str = "",
    pass_mark: int = 80,
    note: str = "",
) -> Version:
    """Save the words of the version in work. ``edits`` is what the editor saw when it opened.

    Whoever had approved it has to look again. Raises ``Conflict`` when somebody else saved in between.
    """
    policy, version = _open(actor, uuid)
    if version.edits != edits:
        raise Conflict(
            f"{version.edited_by} changed the text while you were writing; yours was not saved. Compare both below"
        )
    if not 0 <= pass_mark <= 100:
        raise Refused("the pass mark lies between 0 and 100")
    words = _checked(body, quiz)
    told = {"note": note.strip()[:400], "body": words, "quiz": quiz.strip(), "pass_mark": pass_mark}
    before = {name: getattr(version, name) for name in told}
    if told == before:
        raise Refused("nothing was changed, so nothing was saved")
    before["state"] = version.state
    _must("edit", version)
    version.state = after("edit", version.state)
    for name, value in told.items():
        setattr(version, name, value)
    version.sha256, version.edits, version.edited_by, version.edited_at = digest(words), edits + 1, actor, at
    version.save()
    changed(target=f"{policy.code} v{version.number}", path=policy.path, before=before, after=told)
    return version


@command("policies.revise")
def revise(*, actor: User, uuid: UUID, at: datetime, note: str = "") -> Version:
    """Begin the next version from the words in force; what is in force stays so until the next is published."""
    policy = _own(actor, uuid)
    last = Version.objects.filter(policy=policy).order_by("-number").first()
    if last is None or Version.objects.filter(policy=policy, state__in=OPEN).exists():
        raise Refused("there is a version in work already; go on with that one")
    version = Version.objects.create(
        policy=policy,
        number=last.number + 1,
        note=note.strip()[:400],
        body=last.body,
        quiz=last.quiz,
        pass_mark=last.pass_mark,
        sha256=last.sha256,
        edited_by=actor,
        edited_at=at,
    )
    changed(target=f"{policy.code} v{version.number}", path=policy.path, after={"from": last.number, "note": note})
    return version


@command("policies.set_facts")
def set_facts(
    *,
    actor: User,
    uuid: UUID,
    title: str,
    kind: str,
    owner: str,
    audience: str,
    audience_words: Sequence[str],
    units: Sequence[str],
    acknowledge: bool,
    review_months: int,
) -> Policy:
    """Change whose a policy is, whom it binds and how often it is looked at; the words stay."""
    policy = _own(actor, uuid)
    if not title.strip():
        raise Refused("a policy needs a title")
    told = {"title": title.strip()[:200]} | _facts(kind, owner, audience, audience_words, acknowledge, review_months)
    scope = _scope(actor, policy.unit, units)
    before = {name: getattr(policy, name) for name in told} | {"units": [u.code for u in policy.units.order_by("code")]}
    now = told | {"units": sorted(unit.code for unit in scope)}
    if before == now:
        raise Refused("nothing was changed, so nothing was saved")
    for name, value in told.items():
        setattr(policy, name, value)
    if policy.reviewed_on is not None:
        policy.review_due = add_months(policy.reviewed_on, review_months)
    policy.save()
    policy.units.set(scope)
    changed(target=policy.code, path=policy.path, before=before, after=now)
    return policy


@command("policies.link_enforcement")
def link_enforcement(
    *, actor: User, uuid: UUID, at: datetime, kind: str = "control", control: UUID | None = None, how: str = ""
) -> tuple[Enforcement, Undo]:
    """Say what shows that a policy is kept: a control of the register, or a detection or check in words."""
    policy = _own(actor, uuid)
    if kind not in dict(Enforcement.KINDS):
        raise Refused("choose control, detection or check")
    found = controls.controls(viewer=actor).filter(uuid=control).first() if control else None
    if control and found is None:
        raise Missing("no such control")
    if found is None and not how.strip():
        raise Refused("choose a control, or say what shows that it is kept")
    if found is not None and Enforcement.objects.filter(policy=policy, control=found).exists():
        raise Refused(f"{found.code} is named there already")
    link = Enforcement.objects.create(policy=policy, kind=kind, control=found, how=how.strip()[:400])
    undo = offer_undo(
        actor=actor,
        at=at,
        label=f"Enforcement of {policy.code}",
        command_name="policies.unlink_enforcement",
        arguments={"uuid": str(link.uuid)},
    )
    changed(target=policy.code, path=policy.path, after={"kind": kind, "control": found and found.code, "how": how})
    return link, undo


@command("policies.unlink_enforcement")
def unlink_enforcement(*, actor: User, uuid: UUID | str) -> Policy:
    """No longer name something as what shows that a policy is kept."""
    link = Enforcement.objects.filter(uuid=uuid, policy__in=selectors.own(viewer=actor)).first()
    if link is None:
        raise Missing("it is not named there")
    policy = link.policy
    control = link.control
    before = {"kind": link.kind, "control": control and control.code, "how": link.how}
    changed(target=policy.code, path=policy.path, before=before)
    link.delete()
    return policy


def _own(actor: User, uuid: UUID) -> Policy:
    """A policy of the actor's own units, locked until the transaction ends."""
    found = selectors.own(viewer=actor).select_related(None).select_for_update().filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such policy")
    return found


def _open(actor: User, uuid: UUID) -> tuple[Policy, Version]:
    """A policy and the version of it that is in work."""
    policy = _own(actor, uuid)
    version = Version.objects.filter(policy=policy, state__in=OPEN).first()
    if version is None:
        raise Refused("no version is in work; begin the next one first")
    return policy, version


def _must(verb: str, version: Version) -> None:
    """Refuse a step that the version's state does not allow."""
    if words := why_not(verb, version.state):
        raise Refused(words)


def _home(actor: User, code: str, permission: str) -> Unit | None:
    """Where a new policy belongs: a unit by code, else the whole organisation for those who act for it."""
    if code:
        return organization.unit(viewer=actor, code=code)
    if may(actor, permission, "/"):
        return None
    path = min(paths(actor, permission), key=len)
    return organization.units(viewer=actor).filter(path=path).first()


def _scope(actor: User, home: Unit | None, codes: Sequence[str]) -> list[Unit]:
    """The units that a policy is narrowed to; they lie below where it belongs."""
    found = []
    for code in dict.fromkeys(code for code in codes if code):
        unit = organization.unit(viewer=actor, code=code)
        if home is not None and not unit.path.startswith(home.path):
            raise Refused(f"{unit.name} does not lie below {home.name}, where the policy belongs")
        found.append(unit)
    return found


def _facts(
    kind: str, owner: str, audience: str, words: Sequence[str], acknowledge: bool, review_months: int
) -> dict[str, object]:
    """The facts of a policy, checked."""
    if kind not in KINDS:
        raise Refused(f"choose one of {', '.join(KINDS)}")
    if audience not in AUDIENCES:
        raise Refused("choose whom it binds")
    kept = [word.strip() for word in words if word.strip()]
    if audience == "roles" and not kept:
        raise Refused("say which roles it binds, by words of their title or department")
    if not 1 <= review_months <= 60:
        raise Refused("a policy is looked at again after 1 to 60 months")
    return {
        "kind": kind,
        "owner": owner.strip()[:200],
        "audience": audience,
        "audience_words": kept if audience == "roles" else [],
        "acknowledge": acknowledge,
        "review_months": review_months,
    }


def _checked(body: str, quiz: str) -> str:
    """A text as it is kept. Refuses one that is too long, or a quiz that cannot be read."""
    words = normal(body)
    if len(words) > MOST_CHARACTERS:
        raise Refused(f"the text has {len(words):,} characters; {MOST_CHARACTERS:,} is the most")
    if wrong := parse_quiz(quiz)[1]:
        raise Refused(f"quiz: {wrong}")
    return words

"""Review, approval by quorum, publication and retirement; and the clock of reviews."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from garrison.apps.policies.models import Approval, Policy, Version
from garrison.apps.policies.rules import add_months, after, review_standing, tally, unfilled, why_not_named
from garrison.apps.policies.services.writing import _must, _open, _own
from garrison.core.clock import local_day
from garrison.core.commands import Missing, Refused, changed, command
from garrison.core.models import User
from garrison.core.scopes import may


@command("policies.submit")
def submit(*, actor: User, uuid: UUID, at: datetime, approvers: Sequence[UUID], quorum: int) -> Version:
    """Send the draft to its named approvers; ``quorum`` of them must approve.

    Whoever wrote the words last cannot be among them, and nothing may be left to fill in.
    """
    policy, version = _open(actor, uuid)
    _must("submit", version)
    if not version.body.strip():
        raise Refused("there is no text yet")
    if left := unfilled(version.body):
        raise Refused(f"fill in first: {', '.join(left[:6])}{' and more' if len(left) > 6 else ''}")
    wanted = list(dict.fromkeys(approvers))
    named = list(User.objects.filter(uuid__in=wanted, is_active=True, is_system=False).order_by("first_name", "pk"))
    if len(named) != len(wanted):
        raise Missing("no such approver")
    for user in named:
        if not may(user, "policies.approve", policy.path):
            raise Refused(f"{user} may not approve policies here; give them a role that does, or name somebody else")
    authors = {version.edited_by_id}
    if words := why_not_named(len(named), quorum, author_named=any(user.pk in authors for user in named)):
        raise Refused(words)
    version.state = after("submit", version.state)
    version.round, version.quorum, version.submitted_at = version.round + 1, quorum, at
    version.save(update_fields=["state", "round", "quorum", "submitted_at"])
    Approval.objects.bulk_create([Approval(version=version, round=version.round, user=user) for user in named])
    told = {"approvers": [user.username for user in named], "quorum": quorum, "sha256": version.sha256}
    changed(target=f"{policy.code} v{version.number}", path=policy.path, after=told)
    return version


@command("policies.approve")
def approve(*, actor: User, uuid: UUID, at: datetime, decision: str, reason: str, sha256: str) -> Version:
    """A named approver approves the words with the hash ``sha256``, or refuses them, with a reason.

    The quorum of approvals makes it approved; once it is out of reach the version is a draft again.
    """
    policy = _own(actor, uuid)
    version = Version.objects.filter(policy=policy, state="review").first()
    if version is None:
        raise Refused("no version is in review")
    voice = Approval.objects.filter(version=version, round=version.round, user=actor).first()
    if voice is None:
        raise Refused("you are not among the approvers who were named for it")
    if voice.decision:
        raise Refused(f"you {voice.get_decision_display()} it already")
    if decision not in ("approve", "refuse"):
        raise Refused("choose approve or refuse")
    if not reason.strip():
        raise Refused("say why: a decision without a reason helps nobody later")
    if sha256 != version.sha256:
        raise Refused("the text changed since you opened it; read it again")
    voice.decision, voice.reason, voice.at, voice.sha256 = decision, reason.strip()[:400], at, sha256
    voice.save()
    said = Approval.objects.filter(version=version, round=version.round).values_list("decision", flat=True)
    if outcome := tally(said, version.quorum):
        version.state = after(outcome, version.state)
        version.save(update_fields=["state"])
    changed(
        target=f"{policy.code} v{version.number}",
        path=policy.path,
        after={"decision": decision, "reason": reason, "sha256": sha256, "state": version.state},
    )
    return version


@command("policies.publish")
def publish(*, actor: User, uuid: UUID, at: datetime) -> Version:
    """Bring the approved version into force; the one before is superseded, and the review clock begins anew."""
    policy, version = _open(actor, uuid)
    _must("publish", version)
    for earlier in Version.objects.filter(policy=policy, state="published"):
        earlier.state, earlier.ended_at = after("supersede", earlier.state), at
        earlier.save(update_fields=["state", "ended_at"])
    version.state, version.published_at, version.published_by = after("publish", version.state), at, actor.username
    version.save(update_fields=["state", "published_at", "published_by"])
    _looked_at(policy, at)
    told = {"sha256": version.sha256, "review due": policy.review_due}
    changed(target=f"{policy.code} v{version.number}", path=policy.path, after=told)
    return version


@command("policies.retire")
def retire(*, actor: User, uuid: UUID, at: datetime, reason: str) -> Version:
    """Take a policy out of force, or give a draft up."""
    policy = _own(actor, uuid)
    if not reason.strip():
        raise Refused("say why it is retired")
    rows = Version.objects.filter(policy=policy)
    version = rows.filter(state="published").first() or rows.filter(state__in=("draft", "review", "approved")).first()
    if version is None:
        raise Refused("nothing of it is in force or in work")
    _must("retire", version)
    before = version.state
    version.state, version.ended_at = after("retire", version.state), at
    version.save(update_fields=["state", "ended_at"])
    if before == "published":
        Policy.objects.filter(pk=policy.pk).update(review_due=None, marked="")
    told = {"reason": reason.strip()[:400]}
    changed(target=f"{policy.code} v{version.number}", path=policy.path, before=before, after=told)
    return version


@command("policies.confirm_review")
def confirm_review(*, actor: User, uuid: UUID, at: datetime, note: str) -> Policy:
    """Somebody looked at a policy and it stands as it is; the clock begins anew."""
    policy = _own(actor, uuid)
    if not Version.objects.filter(policy=policy, state="published").exists():
        raise Refused("it is not in force, so there is nothing to review")
    if not note.strip():
        raise Refused("say what was looked at")
    before = {"reviewed": policy.reviewed_on, "due": policy.review_due}
    _looked_at(policy, at)
    told = {"reviewed": policy.reviewed_on, "due": policy.review_due, "note": note.strip()[:400]}
    changed(target=policy.code, path=policy.path, before=before, after=told)
    return policy


@command("policies.mark_reviews")
def mark_reviews(*, actor: User, at: datetime) -> int:
    """Mark the policies in force whose review fell due or overdue since yesterday; gives how many newly did."""
    today = local_day(at)
    moved: dict[str, list[str]] = {}
    for policy in Policy.objects.filter(versions__state="published", review_due__isnull=False).order_by("code"):
        mark = _mark(policy, at)
        if mark != policy.marked:
            Policy.objects.filter(pk=policy.pk).update(marked=mark)
            moved.setdefault(mark or "in time", []).append(policy.code)
    changed(target=f"reviews on {today.isoformat()}", after=moved)
    return sum(len(codes) for codes in moved.values())


def _looked_at(policy: Policy, at: datetime) -> None:
    """The review clock begins anew."""
    policy.reviewed_on = local_day(at)
    policy.review_due = add_months(policy.reviewed_on, policy.review_months)
    policy.marked = _mark(policy, at)
    policy.save(update_fields=["reviewed_on", "review_due", "marked"])


def _mark(policy: Policy, at: datetime) -> str:
    """How a policy's review is marked: due, overdue, or not at all."""
    standing = review_standing(policy.review_due, local_day(at))
    return standing if standing in ("due", "overdue") else ""

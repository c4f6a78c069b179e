"""Exceptions: asked for, decided within authority, ended, expired and voided."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Prefetch

from garrison.apps.controls import selectors as controls
from garrison.apps.controls.models import Control, ControlTest
from garrison.apps.organization import selectors as organization
from garrison.apps.organization.models import Unit
from garrison.apps.policies import selectors
from garrison.apps.policies.models import AuthorityLimit, ExceptionEvent, PolicyException
from garrison.apps.policies.rules import exception_after, why_not_until, why_void
from garrison.core.clock import local_day
from garrison.core.commands import Missing, Refused, changed, command
from garrison.core.models import User
from garrison.core.scopes import ROLES, may, paths


@command("policies.request_exception")
def request_exception(
    *,
    actor: User,
    at: datetime,
    policy: UUID,
    scope: str,
    reason: str,
    until: date,
    control: UUID | None = None,
    unit: str = "",
    compensating: UUID | None = None,
    compensating_words: str = "",
    assumed: float | None = None,
) -> PolicyException:
    """Ask for leave not to keep a policy in force, for a limited scope and time, with what stands in for it.

    ``assumed`` is the effectiveness that the compensating control is to keep, 0 to 1; what is measured today when none
    is given. The money at risk is what the scenarios of the weakened controls would cost more a year.
    """
    subject = selectors.version_in_force(viewer=actor, uuid=policy).policy
    scope, reason, compensating_words = scope.strip(), reason.strip(), compensating_words.strip()
    if not scope or not reason:
        raise Refused("say what the exception covers, and why it is needed")
    if words := why_not_until(until, local_day(at)):
        raise Refused(words)
    weakened = _control(actor, control)
    standin = _control(actor, compensating)
    if standin is None and not compensating_words:
        raise Refused("say what stands in for the rule while the exception lasts: a control, or words")
    if standin is not None and weakened is not None and standin.pk == weakened.pk:
        raise Refused("the control that is weakened cannot stand in for itself")
    if standin is not None:
        now = selectors.measured(standin, local_day(at)) or 0.0
        assumed = now if assumed is None else assumed
        if not 0 <= assumed <= 1:
            raise Refused("the assumed effectiveness lies between 0 and 100 %")
        if assumed > now + 1e-9:
            raise Refused(f"{standin.code} works at {now:.0%} today; more than that cannot be assumed")
    home = organization.unit(viewer=actor, code=unit) if unit else _home(actor)
    exception = PolicyException(
        code=_next_code(at),
        policy=subject,
        control=weakened,
        unit=home,
        scope=scope[:400],
        reason=reason[:4000],
        compensating=standin,
        compensating_words=compensating_words[:400],
        assumed=assumed if standin is not None else None,
        requested_by=actor,
        requested_at=at,
        until=until,
    )
    exception.money, exception.currency = selectors.money_at_risk(viewer=actor, rows=exception, at=at)
    exception.save()
    _tell(exception, at, actor.username, "requested", reason)
    told = {"policy": subject.code, "scope": scope, "until": until, "money": exception.money, "reason": reason}
    changed(target=exception.code, path=exception.path, after=told)
    return exception


@command("policies.decide_exception")
def decide_exception(*, actor: User, uuid: UUID, at: datetime, decision: str, reason: str) -> PolicyException:
    """Approve an exception within the actor's authority, or refuse it, with a reason.

    The money at risk is computed anew first: an authority limit is held against what it is today.
    """
    exception = _locked(actor, uuid)
    if decision not in ("approve", "refuse"):
        raise Refused("choose approve or refuse")
    state = exception_after(decision, exception.state)
    if not state:
        raise Refused(f"it is {exception.state}; only what is requested can be decided")
    if not reason.strip():
        raise Refused("say why: a decision without a reason helps nobody later")
    today = local_day(at)
    exception.money, exception.currency = selectors.money_at_risk(viewer=actor, rows=exception, at=at)
    if exception.requested_by_id == actor.pk:
        raise Refused("you asked for it yourself; somebody else decides")
    if decision == "approve":
        if words := selectors.why_not(viewer=actor, exception=exception, at=at):
            raise Refused(words)
        if words := why_not_until(exception.until, today):
            raise Refused(words)
        verb, words = why_void(
            exception.until,
            today,
            assumed=exception.assumed,
            measured=selectors.measured(exception.compensating, today),
        )
        if verb:
            raise Refused(words)
    exception.state, exception.decided_by, exception.decided_at = state, actor, at
    exception.save()
    _tell(exception, at, actor.username, state, reason.strip())
    told = {"state": state, "money": exception.money, "reason": reason}
    changed(target=exception.code, path=exception.path, before="requested", after=told)
    return exception


@command("policies.end_exception")
def end_exception(*, actor: User, uuid: UUID, at: datetime, reason: str) -> PolicyException:
    """End an exception early, or withdraw one that was asked for."""
    exception = _locked(actor, uuid)
    before = exception.state
    state = exception_after("withdraw" if before == "requested" else "end", before)
    if not state:
        raise Refused(f"it is {before} already")
    if not reason.strip():
        raise Refused("say why it ends")
    exception.state = state
    exception.save(update_fields=["state"])
    _tell(exception, at, actor.username, "ended", reason.strip())
    changed(target=exception.code, path=exception.path, before=before, after={"state": state, "reason": reason})
    return exception


@command("policies.check_exceptions")
def check_exceptions(*, actor: User, at: datetime) -> int:
    """End the exceptions whose time is over, and void those whose compensating control fell; gives how many."""
    today = local_day(at)
    tests = Prefetch("compensating__tests", ControlTest.objects.select_related("device_test"))
    ended = []
    rows = PolicyException.objects.filter(state="approved").select_related("compensating", "unit")
    for exception in rows.prefetch_related(tests):
        now = selectors.measured(exception.compensating, today)
        verb, words = why_void(exception.until, today, assumed=exception.assumed, measured=now)
        if not verb:
            continue
        exception.state = exception_after(verb, exception.state)
        exception.save(update_fields=["state"])
        _tell(exception, at, "Garrison", exception.state, words)
        ended.append({"code": exception.code, "state": exception.state, "reason": words})
    changed(target="exceptions", after=ended)
    return len(ended)


@command("policies.set_limit")
def set_limit(*, actor: User, role: str, amount: Decimal | None, at: datetime) -> AuthorityLimit:
    """The most money at risk in a year that a role may accept in an exception; None is no limit."""
    if not may(actor, "policies.set_limit", "/"):
        raise Refused("the limits hold everywhere, so it takes a role in the whole organisation to set them")
    if role not in ROLES:
        raise Refused(f"there is no role {role}")
    if amount is not None and (not amount.is_finite() or amount < 0 or amount >= Decimal(10) ** 15):
        raise Refused("a limit is an amount of money, zero or more")
    before = selectors.limits(viewer=actor).get(role, Decimal(0))
    if before == amount:
        raise Refused("nothing was changed, so nothing was saved")
    found, _new = AuthorityLimit.objects.update_or_create(
        role=role, defaults={"amount": amount, "set_by": actor.username, "set_at": at}
    )
    changed(target=role, before=before, after=amount)
    return found


def _locked(actor: User, uuid: UUID) -> PolicyException:
    """An exception in the actor's sight, locked until the transaction ends."""
    PolicyException.objects.select_for_update().filter(uuid=uuid).first()
    return selectors.exception(viewer=actor, uuid=uuid)


def _control(actor: User, uuid: UUID | None) -> Control | None:
    """A control in the actor's sight; None when none was named."""
    if uuid is None:
        return None
    found = controls.controls(viewer=actor).filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such control")
    return found


def _home(actor: User) -> Unit | None:
    """The unit in which an exception holds when none was named: the actor's own."""
    held: Sequence[str] = paths(actor, "policies.request_exception")
    if "/" in held:
        return None
    return organization.units(viewer=actor).filter(path__in=held).first()


def _next_code(at: datetime) -> str:
    """The next code of the year: EX-2026-004."""
    begin = f"EX-{local_day(at).year}-"
    taken = PolicyException.objects.filter(code__startswith=begin).values_list("code", flat=True)
    last = max((int(tail) for code in taken if (tail := code.removeprefix(begin)).isdigit()), default=0)
    return f"{begin}{last + 1:03d}"


def _tell(exception: PolicyException, at: datetime, by: str, what: str, words: str) -> None:
    """One line of its history."""
    ExceptionEvent.objects.create(exception=exception, at=at, by=by[:150], what=what, words=words)

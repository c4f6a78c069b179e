"""The page of one policy, with a form as it was sent when something was wrong with it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import mark_safe

from garrison.apps.policies import selectors
from garrison.apps.policies.forms import EnforcementForm, ReasonForm, SubmitForm
from garrison.apps.policies.rules import count_words, parse_quiz
from garrison.apps.policies.rules import render as html_of
from garrison.core.clock import local_day
from garrison.core.http import user_of
from garrison.core.registries import panels


def shown_text(body: str) -> str:
    """A text as HTML: what the renderer gave was cleaned already, so it may stand as it is."""
    return mark_safe(html_of(body))  # noqa: S308 escaped by the renderer, then cleaned by nh3


def detail_page(
    request: HttpRequest, uuid: UUID, *, number: int | None = None, forms: dict[str, Any] | None = None
) -> HttpResponse:
    """One policy with everything that hangs on it; ``number`` shows another version than the one in force."""
    now, viewer = timezone.now(), user_of(request)
    today = local_day(now)
    policy = selectors.policy(viewer=viewer, uuid=uuid)
    rows = selectors.versions(viewer=viewer, policy=policy)
    in_force = selectors.newest(rows=rows, state="published")
    opened = selectors.newest(rows=rows, state="open")
    shown = in_force or opened or (rows[0] if rows else None)
    if number is not None:
        shown = selectors.version(viewer=viewer, uuid=uuid, number=number)
    may = selectors.allowed_here(viewer=viewer, policy=policy)
    voices = [each for each in opened.approvals.all() if each.round == opened.round] if opened else []
    mine = next((each for each in voices if each.user_id == viewer.pk and not each.decision), None)
    context = {
        "policy": policy,
        "versions": rows,
        "in_force": in_force,
        "opened": opened,
        "shown": shown,
        "text": shown_text(shown.body) if shown else "",
        "words": count_words(shown.body) if shown else 0,
        "questions": len(parse_quiz(shown.quiz)[0]) if shown else 0,
        "voices": voices,
        "approved": sum(each.decision == "approve" for each in voices),
        "my_turn": mine is not None and opened is not None and opened.state == "review",
        "population": selectors.population(viewer=viewer, version=in_force)
        if in_force and policy.acknowledge and may["people"]
        else None,
        "enforced": selectors.enforced(viewer=viewer, policy=policy, as_of=today),
        "exceptions": selectors.of_policy(viewer=viewer, policy=policy.pk),
        "review": selectors.standing_of(policy, today),
        "may": may,
        "units": list(policy.units.all()),
        "at": now,
        "today": today,
        "blocks": panels("policies.policy", viewer=viewer, subject=policy, as_of=now),
        "submit_form": SubmitForm(viewer=viewer, path=policy.path) if may["submit"] and opened else None,
        "decide_form": ReasonForm(),
        "retire_form": ReasonForm(prefix="retire"),
        "review_form": ReasonForm(prefix="reviewed"),
        "enforcement_form": EnforcementForm(viewer=viewer) if may["link_enforcement"] else None,
        "open_dialog": "",
    }
    context |= forms or {}
    return render(request, "policies/policy.html", context, status=422 if forms else 200)

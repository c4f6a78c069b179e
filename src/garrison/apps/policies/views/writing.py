"""Templates, new policies, and the editor."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from garrison.apps.policies import selectors, services
from garrison.apps.policies.forms import FromTemplateForm, NewForm, TextForm
from garrison.apps.policies.rules import compare, count_words, normal, unfilled
from garrison.apps.policies.views.page import shown_text
from garrison.core.clock import local_day
from garrison.core.commands import Forbidden
from garrison.core.http import needs, user_of
from garrison.core.scopes import may
from garrison.core.ui import lists

DIFFERENT = 200_000
"""Texts longer than this together are not compared in the answer to a conflict."""


@require_GET
def template_list(request: HttpRequest) -> HttpResponse:
    """The templates of ours, and which policies began from them."""
    viewer = user_of(request)
    context = {"offers": selectors.offers(viewer=viewer), "may_create": may(viewer, "policies.create")}
    return render(request, "policies/templates.html", context)


@require_http_methods(["GET", "POST"])
def template(request: HttpRequest, code: str) -> HttpResponse:
    """A template filled with what is known; sent, it becomes a draft."""
    viewer, now = user_of(request), timezone.now()
    said = {
        name.removeprefix("place_"): value
        for name, value in (request.POST or request.GET).items()
        if name.startswith("place_") and isinstance(value, str)
    }
    filled = selectors.prepared(viewer=viewer, code=code, said=said, as_of=local_day(now))
    chosen = filled.template
    places = [place.name for place in filled.places]
    known: dict[str, Any] = {f"place_{place.name}": place.value for place in filled.places}
    known |= {"code": chosen.code.upper(), "title": chosen.title}
    form = FromTemplateForm(request.POST or None, viewer=viewer, places=places, initial=known)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        policy = services.create(
            actor=viewer,
            at=now,
            code=told["code"],
            title=told["title"],
            kind=chosen.kind,
            unit=told["unit"],
            owner=told["owner"],
            audience=chosen.audience,
            audience_words=chosen.audience_words,
            review_months=chosen.review_months,
            body=filled.text,
            quiz=chosen.quiz,
            template=chosen.code,
            requirements=chosen.requirements,
            suggested=chosen.controls,
        )
        return lists.done(request, _("Draft begun"), to=reverse("policies:detail", args=[policy.uuid]))
    context = {
        "filled": filled,
        "form": form,
        "text": shown_text(filled.text),
        "words": count_words(filled.text),
        "may_create": may(viewer, "policies.create"),
    }
    if request.headers.get("HX-Request"):
        return render(request, "policies/_filled.html", context)
    return render(request, "policies/template.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A policy of one's own words, or from a Markdown file."""
    viewer = user_of(request)
    if not may(viewer, "policies.create"):
        raise Forbidden("you may not write policies; ask your security head for a role")
    form = NewForm(request.POST or None, request.FILES or None, viewer=viewer)
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        body = told.pop("file")
        policy = services.create(actor=viewer, at=timezone.now(), body=body, **told)
        return lists.done(request, _("Draft begun"), to=reverse("policies:edit", args=[policy.uuid]))
    return render(request, "policies/new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
@needs("policies.save_text")
def preview(request: HttpRequest) -> HttpResponse:
    """The words in the editor as they will look; nothing is kept."""
    body = normal(request.POST.get("body", ""))
    context = {"text": shown_text(body), "words": count_words(body), "unfilled": unfilled(body)}
    return render(request, "policies/_preview.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The editor. When somebody else saved in between, both texts are shown and nothing is lost."""
    viewer = user_of(request)
    policy = selectors.own_policy(viewer=viewer, uuid=uuid)
    version = selectors.newest(rows=selectors.versions(viewer=viewer, policy=policy), state="open")
    if not may(viewer, "policies.save_text", policy.path):
        raise Forbidden("you may read this policy, not change it; ask your security head for a role")
    if version is None:
        return lists.refused(
            request, _("No version is in work; begin the next one first."), to=reverse("policies:detail", args=[uuid])
        )
    context: dict[str, Any] = {"policy": policy, "version": version, "unfilled": unfilled(version.body)}
    status = 200
    if request.method == "POST":
        form = TextForm(request.POST)
        status = 422
        if form.is_valid():
            try:
                services.save_text(actor=viewer, uuid=uuid, at=timezone.now(), **_told(form))
            except services.Conflict as conflict:
                status = 409
                mine = normal(form.cleaned_data["body"])
                theirs = selectors.newest(rows=selectors.versions(viewer=viewer, policy=policy), state="open")
                assert theirs is not None, "a conflict is with a version in work"
                data = request.POST.copy()
                data["edits"] = str(theirs.edits)
                form = TextForm(data)
                form.is_valid()
                short = len(mine) + len(theirs.body) <= DIFFERENT
                context |= {"conflict": str(conflict), "theirs": theirs, "version": theirs}
                context["changes"] = compare(theirs.body, mine) if short else None
            else:
                return lists.done(request, _("Saved"), to=reverse("policies:detail", args=[uuid]))
    else:
        names = ("body", "note", "quiz", "pass_mark", "edits")
        form = TextForm(initial={name: getattr(version, name) for name in names})
    body = form.data.get("body", "") if form.is_bound else version.body
    context |= {"form": form, "text": shown_text(normal(body)), "words": count_words(body)}
    return render(request, "policies/edit.html", context, status=status)


def _told(form: TextForm) -> dict[str, Any]:
    """What the editor sent."""
    told = form.cleaned_data
    return {name: told[name] for name in ("edits", "body", "quiz", "pass_mark", "note")}

"""Facts, what-if, decisions that nothing is owed, the laws that apply, and rules of one's own."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from garrison.apps.incidents import rules, selectors, services
from garrison.apps.incidents.forms import DecisionForm, FactForm, LawForm, OwnRuleForm, WhatIfForm
from garrison.apps.incidents.views.case import frame
from garrison.apps.incidents.views.showing import ShownCard, fact_words, shown_card
from garrison.apps.organization import selectors as organization
from garrison.core.clock import zone
from garrison.core.commands import Missing, Refused
from garrison.core.http import needs, user_of
from garrison.core.scopes import may
from garrison.core.ui import lists


@require_GET
def facts(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The facts of a case by group: those known, those that a clock needs, and the history."""
    viewer, at = user_of(request), timezone.now()
    incident = services.look_at(actor=viewer, uuid=uuid)
    told = list(selectors.facts(viewer=viewer, incident=incident))
    known = selectors.current_facts(viewer=viewer, incident=incident)
    clocks = selectors.clocks(viewer=viewer, incident=incident, at=at)
    needed = {name.partition(".")[0] for card in clocks.cards for name in card.described.clock.needs}
    stops = {card.described.clock.rule.stops for card in clocks.cards}
    own = [name for rule in selectors.own_rules(viewer=viewer) for name in (rule.starts, rule.stops)]
    groups: list[tuple[Any, list[dict[str, Any]]]] = []
    for group, words in rules.GROUPS.items():
        rows: list[dict[str, Any]] = [
            {
                "fact": described,
                "known": known.get(name),
                "value": fact_words(known[name].value, at) if name in known else "",
                "needed": name in needed,
            }
            for name, described in rules.catalogue(own).items()
            if described.group == group
        ]
        rows.sort(key=lambda row: (row["known"] is None, not row["needed"], row["fact"].name not in stops))
        groups.append((words, rows))
    shown = [
        (words, [row for row in rows if row["known"] or row["needed"] or row["fact"].name in stops], [
            row for row in rows if not (row["known"] or row["needed"] or row["fact"].name in stops)
        ])
        for words, rows in groups
    ]  # fmt: skip
    history = [(fact, rules.label(fact.name), fact_words(fact.value, at)) for fact in told]
    context = {"groups": shown, "history": history, "clocks": clocks, **frame(viewer, incident, at)}
    return render(request, "incidents/facts.html", context)


@require_http_methods(["GET", "POST"])
def fact(request: HttpRequest, uuid: UUID, name: str) -> HttpResponse:
    """Tell one fact, change it, or take it back."""
    viewer, at = user_of(request), timezone.now()
    incident = services.look_at(actor=viewer, uuid=uuid)
    own = [each for rule in selectors.own_rules(viewer=viewer) for each in (rule.starts, rule.stops)]
    described = rules.catalogue(own).get(name)
    if described is None:
        raise Missing("no rule reads a fact of that name")
    known = selectors.current_facts(viewer=viewer, incident=incident).get(name)
    page = reverse("incidents:case", args=[uuid])
    if request.method == "POST" and "take_back" in request.POST:
        source = request.POST.get("source", "") or _("taken back by hand")
        services.record_fact(actor=viewer, uuid=uuid, name=name, value=None, source=source, at=at)
        return lists.done(request, _("Fact taken back; the history keeps it"), to=page)
    form = FactForm(request.POST or None, described=described, initial=_initial(known))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            services.record_fact(
                actor=viewer,
                uuid=uuid,
                name=name,
                value=said["value"],
                source=said["source"],
                certainty=said["certainty"],
                at=at,
            )
            return lists.done(request, _("Fact kept; the clocks follow"), to=page)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    history = [
        (each, fact_words(each.value, at))
        for each in selectors.facts(viewer=viewer, incident=incident)
        if each.name == name
    ]
    context = {
        "form": form,
        "described": described,
        "known": known,
        "value": fact_words(known.value, at) if known else "",
        "history": history,
        **frame(viewer, incident, at),
    }
    return render(request, "incidents/fact.html", context, status=422 if form.errors else 200)


def _initial(known: Any) -> dict[str, Any]:
    """What the form shows of a fact that is known."""
    if known is None:
        return {}
    value: Any = known.value
    told: dict[str, Any] = {"source": known.source, "certainty": known.certainty}
    if isinstance(value, dict) and "earliest" in value:
        from datetime import datetime

        first, last = (datetime.fromisoformat(value[end]).astimezone(zone()) for end in ("earliest", "latest"))
        return told | {"happened": first, "latest": last if last != first else None}
    if isinstance(value, bool):
        return told | {"told": "yes" if value else "no"}
    if isinstance(value, dict) and "low" not in value:
        return told | {"told": "\n".join(f"{state} {rules.told_words(count)}" for state, count in value.items())}
    return told | {"told": rules.told_words(value) if isinstance(value, dict) else value}


@require_GET
def what_if(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The clocks as they would be with other facts; nothing is stored."""
    viewer, at = user_of(request), timezone.now()
    incident = services.look_at(actor=viewer, uuid=uuid)
    form = WhatIfForm(request.GET or None)
    tried: dict[str, Any] = {}
    proposed = False
    if form.is_bound and form.is_valid():
        tried, proposed = form.cleaned_data["facts"], form.cleaned_data["proposed"]
    now = selectors.clocks(viewer=viewer, incident=incident, at=at)
    then = selectors.clocks(viewer=viewer, incident=incident, at=at, what_if=tried, proposed=proposed)
    before = {_key(card): shown_card(card, incident, at) for card in now.cards}
    after = {_key(card): shown_card(card, incident, at) for card in then.cards}
    context = {
        "form": form,
        "tried": [(rules.label(name), fact_words(value, at)) for name, value in tried.items()],
        "rows": [(card, _difference(before.get(key), card), before.get(key)) for key, card in after.items()],
        "gone": [card for key, card in before.items() if key not in after],
        "then": then,
        "proposed": proposed,
        **frame(viewer, incident, at),
    }
    return render(request, "incidents/what_if.html", context, status=422 if form.errors else 200)


def _key(card: rules.Card) -> tuple[str, str]:
    """What tells clocks apart."""
    return card.described.clock.rule.code, card.described.clock.state


def _difference(before: ShownCard | None, after: ShownCard) -> str:
    """How a clock differs from today's."""
    if before is None:
        return _("new")
    if before.due != after.due:
        return _("due %(before)s today") % {"before": before.due or _("at no known time")}
    return ""


@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, uuid: UUID, law: str) -> HttpResponse:
    """Decide that a law asks for no notice in this case, with reasons."""
    viewer, at = user_of(request), timezone.now()
    incident = services.look_at(actor=viewer, uuid=uuid)
    if law not in rules.LAWS and law != "own":
        raise Missing("there is no such law")
    form = DecisionForm(request.POST or None, law=law)
    if request.method == "POST" and form.is_valid():
        try:
            services.decide_no_notice(
                actor=viewer, uuid=uuid, law=law, reasons=form.cleaned_data["reasons"], factors=form.factors, at=at
            )
            said = _("Decided: no notification under %(law)s") % {"law": rules.law_name(law)}
            return lists.done(request, said, to=reverse("incidents:decisions", args=[uuid]))
        except Refused as refusal:  # the words stay in the form
            form.add_error(None, str(refusal))
    context = {"form": form, "law": law, "name": rules.law_name(law), **frame(viewer, incident, at)}
    return render(request, "incidents/decide.html", context, status=422 if form.errors else 200)


@require_GET
def decisions(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What was decided not to be owed, with reasons, and what may still be decided."""
    viewer, at = user_of(request), timezone.now()
    incident = services.look_at(actor=viewer, uuid=uuid)
    rows = list(selectors.decisions(viewer=viewer, incident=incident))
    clocks = selectors.clocks(viewer=viewer, incident=incident, at=at)
    laws = dict.fromkeys(card.described.clock.rule.law for card in clocks.cards)
    context = {
        "rows": [
            (
                row,
                rules.law_name(row.law),
                [(rules.FACTORS[name], row.factors[name]) for name in rules.FACTORS if name in row.factors],
            )
            for row in rows
        ],
        "open": [(law, rules.law_name(law)) for law in laws],
        **frame(viewer, incident, at),
    }
    return render(request, "incidents/decisions.html", context)


@require_POST
@needs("incidents.withdraw_decision")
def withdraw(request: HttpRequest, uuid: UUID, decision: UUID) -> HttpResponse:
    """Withdraw a decision."""
    services.withdraw_decision(
        actor=user_of(request), uuid=uuid, decision=decision, why=request.POST.get("why", ""), at=timezone.now()
    )
    return lists.done(
        request, _("Decision withdrawn; its clocks run again"), to=reverse("incidents:decisions", args=[uuid])
    )


@require_GET
def duties(request: HttpRequest) -> HttpResponse:
    """Which laws apply to us, and which duties we took on ourselves."""
    return _duties(request)


def _duties(request: HttpRequest, **more: Any) -> HttpResponse:
    """The page of duties, with a form as it was sent when something was wrong with it."""
    viewer = user_of(request)
    units = organization.unit_choices(viewer=viewer)
    applied = list(selectors.applied_laws(viewer=viewer))
    named = {row.law for row in applied}
    shipped = [
        (rules.law_name(law), [rule for rule in rules.law_rules(proposed=True) if rule.law == law], law in named)
        for law in rules.LAWS
    ]
    context = {
        "applied": [(row, rules.law_name(row.law)) for row in applied],
        "own": [(rule, rules.label(rule.starts)) for rule in selectors.own_rules(viewer=viewer)],
        "shipped": shipped,
        "law_form": LawForm(units=units),
        "rule_form": OwnRuleForm(),
        "may_change": may(viewer, "incidents.apply_law"),
        **more,
    }
    return render(request, "incidents/duties.html", context, status=422 if more else 200)


@require_POST
@needs("incidents.apply_law")
def apply_law(request: HttpRequest) -> HttpResponse:
    """Say that a law applies."""
    viewer = user_of(request)
    form = LawForm(request.POST, units=organization.unit_choices(viewer=viewer))
    if not form.is_valid():
        return _duties(request, law_form=form)
    told = form.cleaned_data
    services.apply_law(
        actor=viewer, law=told["law"], because=told["because"], unit_path=told["unit"], at=timezone.now()
    )
    said = _("%(law)s applies from now on") % {"law": rules.law_name(told["law"])}
    return lists.done(request, said, to=reverse("incidents:duties"))


@require_POST
@needs("incidents.drop_law")
def drop_law(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Say that a law no longer applies."""
    services.drop_law(actor=user_of(request), uuid=uuid)
    return lists.done(request, _("It no longer applies"), to=reverse("incidents:duties"))


@require_POST
@needs("incidents.add_own_rule")
def add_rule(request: HttpRequest) -> HttpResponse:
    """Add a duty of one's own."""
    form = OwnRuleForm(request.POST)
    if not form.is_valid():
        return _duties(request, rule_form=form)
    services.add_own_rule(actor=user_of(request), at=timezone.now(), **form.cleaned_data)
    return lists.done(request, _("Rule added; it starts clocks from now on"), to=reverse("incidents:duties"))


@require_POST
@needs("incidents.retire_own_rule")
def retire_rule(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Retire a duty of one's own."""
    services.retire_own_rule(actor=user_of(request), uuid=uuid, at=timezone.now())
    return lists.done(request, _("Rule retired"), to=reverse("incidents:duties"))

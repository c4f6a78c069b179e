"""The board report's contents: every sentence and number of it, with its note. Drawing it is another matter."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from garrison.apps.budget import selectors as budget
from garrison.apps.budget.models import Plan
from garrison.apps.risk import selectors as risk
from garrison.apps.risk.models import LossResult
from garrison.apps.strategy.rules import Brief, Limit, Verdict, judge
from garrison.apps.strategy.selectors import board_parts as parts
from garrison.apps.strategy.selectors import changes, facts, money
from garrison.apps.strategy.selectors.brief import brief as brief_of
from garrison.apps.strategy.selectors.headline import headline, lead, long_day, quarter, sentences
from garrison.apps.strategy.selectors.links import VIEW, absolute, address
from garrison.apps.strategy.selectors.notes import Notes, computation
from garrison.core.clock import local_day
from garrison.core.commands import Forbidden
from garrison.core.models import User
from garrison.core.scopes import paths
from garrison.core.ui import figures
from garrison.core.ui.charts import LossCurves
from garrison.core.ui.charts.loss import describe

UNATTENDED = "system"
"""Who issued a report that no person issued."""


@dataclass(frozen=True, slots=True)
class Board:
    """The report's contents in JSON's own types, the curves of its chart, and what it rests on."""

    contents: dict[str, Any]
    curves: LossCurves | None
    loss: LossResult | None
    title: str


def board(*, viewer: User, at: datetime, signed: str = "") -> Board:
    """Gather the report. ``signed`` is who issues it, in words; "" for a draft that nobody issued.

    Raises ``Forbidden`` for who does not see the whole organisation.
    """
    if "/" not in paths(viewer, VIEW):
        raise Forbidden("the board report speaks of the whole organisation; your role covers only a part of it")
    found = brief_of(viewer=viewer, at=at)
    loss = money.current_loss(viewer=viewer, on_or_before=local_day(at))
    loss = loss if loss is not None and loss.scenarios else None
    plan = budget.latest_plan(viewer=viewer) if loss is not None else None
    limits = money.limits(loss, plan) if loss else []
    verdict = judge(approved=len(loss.scenarios) if loss else 0, limits=limits, planned=plan is not None)
    notes = Notes()
    if plan is not None:
        plan.detail = plan.detail | {"effects": parts.effects_of(viewer, plan)}
    rows = {row.code: row for row in risk.scenarios(viewer=viewer)}
    then = changes.before(viewer=viewer, at=at, now=loss).loss if loss else None
    label = _("With the plan")
    curves = money.curves(loss, plan, plan_label=label) if loss else None
    first = headline(verdict, loss, plan)
    contents = {
        "organisation": found.organisation,
        "title": _("Security report to the board"),
        "period": quarter(local_day(at)),
        "state": _("Confidential") if signed else _("Draft, not issued"),
        "headline": first,
        "sentences": sentences(first),
        "lead": lead(verdict, found.actions),
        "figures": _figures(loss, plan, then, verdict, notes) if loss else [],
        "chart": {
            "title": _("How likely a year is to cost at least so much"),
            "alt": describe(curves),
            "caption": _caption(loss),
        }
        if curves and loss
        else None,
        "weighs": parts.weighs(loss, plan, rows, notes) if loss else None,
        "asked": _asked(viewer, found, loss, plan, limits, notes),
        "signed": _signed(viewer, signed, loss, at),
        "footer": _(
            "Each raised number opens its evidence in Garrison. Judged money in two significant digits. "
            "Data of %(when)s."
        )
        % {"when": f"{long_day(local_day(at))}, {figures.moment(at).rpartition(', ')[2]}"},
        "facts": parts.facts(found, notes),
        "changes": [
            {"title": c.title, "context": c.context, "amount": c.amount, "under": c.under, "url": absolute(c.url)}
            for c in found.changes.rows
            if c.key != "loss"
        ],
        "since": figures.day(found.changes.since, at=at) if found.changes.since else "",
        "changes_note": found.changes.note,
        "causes": parts.causes(viewer, loss, then, notes),
        "plan": parts.plan(viewer, plan, notes) if plan else None,
        "scenarios": parts.scenarios(loss, rows, notes) if loss else [],
        "uncertainty": parts.uncertainty(loss) if loss else None,
        "drafts": parts.drafts(viewer, notes),
        "method": _method(loss, plan),
        "facts_only": found.facts_only,
        "words": words(),
        "urls": _urls(loss, plan),
    }
    contents["notes"] = notes.rows
    return Board(contents, curves, loss, first)


def _figures(
    loss: LossResult, plan: Plan | None, then: LossResult | None, verdict: Verdict, notes: Notes
) -> list[dict[str, Any]]:
    """The three key figures."""
    portfolio, currency = loss.portfolio, loss.currency
    here = address("risk:result", loss.uuid)
    made = computation(loss.uuid, portfolio.get("method", ""))
    low, high = portfolio["mean_band"]
    under = figures.estimate(low, high, currency)
    if then is not None and then.pk != loss.pk:
        under += _("; on %(day)s %(money)s") % {
            "day": figures.day(then.as_of),
            "money": figures.money(then.mean, currency),
        }
    rows = [
        {
            "label": _("Expected loss in a year"),
            "figure": figures.money(loss.mean, currency),
            "under": under,
            "note": notes.cite(_("Expected loss in a year"), made, here),
        }
    ]
    limit = verdict.limit
    if limit is not None:
        label = _("Chance of %(loss)s or more") % {"loss": figures.money(limit.loss, currency, trim=True)}
        band = next((p["band"] for p in portfolio["appetite"] if p["loss"] == limit.loss), None)
        agreed = _("appetite %(n)s") % {"n": money.agreed(limit.agreed)}
        spread = (
            _("estimate %(low)s to %(high)s; ") % {"low": _in_hundred(band[0]), "high": _in_hundred(band[1])}
            if band
            else ""
        )
        rows.append(
            {
                "label": label,
                "figure": figures.chance(limit.now),
                "under": spread + agreed,
                "note": notes.cite(label, made, here),
            }
        )
    else:
        bad = money.middle(portfolio["quantiles"].get(money.BAD_YEAR, []))
        ends = portfolio["quantile_bands"].get(money.BAD_YEAR, (None, None))
        under = money.spread(ends, currency)
        label = _("A bad year, 1 in 20")
        rows.append(
            {
                "label": label,
                "figure": figures.money(bad, currency),
                "under": under,
                "note": notes.cite(label, made, here),
            }
        )
    if plan is not None:
        mark = notes.cite(_("With the plan"), computation(plan.uuid), address("budget:plan"))
        left = figures.money(plan.residual, plan.currency)
        planned = limit.planned if limit is not None else None
        rows.append(
            {
                "label": _("With the plan"),
                "figure": figures.chance(planned),
                "under": _("expected loss %(money)s a year") % {"money": left},
                "note": mark,
            }
            if planned is not None
            else {"label": _("With the plan"), "figure": left, "under": _("expected loss a year"), "note": mark}
        )
    return rows


def _urls(loss: LossResult | None, plan: Plan | None) -> dict[str, str]:
    """The pages where numbers without a note of their own open; "" for what there is none of."""
    made = absolute(address("risk:result", loss.uuid)) if loss else ""
    planned = absolute(address("budget:plan")) if plan else ""
    return {
        "loss": made,
        "changes": f"{made}#changes" if made else "",
        "risk": absolute(address("risk:scenarios")) if loss else "",
        "plan": planned,
        "teams": f"{planned}#teams" if planned else "",
    }


def _in_hundred(share: float) -> str:
    """A chance without its base where that is a hundred."""
    said = figures.chance(share)
    return said.partition(" ")[0] if share >= 0.01 else said


def _caption(loss: LossResult) -> str:
    """What the shading and the hatch mean."""
    said = _("Shaded: %(share)s.") % {"share": parts.judged(loss)}
    if money.above_words(loss):
        said += " " + _("Hatched: above appetite.")
    return said + " " + _("The computation's own error is thinner than the line.")


def _asked(
    viewer: User, found: Brief, loss: LossResult | None, plan: Plan | None, limits: list[Limit], notes: Notes
) -> list[list[dict[str, Any]]]:
    """What the board is asked for, as pieces of text, bold text and notes; nothing is asked that nothing supports."""
    asked: list[list[dict[str, Any]]] = []
    if plan is not None:
        mark = notes.cite(_("Plan"), computation(plan.uuid, _("branch and bound")), address("budget:plan"))
        asked.append(
            [
                {"text": _("Approve the plan, ")},
                {"strong": figures.cost(plan.cost, plan.currency), "url": absolute(address("budget:plan"))},
                {"note": mark},
                {
                    "text": _(", within the budget of %(money)s.")
                    % {"money": figures.cost(plan.budget, plan.currency)},
                    "url": absolute(address("budget:plan")),
                },
            ]
        )
    if loss is not None and not limits:
        asked.append([{"text": _("Say how likely a year of which loss may be, so that there is a line to hold.")}])
    missed = [limit for limit in limits if limit.planned is not None and limit.planned > limit.agreed]
    over = _("Decide about years of %(loss)s or more: the plan leaves %(chance)s, you set %(agreed)s.")
    if missed and loss is not None:
        asked.append(
            [
                {
                    "text": over
                    % {
                        "loss": figures.money(missed[0].loss, loss.currency, trim=True),
                        "chance": figures.chance(missed[0].planned),
                        "agreed": money.agreed(missed[0].agreed),
                    },
                    "url": absolute(address("budget:plan")),
                }
            ]
        )
    used = facts.leavers(viewer=viewer).filter(uses__gt=0).count()
    if used:
        tally = found.tallies[0]
        mark = notes.cite(tally.label, found.counted or _("no file read yet"), tally.url)
        said = ngettext(
            "Note that %(n)s leaver used a badge or account after leaving",
            "Note that %(n)s leavers used a badge or account after leaving",
            used,
        )
        asked.append(
            [{"text": said % {"n": figures.number(used)}, "url": absolute(tally.url)}, {"note": mark}, {"text": "."}]
        )
    further = plan.detail.get("next") if plan else None
    if plan is not None and further and further["avoided"] > 0:
        names = {row["code"]: row["name"] for row in plan.detail["out"]}
        what = figures.listed([changes.short(names.get(code, code), 44) for code in further["in"]])
        mark = notes.cite(_("What the next money avoids"), computation(plan.uuid), address("budget:plan"))
        asked.append(
            [
                {
                    "text": _("Decide whether %(amount)s more, avoiding %(avoided)s a year")
                    % {
                        "amount": figures.cost(further["amount"], plan.currency),
                        "avoided": figures.money(further["avoided"], plan.currency),
                    },
                    "url": absolute(address("budget:plan")),
                },
                {"note": mark},
                {"text": _(", is wanted for: %(what)s.") % {"what": what}},
            ]
        )
    return asked


def _signed(viewer: User, signed: str, loss: LossResult | None, at: datetime) -> str:
    """Who issued it and who approved the estimates: only what is recorded."""
    day = long_day(local_day(at))
    if signed == UNATTENDED:
        said = _("Made by Garrison on %(day)s; no person has signed it off.") % {"day": day}
    elif signed:
        said = _("Issued by %(who)s, %(day)s.") % {"who": signed, "day": day}
    else:
        said = _("A draft: nobody has issued it.")
    if loss is not None:
        words = risk.approvals(viewer=viewer, rows=loss.scenarios).words
        said += " " + _("What counts: %(words)s.") % {"words": words}
    return said


def _method(loss: LossResult | None, plan: Plan | None) -> list[str]:
    """How the numbers were made, in plain words."""
    said = [
        _(
            "Facts are counted from the files named in the notes, on the day they were read. What no file says is not "
            "counted and not guessed."
        )
    ]
    if loss is not None:
        said.append(
            _(
                "Each scenario is how often it happens and what it costs, judged by a named person (a sector "
                "prior is marked as one) and approved by whom its row names. Controls lower the frequency or the "
                "cost by what their last tests measured; a control never tested counts for nothing."
            )
        )
        said.append(
            _(
                "A year's loss is the sum of all scenarios, computed on a grid with bounds below and above (no random "
                "draws). The band repeats it over the estimators' ranges. Both uncertainties are stated apart."
            )
        )
    if plan is not None:
        said.append(
            _(
                "The plan is the set of initiatives within the budget, and under the conditions that people set, that "
                "leaves the least expected loss, found by branch and bound with a proof of how much better any other "
                "such choice could be."
            )
        )
    return said


def words() -> dict[str, str]:
    """The fixed words of the document, so that it speaks the reader's language."""
    return {
        "weighs": _("What weighs most"),
        "scenario": _("Scenario"),
        "now": _("A year now"),
        "planned": _("With plan"),
        "does": _("What the plan does"),
        "asked": _("Asked of the board"),
        "of": _("of"),
        "facts": _("What needs action now"),
        "first": _("Do first"),
        "action": _("Action and reason"),
        "change": _("What it changes"),
        "who": _("Who and when"),
        "why": _("Why the expected loss changed"),
        "cause": _("Cause"),
        "amount": _("A year"),
        "plan": _("The plan"),
        "in": _("In the plan"),
        "out": _("Left out, and why"),
        "cost": _("Costs"),
        "takes": _("Takes off a year"),
        "initiative": _("Initiative"),
        "teams": _("Work it asks for"),
        "scenarios": _("The scenarios"),
        "owner": _("Owner"),
        "mean": _("A year"),
        "bad": _("1-in-20 year"),
        "judge": _("Judged by"),
        "approved": _("Approved by"),
        "sure": _("How sure the estimates are"),
        "exact": _("How exact the computation is"),
        "drafts": _("Drafts left out"),
        "drafts_line": _("They wait for their owners' approval and count in no number here."),
        "method": _("Method"),
        "notes": _("Notes and evidence"),
        "note_what": _("What"),
        "note_source": _("Source"),
        "changed": _("What changed since"),
        "none": _("Nothing stands in this list today."),
        "contents": _("Contents"),
    }

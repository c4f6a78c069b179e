"""Verdicts, gaps and next steps in words, for pages and documents alike."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from garrison.apps.compliance.rules import coverage
from garrison.apps.compliance.selectors.standings import Line
from garrison.core.ui import figures

VERDICTS = {
    coverage.MET: (gettext_lazy("Met"), "ok", "circle-check"),
    coverage.WEAKLY: (gettext_lazy("Met, but weak"), "warn", "alert-triangle"),
    coverage.PART: (gettext_lazy("In part"), "warn", "progress"),
    coverage.GAP: (gettext_lazy("Gap"), "crit", "circle-x"),
    coverage.OUT: (gettext_lazy("Does not apply"), "mute", "circle-minus"),
    coverage.GONE: (gettext_lazy("Withdrawn"), "mute", "archive"),
    coverage.AIM: (gettext_lazy("Asks nothing itself"), "mute", "point"),
}
"""Each verdict as people read it, with the kind and the icon of its badge."""

OBLIGATIONS = {
    "required": gettext_lazy("required"),
    "addressable": gettext_lazy("addressable"),
    "none": gettext_lazy("gathers what lies below"),
}
STALE_DAYS = 365
"""Evidence older than this is called old: a house rule."""


def gap(line: Line, as_of: date) -> str:
    """What is missing, in one sentence or several; "" where nothing is."""
    said = [_reason(key, line) for key in line.verdict.gaps]
    if line.verdict.asked and not line.verdict.below:
        if line.evidence == 0:
            said.append(_("No evidence."))
        elif line.evidence_on is not None and (as_of - line.evidence_on).days > STALE_DAYS:
            said.append(_("The newest evidence is of %(day)s.") % {"day": figures.day(line.evidence_on)})
    return " ".join(said)


def _reason(key: str, line: Line) -> str:
    """One gap in words."""
    carriers = line.verdict.carriers
    best = carriers[0] if carriers else None
    if key == "nothing":
        return _("No control meets it.")
    if key == "supporting":
        return _("Only supporting controls: %(codes)s.") % {"codes": ", ".join(each.control for each in carriers)}
    if key == "part" and best:
        return _("In part only, by %(codes)s.") % {"codes": ", ".join(e.control for e in carriers[:3])}
    if key == "places" and best:
        return _("%(code)s covers %(place)s only.") % {"code": best.control, "place": best.only_in}
    if key == "weak" and best:
        words = {"code": best.control, "share": figures.percent(best.health), "why": best.reason}
        return _("%(code)s is at %(share)s: %(why)s.") % words
    if key == "measured":
        return _("The system measured: %(said)s.") % {"said": "; ".join(line.against[:2])}
    return _("The documented decision is missing.")


def step(line: Line) -> str:
    """What to do next about a requirement, in words; "" where nothing is to be done."""
    gaps, carriers = line.verdict.gaps, line.verdict.carriers
    if not line.verdict.asked or line.verdict.below:
        return ""
    if "decision" in gaps and not carriers:
        return _("Decide: implement it, an alternative, or neither with reasons. Then name the control.")
    if "nothing" in gaps or "supporting" in gaps:
        return _("Name the control that meets it, or put it in the plan with an owner and a day.")
    if "measured" in gaps and "decision" not in gaps:
        return _("Put the exceptions right, then measure again.")
    if "weak" in gaps and carriers:
        return _("Repair and test %(code)s again.") % {"code": carriers[0].control}
    if "decision" in gaps:
        return _("Write the decision down with its reasons.")
    if "places" in gaps:
        return _("Say how far %(code)s is in place elsewhere, or that it is inherited.") % {"code": carriers[0].control}
    if "part" in gaps:
        return _("Name what covers the rest, or say why this is enough.")
    if line.evidence == 0:
        return _("Add evidence: a file, a record, or a test of %(code)s.") % {
            "code": carriers[0].control if carriers else "–"
        }
    return ""

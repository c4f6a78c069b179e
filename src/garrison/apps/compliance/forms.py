"""Forms of the compliance app. What is right or wrong is decided by the services; these only read what was sent."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from garrison.apps.compliance import selectors
from garrison.apps.compliance.models import Applicability, Decision, Deficiency, ServiceReport
from garrison.apps.compliance.rules import POPULATIONS, STRENGTHS
from garrison.apps.controls import selectors as controls
from garrison.apps.organization import selectors as organization
from garrison.core.models import User

STRENGTH_WORDS = {"full": _("in full"), "partial": _("in part"), "supporting": _("it only helps")}
POPULATION_WORDS = {
    "leavers": _("Leavers"),
    "joiners": _("Joiners"),
    "door-tests": _("Tests of doors and devices"),
    "access-exceptions": _("Access exceptions"),
    "findings": _("Findings"),
}


class Day(forms.DateField):
    """A day that calendars of ours can hold."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}), **kwargs)

    def clean(self, value: Any) -> date | None:
        """The day, between 1990 and 2200."""
        day: date | None = super().clean(value)
        if day is not None and not 1990 <= day.year <= 2200:
            raise forms.ValidationError(_("Give a day between 1990 and 2200."))
        return day


def text(label: Any, *, required: bool = True, rows: int = 3, **kwargs: Any) -> forms.CharField:
    """A field for a few sentences."""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=required, max_length=8_000, widget=widget, **kwargs)


class Chosen(forms.Form):
    """A form that offers what its viewer may choose."""

    def __init__(self, *args: Any, viewer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if "control" in fields:
            rows = controls.controls(viewer=viewer)
            found = [(str(row.uuid), str(row)) for row in rows]
            fields["control"].choices = found if fields["control"].required else [("", "–"), *found]
        if "unit" in fields:
            whole = [("", _("Whole organisation"))]
            fields["unit"].choices = [*whole, *organization.unit_choices(viewer=viewer)]
        if "framework" in fields:
            rows_f = selectors.frameworks(viewer=viewer)
            fields["framework"].choices = [(str(row.uuid), str(row)) for row in rows_f]


class MapForm(Chosen):
    """A control that meets a requirement."""

    control = forms.ChoiceField(label=_("Control"))
    strength = forms.ChoiceField(label=_("It meets this"), choices=[(key, STRENGTH_WORDS[key]) for key in STRENGTHS])
    rationale = text(_("Why"), required=False)


class AppliesForm(Chosen):
    """Whether a requirement applies, and why."""

    applies = forms.ChoiceField(label=_("Does it apply"), choices=[("yes", _("It applies")), ("no", _("It does not"))])
    justification = text(_("Why"))
    unit = forms.ChoiceField(label=_("Where"), required=False)
    owner = forms.CharField(label=_("Owner"), required=False, max_length=200)
    status = forms.ChoiceField(label=_("How far"), required=False, choices=[("", "–"), *Applicability.STATUSES])


class DecisionForm(Chosen):
    """The documented decision about an addressable specification."""

    choice = forms.ChoiceField(label=_("Decision"), choices=Decision.CHOICES)
    reasons = text(
        _("Reasons"), help_text=_("Size, complexity, capabilities, cost and the risk: why this is right here.")
    )
    alternative = text(_("What is done instead"), required=False, rows=2)
    unit = forms.ChoiceField(label=_("Where"), required=False)
    review_on = Day(label=_("Look again on"), required=False)


class EvidenceForm(Chosen):
    """A file that shows something."""

    title = forms.CharField(label=_("What it shows"), max_length=300)
    file = forms.FileField(label=_("File"))
    collected_on = Day(label=_("Collected on"))
    valid_until = Day(label=_("Counts until"), required=False)
    note = text(_("Note"), required=False, rows=2)


class WhyForm(forms.Form):
    """A reason."""

    why = forms.CharField(label=_("Why"), max_length=400)


class AssessmentForm(Chosen):
    """A planned assessment."""

    title = forms.CharField(label=_("Title"), max_length=300)
    framework = forms.ChoiceField(label=_("Framework"))
    period_from = Day(label=_("Period from"))
    period_until = Day(label=_("to"))
    lead = forms.CharField(label=_("Led by"), max_length=200)
    unit = forms.ChoiceField(label=_("Where"), required=False)
    scope = text(_("Scope in words"), required=False)


class SampleForm(forms.Form):
    """A sample to draw."""

    population = forms.ChoiceField(label=_("Out of"), choices=[(key, POPULATION_WORDS[key]) for key in POPULATIONS])
    size = forms.IntegerField(label=_("How many"), min_value=1, max_value=10_000, initial=25)
    seed = forms.IntegerField(
        label=_("Seed"), min_value=0, max_value=2**53, help_text=_("Any number. With it anybody draws the same again.")
    )


class ItemForm(forms.Form):
    """What a tester saw."""

    outcome = forms.ChoiceField(choices=[("passed", _("passed")), ("failed", _("failed"))])
    note = forms.CharField(max_length=400, required=False)


class CheckForm(Chosen):
    """A test of design or of operation."""

    requirement = forms.ChoiceField(label=_("Requirement"))
    aspect = forms.ChoiceField(label=_("Test of"), choices=[("design", _("design")), ("operation", _("operation"))])
    outcome = forms.ChoiceField(
        label=_("Found"), choices=[("effective", _("effective")), ("not effective", _("not effective"))]
    )
    control = forms.ChoiceField(label=_("Control"), required=False)
    sample = forms.ChoiceField(label=_("Sample"), required=False)
    note = text(_("How it was tested"), required=False)


class DeficiencyForm(Chosen):
    """What was found wrong."""

    requirement = forms.ChoiceField(label=_("Requirement"))
    title = forms.CharField(label=_("In a few words"), max_length=300)
    words = text(_("What was found"))
    control = forms.ChoiceField(label=_("Control"), required=False)


class JudgeForm(forms.Form):
    """How grave it is."""

    gravity = forms.ChoiceField(
        label=_("How grave"), choices=[row for row in Deficiency.GRAVITIES if row[0] != "not judged"]
    )
    reasons = text(_("Reasons"), help_text=_("What could be misstated or harmed, how likely, what compensates."))


class RemedyForm(forms.Form):
    """What is done about it."""

    remedy = text(_("What will be done"))
    owner = forms.CharField(label=_("Who answers for it"), max_length=200)
    due = Day(label=_("By"))


class RollForm(forms.Form):
    """A conclusion carried on to a later day."""

    until = Day(label=_("Carried on to"))
    note = text(_("What was done since the period's end"))


class SignForm(forms.Form):
    """The conclusion with which an assessment is signed."""

    conclusion = text(_("Conclusion"))


class RequestForm(forms.Form):
    """What an auditor asks to see."""

    title = forms.CharField(label=_("What you want to see"), max_length=300)
    words = text(_("More words"), required=False, rows=2)
    owner = forms.CharField(label=_("Of whom"), required=False, max_length=200)
    due = Day(label=_("By"), required=False)


class AnswerForm(forms.Form):
    """An answer to a request."""

    answer = text(_("Answer"), required=False)
    items = forms.MultipleChoiceField(label=_("Evidence"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, viewer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        rows = selectors.current(viewer=viewer)[:60]
        fields["items"].choices = [(str(row.uuid), f"{row.title}, {row.collected_on}") for row in rows]


class ReportForm(forms.Form):
    """A service organisation's report."""

    provider = forms.CharField(label=_("Provider"), max_length=200)
    service = forms.CharField(label=_("Service"), max_length=300)
    kind = forms.ChoiceField(label=_("Report"), choices=ServiceReport.KINDS)
    opinion = forms.ChoiceField(label=_("Opinion"), choices=ServiceReport.OPINIONS)
    period_from = Day(label=_("Period from"))
    period_until = Day(label=_("to"))
    bridged_until = Day(label=_("Bridge letter to"), required=False)
    expected = text(_("What it expects of us"), required=False, help_text=_("One user-entity control a line."))
    note = text(_("Note"), required=False, rows=2)

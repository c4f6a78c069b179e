"""What people fill in about incidents."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from garrison.apps.incidents import rules
from garrison.apps.incidents.models import Cause, Entry, Fact, Incident, Lesson, Link, Member, OwnRule
from garrison.engines.clocks import InvalidFact


def when(label: Any, *, required: bool = True, hint: Any = "") -> forms.DateTimeField:
    """A field for a day and time by the organisation's clock."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S")
    return forms.DateTimeField(label=label, required=required, widget=widget, help_text=hint)


def area(label: Any, *, required: bool = True, rows: int = 3, most: int = 20_000, hint: Any = "") -> forms.CharField:
    """A field for several lines."""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=required, max_length=most, widget=widget, help_text=hint)


class Ranged(forms.Form):
    """A form with a time that may be a range."""

    def clean(self) -> dict[str, Any]:
        """Refuse a range that ends before it begins."""
        told = super().clean() or self.cleaned_data
        first, last = told.get("happened"), told.get("latest")
        if first and last and last < first:
            raise forms.ValidationError(_("The range ends before it begins; put the earlier time first."))
        return told


class OpenForm(Ranged):
    """A new case."""

    title = forms.CharField(label=_("What happened, in a line"), max_length=200)
    category = forms.ChoiceField(label=_("Kind of incident"), choices=[*rules.CATEGORIES.items()])
    kind = forms.ChoiceField(label=_("In which world"), choices=Incident.KINDS)
    happened = when(_("Detected"))
    latest = when(_("At the latest"), required=False, hint=_("Where the time is not sure: the end of the range."))
    unit = forms.ChoiceField(label=_("Unit"))
    grave = forms.MultipleChoiceField(
        label=_("What is known; severity follows from it"),
        choices=[*rules.QUESTIONS.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    brief = area(_("Brief"), required=False)
    restricted = forms.BooleanField(label=_("Only its members may see it"), required=False)
    exercise = forms.BooleanField(label=_("An exercise"), required=False)

    def __init__(self, *args: Any, units: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = units  # type: ignore[attr-defined]

    @property
    def answers(self) -> dict[str, bool]:
        """What severity is judged by."""
        return {name: name in self.cleaned_data["grave"] for name in rules.QUESTIONS}


class EntryForm(Ranged):
    """An entry of the timeline."""

    kind = forms.ChoiceField(label=_("Kind"), choices=[kind for kind in Entry.KINDS if kind[0] != "system"])
    title = forms.CharField(label=_("What, in a line"), max_length=200)
    happened = when(_("When"))
    latest = when(_("At the latest"), required=False, hint=_("Where the time is not sure: the end of the range."))
    text = area(_("More"), required=False)
    source_words = forms.CharField(label=_("Source"), max_length=200, required=False, help_text=_("What tells so."))
    certainty = forms.ChoiceField(label=_("How certain"), choices=Entry.CERTAINTIES)
    limits = forms.CharField(label=_("What it does not prove"), max_length=300, required=False)
    weighty = forms.BooleanField(label=_("A key entry"), required=False)
    privileged = forms.BooleanField(label=_("Privileged"), required=False)


class PurposeForm(forms.Form):
    """Why somebody's door events are looked at."""

    purpose = area(
        _("Why do you need to see them?"), most=1_000, hint=_("Kept in the audit log with your name and the person's.")
    )

    def clean_purpose(self) -> str:
        """A sentence at least."""
        words = " ".join(str(self.cleaned_data["purpose"]).split())
        if len(words) < 10:
            raise forms.ValidationError(_("Say it in a sentence."))
        return words


class BriefForm(forms.Form):
    """Title and brief, with the version that was read."""

    title = forms.CharField(label=_("Title"), max_length=200)
    brief = area(_("Brief"), required=False, rows=8)
    version = forms.IntegerField(widget=forms.HiddenInput)


class SeverityForm(forms.Form):
    """A severity of one's own, with a reason."""

    severity = forms.TypedChoiceField(
        label=_("Severity"),
        coerce=int,
        choices=[(1, _("1, the worst")), (2, "2"), (3, "3"), (4, _("4, the mildest"))],
    )
    reason = forms.CharField(label=_("Why"), max_length=400)


class RoleForm(forms.Form):
    """Who takes which role."""

    role = forms.ChoiceField(label=_("Role"), choices=Member.ROLES)
    user = forms.ChoiceField(label=_("User"), required=False)
    name = forms.CharField(label=_("Or somebody who does not sign in"), max_length=200, required=False)

    def __init__(self, *args: Any, users: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].choices = [("", "–"), *users]  # type: ignore[attr-defined]


class LinkForm(forms.Form):
    """Something that the case touches and that is only words."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Link.KINDS)
    label = forms.CharField(label=_("What it is called"), max_length=300)
    note = forms.CharField(label=_("Why it matters"), max_length=300, required=False)


class TaskForm(forms.Form):
    """A task by hand."""

    title = forms.CharField(label=_("What to do"), max_length=200)
    owner = forms.CharField(label=_("Who"), max_length=200, required=False)
    due = when(_("By when"), required=False)
    detail = area(_("More"), required=False, rows=2)


class PhaseForm(forms.Form):
    """Which phase starts, since when, and why in spite of advice."""

    phase = forms.ChoiceField(choices=[*rules.PHASES.items()], widget=forms.HiddenInput)
    started_at = when(_("Since when"), required=False, hint=_("Now where nothing is given."))
    reason = forms.CharField(label=_("Why go on all the same"), max_length=400, required=False)


class FactForm(forms.Form):
    """One fact of a case; the fields follow from its kind."""

    source = forms.CharField(label=_("Where you know it from"), max_length=300)
    certainty = forms.ChoiceField(label=_("How certain"), choices=Fact.CERTAINTIES)

    def __init__(self, *args: Any, described: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.described = described
        made: dict[str, forms.Field] = {}
        if described.kind == "moment":
            made["happened"] = when(_("When"), hint=described.help)
            made["latest"] = when(_("At the latest"), required=False, hint=_("Where it is not sure: the range's end."))
        elif described.kind == "count":
            hint = _("A number, or a range: 480, 40 to 60, 500 or more.")
            made["told"] = forms.CharField(label=_("How many"), max_length=40, help_text=hint)
        elif described.kind == "flag":
            choices = [("yes", _("Yes")), ("no", _("No"))]
            made["told"] = forms.ChoiceField(
                label=_("Answer"), choices=choices, widget=forms.RadioSelect, help_text=described.help
            )
        elif described.kind == "residents":
            made["told"] = area(_("How many of each state"), most=2_000, hint=described.help)
        elif described.choices:
            made["told"] = forms.ChoiceField(label=described.label, choices=described.choices)
        else:
            made["told"] = forms.CharField(label=described.label, max_length=20, help_text=described.help)
        self.fields = {**made, **self.fields}

    def clean(self) -> dict[str, Any]:
        """The value as it is stored."""
        told = super().clean() or self.cleaned_data
        try:
            told["value"] = _value(self.described.kind, told)
        except InvalidFact as fault:
            raise forms.ValidationError(str(fault)) from fault
        return told


def _value(kind: str, told: dict[str, Any]) -> Any:
    """What the fields say, as facts store it."""
    if kind == "moment":
        first: datetime | None = told.get("happened")
        return rules.moment_value(first, told.get("latest")) if first else None
    text = str(told.get("told", "")).strip()
    if not text:
        return None
    if kind == "count":
        return rules.count_value(text)
    if kind == "residents":
        return rules.residents_value(text)
    return text == "yes" if kind == "flag" else text.lower()


YES_NO = [("", _("As the case has it")), ("yes", _("Yes")), ("no", _("No"))]


class WhatIfForm(forms.Form):
    """Facts tried out without storing them."""

    individuals = forms.CharField(label=_("People concerned"), max_length=40, required=False)
    residents = forms.CharField(
        label=_("Of them, by state"), max_length=400, required=False, help_text=_("NY 480, CA 12")
    )
    unsecured = forms.ChoiceField(label=_("Health information not encrypted"), choices=YES_NO, required=False)
    material = forms.ChoiceField(label=_("Material to investors"), choices=YES_NO, required=False)
    significant = forms.ChoiceField(label=_("Significant under NIS2"), choices=YES_NO, required=False)
    discovered_at = when(_("Discovered"), required=False)
    controlled_loss_discovered_at = when(_("Loss of controlled substances discovered"), required=False)
    materiality_determined_at = when(_("Determined to be material"), required=False)
    extortion_paid_at = when(_("Extortion paid"), required=False)
    proposed = forms.BooleanField(label=_("With rules that are only proposed"), required=False)

    def clean(self) -> dict[str, Any]:
        """The facts that are tried out, by name."""
        told = super().clean() or self.cleaned_data
        facts: dict[str, Any] = {}
        kinds = rules.catalogue()
        for name in self.fields:
            value = told.get(name)
            if name == "proposed" or value in (None, ""):
                continue
            try:
                if name.endswith("_at"):
                    facts[name] = rules.moment_value(value)
                else:
                    facts[name] = _value(kinds[name].kind, {"told": value})
            except InvalidFact as fault:
                self.add_error(name, str(fault))
        told["facts"] = facts
        return told


LEVELS = [
    ("low", _("Speaks for a low probability")),
    ("medium", _("Between")),
    ("high", _("Speaks against it")),
]


class DecisionForm(forms.Form):
    """That a law asks for no notice; under HIPAA with the four factors."""

    def __init__(self, *args: Any, law: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.law = law
        if law == "hipaa":
            for name, words in rules.FACTORS.items():
                self.fields[f"{name}_words"] = area(words, rows=2, most=2_000)
                self.fields[f"{name}_level"] = forms.ChoiceField(label=_("Weighs"), choices=LEVELS)
        self.fields["reasons"] = area(_("Why nothing is owed"), hint=_("As an authority would read it."))

    @property
    def factors(self) -> dict[str, dict[str, str]]:
        """The factors as the decision keeps them."""
        if self.law != "hipaa":
            return {}
        return {
            name: {"words": self.cleaned_data[f"{name}_words"], "level": self.cleaned_data[f"{name}_level"]}
            for name in rules.FACTORS
        }


class ReportForm(forms.Form):
    """A report by somebody who is signed in, or by nobody in particular."""

    what = area(_("What happened"), rows=6, hint=_("What you saw or heard yourself. You need not be sure."))
    place = forms.CharField(label=_("Where"), max_length=200, required=False)
    happened = forms.CharField(label=_("When"), max_length=200, required=False)


class FromReportForm(forms.Form):
    """A case from a report."""

    title = forms.CharField(label=_("What happened, in a line"), max_length=200)
    category = forms.ChoiceField(label=_("Kind of incident"), choices=[*rules.CATEGORIES.items()])
    kind = forms.ChoiceField(label=_("In which world"), choices=Incident.KINDS)


class OwnRuleForm(forms.Form):
    """A duty that a contract, an insurer or a card brand sets."""

    recipient = forms.CharField(label=_("Who is to be told"), max_length=160)
    article = forms.CharField(label=_("Where it is written"), max_length=120, help_text=_("Policy 8.2, contract 14.3"))
    starts = forms.ChoiceField(label=_("What starts it"))
    amount = forms.IntegerField(label=_("How long"), min_value=0, max_value=10_000)
    counted_in = forms.ChoiceField(label=_("Counted in"), choices=OwnRule.UNITS)
    says = forms.CharField(label=_("In words"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        starts = [(name, fact.label) for name, fact in rules.catalogue().items() if fact.group == "when"]
        self.fields["starts"].choices = starts  # type: ignore[attr-defined]


class LawForm(forms.Form):
    """A law that applies, and why."""

    law = forms.ChoiceField(label=_("Law"))
    unit = forms.ChoiceField(label=_("To whom"), required=False)
    because = forms.CharField(label=_("Why it applies"), max_length=300)

    def __init__(self, *args: Any, units: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        binding = {rule.law for rule in rules.law_rules()}
        self.fields["law"].choices = [pair for pair in rules.LAWS.items() if pair[0] in binding]  # type: ignore[attr-defined]
        self.fields["unit"].choices = [("", _("The whole organisation")), *units]  # type: ignore[attr-defined]


class StatementForm(forms.Form):
    """Words for a recipient."""

    subject = forms.CharField(label=_("Subject"), max_length=200)
    text = area(_("Text"), rows=12)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class RecipientForm(forms.Form):
    """Somebody who must know, and why."""

    name = forms.CharField(label=_("Who must know"), max_length=200)
    reason = forms.CharField(label=_("Why"), max_length=300)
    outside = forms.BooleanField(label=_("Outside the organisation"), required=False)


class ToldForm(forms.Form):
    """That somebody was told something."""

    name = forms.CharField(label=_("Who was told"), max_length=200)
    words = area(_("What they were told"), rows=2)
    way = forms.CharField(label=_("How"), max_length=60, help_text=_("Call, mail, letter, in person"))
    told_at = when(_("When"))


class CauseForm(forms.Form):
    """A contributing cause."""

    kind = forms.ChoiceField(label=_("Where it lies"), choices=Cause.KINDS)
    text = forms.CharField(label=_("What let it happen or made it worse"), max_length=400)


class LessonForm(forms.Form):
    """A lesson with owner, day, money and re-test, and what it changes."""

    text = forms.CharField(label=_("What will be different"), max_length=400)
    owner = forms.CharField(label=_("Owner"), max_length=200)
    due = forms.DateField(label=_("By"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    cost = forms.DecimalField(label=_("Cost"), required=False, min_value=0, max_digits=18, decimal_places=2)
    retest_on = forms.DateField(label=_("Re-test on"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    kind = forms.ChoiceField(label=_("It changes"), choices=Lesson.KINDS)
    target = forms.CharField(
        label=_("Which"),
        max_length=60,
        required=False,
        help_text=_("Code of control, playbook or scenario: C-08, R-03"),
    )
    value = forms.CharField(
        label=_("To what"),
        max_length=200,
        required=False,
        help_text=_("A control: attempts stopped of 100. A playbook: the step. A scenario: nothing, it is counted."),
    )

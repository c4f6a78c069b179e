"""What people fill in about policies."""

from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from garrison.apps.organization import selectors as organization
from garrison.apps.policies import selectors
from garrison.apps.policies.models import Enforcement, Policy
from garrison.apps.policies.rules import PLACES
from garrison.core.models import User
from garrison.core.scopes import ROLES


class Day(forms.DateInput):
    """A day, with the browser's calendar."""

    input_type = "date"

    def format_value(self, value: object) -> str | None:
        """ISO, as the browser wants it, whatever the locale."""
        return value.isoformat() if isinstance(value, date) else super().format_value(value)


def _units(viewer: User) -> list[tuple[str, str]]:
    """(code, name) of the units in sight, in tree order."""
    return list(organization.units(viewer=viewer).values_list("code", "name"))


class FactsForm(forms.Form):
    """Whose a policy is, whom it binds, and how often it is looked at."""

    title = forms.CharField(label=_("Title"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=Policy.KINDS)
    owner = forms.CharField(label=_("Owner"), max_length=200, required=False)
    audience = forms.ChoiceField(label=_("Binds"), choices=Policy.AUDIENCES)
    audience_words = forms.CharField(
        label=_("Roles"),
        max_length=400,
        required=False,
        help_text=_("For “some roles”: words of title or department, with commas between them."),
    )
    units = forms.MultipleChoiceField(
        label=_("Only in"), required=False, help_text=_("None chosen: everywhere below where it belongs.")
    )
    review_months = forms.IntegerField(label=_("Months between reviews"), min_value=1, max_value=60, initial=12)
    acknowledge = forms.BooleanField(label=_("Everybody it binds acknowledges it"), required=False, initial=True)

    def __init__(self, *args: Any, viewer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.MultipleChoiceField, self.fields["units"]).choices = _units(viewer)

    def clean_audience_words(self) -> list[str]:
        """The words, one by one."""
        return [word.strip() for word in self.cleaned_data["audience_words"].split(",") if word.strip()]

    def clean(self) -> dict[str, Any]:
        """Some roles need words to know them by."""
        told: dict[str, Any] = super().clean() or {}
        if told.get("audience") == "roles" and not told.get("audience_words"):
            self.add_error("audience_words", _("Say which roles, such as: guard, reception."))
        return told


class NewForm(FactsForm):
    """A policy of one's own words, or from a Markdown file."""

    code = forms.CharField(label=_("Code"), max_length=40, help_text=_("Such as POL-14. It never changes."))
    unit = forms.ChoiceField(label=_("Belongs to"), required=False)
    file = forms.FileField(label=_("Markdown file"), required=False, help_text=_("The text to begin with; UTF-8."))

    field_order = ["code", "title", "kind", "unit", "owner", "audience", "audience_words", "units", "review_months"]

    def __init__(self, *args: Any, viewer: User, **kwargs: Any) -> None:
        super().__init__(*args, viewer=viewer, **kwargs)
        whole = [("", _("The whole organisation, or your part of it"))]
        cast(forms.ChoiceField, self.fields["unit"]).choices = [*whole, *_units(viewer)]

    def clean_file(self) -> str:
        """The words of the file."""
        file = self.cleaned_data["file"]
        if not file:
            return ""
        if file.size > 1_000_000:
            raise forms.ValidationError(_("The file is larger than a megabyte; that is not a policy's text."))
        try:
            text: str = file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise forms.ValidationError(
                _("The file is not UTF-8 text (byte %(n)s). Save it as UTF-8.") % {"n": error.start}
            ) from error
        return text


class FromTemplateForm(forms.Form):
    """What a template leaves open, and the code of the policy to be."""

    code = forms.CharField(label=_("Code"), max_length=40)
    title = forms.CharField(label=_("Title"), max_length=200)
    unit = forms.ChoiceField(label=_("Belongs to"), required=False)
    owner = forms.CharField(label=_("Owner"), max_length=200, required=False)

    def __init__(self, *args: Any, viewer: User, places: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        whole = [("", _("The whole organisation, or your part of it"))]
        cast(forms.ChoiceField, self.fields["unit"]).choices = [*whole, *_units(viewer)]
        for place in places:
            self.fields[f"place_{place}"] = forms.CharField(label=PLACES[place], max_length=300, required=False)


class TextForm(forms.Form):
    """The words of a version. ``edits`` is how often it had been saved when the editor opened."""

    body = forms.CharField(
        label=_("Text, Markdown"), required=False, strip=False, widget=forms.Textarea(attrs={"rows": 28})
    )
    note = forms.CharField(label=_("What changed, and why"), max_length=400, required=False)
    quiz = forms.CharField(
        label=_("Quiz"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("A line with ? asks; each answer below it begins with -, the right one with *."),
    )
    pass_mark = forms.IntegerField(label=_("Pass mark, of 100"), min_value=0, max_value=100, initial=80)
    edits = forms.IntegerField(widget=forms.HiddenInput)


class SubmitForm(forms.Form):
    """Who approves, and how many of them must."""

    approvers = forms.MultipleChoiceField(label=_("Approvers"), widget=forms.CheckboxSelectMultiple)
    quorum = forms.IntegerField(label=_("Approvals needed"), min_value=1, max_value=20, initial=1)

    def __init__(self, *args: Any, viewer: User, path: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = selectors.approver_choices(viewer=viewer, path=path)
        cast(forms.MultipleChoiceField, self.fields["approvers"]).choices = choices


class DecideForm(forms.Form):
    """A decision with its reason; ``sha256`` names the words that were read."""

    reason = forms.CharField(label=_("Reason"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}))
    sha256 = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    decision = forms.ChoiceField(choices=[("approve", ""), ("refuse", "")], widget=forms.HiddenInput, required=True)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=400)


class EnforcementForm(forms.Form):
    """What shows that a policy is kept."""

    kind = forms.ChoiceField(label=_("Shown by"), choices=Enforcement.KINDS)
    control = forms.ChoiceField(label=_("Control"), required=False)
    how = forms.CharField(label=_("How it shows it"), max_length=400, required=False)

    def __init__(self, *args: Any, viewer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        none = [("", _("none of the register"))]
        cast(forms.ChoiceField, self.fields["control"]).choices = [*none, *selectors.control_choices(viewer=viewer)]


class PaperForm(forms.Form):
    """A signed list on paper."""

    on = forms.DateField(label=_("Signed on"), widget=Day)
    note = forms.CharField(label=_("Where the list is kept"), max_length=400)

    policy = forms.UUIDField(widget=forms.HiddenInput)


class RemindForm(forms.Form):
    """Whom to remind is chosen in the list; of which policy is not."""

    policy = forms.UUIDField(widget=forms.HiddenInput)


class ExceptionForm(forms.Form):
    """What somebody asks leave for."""

    policy = forms.ChoiceField(label=_("Policy"))
    control = forms.ChoiceField(
        label=_("Control that it weakens"), required=False, help_text=_("None: all that enforce the policy.")
    )
    unit = forms.ChoiceField(label=_("Where"), required=False)
    scope = forms.CharField(label=_("What it covers"), max_length=400, help_text=_("Such as: two imaging stations."))
    reason = forms.CharField(label=_("Why it is needed"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
    compensating = forms.ChoiceField(label=_("Control that stands in"), required=False)
    assumed = forms.FloatField(
        label=_("It must keep stopping, of 100"),
        required=False,
        min_value=0,
        max_value=100,
        help_text=_("Empty: what its tests measure today. Below it the exception is void."),
    )
    compensating_words = forms.CharField(label=_("Or in words"), max_length=400, required=False)
    until = forms.DateField(label=_("Until"), widget=Day, help_text=_("At most a year."))

    def __init__(self, *args: Any, viewer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = selectors.control_choices(viewer=viewer)
        whole = [("", _("Your whole part of the organisation"))]
        lists: dict[str, list[tuple[Any, Any]]] = {
            "policy": list(selectors.policy_choices(viewer=viewer)),
            "control": [("", _("all that enforce it")), *known],
            "compensating": [("", _("none of the register")), *known],
            "unit": [*whole, *_units(viewer)],
        }
        for name, choices in lists.items():
            cast(forms.ChoiceField, self.fields[name]).choices = choices

    def clean_assumed(self) -> float | None:
        """A share, 0 to 1."""
        said = self.cleaned_data["assumed"]
        return None if said is None else float(said) / 100


class LimitForm(forms.Form):
    """The most money that a role may accept."""

    role = forms.ChoiceField(choices=[(role, role) for role in ROLES], widget=forms.HiddenInput)
    unlimited = forms.BooleanField(label=_("No limit"), required=False)
    amount = forms.DecimalField(label=_("Limit"), required=False, min_value=0, max_digits=18, decimal_places=2)

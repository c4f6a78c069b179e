"""Forms of the controls app."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from garrison.apps.controls.models import Implementation
from garrison.apps.organization import selectors as organization
from garrison.core.models import User


class TestForm(forms.Form):
    """One test of a control: the day, and the share of attempts that it stopped."""

    on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    effectiveness = forms.FloatField(
        label=_("Stopped, of 100 attempts"),
        min_value=0,
        max_value=100,
        help_text=_("Count it: attempts that it stopped, or the share of the loss that it avoided."),
        widget=forms.NumberInput(attrs={"step": "1", "inputmode": "decimal"}),
    )
    note = forms.CharField(label=_("How it was tested"), max_length=400, required=False)

    def clean_on(self) -> date:
        """A day that a calendar of ours can hold."""
        on: date = self.cleaned_data["on"]
        if on.year < 1990:
            raise forms.ValidationError(_("Give the day of the test; it lies before 1990."))
        return on

    @property
    def share(self) -> float:
        """The effectiveness as a share, 0 to 1."""
        return float(self.cleaned_data["effectiveness"]) / 100


class PlaceForm(forms.Form):
    """How far a control is in place somewhere, or whose it is there."""

    unit = forms.ChoiceField(label=_("Where"), required=False)
    kind = forms.ChoiceField(label=_("Who does it"), choices=Implementation.KINDS)
    inherited_from = forms.ChoiceField(label=_("The other unit"), required=False)
    share = forms.FloatField(
        label=_("In place, of 100"),
        min_value=0,
        max_value=100,
        required=False,
        help_text=_("Count it: laptops encrypted, doors fitted, people trained. Empty where another unit does it."),
        widget=forms.NumberInput(attrs={"step": "1", "inputmode": "decimal"}),
    )
    on = forms.DateField(label=_("As of"), widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(label=_("What is missing"), max_length=400, required=False)

    def __init__(self, *args: Any, viewer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = [(unit.code, unit.name) for unit in organization.units(viewer=viewer)]
        fields: dict[str, Any] = self.fields
        fields["unit"].choices = [("", _("Whole organisation")), *units]
        fields["inherited_from"].choices = [("", "–"), *units]

    def clean_on(self) -> date:
        """A day that a calendar of ours can hold."""
        on: date = self.cleaned_data["on"]
        if on.year < 1990:
            raise forms.ValidationError(_("Give the day; it lies before 1990."))
        return on

    @property
    def share_of_one(self) -> float | None:
        """The share, 0 to 1; None where another unit does it."""
        said = self.cleaned_data["share"]
        return None if said is None else float(said) / 100

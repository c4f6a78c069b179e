"""Forms of the controls app."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _


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

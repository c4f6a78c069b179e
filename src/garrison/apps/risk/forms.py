"""Forms of the risk app."""

from django import forms
from django.utils.translation import gettext_lazy as _

from garrison.core.ui.figures import rounded

DIGITS = 3


class WhatIfForm(forms.Form):
    """Other numbers for one scenario: how often, and the parameters of its loss. What is not given stays."""

    rate = forms.FloatField(label=_("Times a year"), required=False, min_value=0, max_value=100_000)
    low = forms.FloatField(label=_("Loss, low"), required=False, min_value=0, max_value=1e15)
    mode = forms.FloatField(label=_("Loss, most likely"), required=False, min_value=0, max_value=1e15)
    high = forms.FloatField(label=_("Loss, high"), required=False, min_value=0, max_value=1e15)

    rate_low = forms.FloatField(required=False, min_value=0, max_value=100_000, widget=forms.HiddenInput)
    rate_high = forms.FloatField(required=False, min_value=0, max_value=100_000, widget=forms.HiddenInput)

    @property
    def exact(self) -> dict[str, float]:
        """What was given and could be understood."""
        given = getattr(self, "cleaned_data", {})
        return {name: value for name, value in given.items() if value is not None}

    @property
    def values(self) -> dict[str, float]:
        """The same with three significant digits: what a slider's long numbers come to."""
        return {name: rounded(value, DIGITS) for name, value in self.exact.items()}

    @property
    def reason(self) -> str:
        """What was wrong, in one sentence; "" when all could be understood."""
        return " ".join(
            f"{self.fields[name].label}: {' '.join(str(error) for error in errors)}"
            for name, errors in self.errors.items()
        )

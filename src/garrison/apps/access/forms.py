"""What people fill in about access."""

from django import forms
from django.utils.translation import gettext_lazy as _

from garrison.apps.access import rules


class LookForm(forms.Form):
    """Why somebody's movements are looked at, and how far back."""

    purpose = forms.CharField(
        label=_("Why do you need to see them?"),
        min_length=rules.PURPOSE_LENGTH,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept in the audit log with your name."),
    )
    days = forms.IntegerField(
        label=_("Days back"), min_value=1, max_value=rules.MOVEMENT_DAYS, initial=14, widget=forms.NumberInput
    )

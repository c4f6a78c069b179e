"""Forms of the budget app."""

from django import forms
from django.utils.translation import gettext_lazy as _


class BudgetForm(forms.Form):
    """The organisation's yearly budget."""

    amount = forms.DecimalField(
        label=_("Budget a year"),
        min_value=0,
        max_digits=17,
        decimal_places=2,
        help_text=_("The plan is made anew at once; the change can be undone."),
    )


class PlaceForm(forms.Form):
    """Where an initiative goes: into the plan, out of it, or wherever the numbers put it."""

    uuid = forms.UUIDField()
    to = forms.ChoiceField(choices=[("in", "in"), ("out", "out"), ("auto", "auto")])

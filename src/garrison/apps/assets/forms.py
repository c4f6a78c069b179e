"""Forms of the assets app."""

from datetime import date
from typing import Self

from django import forms
from django.utils.translation import gettext_lazy as _

from garrison.core.models import User

YES_NO = (("yes", _("Yes")), ("no", _("No")))


class TestForm(forms.Form):
    """One test of a door or device: the day, what came of it, and what was seen."""

    on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    result = forms.ChoiceField(
        label=_("Result"), choices=(("passed", _("Passed")), ("failed", _("Failed"))), widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("What was seen"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean_on(self) -> date:
        """A day that a calendar of ours can hold."""
        on: date = self.cleaned_data["on"]
        if on.year < 1990:
            raise forms.ValidationError(_("Give the day of the test; it lies before 1990."))
        return on

    @property
    def passed(self) -> bool:
        """Whether the device did what it must."""
        return bool(self.cleaned_data["result"] == "passed")


class OwnerForm(forms.Form):
    """Who answers for the chosen assets."""

    owner = forms.CharField(label=_("Owner"), max_length=200, required=False, help_text=_("Empty for nobody."))

    @classmethod
    def for_viewer(cls, *, viewer: User) -> Self:
        """The form of the bulk action."""
        return cls(prefix="owner")


class ExposureForm(forms.Form):
    """Whether the chosen assets are reachable from the internet."""

    exposed = forms.ChoiceField(
        label=_("Reachable from the internet"), choices=(*YES_NO, ("unknown", _("Unknown"))), widget=forms.RadioSelect
    )

    @classmethod
    def for_viewer(cls, *, viewer: User) -> Self:
        """The form of the bulk action."""
        return cls(prefix="exposed")

    @property
    def value(self) -> bool | None:
        """Yes, no, or nobody knows."""
        return {"yes": True, "no": False}.get(self.cleaned_data["exposed"])


class CriticalForm(forms.Form):
    """Whether the chosen assets are critical."""

    critical = forms.ChoiceField(label=_("Critical"), choices=YES_NO, widget=forms.RadioSelect)

    @classmethod
    def for_viewer(cls, *, viewer: User) -> Self:
        """The form of the bulk action."""
        return cls(prefix="critical")

    @property
    def value(self) -> bool:
        """Yes or no."""
        return bool(self.cleaned_data["critical"] == "yes")

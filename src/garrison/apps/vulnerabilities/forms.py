"""What people fill in about findings."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from garrison.apps.assets import selectors as assets
from garrison.apps.assets.models import Asset
from garrison.apps.vulnerabilities import rules
from garrison.core.models import User


class Day(forms.DateInput):
    """A day, with the browser's calendar."""

    input_type = "date"

    def format_value(self, value: object) -> str | None:
        """ISO, as the browser wants it, whatever the locale."""
        return value.isoformat() if isinstance(value, date) else super().format_value(value)


class AssignForm(forms.Form):
    """Who fixes it."""

    owner = forms.CharField(label=_("Owner"), max_length=200, required=False, help_text=_("Empty for nobody."))


class DueForm(forms.Form):
    """By when."""

    due = forms.DateField(label=_("Due"), widget=Day)


class PlanForm(forms.Form):
    """What is planned."""

    note = forms.CharField(label=_("What is planned"), max_length=400, required=False)


class AcceptForm(forms.Form):
    """Why a risk is acceptable, and until when."""

    reason = forms.CharField(label=_("Why it is acceptable"), max_length=400)
    until = forms.DateField(label=_("Until"), widget=Day, help_text=_("At most a year; then it comes back."))


class CloseForm(forms.Form):
    """How one knows that it is fixed."""

    reason = forms.CharField(label=_("How do you know it is fixed?"), max_length=400)


class NewForm(forms.Form):
    """A weakness that somebody saw."""

    asset = forms.CharField(label=_("Door, device or host"), max_length=300, help_text=_("Its code, such as D-031."))
    title = forms.CharField(label=_("What is wrong"), max_length=500)
    severity = forms.ChoiceField(
        label=_("How severe"), choices=[(word, word.capitalize()) for word in rules.SEVERITIES], initial="medium"
    )
    description = forms.CharField(label=_("What you saw"), widget=forms.Textarea, required=False, max_length=4_000)
    owner = forms.CharField(label=_("Owner"), max_length=200, required=False)

    def __init__(self, *args: object, viewer: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.viewer = viewer

    def clean_asset(self) -> Asset:
        """The asset of that code or name within the viewer's sight."""
        text = str(self.cleaned_data["asset"]).strip()
        found = assets.found(viewer=self.viewer, text=text, limit=8)
        exact = [asset for asset in found if text.casefold() in (asset.code.casefold(), asset.name.casefold())]
        chosen = exact or found
        if len(chosen) == 1:
            return chosen[0]
        if not chosen:
            raise forms.ValidationError(_("Nothing in the register is called so."))
        raise forms.ValidationError(
            _("Several are called so: %(codes)s. Give the whole code.")
            % {"codes": ", ".join(asset.code for asset in chosen)}
        )

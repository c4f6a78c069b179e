"""Forms of the System pages."""

from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from garrison.apps.organization import selectors as organization
from garrison.core.clock import zone
from garrison.core.models import User
from garrison.core.scopes import ROLES, may
from garrison.core.services import THEMES
from garrison.formats.mapping import TABLES


def places(viewer: User, permission: str) -> list[tuple[str, str]]:
    """(path, name) of where the viewer may hand out roles: the whole, and each unit in sight."""
    whole = [("/", str(_("Whole organisation")))] if may(viewer, permission, "/") else []
    units = organization.unit_choices(viewer=viewer)
    return whole + [(path, name) for path, name in units if may(viewer, permission, path)]


class GrantForm(forms.Form):
    """A role and where it holds."""

    role = forms.ChoiceField(label=_("Role"), choices=[(role, role.capitalize()) for role in ROLES], initial="reader")
    path = forms.ChoiceField(label=_("Where"), help_text=_("It holds in this unit and everything below it."))
    until = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Empty is for good. An outside auditor should have one."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, viewer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["path"]).choices = places(viewer, "users.grant")

    @property
    def end(self) -> datetime | None:
        """The moment at which the last day is over, in the organisation's time zone."""
        day: date | None = self.cleaned_data.get("until")
        return datetime.combine(day + timedelta(days=1), time(), zone()) if day else None

    def clean_until(self) -> date | None:
        """A day that a calendar can count on from."""
        day: date | None = self.cleaned_data["until"]
        if day is not None and not 2000 <= day.year <= 2200:
            raise forms.ValidationError(_("Give the last day on which the role holds."))
        return day


class InviteForm(GrantForm):
    """Somebody who may sign in, with their first role."""

    name = forms.CharField(label=_("Name"), max_length=300)
    username = forms.CharField(label=_("Sign-in name"), max_length=150)
    email = forms.EmailField(label=_("E-mail"), required=False)
    field_order = ("name", "username", "email", "role", "path")


class PasswordForm(forms.Form):
    """A first password, typed twice. What makes one too weak is decided by the service."""

    password = forms.CharField(
        label=_("Password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False
    )
    again = forms.CharField(
        label=_("The same again"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean(self) -> dict[str, Any]:
        """Both must be the same."""
        said = super().clean() or {}
        if said.get("password") and said.get("password") != said.get("again"):
            self.add_error("again", _("The two are not the same."))
        return said


class ThemeForm(forms.Form):
    """Light, dark, or as the machine has it."""

    theme = forms.ChoiceField(
        label=_("Theme"),
        choices=[*zip(THEMES, (_("Light"), _("Dark"), _("As this machine")), strict=True)],
        widget=forms.RadioSelect,
    )


class ColumnsForm(forms.Form):
    """Which table a file is, and which of its columns means what. Column fields are named by their place."""

    format_id = forms.ChoiceField(label=_("What the file is"), choices=[(t.format, t.title) for t in TABLES])

    def __init__(self, *args: Any, columns: list[str], format_id: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns = columns
        chosen = next((table for table in TABLES if table.format == format_id), TABLES[0])
        self.table = chosen
        for place, name in enumerate(columns):
            self.fields[f"c{place}"] = forms.ChoiceField(
                label=name,
                required=False,
                choices=[("", _("not read")), *((target, target.replace("_", " ")) for target in chosen.targets)],
            )

    def mapping(self) -> dict[str, str]:
        """The file's column names with what they mean; columns that are not read are left out."""
        said = {name: self.cleaned_data.get(f"c{place}", "") for place, name in enumerate(self.columns)}
        return {name: target for name, target in said.items() if target}

    def clean(self) -> dict[str, Any]:
        """No field of ours from two columns, and none that is needed left out."""
        said = super().clean() or {}
        places = [f"c{place}" for place in range(len(self.columns))]
        targets = [said.get(place, "") for place in places]
        for place, target in zip(places, targets, strict=True):
            if target and targets.count(target) > 1:
                self.add_error(place, _("Two columns cannot both be this."))
        if missing := self.table.schema.lacking({target for target in targets if target}):
            names = ", ".join(name.replace("_", " ") for name in missing)
            self.add_error(None, _("Say which column is: %(names)s.") % {"names": names})
        return said


def uploaded(files: MultiValueDict[str, Any]) -> list[Any]:
    """Everything a browser sent, single files and folders alike."""
    return [*files.getlist("files"), *files.getlist("folder")]

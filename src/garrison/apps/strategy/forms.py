"""What the strategy pages take from an address."""

from django import forms


class Compare(forms.Form):
    """The day with which the home page is compared; none is the newest one kept before today."""

    since = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))

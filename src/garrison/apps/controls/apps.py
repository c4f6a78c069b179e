"""Django registration of the controls app."""

from django.apps import AppConfig


class ControlsConfig(AppConfig):
    """The controls app as a Django app."""

    name = "garrison.apps.controls"
    label = "controls"
    default_auto_field = "django.db.models.BigAutoField"

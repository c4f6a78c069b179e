"""Django registration of the threats app."""

from django.apps import AppConfig


class ThreatsConfig(AppConfig):
    """The threats app as a Django app."""

    name = "garrison.apps.threats"
    label = "threats"
    default_auto_field = "django.db.models.BigAutoField"

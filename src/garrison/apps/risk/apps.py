"""Django registration of the risk app."""

from django.apps import AppConfig


class RiskConfig(AppConfig):
    """The risk app as a Django app."""

    name = "garrison.apps.risk"
    label = "risk"
    default_auto_field = "django.db.models.BigAutoField"

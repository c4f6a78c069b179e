"""Django registration of the compliance app."""

from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    """The compliance app as a Django app."""

    name = "garrison.apps.compliance"
    label = "compliance"
    default_auto_field = "django.db.models.BigAutoField"

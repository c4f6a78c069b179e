"""Django registration of the organization app."""

from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    """The organization app as a Django app."""

    name = "garrison.apps.organization"
    label = "organization"
    default_auto_field = "django.db.models.BigAutoField"

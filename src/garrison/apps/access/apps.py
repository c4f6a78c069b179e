"""Django registration of the access app."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """The access app as a Django app."""

    name = "garrison.apps.access"
    label = "access"
    default_auto_field = "django.db.models.BigAutoField"

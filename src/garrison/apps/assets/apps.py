"""Django registration of the assets app."""

from django.apps import AppConfig


class AssetsConfig(AppConfig):
    """The assets app as a Django app."""

    name = "garrison.apps.assets"
    label = "assets"
    default_auto_field = "django.db.models.BigAutoField"

"""Django registration of the core."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    """The shared core as a Django app; it opens the doors through which higher apps join lower ones."""

    name = "garrison.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let every app announce its importers, subscriptions, panels and jobs."""
        autodiscover_modules("importers", "subscriptions", "panels", "jobs")

"""Django registration of the incidents app."""

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    """The incidents app as a Django app."""

    name = "garrison.apps.incidents"
    label = "incidents"
    default_auto_field = "django.db.models.BigAutoField"

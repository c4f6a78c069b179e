"""Django registration of the strategy app."""

from django.apps import AppConfig


class StrategyConfig(AppConfig):
    """The strategy app as a Django app."""

    name = "garrison.apps.strategy"
    label = "strategy"
    default_auto_field = "django.db.models.BigAutoField"

"""Django registration of the budget app."""

from django.apps import AppConfig


class BudgetConfig(AppConfig):
    """The budget app as a Django app."""

    name = "garrison.apps.budget"
    label = "budget"
    default_auto_field = "django.db.models.BigAutoField"

"""Django registration of the vulnerabilities app."""

from django.apps import AppConfig


class VulnerabilitiesConfig(AppConfig):
    """The vulnerabilities app as a Django app."""

    name = "garrison.apps.vulnerabilities"
    label = "vulnerabilities"
    default_auto_field = "django.db.models.BigAutoField"

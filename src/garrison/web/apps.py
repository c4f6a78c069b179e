"""Configuration of the web layer."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Templates, tags and static files of the frame."""

    name = "garrison.web"
    label = "web"

    def ready(self) -> None:
        """Hear what the sign-in library's own pages change."""
        from garrison.web import accounts

        accounts.listen()

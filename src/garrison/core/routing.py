"""Which table lives in which database: short-lived work beside the records on SQLite, all together on PostgreSQL."""

from typing import Any

from django.conf import settings
from django.db.models import Model

BESIDE = {"sessions", "django_tasks_db", "axes"}


def jobs_alias() -> str:
    """The database of progress, queue and sessions."""
    return "jobs" if "jobs" in settings.DATABASES else "default"


def _beside(app_label: str, model_name: str | None) -> bool:
    """Tell whether a table belongs to the short-lived work."""
    return app_label in BESIDE or (app_label == "core" and model_name == "job")


class JobsRouter:
    """Sends jobs, the queue, sessions and lock-out counters to the ``jobs`` database."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        """Where to read ``model``."""
        return jobs_alias() if _beside(model._meta.app_label, model._meta.model_name) else "default"

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        """Where to write ``model``."""
        return self.db_for_read(model)

    def allow_relation(self, left: Model, right: Model, **hints: Any) -> bool | None:
        """Relations stay within a database; Django's own check of that is enough."""
        return None

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool | None:
        """Make each table in its own database only."""
        if _beside(app_label, model_name):
            return db == jobs_alias()
        return db == "default"

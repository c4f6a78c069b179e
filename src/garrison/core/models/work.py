"""Work in progress and what makes it pleasant: jobs, saved views, undo."""

from django.conf import settings
from django.db import models

from garrison.core.models.record import Record


class Job(Record):
    """Long work that somebody asked for and may watch.

    It lives beside the records (alias ``jobs``), so it names people by uuid. ``task`` is the queue's id of the work;
    ``heartbeat`` is refreshed while a worker is alive.
    """

    STATES = [(word, word) for word in ("waiting", "running", "done", "failed", "cancelled")]

    kind = models.CharField(max_length=60)
    label = models.CharField(max_length=400)
    actor = models.UUIDField()
    task = models.CharField(max_length=64, blank=True, db_index=True)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=STATES, default="waiting", db_index=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    unit = models.CharField(max_length=20, default="rows")
    message = models.CharField(max_length=400, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    cancel = models.BooleanField(default=False)
    result = models.JSONField(null=True)
    asked = models.DateTimeField()
    started = models.DateTimeField(null=True)
    heartbeat = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked"]

    def __str__(self) -> str:
        return f"{self.label} ({self.state})"


class SavedView(Record):
    """A list page's filters, order and columns under a name."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    page = models.CharField(max_length=80)
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=2000)
    shared = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["owner", "page", "name"], name="one_view_of_a_name")]

    def __str__(self) -> str:
        return self.name


class Undo(Record):
    """How to take a change back: the command that does so and its arguments, for thirty days."""

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    label = models.CharField(max_length=400)
    command = models.CharField(max_length=100)
    arguments = models.JSONField()
    used = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.label

"""What was true on a day, so that tomorrow can say what changed; and which reports were handed out."""

from django.conf import settings
from django.db import models

from garrison.core.models import Record


class Snapshot(Record):
    """The figures of one day for the whole organisation; the last import of a day wins."""

    day = models.DateField(unique=True)
    at = models.DateTimeField()
    figures = models.JSONField()

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return self.day.isoformat()


class IssuedReport(Record):
    """A report that somebody handed out: what it rested on, and the SHA-256 of the very file."""

    KINDS = [("board", "Board report")]

    kind = models.CharField(max_length=20, choices=KINDS, default="board")
    at = models.DateTimeField()
    as_of = models.DateField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    title = models.CharField(max_length=300)
    pages = models.PositiveIntegerField()
    bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    loss = models.UUIDField(null=True)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.as_of}"

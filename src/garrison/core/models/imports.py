"""The import ledger: every file that was offered, what was understood, and what was refused and why."""

from django.conf import settings
from django.db import models

from garrison.core.models.record import Record

STATUSES = [(word, word) for word in ("imported", "unchanged", "needs_mapping", "unknown", "refused")]


class ImportRun(Record):
    """One import of one or more files."""

    at = models.DateTimeField()
    finished = models.DateTimeField(null=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    label = models.CharField(max_length=400)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.label


class ImportedFile(Record):
    """One file, or one member of an archive, of a run."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="files")
    at = models.DateTimeField()
    path = models.CharField(max_length=1000)
    member = models.CharField(max_length=1000, blank=True)
    sha256 = models.CharField(max_length=64, db_index=True)
    bytes = models.BigIntegerField(default=0)
    format = models.CharField(max_length=60, blank=True)
    reader_version = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=20, choices=STATUSES)
    rows_read = models.PositiveIntegerField(default=0)
    rows_stored = models.PositiveIntegerField(default=0)
    rows_updated = models.PositiveIntegerField(default=0)
    rows_unchanged = models.PositiveIntegerField(default=0)
    rows_refused = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    proposal = models.JSONField(null=True)

    class Meta:
        ordering = ["path", "member"]
        indexes = [models.Index(fields=["-at"])]

    def __str__(self) -> str:
        return f"{self.path}:{self.member}" if self.member else self.path

    @property
    def title(self) -> str:
        """The file's own name, without the folders and archives around it."""
        return (self.member or self.path).rstrip("/").rpartition("/")[2] or str(self)


class ImportMessage(models.Model):
    """A refused row, or a note worth keeping, of one file."""

    file = models.ForeignKey(ImportedFile, models.CASCADE, related_name="messages")
    row = models.PositiveIntegerField(default=0)
    field = models.CharField(max_length=200, blank=True)
    reason = models.TextField()
    refused = models.BooleanField(default=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"row {self.row} {self.field}: {self.reason}"

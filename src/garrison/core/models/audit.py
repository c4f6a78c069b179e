"""The audit log: append-only, each entry bound to the one before by its hash."""

from django.conf import settings
from django.db import models


class AuditEntry(models.Model):
    """One command that was carried out or refused. Written once; the database refuses to change or delete it."""

    seq = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=150)
    os_user = models.CharField(max_length=150, blank=True)
    command = models.CharField(max_length=100, db_index=True)
    outcome = models.CharField(max_length=10, choices=[("done", "done"), ("refused", "refused")])
    reason = models.TextField(blank=True)
    target = models.CharField(max_length=400, blank=True)
    path = models.CharField(max_length=400, default="/")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["-seq"]
        indexes = [models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"{self.seq} {self.command} by {self.actor_name}: {self.outcome}"


class ChainHead(models.Model):
    """The newest link of the chain. Locked last in every transaction, so that entries follow one another."""

    seq = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash[:12]}"

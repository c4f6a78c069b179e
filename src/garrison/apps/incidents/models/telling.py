"""Who must know of a case, what is to be said to them, and who was told what and when."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from garrison.apps.incidents.models.case import Incident
from garrison.core.models import Record


class Recipient(Record):
    """Somebody who must know, and why. ``outside`` the organisation means that a statement needs approval first."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="recipients")
    name = models.CharField(max_length=200)
    reason = models.CharField(max_length=300)
    outside = models.BooleanField(default=False)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["incident", "name"], name="one_recipient_a_name")]

    def __str__(self) -> str:
        return self.name


class Statement(Record):
    """Words for a recipient: a draft, then approved, then sent. A changed draft needs approval again."""

    STATES = [("draft", "draft"), ("approved", "approved"), ("sent", "sent")]

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="statements")
    recipient = models.ForeignKey(Recipient, models.PROTECT, null=True, related_name="statements")
    template = models.CharField(max_length=40, blank=True)
    outside = models.BooleanField(default=True)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    state = models.CharField(max_length=10, choices=STATES, default="draft")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="statement_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent", outside=True) | Q(approved_by__isnull=False),
                name="outside_statement_sent_only_approved",
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class Told(Record):
    """That somebody was told something: whom, what, by which way, when and by whom. Written once."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="told")
    recipient = models.ForeignKey(Recipient, models.PROTECT, null=True, related_name="told")
    name = models.CharField(max_length=200)
    statement = models.ForeignKey(Statement, models.PROTECT, null=True, related_name="told")
    words = models.TextField()
    way = models.CharField(max_length=60)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%d %H:%M}"

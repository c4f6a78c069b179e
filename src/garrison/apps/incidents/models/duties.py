"""What starts, changes and stops clocks: facts, decisions not to tell, rules of one's own, laws that apply."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from garrison.apps.incidents.models.case import Incident
from garrison.apps.organization.models import Unit
from garrison.core.models import Record


class Fact(Record):
    """What is known of a case by a name that rules read, as told at a time; the newest of a name holds.

    ``value`` is null where somebody took the fact back, else by kind: a moment as earliest and latest, a count as low
    and high, a word, yes or no, or counts by state.
    """

    CERTAINTIES = [("certain", "certain"), ("likely", "likely"), ("possible", "possible")]

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="facts")
    name = models.CharField(max_length=60)
    value = models.JSONField(null=True)
    source = models.CharField(max_length=300)
    certainty = models.CharField(max_length=10, choices=CERTAINTIES, default="certain")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["incident", "name", "-at"])]

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"


class Decision(Record):
    """That a law asks for no notice here, with reasons; under HIPAA also the four factors. It may be withdrawn."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="decisions")
    law = models.CharField(max_length=20)
    reasons = models.TextField()
    factors = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_role = models.CharField(max_length=16, blank=True)
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_why = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "law"], condition=Q(withdrawn_at=None), name="one_standing_decision_a_law"
            ),
            models.CheckConstraint(condition=~Q(reasons=""), name="decision_has_reasons"),
        ]

    def __str__(self) -> str:
        return f"no notification under {self.law}"


class OwnRule(Record):
    """A duty of one's own: what a contract, an insurer or a card brand asks. Retired ones no longer start clocks."""

    UNITS = [
        ("hours", "hours"),
        ("days", "calendar days"),
        ("business_days", "business days"),
        ("months", "months"),
    ]

    article = models.CharField(max_length=120)
    recipient = models.CharField(max_length=160)
    starts = models.CharField(max_length=60)
    stops = models.CharField(max_length=60)
    amount = models.PositiveIntegerField()
    counted_in = models.CharField(max_length=16, choices=UNITS)
    calendar = models.CharField(max_length=10, blank=True)
    says = models.CharField(max_length=300, blank=True)
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, related_name="notification_rules")
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["recipient", "article"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "recipient"], condition=Q(retired_at=None), name="one_own_rule_a_duty"
            ),
            models.CheckConstraint(condition=Q(amount__lte=10_000), name="own_rule_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.recipient}: {self.amount} {self.counted_in}"


class AppliedLaw(Record):
    """That a shipped law applies to a unit and all below it (null is the whole organisation), and why."""

    law = models.CharField(max_length=20)
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, related_name="notification_laws")
    because = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["law"]
        constraints = [
            models.UniqueConstraint(fields=["law", "unit"], name="one_law_a_unit", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return self.law

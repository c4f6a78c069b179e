"""What ties requirements to us: controls that meet them, whether they apply, and decisions about them."""

from django.db import models
from django.db.models import Q

from garrison.apps.compliance.models.frameworks import Requirement
from garrison.apps.compliance.rules import SOURCES, STRENGTHS
from garrison.apps.controls.models import Control
from garrison.apps.organization.models import Unit
from garrison.core.models import Record


class Mapping(Record):
    """A control that meets a requirement, as one source says it. Several sources of one pair are all kept."""

    control = models.ForeignKey(Control, models.CASCADE, related_name="mappings")
    requirement = models.ForeignKey(Requirement, models.PROTECT, related_name="mappings")
    strength = models.CharField(max_length=10, choices=[(word, word) for word in STRENGTHS])
    rationale = models.TextField(blank=True)
    source = models.CharField(max_length=8, choices=[(word, word) for word in SOURCES], default="own")
    said_by = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["requirement", "control", "source"]
        constraints = [
            models.UniqueConstraint(
                fields=["control", "requirement", "source", "said_by"], name="one_mapping_a_source"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.control_id} {self.strength} {self.requirement_id}"


class Applicability(Record):
    """Whether a requirement applies to a unit and below, or to everything, and why; the newest word counts."""

    STATUSES = [(word, word) for word in ("not begun", "planned", "partly", "in place")]

    requirement = models.ForeignKey(Requirement, models.PROTECT, related_name="applicabilities")
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, related_name="+")
    applies = models.BooleanField()
    justification = models.TextField()
    status = models.CharField(max_length=10, choices=STATUSES, blank=True)
    owner = models.CharField(max_length=200, blank=True)
    decided_by = models.CharField(max_length=150)
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["requirement", "unit", "-decided_at"]
        constraints = [models.CheckConstraint(condition=~Q(justification=""), name="applicability_with_reasons")]

    def __str__(self) -> str:
        return f"{self.requirement_id} {'applies' if self.applies else 'does not apply'}"


class Decision(Record):
    """The recorded decision about an addressable specification (45 CFR 164.306(d)(3)); never changed, only followed.

    ``keep_until`` is six years after the day on which it was made or, once another follows it, was last in effect.
    """

    CHOICES = [
        ("implement", "implemented as written"),
        ("alternative", "an equivalent alternative instead"),
        ("neither", "neither: not reasonable and appropriate, and the standard is met without"),
    ]

    requirement = models.ForeignKey(Requirement, models.PROTECT, related_name="decisions")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    choice = models.CharField(max_length=12, choices=CHOICES)
    reasons = models.TextField()
    alternative = models.TextField(blank=True)
    decided_by = models.CharField(max_length=150)
    decided_on = models.DateField()
    decided_at = models.DateTimeField()
    review_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)

    class Meta:
        ordering = ["requirement", "-decided_on", "-decided_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(reasons=""), name="decision_with_reasons"),
            models.CheckConstraint(
                condition=~Q(choice="alternative") | ~Q(alternative=""), name="alternative_is_described"
            ),
            models.UniqueConstraint(
                fields=["requirement", "unit"], condition=Q(ended_on=None), nulls_distinct=False,
                name="one_decision_in_effect",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.requirement_id} {self.choice}"

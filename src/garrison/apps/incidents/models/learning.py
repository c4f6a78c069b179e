"""What a case taught: contributing causes, and lessons that change a control, a playbook or a scenario."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from garrison.apps.incidents.models.case import Incident
from garrison.core.models import Record


class Cause(Record):
    """Something that let it happen or made it worse; a case has several, and none of them is a person's name."""

    KINDS = [
        ("people", "People and staffing"),
        ("process", "Process"),
        ("technology", "Technology"),
        ("place", "Place and equipment"),
        ("supplier", "Supplier"),
        ("outside", "From outside"),
    ]

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="causes")
    kind = models.CharField(max_length=12, choices=KINDS)
    text = models.CharField(max_length=400)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.text


class Lesson(Record):
    """An action that the case asks for, with owner, day, money and re-test; adopted, it changed something.

    ``target`` names what it changes by code; ``change`` what is proposed, ``before`` and ``after`` what became of it.
    """

    KINDS = [
        ("action", "An action only"),
        ("control", "How well a control works"),
        ("playbook", "A step of a playbook"),
        ("scenario", "How often a risk scenario happens"),
    ]

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="lessons")
    text = models.CharField(max_length=400)
    owner = models.CharField(max_length=200)
    due = models.DateField(null=True)
    cost = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    done_at = models.DateTimeField(null=True)
    retest_on = models.DateField(null=True)
    retested_at = models.DateTimeField(null=True)
    retest_passed = models.BooleanField(null=True)
    kind = models.CharField(max_length=10, choices=KINDS, default="action")
    target = models.CharField(max_length=60, blank=True)
    change = models.JSONField(default=dict)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    adopted_at = models.DateTimeField(null=True)
    adopted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind="action") | ~Q(target=""), name="lesson_names_what_it_changes"),
            models.CheckConstraint(condition=Q(cost=None) | Q(cost__gte=0), name="lesson_cost_not_negative"),
            models.CheckConstraint(condition=Q(cost=None) | ~Q(currency=""), name="lesson_cost_has_a_currency"),
            models.CheckConstraint(
                condition=Q(adopted_at=None, adopted_by=None) | Q(adopted_at__isnull=False, adopted_by__isnull=False),
                name="lesson_adopted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.text

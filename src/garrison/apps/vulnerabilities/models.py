"""Findings of every kind, software and doors alike."""

from django.db import models
from django.db.models import Case, Q, Value, When

from garrison.apps.assets.models import Asset
from garrison.apps.organization.models import Unit
from garrison.core.models import Sourced

OPEN = ("open", "planned")
"""The states in which a finding still asks for something."""

LISTED = [
    "live", "rank", "id", "due", "in_kev", "exposed", "physical", "owner", "status", "kind", "severity", "tool", "unit",
    "asset", "search",
]  # fmt: skip
"""The list's order and everything that it filters, counts and searches by: pages and counts read this index alone."""


class Finding(Sourced):
    """A weakness of one asset, with its priority, the reason in words and the day it is due.

    ``level`` 5 is "3 days + triage" down to 1 "On upgrade"; 0 is an observation that asks for nothing. ``rank`` is the
    order of the list: most urgent first, then earliest due. ``live`` is 1 while it is open or planned (a number, since
    SQLite finds no index for a bare boolean). ``decided`` is when a person last chose the status; null where reports
    alone did. ``due_set`` tells that a person set the day.
    """

    STATUSES = [(word, word) for word in ("open", "planned", "accepted", "closed", "not affected")]

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="findings")
    unit = models.ForeignKey(Unit, models.SET_NULL, null=True, related_name="findings")
    tool = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    rule = models.CharField(max_length=300)
    title = models.CharField(max_length=500)
    severity = models.CharField(max_length=10)
    cve = models.CharField(max_length=24, blank=True, db_index=True)
    cves = models.JSONField(default=list)
    cwes = models.JSONField(default=list)
    component = models.CharField(max_length=400, blank=True)
    version = models.CharField(max_length=200, blank=True)
    fixed = models.CharField(max_length=300, blank=True)
    purl = models.CharField(max_length=600, blank=True)
    location = models.CharField(max_length=600, blank=True)
    cvss = models.FloatField(null=True)
    cvss_vector = models.CharField(max_length=200, blank=True)
    url = models.CharField(max_length=600, blank=True)
    physical = models.BooleanField(default=False)
    status = models.CharField(max_length=14, choices=STATUSES, default="open")
    live = models.GeneratedField(
        expression=Case(When(status__in=OPEN, then=Value(1)), default=Value(0)),
        output_field=models.PositiveSmallIntegerField(),
        db_persist=True,
    )
    decided = models.DateTimeField(null=True)
    accepted_until = models.DateField(null=True)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    level = models.PositiveSmallIntegerField(default=0)
    deadline = models.CharField(max_length=24, blank=True)
    reason = models.CharField(max_length=400, blank=True)
    due = models.DateField(null=True)
    due_set = models.BooleanField(default=False)
    rank = models.PositiveIntegerField(default=0)
    in_kev = models.BooleanField(default=False)
    exposed = models.BooleanField(null=True)
    epss = models.FloatField(null=True)
    owner = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=400, blank=True)
    search = models.CharField(max_length=1_000, blank=True)
    description = models.TextField(blank=True)
    advice = models.TextField(blank=True)

    class Meta:
        ordering = ["rank", "pk"]
        indexes = [
            models.Index(fields=LISTED, name="finding_list"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(level__lte=5), name="finding_level"),
            models.CheckConstraint(condition=Q(cvss=None) | Q(cvss__gte=0, cvss__lte=10), name="finding_cvss"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def code(self) -> str:
        """How people cite it."""
        return f"FND-{self.pk}"

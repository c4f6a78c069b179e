"""What must not stop: critical services, what they need, how their return was tested, and when they were down."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from garrison.apps.assets.models import Asset
from garrison.apps.incidents.models.case import Incident
from garrison.apps.organization.models import Site, Unit
from garrison.core.models import Record


class Service(Record):
    """A critical service. ``recovery_minutes`` and ``point_minutes`` are its recovery time and point objectives.

    ``cost_per_hour`` is what an hour without it costs, in ``currency``, by whose judgement ``cost_basis`` says.
    """

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=200)
    unit = models.ForeignKey(Unit, models.SET_NULL, null=True, related_name="services")
    site = models.ForeignKey(Site, models.SET_NULL, null=True, related_name="services")
    owner = models.CharField(max_length=200)
    recovery_minutes = models.PositiveIntegerField()
    point_minutes = models.PositiveIntegerField()
    cost_per_hour = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    cost_basis = models.CharField(max_length=300, blank=True)
    procedure = models.TextField(blank=True)
    test_every_days = models.PositiveIntegerField(default=365)
    needs = models.ManyToManyField("self", symmetrical=False, related_name="needed_by", blank=True)
    assets = models.ManyToManyField(Asset, related_name="critical_services", blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(cost_per_hour__gte=0), name="service_cost_not_negative"),
            models.CheckConstraint(
                condition=Q(recovery_minutes__lte=5_256_000, point_minutes__lte=5_256_000), name="service_objectives"
            ),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="service_currency"),
            models.CheckConstraint(condition=Q(test_every_days__gte=1), name="service_tested_sometimes"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def path(self) -> str:
        """The path of its unit."""
        return self.unit.path if self.unit else "/"


class RestoreTest(Record):
    """One test of bringing a service back: whether it worked, how long it took, how much data was lost."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="tests")
    at = models.DateTimeField()
    passed = models.BooleanField()
    took_minutes = models.PositiveIntegerField(null=True)
    lost_minutes = models.PositiveIntegerField(null=True)
    note = models.CharField(max_length=400, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.service} on {self.at:%Y-%m-%d}"


class Outage(Record):
    """A service down in a case, from when to when."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="outages")
    service = models.ForeignKey(Service, models.PROTECT, related_name="outages")
    down_at = models.DateTimeField()
    up_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["down_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "service"], condition=Q(up_at=None), name="down_once_a_case"),
            models.CheckConstraint(condition=Q(up_at=None) | Q(up_at__gte=F("down_at")), name="outage_ends_later"),
        ]

    def __str__(self) -> str:
        return f"{self.service} down in {self.incident.code}"

"""Risk scenarios, the controls that bear on them, and computed losses."""

from django.db import models
from django.db.models import Q

from garrison.apps.controls.models import Control
from garrison.apps.organization.models import Unit
from garrison.core.models import Record, Sourced


class Scenario(Sourced):
    """A way to lose money, before controls. A draft counts nowhere until its owner approves it."""

    DISTRIBUTIONS = [(word, word) for word in ("lognormal", "pert", "gamma", "exponential", "fixed")]
    STATUSES = [("draft", "draft"), ("approved", "approved")]

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=300)
    unit = models.ForeignKey(Unit, models.SET_NULL, null=True, related_name="scenarios")
    owner = models.CharField(max_length=200, blank=True)
    currency = models.CharField(max_length=3)
    rate = models.FloatField()
    rate_low = models.FloatField(null=True)
    rate_high = models.FloatField(null=True)
    distribution = models.CharField(max_length=12, choices=DISTRIBUTIONS)
    low = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    mode = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    high = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    basis = models.CharField(max_length=20, default="own")
    status = models.CharField(max_length=10, choices=STATUSES, default="draft")
    approved_by = models.CharField(max_length=200, blank=True)
    approved_on = models.DateField(null=True)
    estimator = models.CharField(max_length=300, blank=True)
    calibrated = models.BooleanField(default=False)
    about = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(rate__gte=0), name="rate_not_negative"),
            models.CheckConstraint(
                condition=Q(low=None) | Q(high=None) | ~Q(distribution="lognormal") | Q(low__lt=models.F("high")),
                name="low_below_high",
            ),
            models.CheckConstraint(condition=Q(status="draft") | ~Q(approved_by=""), name="approved_by_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Safeguard(Sourced):
    """How much of a scenario a control covers, 0 to 1. The scenario is named by code, as tables name it."""

    control = models.ForeignKey(Control, models.CASCADE, related_name="safeguards")
    scenario_code = models.CharField(max_length=60, db_index=True)
    coverage = models.FloatField()

    class Meta:
        ordering = ["scenario_code", "control"]
        constraints = [
            models.UniqueConstraint(fields=["control", "scenario_code"], name="one_safeguard_a_pair"),
            models.CheckConstraint(condition=Q(coverage__gte=0, coverage__lte=1), name="coverage_share"),
        ]

    def __str__(self) -> str:
        return f"{self.control_id} on {self.scenario_code}"


class LossResult(Record):
    """One computation of the yearly loss: what went in, what came out, and how exact it is.

    ``unit`` is null for the whole organisation. ``inputs`` is the digest that makes a second computation needless;
    ``portfolio`` and ``scenarios`` hold mean, sd, quantile bounds, curve, estimate band and the factors behind each.
    """

    unit = models.ForeignKey(Unit, models.CASCADE, null=True, related_name="loss_results")
    at = models.DateTimeField()
    as_of = models.DateField()
    currency = models.CharField(max_length=3)
    inputs = models.CharField(max_length=64, db_index=True)
    mean = models.DecimalField(max_digits=24, decimal_places=2)
    portfolio = models.JSONField()
    scenarios = models.JSONField()
    because = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        get_latest_by = "at"

    def __str__(self) -> str:
        return f"{self.mean} {self.currency} on {self.as_of}"

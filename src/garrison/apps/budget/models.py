"""Initiatives that money could buy, and plans."""

from django.db import models
from django.db.models import Q

from garrison.apps.organization.models import Unit
from garrison.core.models import Record, Sourced


class Initiative(Sourced):
    """Something that could be done, its cost, and what it needs or rules out."""

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=300)
    cost = models.DecimalField(max_digits=18, decimal_places=2)
    currency = models.CharField(max_length=3)
    unit = models.ForeignKey(Unit, models.SET_NULL, null=True, related_name="initiatives")
    owner = models.CharField(max_length=200, blank=True)
    requires = models.JSONField(default=list)
    excludes = models.JSONField(default=list)
    days = models.PositiveIntegerField(null=True)
    team = models.CharField(max_length=120, blank=True)
    team_days = models.FloatField(null=True)
    must = models.BooleanField(default=False)
    must_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [models.CheckConstraint(condition=Q(cost__gte=0), name="cost_not_negative")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Effect(Sourced):
    """The share of a scenario's loss that an initiative takes away, 0 to 1."""

    initiative = models.ForeignKey(Initiative, models.CASCADE, related_name="effects")
    scenario_code = models.CharField(max_length=60, db_index=True)
    share = models.FloatField()

    class Meta:
        ordering = ["scenario_code", "initiative"]
        constraints = [
            models.UniqueConstraint(fields=["initiative", "scenario_code"], name="one_effect_a_pair"),
            models.CheckConstraint(condition=Q(share__gte=0, share__lte=1), name="effect_share"),
        ]

    def __str__(self) -> str:
        return f"{self.initiative_id} on {self.scenario_code}"


class Plan(Record):
    """A choice of initiatives for a budget, with the proof of how far from the best it can be."""

    unit = models.ForeignKey(Unit, models.CASCADE, null=True, related_name="plans")
    at = models.DateTimeField()
    as_of = models.DateField()
    currency = models.CharField(max_length=3)
    budget = models.DecimalField(max_digits=18, decimal_places=2)
    cost = models.DecimalField(max_digits=18, decimal_places=2)
    inputs = models.CharField(max_length=64, db_index=True)
    chosen = models.JSONField()
    baseline = models.DecimalField(max_digits=24, decimal_places=2)
    residual = models.DecimalField(max_digits=24, decimal_places=2)
    bound = models.DecimalField(max_digits=24, decimal_places=2)
    greedy = models.DecimalField(max_digits=24, decimal_places=2)
    gap = models.FloatField()
    detail = models.JSONField()
    forced = models.JSONField(default=dict)
    because = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        get_latest_by = "at"

    @property
    def conditions(self) -> tuple[str, ...]:
        """The initiatives about which a person decided: put in, left out, or to be done whatever the numbers say."""
        return tuple(sorted({*self.forced, *self.detail.get("musts", ())}))

    @property
    def price(self) -> float:
        """What the conditions cost a year against the best plan without them."""
        free = self.detail.get("free")
        return 0.0 if free is None else max(float(self.residual) - free, 0.0)

    def __str__(self) -> str:
        return f"{self.cost} of {self.budget} {self.currency}, leaves {self.residual}"

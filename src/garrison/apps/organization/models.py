"""Units, sites and zones."""

from django.db import models
from django.db.models import F, Q

from garrison.core.models import Sourced


class Unit(Sourced):
    """A part of the organisation. ``path`` is its place in the tree, such as ``/LHG/LG/``: what scopes compare."""

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=400, unique=True)
    currency = models.CharField(max_length=3, blank=True)
    budget = models.DecimalField(max_digits=18, decimal_places=2, null=True)

    class Meta:
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(condition=Q(path__startswith="/") & Q(path__endswith="/"), name="unit_path_shape"),
            models.CheckConstraint(condition=Q(budget=None) | Q(budget__gte=0), name="unit_budget_not_negative"),
            models.CheckConstraint(condition=Q(parent=None) | ~Q(parent=F("pk")), name="unit_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name


class AppetitePoint(models.Model):
    """A point that the board agreed: a year's loss of ``loss`` or more should be at most so likely."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="appetite")
    loss = models.DecimalField(max_digits=18, decimal_places=2)
    probability = models.FloatField()

    class Meta:
        ordering = ["loss"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "loss"], name="one_appetite_a_loss"),
            models.CheckConstraint(condition=Q(loss__gt=0), name="appetite_loss_positive"),
            models.CheckConstraint(condition=Q(probability__gte=0, probability__lte=1), name="appetite_probability"),
        ]

    def __str__(self) -> str:
        return f"{self.loss} at {self.probability}"


class Site(Sourced):
    """A place with an address of its own."""

    name = models.CharField(max_length=200, unique=True)
    unit = models.ForeignKey(Unit, models.SET_NULL, null=True, related_name="sites")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Zone(Sourced):
    """A part of a site behind doors: building, floor and name."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="zones")
    building = models.CharField(max_length=120, blank=True)
    floor = models.CharField(max_length=60, blank=True)
    name = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ["site__name", "building", "floor", "name"]
        constraints = [
            models.UniqueConstraint(fields=["site", "building", "floor", "name"], name="one_zone_a_place"),
        ]

    def __str__(self) -> str:
        return ", ".join(part for part in (self.name, self.floor, self.building) if part) or str(self.site)

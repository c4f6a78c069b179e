"""Persons and their employment."""

from django.db import models
from django.db.models import Q

from garrison.apps.organization.models import Site, Unit
from garrison.core.models import Sourced


class Person(Sourced):
    """Somebody on the HR roster. ``left_recorded`` is when we first read of the last day.

    ``unit_code`` is the unit as the roster names it, kept so that a unit imported later finds its people.
    """

    KINDS = [(word, word) for word in ("employee", "contractor", "other")]
    STATUSES = [(word, word) for word in ("active", "leave", "left")]

    number = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    email = models.CharField(max_length=254, blank=True, db_index=True)
    unit = models.ForeignKey(Unit, models.SET_NULL, null=True, related_name="people")
    unit_code = models.CharField(max_length=60, blank=True)
    site = models.ForeignKey(Site, models.SET_NULL, null=True, related_name="people")
    department = models.CharField(max_length=160, blank=True)
    title = models.CharField(max_length=160, blank=True)
    kind = models.CharField(max_length=12, choices=KINDS, default="employee")
    status = models.CharField(max_length=8, choices=STATUSES, default="active", db_index=True)
    hired = models.DateField(null=True)
    left = models.DateField(null=True)
    left_recorded = models.DateTimeField(null=True)
    manager = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["name", "number"]
        verbose_name_plural = "people"
        constraints = [
            models.CheckConstraint(
                condition=Q(left=None) | Q(hired=None) | Q(left__gte=models.F("hired")), name="left_after_hired"
            ),
        ]

    def __str__(self) -> str:
        return self.name

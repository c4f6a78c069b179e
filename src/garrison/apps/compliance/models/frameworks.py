"""Frameworks, their requirements, and which of them ask for the same."""

from django.db import models
from django.db.models import F, Q

from garrison.apps.compliance.rules import KINDS, LEGAL, OBLIGATIONS, RELATIONS
from garrison.core.models import Record, Sourced


class Framework(Sourced):
    """A catalogue of requirements in one version, or a profile that picks from one."""

    KINDS = [("catalogue", "catalogue"), ("profile", "profile")]

    ident = models.CharField(max_length=200)
    version = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=400)
    kind = models.CharField(max_length=10, choices=KINDS, default="catalogue")
    published = models.CharField(max_length=40, blank=True)
    origin = models.CharField(max_length=400, blank=True)
    family = models.CharField(max_length=200, blank=True, db_index=True)
    publisher = models.CharField(max_length=200, blank=True)
    legal_status = models.CharField(max_length=12, choices=[(word, word) for word in LEGAL], default="voluntary")
    supersedes = models.CharField(max_length=60, blank=True)
    retention_years = models.PositiveSmallIntegerField(default=0)
    about = models.CharField(max_length=400, blank=True)
    read_on = models.DateField(null=True)
    shipped = models.BooleanField(default=False)

    class Meta:
        ordering = ["title", "version"]
        constraints = [models.UniqueConstraint(fields=["ident", "version"], name="one_framework_a_version")]

    def __str__(self) -> str:
        return f"{self.title} {self.version}".strip()


class Requirement(Sourced):
    """One requirement of a framework; withdrawn ones are kept and marked. ``label`` is how the publisher prints it."""

    framework = models.ForeignKey(Framework, models.CASCADE, related_name="requirements")
    code = models.CharField(max_length=120)
    label = models.CharField(max_length=120, blank=True)
    title = models.CharField(max_length=400, blank=True)
    parent = models.CharField(max_length=120, blank=True)
    group = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    withdrawn = models.BooleanField(default=False)
    replaced_by = models.JSONField(default=list, blank=True)
    kind = models.CharField(max_length=14, choices=[(word, word) for word in KINDS], default="control")
    obligation = models.CharField(max_length=12, choices=[(word, word) for word in OBLIGATIONS], default="required")
    legal_status = models.CharField(max_length=12, choices=[(word, word) for word in LEGAL], default="voluntary")
    retention_years = models.PositiveSmallIntegerField(default=0)
    guidance = models.TextField(blank=True)
    shown_by = models.JSONField(default=list, blank=True)
    measures = models.JSONField(default=list, blank=True)
    order = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["framework", "order", "code"]
        constraints = [models.UniqueConstraint(fields=["framework", "code"], name="one_requirement_a_code")]

    def __str__(self) -> str:
        return f"{self.label or self.code} {self.title}".strip()


class Crosswalk(Record):
    """Two requirements of different families that somebody says belong together; each source's word is kept apart.

    Both sides are named by family and code, as crosswalks are published: a link may speak of a framework that is not
    here yet, and holds for each version that has the code.
    """

    family = models.CharField(max_length=200)
    code = models.CharField(max_length=120)
    other_family = models.CharField(max_length=200)
    other_code = models.CharField(max_length=120)
    relation = models.CharField(max_length=8, choices=[(word, word) for word in RELATIONS], default="overlaps")
    source = models.CharField(max_length=200)
    note = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["family", "code", "other_family", "other_code", "source"]
        constraints = [
            models.UniqueConstraint(
                fields=["family", "code", "other_family", "other_code", "source"], name="one_crosswalk_a_source"
            ),
            models.CheckConstraint(
                condition=~Q(family=F("other_family")) | ~Q(code=F("other_code")), name="crosswalk_to_another"
            ),
        ]
        indexes = [models.Index(fields=["other_family", "other_code"], name="crosswalk_back")]

    def __str__(self) -> str:
        return f"{self.family} {self.code} {self.relation} {self.other_family} {self.other_code}"

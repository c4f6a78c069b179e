"""Evidence: files, records, and what the system measured of itself; and what each item shows."""

from django.db import models
from django.db.models import Q

from garrison.apps.compliance.models.frameworks import Requirement
from garrison.apps.compliance.rules import MEASURES
from garrison.apps.controls.models import Control
from garrison.apps.organization.models import Unit
from garrison.core.models import Record


class Evidence(Record):
    """One item of evidence.

    A ``file`` is kept by the SHA-256 of its bytes. A ``measure`` is what the system found when it asked itself: the
    query in words, its parameters, when it ran, who asked, how many there are in all and how many of them fail;
    and how many records it ``read``, which an independent ``recount`` must confirm. Taken anew it is a new item;
    ``newest`` marks the last one.
    """

    KINDS = [("file", "file"), ("measure", "made by the system"), ("record", "record")]

    kind = models.CharField(max_length=8, choices=KINDS)
    title = models.CharField(max_length=300)
    unit = models.ForeignKey(Unit, models.SET_NULL, null=True, related_name="+")
    note = models.TextField(blank=True)
    collected_on = models.DateField()
    valid_until = models.DateField(null=True)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_why = models.CharField(max_length=400, blank=True)

    file_name = models.CharField(max_length=300, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    bytes = models.BigIntegerField(default=0)
    url = models.CharField(max_length=400, blank=True)

    measure = models.CharField(max_length=30, choices=[(word, word) for word in MEASURES], blank=True)
    version = models.PositiveSmallIntegerField(default=1)
    newest = models.BooleanField(default=False)
    query = models.TextField(blank=True)
    parameters = models.JSONField(default=dict, blank=True)
    population = models.PositiveIntegerField(null=True)
    population_words = models.CharField(max_length=200, blank=True)
    exceptions = models.PositiveIntegerField(null=True)
    read = models.PositiveIntegerField(null=True)
    read_words = models.CharField(max_length=200, blank=True)
    recount = models.PositiveIntegerField(null=True)
    recount_words = models.CharField(max_length=300, blank=True)
    said = models.CharField(max_length=400, blank=True)
    listed = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(kind="file") | ~Q(sha256=""), name="file_has_a_hash"),
            models.CheckConstraint(
                condition=~Q(kind="measure")
                | Q(population__isnull=False, exceptions__isnull=False, read__isnull=False, recount__isnull=False),
                name="measure_is_counted",
            ),
            models.CheckConstraint(
                condition=Q(population=None) | Q(exceptions__lte=models.F("population")),
                name="exceptions_within_population",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=models.F("collected_on")),
                name="evidence_valid_after_collected",
            ),
            models.UniqueConstraint(
                fields=["measure"], condition=Q(newest=True) & ~Q(measure=""), name="one_newest_a_measure"
            ),
        ]
        indexes = [models.Index(fields=["measure", "-at"], name="evidence_by_measure")]

    def __str__(self) -> str:
        return self.title

    @property
    def agrees(self) -> bool:
        """Whether the independent count is the same: the check of completeness and accuracy."""
        return self.read == self.recount


class EvidenceLink(Record):
    """What an item of evidence bears on: one requirement or one control."""

    evidence = models.ForeignKey(Evidence, models.CASCADE, related_name="links")
    requirement = models.ForeignKey(Requirement, models.CASCADE, null=True, related_name="evidence_links")
    control = models.ForeignKey(Control, models.CASCADE, null=True, related_name="evidence_links")
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(requirement=None, control__isnull=False) | Q(requirement__isnull=False, control=None),
                name="evidence_bears_on_one",
            ),
            models.UniqueConstraint(
                fields=["evidence", "requirement", "control"], nulls_distinct=False, name="one_link_an_item"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evidence_id} shows {self.requirement_id or self.control_id}"

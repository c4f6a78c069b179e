"""Assessments: plan, sample, tests, what was found, sign-off; and what auditors ask for."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from garrison.apps.compliance.models.evidence import Evidence
from garrison.apps.compliance.models.frameworks import Framework, Requirement
from garrison.apps.compliance.rules import POPULATIONS
from garrison.apps.controls.models import Control
from garrison.apps.organization.models import Unit
from garrison.core.models import Record


class Assessment(Record):
    """A planned look at whether a framework's requirements are met in a unit over a period. Signed, it is locked.

    ``digest`` is the SHA-256 of all that it said when it was signed.
    """

    STATES = [(word, word) for word in ("planned", "under way", "signed")]

    title = models.CharField(max_length=300)
    framework = models.ForeignKey(Framework, models.PROTECT, related_name="assessments")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    scope = models.TextField(blank=True)
    period_from = models.DateField()
    period_until = models.DateField()
    lead = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=STATES, default="planned")
    planned_by = models.CharField(max_length=150)
    planned_at = models.DateTimeField()
    rolled_until = models.DateField(null=True)
    rolled_note = models.TextField(blank=True)
    rolled_by = models.CharField(max_length=150, blank=True)
    signed_by = models.CharField(max_length=150, blank=True)
    signed_at = models.DateTimeField(null=True)
    conclusion = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True)
    carried_from = models.ForeignKey("self", models.SET_NULL, null=True, related_name="carried_to")

    class Meta:
        ordering = ["-planned_at"]
        constraints = [
            models.CheckConstraint(condition=Q(period_until__gte=F("period_from")), name="period_has_days"),
            models.CheckConstraint(
                condition=~Q(state="signed") | (Q(signed_at__isnull=False) & ~Q(digest="")), name="signed_with_digest"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def locked(self) -> bool:
        """Whether nothing in it may change any more."""
        return self.state == "signed"


class Sample(Record):
    """A random choice out of a real population: which query, how many there were, how many were drawn, which seed."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="samples")
    population = models.CharField(max_length=30, choices=[(word, word) for word in POPULATIONS])
    query = models.TextField()
    counted = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    seed = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    drawn_by = models.CharField(max_length=150)
    drawn_at = models.DateTimeField()

    class Meta:
        ordering = ["drawn_at"]
        constraints = [models.CheckConstraint(condition=Q(size__lte=F("counted")), name="sample_within_population")]

    def __str__(self) -> str:
        return f"{self.size} of {self.counted} {self.population}"


class SampleItem(Record):
    """One drawn member of a population, and what the tester saw."""

    OUTCOMES = [(word, word) for word in ("open", "passed", "failed")]

    sample = models.ForeignKey(Sample, models.CASCADE, related_name="items")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=300)
    context = models.CharField(max_length=400, blank=True)
    url = models.CharField(max_length=400, blank=True)
    outcome = models.CharField(max_length=6, choices=OUTCOMES, default="open")
    note = models.CharField(max_length=400, blank=True)
    by = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["sample", "number"]
        constraints = [models.UniqueConstraint(fields=["sample", "number"], name="one_item_a_number")]

    def __str__(self) -> str:
        return f"{self.number}: {self.name}"


class Check(Record):
    """A test of one requirement in an assessment: of design or of operation, which are told apart."""

    ASPECTS = [("design", "design"), ("operation", "operation")]
    OUTCOMES = [("effective", "effective"), ("not effective", "not effective")]

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="checks")
    requirement = models.ForeignKey(Requirement, models.PROTECT, related_name="checks")
    control = models.ForeignKey(Control, models.SET_NULL, null=True, related_name="checks")
    aspect = models.CharField(max_length=10, choices=ASPECTS)
    outcome = models.CharField(max_length=14, choices=OUTCOMES)
    sample = models.ForeignKey(Sample, models.SET_NULL, null=True, related_name="checks")
    note = models.TextField(blank=True)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()
    carried_from = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["assessment", "requirement", "aspect", "-at"]
        verbose_name = "test of a requirement"

    def __str__(self) -> str:
        return f"{self.requirement_id} {self.aspect} {self.outcome}"


class Deficiency(Record):
    """What an assessment found wrong, how grave by recorded judgement, and what is done about it (a POA&M item)."""

    GRAVITIES = [
        (word, word)
        for word in ("not judged", "observation", "deficiency", "significant deficiency", "material weakness")
    ]
    STATES = [(word, word) for word in ("open", "repaired")]

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="deficiencies")
    requirement = models.ForeignKey(Requirement, models.PROTECT, related_name="deficiencies")
    control = models.ForeignKey(Control, models.SET_NULL, null=True, related_name="deficiencies")
    title = models.CharField(max_length=300)
    words = models.TextField()
    found_by = models.CharField(max_length=150)
    found_at = models.DateTimeField()
    gravity = models.CharField(max_length=24, choices=GRAVITIES, default="not judged")
    reasons = models.TextField(blank=True)
    judged_by = models.CharField(max_length=150, blank=True)
    judged_at = models.DateTimeField(null=True)
    remedy = models.TextField(blank=True)
    owner = models.CharField(max_length=200, blank=True)
    due = models.DateField(null=True)
    state = models.CharField(max_length=8, choices=STATES, default="open")
    repaired_on = models.DateField(null=True)
    repaired_note = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["state", "due", "found_at"]
        verbose_name_plural = "deficiencies"
        constraints = [
            models.CheckConstraint(condition=Q(gravity="not judged") | ~Q(reasons=""), name="gravity_with_reasons"),
        ]

    def __str__(self) -> str:
        return self.title


class ServiceReport(Record):
    """A service organisation's report on its controls (SOC 1 or 2, type 1 or 2)."""

    KINDS = [(word, word) for word in ("SOC 1 type 1", "SOC 1 type 2", "SOC 2 type 1", "SOC 2 type 2", "other")]
    OPINIONS = [(word, word) for word in ("unqualified", "qualified", "adverse", "disclaimer")]

    provider = models.CharField(max_length=200)
    service = models.CharField(max_length=300)
    kind = models.CharField(max_length=14, choices=KINDS)
    period_from = models.DateField()
    period_until = models.DateField()
    bridged_until = models.DateField(null=True)
    opinion = models.CharField(max_length=12, choices=OPINIONS)
    note = models.TextField(blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    evidence = models.ForeignKey(Evidence, models.SET_NULL, null=True, related_name="+")
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering = ["provider", "-period_until"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "kind", "period_until"], name="one_report_a_period"),
            models.CheckConstraint(condition=Q(period_until__gte=F("period_from")), name="report_period_has_days"),
        ]

    def __str__(self) -> str:
        return f"{self.provider}, {self.kind}"


class UserEntityControl(Record):
    """What a service organisation's report expects of us, and which control of ours does it."""

    report = models.ForeignKey(ServiceReport, models.CASCADE, related_name="expected")
    words = models.CharField(max_length=500)
    control = models.ForeignKey(Control, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["report", "words"], name="one_expectation_a_report")]

    def __str__(self) -> str:
        return self.words


class EvidenceRequest(Record):
    """What an auditor asks to see, and what was given."""

    STATES = [(word, word) for word in ("asked", "answered", "accepted", "returned")]

    title = models.CharField(max_length=300)
    words = models.TextField(blank=True)
    assessment = models.ForeignKey(Assessment, models.CASCADE, null=True, related_name="requests")
    requirement = models.ForeignKey(Requirement, models.SET_NULL, null=True, related_name="requests")
    unit = models.ForeignKey(Unit, models.SET_NULL, null=True, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due = models.DateField(null=True)
    owner = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=8, choices=STATES, default="asked")
    answer = models.TextField(blank=True)
    answered_by = models.CharField(max_length=150, blank=True)
    answered_at = models.DateTimeField(null=True)
    items = models.ManyToManyField(Evidence, related_name="requests")

    class Meta:
        ordering = ["state", "due", "-asked_at"]

    def __str__(self) -> str:
        return self.title

"""Evidence of a case: what was taken in, who held it, who looked, what left, and what may not be deleted."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from garrison.apps.incidents.models.case import Incident
from garrison.core.models import Record

USER = settings.AUTH_USER_MODEL


class EvidenceItem(Record):
    """A piece of evidence: a file in sealed storage, or a thing in a sealed bag. Never deleted while its case stands.

    ``taken_at`` to ``taken_latest`` is when it was taken; ``taken_in_at`` when it came into custody. ``privileged``
    ones are for counsel and commander alone. ``checked_as`` is how the file compared with its hash the last time.
    Personal data: whatever the item shows of people; kept as long as the case.
    """

    SHAPES = [("file", "A file"), ("thing", "A thing")]
    WHAT = [
        ("video", "Video or picture"),
        ("log", "Log or export"),
        ("image", "Disk or memory image"),
        ("message", "Message or mail"),
        ("document", "Document"),
        ("device", "Device or medium"),
        ("object", "Object"),
        ("other", "Something else"),
    ]
    VERDICTS = [("match", "matches"), ("differs", "differs"), ("missing", "is missing")]

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="evidence")
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    shape = models.CharField(max_length=6, choices=SHAPES)
    what = models.CharField(max_length=10, choices=WHAT)
    taken_by = models.CharField(max_length=200)
    taken_at = models.DateTimeField()
    taken_latest = models.DateTimeField(null=True)
    place = models.CharField(max_length=300)
    seal = models.CharField(max_length=80, blank=True)
    original_name = models.CharField(max_length=255, blank=True)
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    privileged = models.BooleanField(default=False)
    taken_in_at = models.DateTimeField()
    taken_in_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    holder = models.ForeignKey(USER, models.PROTECT, null=True, related_name="evidence_held")
    held_since = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    checked_as = models.CharField(max_length=8, choices=VERDICTS, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="one_evidence_a_number"),
            models.CheckConstraint(
                condition=Q(shape="file", sha256__regex="^[0-9a-f]{64}$", size__gte=0)
                | (Q(shape="thing", sha256="", size=0) & ~Q(seal="")),
                name="evidence_is_a_file_or_sealed",
            ),
            models.CheckConstraint(
                condition=Q(taken_latest=None) | Q(taken_latest__gte=F("taken_at")), name="evidence_taken_range"
            ),
            models.CheckConstraint(
                condition=Q(left_at=None, holder__isnull=False) | Q(left_at__isnull=False, holder=None),
                name="evidence_is_held_until_it_leaves",
            ),
        ]
        indexes = [models.Index(fields=["sha256"])]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"

    @property
    def code(self) -> str:
        """Its number as people say it: E-01."""
        return f"E-{self.number:02d}"

    @property
    def short_hash(self) -> str:
        """The ends of its hash, for people to compare."""
        return f"{self.sha256[:4]}…{self.sha256[-4:]}" if self.sha256 else ""


class HandOver(Record):
    """An item offered by one person to another, each under their own sign-in; accepted, refused or taken back."""

    STATES = [("offered", "offered"), ("accepted", "accepted"), ("refused", "refused"), ("withdrawn", "withdrawn")]

    item = models.ForeignKey(EvidenceItem, models.PROTECT, related_name="hand_overs")
    giver = models.ForeignKey(USER, models.PROTECT, related_name="+")
    receiver = models.ForeignKey(USER, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    offered_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=STATES, default="offered")
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-offered_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["item"], condition=Q(state="offered"), name="offered_to_one"),
            models.CheckConstraint(condition=~Q(giver=F("receiver")), name="hand_over_between_two"),
            models.CheckConstraint(
                condition=Q(state="offered", answered_at=None) | (~Q(state="offered") & Q(answered_at__isnull=False)),
                name="hand_over_answered_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} to {self.receiver}"


class CustodyChain(models.Model):
    """The end of a case's chain of custody; locked while an entry is added, so that two never follow one."""

    incident = models.OneToOneField(Incident, models.PROTECT, related_name="custody_chain")
    seq = models.PositiveIntegerField(default=0)
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.incident.code}: {self.seq}"


class CustodyEntry(Record):
    """One entry of a case's chain of custody, hashed onto the one before it. Nothing changes or removes one."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="custody")
    item = models.ForeignKey(EvidenceItem, models.PROTECT, null=True, related_name="entries")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=300)
    kind = models.CharField(max_length=20)
    item_code = models.CharField(max_length=12, blank=True)
    body = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["seq"]
        verbose_name_plural = "custody entries"
        constraints = [models.UniqueConstraint(fields=["incident", "seq"], name="one_custody_entry_a_place")]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind} {self.item_code}"


class LegalHold(Record):
    """That nothing of a case may be deleted, returned or destroyed, why, and who said so; until somebody lifts it."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=400)
    set_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    lifted_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_why = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["-set_at"]
        constraints = [
            models.UniqueConstraint(fields=["incident"], condition=Q(lifted_at=None), name="one_hold_an_incident"),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None) | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="hold_lifted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"hold on {self.incident.code}"


class Release(Record):
    """That an item shall leave: to whom, how, why; the commander approves or refuses, then it is carried out."""

    HOW = [
        ("copy", "A copy of it"),
        ("original", "The original"),
        ("return", "Back to its owner"),
        ("destroy", "Destroyed"),
    ]
    STATES = [("asked", "asked"), ("approved", "approved"), ("refused", "refused"), ("done", "done")]

    item = models.ForeignKey(EvidenceItem, models.PROTECT, related_name="releases")
    how = models.CharField(max_length=10, choices=HOW)
    to = models.CharField(max_length=200)
    reason = models.CharField(max_length=400)
    asked_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=STATES, default="asked")
    decided_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=400, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=Q(state__in=["asked", "approved"]), name="one_release_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_by=None) | (~Q(state="asked") & Q(decided_by__isnull=False)),
                name="release_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False) | (~Q(state="done") & Q(done_at=None)),
                name="release_done_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} to {self.to}"


class Coding(Record):
    """A case coded in VERIS: the chosen ids by field."""

    incident = models.OneToOneField(Incident, models.CASCADE, related_name="coding")
    chosen = models.JSONField(default=dict)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"VERIS of {self.incident.code}"

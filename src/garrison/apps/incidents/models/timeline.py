"""The one timeline of a case: what doors and logs told, and what people did and decided."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from garrison.apps.incidents.models.case import Incident
from garrison.core.models import ImportedFile, Record


class Entry(Record):
    """One entry, written once. A correction is a new entry that ``corrects`` the old one; both stay.

    ``at`` to ``at_latest`` is when it happened, ``zone`` the time zone in which the source told it. ``source_words``
    says what told it; ``source`` and ``source_row`` are the file and row where there is one. ``limits`` is what the
    source does not prove. Personal data: whatever the entry says of people; kept as long as the case.
    """

    KINDS = [
        ("door", "Door event"),
        ("log", "Log event"),
        ("action", "Action"),
        ("decision", "Decision"),
        ("note", "Note"),
        ("system", "By Garrison"),
    ]
    CERTAINTIES = [("certain", "certain"), ("likely", "likely"), ("possible", "possible")]

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=10, choices=KINDS)
    at = models.DateTimeField()
    at_latest = models.DateTimeField(null=True)
    zone = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    certainty = models.CharField(max_length=10, choices=CERTAINTIES, default="certain")
    limits = models.CharField(max_length=300, blank=True)
    source_words = models.CharField(max_length=200, blank=True)
    source = models.ForeignKey(ImportedFile, models.PROTECT, null=True, related_name="+")
    source_row = models.PositiveIntegerField(default=0)
    privileged = models.BooleanField(default=False)
    weighty = models.BooleanField(default=False)
    corrects = models.OneToOneField("self", models.PROTECT, null=True, related_name="corrected_by")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_role = models.CharField(max_length=16, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        verbose_name_plural = "entries"
        constraints = [
            models.CheckConstraint(condition=Q(at_latest=None) | Q(at_latest__gte=F("at")), name="entry_time_range"),
            models.UniqueConstraint(
                fields=["incident", "source", "source_row"],
                condition=Q(source__isnull=False, source_row__gt=0, corrects=None),
                name="a_row_is_told_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.title}"

"""What came in from people: reports of those who are signed in, of nobody in particular, and e-mails."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from garrison.apps.incidents.models.case import Incident
from garrison.apps.organization.models import Unit
from garrison.core.models import Record


class Report(Record):
    """A report before it is a case. An anonymous one keeps no name, no address, no program, and its hour only."""

    WAYS = [("form", "Report form"), ("anonymous", "Anonymous form"), ("email", "E-mail")]
    STATES = [("new", "new"), ("opened", "case opened"), ("dismissed", "dismissed")]

    code = models.CharField(max_length=16, unique=True)
    way = models.CharField(max_length=10, choices=WAYS)
    at = models.DateTimeField()
    what = models.TextField()
    subject = models.CharField(max_length=200, blank=True)
    place = models.CharField(max_length=200, blank=True)
    happened = models.CharField(max_length=200, blank=True)
    sender = models.CharField(max_length=254, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, models.SET_NULL, null=True, related_name="incident_reports")
    state = models.CharField(max_length=10, choices=STATES, default="new")
    why = models.CharField(max_length=400, blank=True)
    incident = models.ForeignKey(Incident, models.SET_NULL, null=True, related_name="reports")

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(way="anonymous") | Q(by=None, sender="", digest=""),
                name="an_anonymous_report_names_nobody",
            ),
            models.UniqueConstraint(fields=["digest"], condition=~Q(digest=""), name="one_report_an_email"),
        ]

    def __str__(self) -> str:
        return self.code

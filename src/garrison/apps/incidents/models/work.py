"""Tasks of a case, the playbooks that were started in it, and the steps that lessons added to playbooks."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from garrison.apps.incidents.models.case import Incident
from garrison.core.models import Record


class PlaybookRun(Record):
    """A playbook started in a case, with the version that was current then and the answers given since."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="playbooks")
    playbook = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    started_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answers = models.JSONField(default=dict)

    class Meta:
        ordering = ["started_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "playbook"], name="a_playbook_runs_once"),
        ]

    def __str__(self) -> str:
        return f"{self.playbook} {self.version}"


class Task(Record):
    """Something to do in a case. ``step`` names the playbook's step it came from; one done by nobody is still open."""

    STATES = [("open", "open"), ("done", "done"), ("dropped", "dropped")]

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="tasks")
    title = models.CharField(max_length=200)
    detail = models.TextField(blank=True)
    owner = models.CharField(max_length=200, blank=True)
    due = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=STATES, default="open")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=400, blank=True)
    run = models.ForeignKey(PlaybookRun, models.PROTECT, null=True, related_name="tasks")
    step = models.CharField(max_length=60, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "step"], condition=Q(run__isnull=False), name="one_task_a_playbook_step"
            ),
            models.CheckConstraint(
                condition=Q(state="open", ended_at=None) | (~Q(state="open") & Q(ended_at__isnull=False)),
                name="task_ended_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PlaybookStep(Record):
    """A step that a lesson added to a shipped playbook; each makes a new version of it."""

    playbook = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    owner = models.CharField(max_length=200, blank=True)
    within_hours = models.PositiveIntegerField(default=24)
    because = models.CharField(max_length=400)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["playbook", "number"]
        constraints = [models.UniqueConstraint(fields=["playbook", "number"], name="one_added_step_a_number")]

    def __str__(self) -> str:
        return f"{self.playbook} +{self.number} {self.title}"

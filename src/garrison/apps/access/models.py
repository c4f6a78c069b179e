"""Accounts, badges, and those who hold them and should not."""

from django.db import models

from garrison.apps.organization.models import Unit
from garrison.apps.people.models import Person
from garrison.core.models import Record, Sourced


class Account(Sourced):
    """A directory account. ``matched_by`` says how its person was found: number, e-mail or nothing."""

    login = models.CharField(max_length=256, unique=True)
    name = models.CharField(max_length=200, blank=True)
    number = models.CharField(max_length=60, blank=True)
    email = models.CharField(max_length=254, blank=True)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="accounts")
    unit = models.ForeignKey(Unit, models.SET_NULL, null=True, related_name="accounts")
    matched_by = models.CharField(max_length=20, blank=True)
    enabled = models.BooleanField(default=True)
    privileged = models.BooleanField(default=False)
    last_used = models.DateTimeField(null=True)
    created = models.DateTimeField(null=True)
    groups = models.JSONField(default=list)
    closing_asked = models.DateTimeField(null=True)

    class Meta:
        ordering = ["login"]

    def __str__(self) -> str:
        return self.login


class Badge(Sourced):
    """A badge. It opens doors while ``status`` is active and its dates allow."""

    STATUSES = [(word, word) for word in ("active", "suspended", "lost", "ended")]

    card = models.CharField(max_length=60, unique=True)
    holder = models.CharField(max_length=200, blank=True)
    number = models.CharField(max_length=60, blank=True)
    email = models.CharField(max_length=254, blank=True)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="badges")
    unit = models.ForeignKey(Unit, models.SET_NULL, null=True, related_name="badges")
    matched_by = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=10, choices=STATUSES, default="active")
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    levels = models.JSONField(default=list)
    last_used = models.DateTimeField(null=True)
    closing_asked = models.DateTimeField(null=True)

    class Meta:
        ordering = ["card"]

    def __str__(self) -> str:
        return self.card


class AccessException(Record):
    """Access that somebody holds and should not, found by comparing sources; closed when they agree again.

    ``uses`` counts what the badge or account was used for since it should have ended.
    """

    KINDS = [("leaver", "Leaver with open badge or account")]
    STATES = [(word, word) for word in ("open", "closing", "closed")]

    kind = models.CharField(max_length=20, choices=KINDS)
    person = models.ForeignKey(Person, models.CASCADE, related_name="access_exceptions")
    unit = models.ForeignKey(Unit, models.SET_NULL, null=True, related_name="access_exceptions")
    state = models.CharField(max_length=8, choices=STATES, default="open", db_index=True)
    found = models.DateTimeField()
    closed = models.DateTimeField(null=True)
    badges = models.PositiveIntegerField(default=0)
    accounts = models.PositiveIntegerField(default=0)
    uses = models.PositiveIntegerField(default=0)
    last_use = models.DateTimeField(null=True)
    last_use_note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-uses", "-found"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "person"], condition=models.Q(closed=None), name="one_open_exception_a_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.person_id} ({self.state})"

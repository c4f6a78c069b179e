"""The case itself: what it is, who works on it, which phases are open, and what it touches."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from garrison.apps.organization.models import Site, Unit
from garrison.apps.people.models import Person
from garrison.core.models import Record

PHASES = ("detected", "triaged", "containing", "recovering", "reviewed", "closed")
"""In the order in which they are shown; several may be open at once, as detecting, responding and recovering are."""


class Incident(Record):
    """A case of either world. ``code`` is INC, the year and a number of its own.

    ``severity`` 1 is the worst of four; ``severity_rule`` is what the rule says where a person decided otherwise.
    ``restricted``: only its members and the security head see it. ``privileged``: counsel leads, and its words are
    marked so. ``exercise``: a drill on the same engine; it counts nowhere. ``version`` grows with every edit of the
    brief, so that two who write at once are told. Personal data: names in the title and brief; kept as long as the
    case, which is six years after it closed.
    """

    KINDS = [("physical", "Physical"), ("cyber", "Cyber"), ("mixed", "Both worlds")]

    code = models.CharField(max_length=20, unique=True)
    year = models.PositiveIntegerField()
    sequence = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    brief = models.TextField(blank=True)
    kind = models.CharField(max_length=10, choices=KINDS)
    category = models.CharField(max_length=40)
    unit = models.ForeignKey(Unit, models.SET_NULL, null=True, related_name="incidents")
    site = models.ForeignKey(Site, models.SET_NULL, null=True, related_name="incidents")
    severity = models.PositiveSmallIntegerField()
    severity_rule = models.PositiveSmallIntegerField()
    severity_reason = models.CharField(max_length=400)
    restricted = models.BooleanField(default=False)
    privileged = models.BooleanField(default=False)
    exercise = models.BooleanField(default=False)
    detected_at = models.DateTimeField()
    detected_latest = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    phase = models.CharField(max_length=12, choices=[(name, name) for name in PHASES], default="detected")
    origin_kind = models.CharField(max_length=20, blank=True)
    origin = models.UUIDField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["year", "sequence"], name="one_incident_a_number"),
            models.CheckConstraint(
                condition=Q(severity__gte=1, severity__lte=4, severity_rule__gte=1, severity_rule__lte=4),
                name="incident_severity_1_to_4",
            ),
            models.CheckConstraint(
                condition=Q(detected_latest=None) | Q(detected_latest__gte=F("detected_at")),
                name="incident_detected_range",
            ),
            models.CheckConstraint(
                condition=Q(phase="closed", closed_at__isnull=False) | (~Q(phase="closed") & Q(closed_at=None)),
                name="incident_closed_has_a_time",
            ),
        ]
        indexes = [models.Index(fields=["closed_at", "severity", "-opened_at"], name="incident_list")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def path(self) -> str:
        """The path of its unit, for the audit log and for scopes."""
        return self.unit.path if self.unit else "/"


class Phase(Record):
    """A phase of a case from when to when. ``overridden`` is why the commander went on past the gate's advice."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="phases")
    name = models.CharField(max_length=12, choices=[(name, name) for name in PHASES])
    started_at = models.DateTimeField()
    started_latest = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    overridden = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["started_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "name"], condition=Q(ended_at=None), name="a_phase_is_open_once"
            ),
            models.CheckConstraint(
                condition=Q(started_latest=None) | Q(started_latest__gte=F("started_at")), name="phase_start_range"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="phase_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} from {self.started_at:%Y-%m-%d %H:%M}"


class Member(Record):
    """Somebody who works on a case, by their user (who then sees it) or as a person without one."""

    ROLES = [
        ("commander", "Commander"),
        ("scribe", "Scribe"),
        ("counsel", "Counsel"),
        ("communications", "Communications"),
        ("member", "Member"),
    ]

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="members")
    role = models.CharField(max_length=16, choices=ROLES, default="member")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="incident_roles")
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="incident_roles")
    name = models.CharField(max_length=200)
    since = models.DateTimeField()

    class Meta:
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "role", "name"], name="one_role_a_name"),
            models.UniqueConstraint(
                fields=["incident"], condition=Q(role="commander"), name="one_commander_an_incident"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.role}"


class Link(Record):
    """What a case touches: a person, asset, badge, account, finding, exception, or an indicator that is only words."""

    KINDS = [
        ("person", "Person"),
        ("badge", "Badge"),
        ("account", "Account"),
        ("asset", "Asset"),
        ("door", "Door"),
        ("exception", "Access exception"),
        ("finding", "Finding"),
        ("scenario", "Risk scenario"),
        ("indicator", "Indicator"),
    ]

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="links")
    kind = models.CharField(max_length=12, choices=KINDS)
    target = models.UUIDField(null=True)
    label = models.CharField(max_length=300)
    note = models.CharField(max_length=300, blank=True)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["kind", "label"]
        indexes = [models.Index(fields=["kind", "target"]), models.Index(fields=["kind", "label"])]
        constraints = [models.UniqueConstraint(fields=["incident", "kind", "label"], name="one_link_a_thing")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.label}"

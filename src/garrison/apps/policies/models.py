"""Policies, their versions and approvals, acknowledgements, and exceptions."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from garrison.apps.controls.models import Control
from garrison.apps.organization.models import Unit
from garrison.apps.people.models import Person
from garrison.apps.policies.rules import EXCEPTION_STATES, STATES
from garrison.core.models import Record

OPEN = ("draft", "review", "approved")
"""The states of a version that is still being worked on."""


class Policy(Record):
    """A rule of the house: what it is called, whose it is, whom it binds, and when it is looked at again.

    ``unit`` is where it belongs (None is the whole organisation); ``units`` narrows whom it binds to some units below,
    ``audience`` to a kind of people or, by words of their title or department, to some roles. ``marked`` is how
    its review stood when the day began.
    """

    KINDS = [("policy", "policy"), ("standard", "standard"), ("procedure", "procedure"), ("guideline", "guideline")]
    AUDIENCES = [
        ("everyone", "everybody"),
        ("employee", "employees"),
        ("contractor", "contractors"),
        ("roles", "some roles"),
    ]

    MARKS = [("", "in time"), ("due", "due"), ("overdue", "overdue")]

    code = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=KINDS, default="policy")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="policies")
    units = models.ManyToManyField(Unit, related_name="binding_policies")
    owner = models.CharField(max_length=200, blank=True)
    audience = models.CharField(max_length=10, choices=AUDIENCES, default="everyone")
    audience_words = models.JSONField(default=list)
    acknowledge = models.BooleanField(default=True)
    review_months = models.PositiveIntegerField(default=12)
    reviewed_on = models.DateField(null=True)
    review_due = models.DateField(null=True, db_index=True)
    marked = models.CharField(max_length=8, choices=MARKS, blank=True, db_index=True)
    template = models.CharField(max_length=60, blank=True)
    requirements = models.JSONField(default=list)

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "policies"
        constraints = [
            models.CheckConstraint(condition=Q(review_months__gte=1, review_months__lte=60), name="review_rhythm"),
            models.CheckConstraint(condition=~Q(code=""), name="policy_has_a_code"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def path(self) -> str:
        """The unit path that it belongs to."""
        return self.unit.path if self.unit else "/"


class Version(Record):
    """One wording of a policy. ``edits`` counts changes, so that two people who edit at once are noticed."""

    STATES = [(word, word) for word in STATES]

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=STATES, default="draft")
    note = models.CharField(max_length=400, blank=True)
    body = models.TextField(blank=True)
    quiz = models.TextField(blank=True)
    pass_mark = models.PositiveIntegerField(default=80)
    sha256 = models.CharField(max_length=64)
    edits = models.PositiveIntegerField(default=0)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    edited_at = models.DateTimeField()
    round = models.PositiveIntegerField(default=0)
    quorum = models.PositiveIntegerField(default=0)
    submitted_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=150, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["policy", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="one_version_a_number"),
            models.UniqueConstraint(fields=["policy"], condition=Q(state="published"), name="one_published_version"),
            models.UniqueConstraint(fields=["policy"], condition=Q(state__in=OPEN), name="one_open_version"),
            models.CheckConstraint(condition=Q(number__gte=1), name="versions_count_from_one"),
            models.CheckConstraint(condition=Q(pass_mark__lte=100), name="pass_mark_of_a_hundred"),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False), name="published_has_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id} v{self.number}"


class Approval(Record):
    """A named approver of one round of review, and what they decided; the rounds before stay as they were."""

    DECISIONS = [("", "undecided"), ("approve", "approved"), ("refuse", "refused")]

    version = models.ForeignKey(Version, models.CASCADE, related_name="approvals")
    round = models.PositiveIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="approvals")
    decision = models.CharField(max_length=8, choices=DECISIONS, blank=True)
    reason = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["round", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "round", "user"], name="one_voice_a_round"),
            models.CheckConstraint(condition=Q(decision="") | ~Q(reason=""), name="a_decision_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.decision or 'undecided'}"


class Enforcement(Record):
    """What shows that a policy is kept: a control, or a detection or check told in words."""

    KINDS = [("control", "control"), ("detection", "detection"), ("check", "check")]

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="enforcements")
    kind = models.CharField(max_length=10, choices=KINDS, default="control")
    control = models.ForeignKey(Control, models.CASCADE, null=True, related_name="enforcements")
    how = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["policy", "control__code", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "control"], name="a_control_enforces_once"),
            models.CheckConstraint(condition=Q(control__isnull=False) | ~Q(how=""), name="enforced_by_something"),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id}: {self.control_id or self.how}"


class Acknowledgement(Record):
    """That somebody read a version and said so; ``sha256`` is of the text that they were shown."""

    HOWS = [("signed in", "signed in"), ("link", "one-time link"), ("paper", "signed on paper")]

    version = models.ForeignKey(Version, models.PROTECT, related_name="acknowledgements")
    person = models.ForeignKey(Person, models.PROTECT, related_name="acknowledgements")
    at = models.DateTimeField()
    how = models.CharField(max_length=10, choices=HOWS)
    recorded_by = models.CharField(max_length=150)
    note = models.CharField(max_length=400, blank=True)
    score = models.PositiveIntegerField(null=True)
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["version", "person"], name="acknowledged_once")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.version_id}"


class Attempt(Record):
    """One attempt at a version's quiz; ``answers`` holds the chosen place by question."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="attempts")
    person = models.ForeignKey(Person, models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    score = models.PositiveIntegerField()
    passed = models.BooleanField()
    answers = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.score}"


class Invitation(Record):
    """A one-time link by which somebody without a sign-in acknowledges; only a hash of it is kept."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="invitations")
    person = models.ForeignKey(Person, models.CASCADE, related_name="invitations")
    token = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.version_id}"


class Reminder(Record):
    """That somebody was to be reminded, and how the e-mail went where one was wanted."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="reminders")
    person = models.ForeignKey(Person, models.CASCADE, related_name="policy_reminders")
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    sent = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.version_id}"


class PolicyException(Record):
    """A limited leave not to keep a policy, with what stands in for it and what it may cost."""

    STATES = [(word, word) for word in EXCEPTION_STATES]

    code = models.CharField(max_length=40, unique=True)
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="exceptions")
    control = models.ForeignKey(Control, models.SET_NULL, null=True, related_name="policy_exceptions")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="policy_exceptions")
    scope = models.CharField(max_length=400)
    reason = models.TextField()
    compensating = models.ForeignKey(Control, models.SET_NULL, null=True, related_name="compensates")
    compensating_words = models.CharField(max_length=400, blank=True)
    assumed = models.FloatField(null=True)
    money = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, default="USD")
    state = models.CharField(max_length=10, choices=STATES, default="requested", db_index=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="policy_exceptions")
    requested_at = models.DateTimeField()
    until = models.DateField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["until", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(assumed=None) | Q(assumed__gte=0, assumed__lte=1), name="assumed_share"),
            models.CheckConstraint(condition=Q(money=None) | Q(money__gte=0), name="money_at_risk_not_negative"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("requested_by")), name="nobody_grants_themselves"
            ),
            models.CheckConstraint(
                condition=Q(compensating__isnull=False) | ~Q(compensating_words="") | Q(assumed__isnull=False),
                name="something_compensates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.state})"

    @property
    def path(self) -> str:
        """The unit path that it holds in."""
        return self.unit.path if self.unit else "/"


class ExceptionEvent(Record):
    """One line of an exception's history."""

    exception = models.ForeignKey(PolicyException, models.CASCADE, related_name="events")
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    what = models.CharField(max_length=20)
    words = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.what} {self.at}"


class AuthorityLimit(Record):
    """The most money at risk in a year that a role may accept; without an amount it has no limit."""

    role = models.CharField(max_length=40, unique=True)
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    set_by = models.CharField(max_length=150)
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["role"]
        constraints = [
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gte=0), name="authority_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.amount}"

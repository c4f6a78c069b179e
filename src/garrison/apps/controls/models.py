"""Safeguards and their tests."""

from datetime import date

from django.db import models
from django.db.models import Q

from garrison.apps.assets.models import Asset, DeviceTest
from garrison.apps.controls.rules import Health, Measured, Place, Standing, health, standing
from garrison.apps.organization.models import Site, Unit
from garrison.core.models import Record, Sourced


class Control(Sourced):
    """A safeguard. Its ``device``'s tests count as its own; its measured effectiveness comes from its tests."""

    EFFECTS = [("preventing", "lowers how often"), ("responding", "lowers how much")]

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=300)
    effect = models.CharField(max_length=10, choices=EFFECTS, default="preventing")
    unit = models.ForeignKey(Unit, models.SET_NULL, null=True, related_name="controls")
    owner = models.CharField(max_length=200, blank=True)
    test_every_days = models.PositiveIntegerField(default=90)
    device = models.ForeignKey(Asset, models.SET_NULL, null=True, related_name="controls")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def standing(self, as_of: date) -> Standing:
        """How well it works on a day, judged from its tests; load them first where there are many controls."""
        tests = sorted(self.tests.all(), key=lambda test: (test.on, test.recorded_at, test.pk))
        return standing([test.measured for test in tests], test_every_days=self.test_every_days, as_of=as_of)

    def health(self, as_of: date) -> Health:
        """How far it is in place, how well it works and how fresh that is; load places and tests first."""
        return health([place.told for place in self.places.all()], self.standing(as_of))

    @property
    def own_test(self) -> "ControlTest | None":
        """Its newest test that does not follow from a test of its device."""
        own = [test for test in self.tests.all() if test.device_test_id is None]
        return max(own, key=lambda test: (test.on, test.recorded_at, test.pk), default=None)


class ControlTest(Record):
    """One measurement of how well a control works, 0 to 1; ``device_test`` is the door test it follows from."""

    control = models.ForeignKey(Control, models.CASCADE, related_name="tests")
    on = models.DateField()
    effectiveness = models.FloatField()
    note = models.CharField(max_length=400, blank=True)
    recorded_by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField()
    device_test = models.ForeignKey(DeviceTest, models.CASCADE, null=True, related_name="control_tests")
    source = models.ForeignKey("core.ImportedFile", models.PROTECT, null=True, related_name="+")
    source_row = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-on", "-recorded_at"]
        constraints = [
            models.CheckConstraint(condition=Q(effectiveness__gte=0, effectiveness__lte=1), name="effectiveness_share"),
            models.UniqueConstraint(fields=["control", "device_test"], name="a_device_test_counts_once"),
        ]

    def __str__(self) -> str:
        return f"{self.control_id} {self.on} {self.effectiveness}"

    @property
    def measured(self) -> Measured:
        """The test as the rules see it."""
        device = self.device_test
        return Measured(
            self.on, self.effectiveness, self.note, by_device=device is not None, passed=device is None or device.passed
        )


class Implementation(Record):
    """How far a control is in place in a unit or at a site, as somebody said on a day; the newest word counts.

    ``inherited_from`` is the unit that provides it where the place itself does nothing: its share is the provider's.
    """

    KINDS = [("own", "done here"), ("shared", "done here and by another unit"), ("inherited", "done by another unit")]

    control = models.ForeignKey(Control, models.CASCADE, related_name="places")
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, related_name="+")
    site = models.ForeignKey(Site, models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=9, choices=KINDS, default="own")
    inherited_from = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    share = models.FloatField(null=True)
    on = models.DateField()
    note = models.CharField(max_length=400, blank=True)
    said_by = models.CharField(max_length=150)
    said_at = models.DateTimeField()

    class Meta:
        ordering = ["control", "unit__path", "site__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["control", "unit", "site"], nulls_distinct=False, name="one_implementation_a_place"
            ),
            models.CheckConstraint(
                condition=Q(share__gte=0, share__lte=1) | Q(share=None, kind="inherited"), name="implemented_share"
            ),
            models.CheckConstraint(
                condition=Q(kind="own", inherited_from=None) | (~Q(kind="own") & Q(inherited_from__isnull=False)),
                name="inherited_from_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.control_id} at {self.place}"

    @property
    def place(self) -> str:
        """Where, in words."""
        return " at ".join(str(part) for part in (self.unit, self.site) if part) or "the whole organisation"

    @property
    def told(self) -> Place:
        """The statement as the rules see it."""
        return Place(
            name=self.place,
            key=str(self.unit_id or ""),
            share=self.share,
            inherited_from=str(self.inherited_from_id or ""),
            kind=self.kind,
            on=self.on,
            site=str(self.site_id or ""),
        )

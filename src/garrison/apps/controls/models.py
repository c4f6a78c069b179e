"""Safeguards and their tests."""

from datetime import date

from django.db import models
from django.db.models import Q

from garrison.apps.assets.models import Asset, DeviceTest
from garrison.apps.controls.rules import Measured, Standing, standing
from garrison.apps.organization.models import Unit
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

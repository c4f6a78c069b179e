"""The register of what is protected and what protects it: computers and doors in one table."""

from django.db import models
from django.db.models import F, Q

from garrison.apps.organization.models import Site, Unit, Zone
from garrison.core.models import Record, Sourced

CYBER = ("host", "image", "application", "repository", "cluster", "website")
PHYSICAL = ("door", "reader", "camera", "lock", "controller", "sensor")


class Asset(Sourced):
    """One thing in the register. ``key`` is ``kind:code`` in lower case; ``exposed`` is null where nobody knows.

    ``serves`` is the door that a device belongs to, ``controller`` the panel that a door hangs on. ``unit_code`` and
    ``serves_named`` are what the file wrote, kept so that what is imported later finds its place.
    """

    KINDS = [(word, word) for word in (*CYBER, *PHYSICAL)]

    kind = models.CharField(max_length=12, choices=KINDS, db_index=True)
    code = models.CharField(max_length=300)
    name = models.CharField(max_length=300)
    unit = models.ForeignKey(Unit, models.SET_NULL, null=True, related_name="assets")
    unit_code = models.CharField(max_length=60, blank=True)
    site = models.ForeignKey(Site, models.SET_NULL, null=True, related_name="assets")
    zone = models.ForeignKey(Zone, models.SET_NULL, null=True, related_name="assets")
    critical = models.BooleanField(default=False)
    exposed = models.BooleanField(null=True)
    owner = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=20, blank=True)
    serves = models.ForeignKey("self", models.SET_NULL, null=True, related_name="devices")
    serves_named = models.TextField(blank=True)
    controller = models.ForeignKey("self", models.SET_NULL, null=True, related_name="controlled")
    address = models.CharField(max_length=60, blank=True)
    mac = models.CharField(max_length=40, blank=True)
    model = models.CharField(max_length=200, blank=True)
    os = models.CharField(max_length=200, blank=True)
    first_seen = models.DateTimeField(null=True)
    last_seen = models.DateTimeField(null=True)

    class Meta:
        ordering = ["kind", "code"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "code"], name="one_asset_a_code"),
            models.CheckConstraint(condition=Q(serves=None) | ~Q(serves=F("pk")), name="serves_another"),
        ]

    def __str__(self) -> str:
        return self.name or self.code


class AssetName(models.Model):
    """Another name or address under which a host is known, in lower case; a name belongs to one host."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="names")
    name = models.CharField(max_length=300, unique=True)

    def __str__(self) -> str:
        return self.name


class Service(Sourced):
    """A network service open on a host, or one that an SBOM names (port 0)."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="services")
    port = models.PositiveIntegerField()
    protocol = models.CharField(max_length=12)
    name = models.CharField(max_length=200, blank=True)
    product = models.CharField(max_length=300, blank=True)
    version = models.CharField(max_length=120, blank=True)
    tunnel = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["asset", "port"]
        constraints = [models.CheckConstraint(condition=Q(port__lte=65535), name="port_range")]

    def __str__(self) -> str:
        return f"{self.port}/{self.protocol} {self.name}".strip()


class Software(Sourced):
    """A component found in an asset."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="software")
    name = models.CharField(max_length=400)
    version = models.CharField(max_length=200, blank=True)
    purl = models.CharField(max_length=600, blank=True)
    kind = models.CharField(max_length=40, blank=True)
    supplier = models.CharField(max_length=200, blank=True)
    licences = models.JSONField(default=list)

    class Meta:
        ordering = ["name", "version"]
        verbose_name_plural = "software"

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()


class DeviceTest(Record):
    """A test of a door or device: did it do what it must."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="tests")
    on = models.DateField()
    passed = models.BooleanField()
    note = models.CharField(max_length=400, blank=True)
    recorded_by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField()
    source = models.ForeignKey("core.ImportedFile", models.PROTECT, null=True, related_name="+")
    source_row = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-on", "-recorded_at"]
        constraints = [
            models.UniqueConstraint(fields=["asset", "on", "passed", "note"], name="one_test_a_day_and_result"),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.on} {'passed' if self.passed else 'failed'}"

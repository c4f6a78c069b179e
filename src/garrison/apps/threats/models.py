"""What is known in the world: vulnerabilities, and who uses which techniques."""

from django.db import models
from django.db.models import Q

from garrison.core.models import Sourced


class Vulnerability(Sourced):
    """One CVE, with what KEV, EPSS and CISA's enrichment say of it. Fields nobody spoke of are null."""

    cve = models.CharField(max_length=24, unique=True)
    title = models.CharField(max_length=400, blank=True)
    kev_name = models.CharField(max_length=400, blank=True)
    vendor = models.CharField(max_length=200, blank=True)
    product = models.CharField(max_length=200, blank=True)
    action = models.TextField(blank=True)
    kev_added = models.DateField(null=True, db_index=True)
    kev_due = models.DateField(null=True)
    ransomware = models.BooleanField(null=True)
    epss = models.FloatField(null=True)
    percentile = models.FloatField(null=True)
    scored_on = models.DateField(null=True)
    exploitation = models.CharField(max_length=8, blank=True)
    automatable = models.BooleanField(null=True)
    total_impact = models.BooleanField(null=True)
    cvss = models.FloatField(null=True)
    cvss_vector = models.CharField(max_length=200, blank=True)
    cwes = models.JSONField(default=list)

    class Meta:
        ordering = ["cve"]
        verbose_name_plural = "vulnerabilities"
        indexes = [models.Index(fields=["-epss", "cve"], name="vulnerability_epss")]
        constraints = [
            models.CheckConstraint(condition=Q(epss=None) | Q(epss__gte=0, epss__lte=1), name="epss_is_a_share"),
            models.CheckConstraint(condition=Q(cvss=None) | Q(cvss__gte=0, cvss__lte=10), name="cvss_range"),
        ]

    def __str__(self) -> str:
        return self.cve


class ThreatObject(Sourced):
    """A tactic, technique, group, malware, tool, mitigation or campaign, by its STIX id."""

    KINDS = [
        (word, word)
        for word in (
            "tactic",
            "technique",
            "subtechnique",
            "group",
            "malware",
            "tool",
            "mitigation",
            "campaign",
            "other",
        )
    ]

    kind = models.CharField(max_length=14, choices=KINDS, db_index=True)
    code = models.CharField(max_length=40, blank=True, db_index=True)
    name = models.CharField(max_length=300)
    description = models.TextField(blank=True)
    domain = models.CharField(max_length=60, blank=True)
    url = models.CharField(max_length=400, blank=True)
    aliases = models.JSONField(default=list)
    platforms = models.JSONField(default=list)
    tactics = models.JSONField(default=list)
    version = models.CharField(max_length=20, blank=True)
    modified = models.DateTimeField(null=True)

    class Meta:
        ordering = ["kind", "code", "name"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()


class ThreatLink(Sourced):
    """A relationship between two threat objects, such as a group that uses a technique."""

    subject = models.ForeignKey(ThreatObject, models.CASCADE, related_name="links_out")
    kind = models.CharField(max_length=40)
    object = models.ForeignKey(ThreatObject, models.CASCADE, related_name="links_in")
    description = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.kind} {self.object_id}"

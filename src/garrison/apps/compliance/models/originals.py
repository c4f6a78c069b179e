"""The document in which a framework came."""

from django.db import models

from garrison.apps.compliance.models.frameworks import Framework
from garrison.core.models import Record


class Original(Record):
    """A framework's own document, whole, compressed by zlib: it goes out as it came in. Holds no personal data."""

    SYNTAXES = [("json", "JSON"), ("xml", "XML"), ("yaml", "YAML")]

    framework = models.OneToOneField(Framework, models.CASCADE, related_name="original")
    syntax = models.CharField(max_length=4, choices=SYNTAXES)
    packed = models.BinaryField()
    source = models.ForeignKey("core.ImportedFile", models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.framework_id} as {self.syntax}"

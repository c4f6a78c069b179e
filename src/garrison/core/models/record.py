"""The base of every table that people or other systems may cite."""

import uuid

from django.db import models


class Record(models.Model):
    """A row with a ``uuid`` that never changes and may stand in an address."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


class Sourced(Record):
    """A record that a file told us of: which file and row said so last, and under which natural key.

    ``key`` is unique within its table and the same for every format that speaks of the same thing.
    """

    key = models.CharField(max_length=400, unique=True, editable=False)
    source = models.ForeignKey("core.ImportedFile", models.PROTECT, null=True, related_name="+", db_index=False)
    source_row = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True

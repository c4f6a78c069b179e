"""The manifest of the event lake: a Parquet file exists only once its row here is committed."""

from django.db import models


class LakeFile(models.Model):
    """One immutable Parquet file of one event class and one UTC day."""

    kind = models.CharField(max_length=40)
    day = models.DateField()
    name = models.CharField(max_length=200, unique=True)
    rows = models.PositiveIntegerField()
    bytes = models.BigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["kind", "day"])]

    def __str__(self) -> str:
        return self.name

"""The engine ``garrison.core.sqlite``: Django's own, but a statement may carry 30,000 parameters.

Django 5.2 still assumes the 999 of old SQLite builds, which makes the number of statements of a bulk insert grow
with rows; SQLite has taken 32,766 since 3.32 (2020).
"""

from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.features import DatabaseFeatures as SqliteFeatures
from django.db.backends.sqlite3.operations import DatabaseOperations as SqliteOperations


class DatabaseFeatures(SqliteFeatures):
    """What this build of SQLite can do."""

    max_query_params = 30_000


class DatabaseOperations(SqliteOperations):
    """How many rows fit one statement."""

    def bulk_batch_size(self, fields: list[object], objs: list[object]) -> int:
        """As many rows as the parameters allow."""
        return max(1, DatabaseFeatures.max_query_params // max(1, len(fields)))


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection with the features above."""

    features_class = DatabaseFeatures
    ops_class = DatabaseOperations

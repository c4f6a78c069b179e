"""Parquet files of events, by class and UTC day, and the questions asked of them.

A file is written whole under a name of its own and never changed. It counts only once a manifest row (kept by the
core, in the import's transaction) names it; a file that no row names is an orphan of a crash and is swept.
"""

import atexit
import os
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Columns: TypeAlias = "dict[str, NDArray[Any]]"
"""Equal-length arrays by column name; ``time`` is int64 microseconds UTC, ``key`` uint64, text is object."""


@dataclass(frozen=True, slots=True)
class Written:
    """A new file, not yet visible: what its manifest row will say."""

    kind: str
    day: date
    name: str
    rows: int
    bytes: int
    first_at: datetime
    last_at: datetime


class Lake:
    """The event files below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, kind: str, columns: Columns) -> list[Written]:
        """Write events of one class, one file for each UTC day among them. Raises OSError when the disk is full."""
        import numpy as np

        if not len(columns["time"]):
            return []
        days = columns["time"] // 86_400_000_000
        written = []
        for number in np.unique(days):
            chosen = np.flatnonzero(days == number)
            part = {name: values[chosen] for name, values in columns.items()}
            order = np.argsort(part["time"], kind="stable")
            written.append(self._write_day(kind, int(number), {n: v[order] for n, v in part.items()}))
        return written

    def _write_day(self, kind: str, number: int, columns: Columns) -> Written:
        """Write one day's file: temporary name, flushed to disk, then its final name."""
        day = date(1970, 1, 1) + timedelta(days=number)
        name = f"{kind}/{day.isoformat()}/{uuid.uuid4().hex}.parquet"
        final = self.folder / name
        final.parent.mkdir(parents=True, exist_ok=True)
        temporary = final.with_suffix(".tmp")
        at = columns["time"]
        table = {n: (v.astype("datetime64[us]") if n == "time" else v) for n, v in columns.items()}
        try:
            connection = _connection()
            try:
                connection.register("events", table)
                connection.execute(
                    "COPY (SELECT * FROM events) TO ? (FORMAT parquet, COMPRESSION zstd)", [str(temporary)]
                )
            finally:
                connection.close()
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
            size = temporary.stat().st_size
            temporary.rename(final)
        finally:
            temporary.unlink(missing_ok=True)
        return Written(kind, day, name, len(at), size, _time(int(at[0])), _time(int(at[-1])))

    def keys(self, names: Iterable[str]) -> "NDArray[np.uint64]":
        """The ``key`` of every event in the named files."""
        import numpy as np

        rows = self.query("SELECT key FROM events", names)
        return np.fromiter((row[0] for row in rows), dtype=np.uint64, count=len(rows))

    def query(self, sql: str, names: Iterable[str], parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows that ``sql`` gives over a table ``events`` made of the named files; none for no files."""
        return [row for chunk in self.chunks(sql, names, parameters) for row in chunk]

    def chunks(self, sql: str, names: Iterable[str], parameters: Sequence[Any] = ()) -> Iterator[list[tuple[Any, ...]]]:
        """The same in chunks of at most ten thousand rows, for who writes them on without holding them all."""
        paths = [str(self.folder / name) for name in names]
        if not paths:
            return
        connection = _connection()
        try:
            listed = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
            text = f"WITH events AS (SELECT * FROM read_parquet([{listed}])) {sql}"  # noqa: S608 - names are our own
            cursor = connection.execute(text, list(parameters))
            while chunk := cursor.fetchmany(10_000):
                yield chunk
        finally:
            connection.close()

    def discard(self, names: Iterable[str]) -> None:
        """Remove files that will never become visible."""
        for name in names:
            (self.folder / name).unlink(missing_ok=True)

    def sweep(self, known: set[str], *, older_than: datetime) -> list[str]:
        """Remove files that no manifest row names and that are older than ``older_than``; gives their names."""
        swept = []
        for path in sorted(self.folder.glob("*/*/*")):
            name = str(path.relative_to(self.folder))
            written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            if name not in known and written < older_than:
                path.unlink(missing_ok=True)
                swept.append(name)
        return swept


def _time(microseconds: int) -> datetime:
    """Microseconds since 1970 as an aware UTC time."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)


def _connection() -> Any:
    """A connection of our own to this process's DuckDB, which opens once: opening costs as much as a whole question."""
    return _database(os.getpid()).cursor()


@lru_cache(maxsize=1)
def _database(process: int) -> Any:
    """A DuckDB in memory, two threads, no extensions from anywhere; a forked process opens one of its own."""
    import duckdb

    atexit.register(_close, process)
    return duckdb.connect(
        config={"threads": 2, "autoinstall_known_extensions": False, "autoload_known_extensions": False}
    )


def _close(process: int) -> None:
    """Let go of this process's DuckDB while Python is still whole; left to its last moments it complains of leaks."""
    if process == os.getpid():  # a forked process leaves its parent's alone
        _database(process).close()
        _database.cache_clear()

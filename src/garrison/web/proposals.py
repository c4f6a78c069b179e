"""What a table of unknown columns may be, as its ledger row keeps it."""

from garrison.core.commands import Refused
from garrison.core.models import ImportedFile
from garrison.formats.mapping import TABLES, ColumnGuess, TableGuess


def guess_of(file: ImportedFile, format_id: str = "") -> TableGuess:
    """The likeliest table, or the one asked for; a table that was not among the likeliest starts with nothing chosen.

    A file that does not wait for its columns has a guess without any.
    """
    told = (file.proposal or {}).get("tables") or []
    if file.status != "needs_mapping" or not told:
        return TableGuess("", "", 0.0, (), ())
    guesses = {one["format"]: one for one in told}
    if not format_id or format_id in guesses:
        one = guesses.get(format_id) or told[0]
        columns = tuple(ColumnGuess(c["column"], c["target"], c["confidence"], c["sample"]) for c in one["columns"])
        return TableGuess(one["format"], one["title"], one["score"], columns, tuple(one["missing"]))
    table = next((one for one in TABLES if one.format == format_id), None)
    if table is None:
        raise Refused("that is not a table of ours; choose one of the list")
    columns = tuple(ColumnGuess(c["column"], "", 0.0, c["sample"]) for c in told[0]["columns"])
    return TableGuess(table.format, table.title, 0.0, columns, table.schema.lacking(()))


def initial_of(guess: TableGuess) -> dict[str, str]:
    """What the form starts with: each column's likeliest meaning."""
    return {f"c{place}": column.target for place, column in enumerate(guess.columns)}

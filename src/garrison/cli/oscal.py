"""``garrison oscal``: OSCAL documents turned into another syntax, and profiles resolved. No database is needed."""

import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from garrison.cli.shared import JSON, print_json

if TYPE_CHECKING:
    from garrison.formats.oscal.exchange import Syntax
    from garrison.formats.source import Source

MOST_BYTES = 512 * 2**20

app = typer.Typer(
    help="OSCAL documents: convert and resolve.", no_args_is_help=True, rich_markup_mode=None, add_completion=False
)

TO = typer.Option("json", "--to", help="json, xml or yaml.", metavar="SYNTAX")
OUT = typer.Option(None, "--out", "-o", help="Where to write it; standard output without.", metavar="FILE")


@app.callback()
def oscal() -> None:
    """OSCAL documents: convert and resolve."""


@app.command()
def convert(
    file: Annotated[Path, typer.Argument(help="An OSCAL document; .gz is unpacked.", metavar="FILE")],
    to: str = TO,
    out: Path | None = OUT,
) -> None:
    """Write an OSCAL document as JSON, XML or YAML; nothing is lost on the way."""
    from garrison.formats.oscal import exchange
    from garrison.formats.source import Damaged

    syntax = _syntax(to)
    try:
        model, value = exchange.read(_source(file))
        content = exchange.write(model, value, syntax)
    except Damaged as refusal:
        _fail(file, refusal.reason)
    _put(content, out)


@app.command()
def resolve(
    file: Annotated[Path, typer.Argument(help="An OSCAL profile.", metavar="PROFILE")],
    source: Annotated[
        list[Path] | None,
        typer.Option("--source", "-s", help="A catalogue or profile that it imports; repeat for several."),
    ] = None,
    to: str = TO,
    out: Path | None = OUT,
    as_json: bool = JSON,
) -> None:
    """Resolve a profile into the catalogue that it means. ``--json`` prints counts instead of the catalogue.

    Sources are found by their file names; a single one stands for all that the profile imports. Without ``--source``
    they are looked for beside the profile.
    """
    from garrison.formats.oscal import exchange
    from garrison.formats.oscal.resolution import resolve as resolved_from
    from garrison.formats.oscal.tailoring import controls
    from garrison.formats.source import Damaged

    syntax = _syntax(to)
    given = source or []

    def fetch(address: str) -> tuple[str, dict[str, object]]:
        name = Path(address.partition("?")[0].partition("#")[0]).name
        found = next((path for path in given if path.name in (name, f"{name}.gz")), None)
        if found is None and len(given) == 1:
            found = given[0]
        if found is None and not given:
            found = next((path for path in (file.parent / name, file.parent / f"{name}.gz") if path.is_file()), None)
        if found is None:
            raise Damaged(f"The profile imports {address}; give that file by --source.", field="imports")
        return exchange.read(_source(found))

    try:
        model, value = exchange.read(_source(file))
        if model != "profile":
            raise Damaged(f"This is a {model.replace('-', ' ')}; only profiles are resolved.")
        last_modified = datetime.now(UTC).isoformat(timespec="seconds")
        resolved = resolved_from(value, fetch, last_modified=last_modified, name=file.name)
        content = exchange.write("catalog", resolved.catalog, syntax)
    except Damaged as refusal:
        _fail(file, refusal.reason)
    for code in resolved.missing:
        typer.echo(f"{file}: {code} is named and is in no source", err=True)
    for note in resolved.notes:
        typer.echo(f"{file}: {note}", err=True)
    if as_json:
        if out is not None:
            _put(content, out)
        count = sum(1 for _ in controls(resolved.catalog))
        told = {"named": len(resolved.named), "resolved": count}
        print_json(told | {"carried": list(resolved.carried), "missing": list(resolved.missing)})
    else:
        _put(content, out)
    if resolved.missing or resolved.notes:
        raise typer.Exit(3)


def _syntax(to: str) -> "Syntax":
    """The syntax asked for."""
    if to not in ("json", "xml", "yaml"):
        raise typer.BadParameter(f"{to!r} is not json, xml or yaml", param_hint="--to")
    return to  # type: ignore[return-value]


def _source(path: Path) -> "Source":
    """A file as the readers take it."""
    import gzip

    from garrison.formats.source import HEAD_BYTES, Damaged, Source

    try:
        with path.open("rb") as stream:
            packed = stream.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except (OSError, EOFError) as refusal:
        raise Damaged(f"{path} cannot be read: {refusal}") from refusal
    if len(content) > MOST_BYTES:
        raise Damaged(f"{path} is larger than {MOST_BYTES // 2**20} MB.")
    return Source(path.name, content[:HEAD_BYTES], lambda: BytesIO(content))


def _put(content: bytes, out: Path | None) -> None:
    """Write the result to a file or to standard output."""
    if out is None:
        sys.stdout.buffer.write(content)
        return
    try:
        out.write_bytes(content)
    except OSError as refusal:
        _fail(out, f"cannot be written: {refusal.strerror}")


def _fail(path: Path, reason: str) -> NoReturn:
    """Say what is wrong and end with exit code 2."""
    typer.echo(f"{path}: {reason}", err=True)
    raise typer.Exit(2)

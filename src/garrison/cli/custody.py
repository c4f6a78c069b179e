"""``garrison custody``: check a custody package. Needs no database, no settings and no home folder."""

from pathlib import Path

import typer

from garrison.cli.shared import JSON, USAGE, print_json

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def root() -> None:
    """Check evidence that somebody handed over."""


@app.command()
def verify(
    package: Path = typer.Argument(..., help="The package: a zip file."),
    fingerprint: str = typer.Option("", "--fingerprint", help="The fingerprint of the key, as the sender told it."),
    as_json: bool = JSON,
) -> None:
    """Check every hash, the chain of custody and the signature. Exit 0: it holds, 1: it does not, 2: unreadable."""
    from garrison.formats.custody import Unreadable
    from garrison.formats.custody import verify as check

    try:
        found = check(package, fingerprint=fingerprint)
    except Unreadable as error:
        if as_json:
            print_json({"verified": False, "readable": False, "reason": str(error), "problems": []})
        typer.echo(f"garrison: {package}: {error}", err=True)
        raise typer.Exit(USAGE) from error
    if as_json:
        print_json(
            {
                "verified": found.holds,
                "readable": True,
                "case": found.case,
                "organisation": found.organisation,
                "made": found.made,
                "key": found.fingerprint,
                "items": found.items,
                "files": found.files,
                "entries": found.entries,
                "head": found.head,
                "held_by": found.held,
                "problems": [{"kind": p.kind, "where": p.where, "reason": p.reason} for p in found.problems],
            }
        )
    else:
        typer.echo("\n".join(_lines(package, found, asked=bool(fingerprint))))
    if not found.holds:
        raise typer.Exit(1)


def _lines(package: Path, found: object, *, asked: bool) -> list[str]:
    """What was found, in words."""
    from garrison.formats.custody import Verified

    assert isinstance(found, Verified)
    lines = [f"{_plain(problem.where)}: {_plain(problem.reason)}" for problem in found.problems]
    if found.holds:
        lines.append(
            f"{package}: verified. Case {_plain(str(found.case.get('code', '')))} of {_plain(found.organisation)}: "
            f"{found.items} items, {found.files} files, {found.entries} entries of custody, all as signed."
        )
    else:
        lines.append(f"{package}: NOT verified, {len(found.problems)} problems.")
    if found.fingerprint:
        lines.append(f"Key: {found.fingerprint}")
        if found.holds and not asked:
            lines.append("Compare this fingerprint with the one that the sender told you by another way.")
    return lines


def _plain(text: str) -> str:
    """``text`` without what could steer a terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)

"""``garrison demo``: a made-up organisation, imported, briefed and served."""

import json
import os
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from garrison.cli.shared import fail

if TYPE_CHECKING:
    from garrison.core.models import User

app = typer.Typer(rich_markup_mode=None)

HEAD = ("odile", "Odile Fenwright", "odile.fenwright@larkmere.example")
SEED = 20_417
TIME_ZONE = "America/New_York"


@app.command()
def demo(
    home: Path = typer.Option(Path("garrison-demo"), help="The folder that holds everything of the demo."),
    serve: bool = typer.Option(True, help="Serve the result; --no-serve stops before."),
    port: int = typer.Option(8000, help="The port to serve on."),
    seed: int = typer.Option(SEED, help="Another seed makes another organisation with the same story."),
) -> None:
    """Write the exports of a made-up hospital group, import them, print the brief, and serve the result.

    The folder keeps its exports: a second run imports the same files again, and nothing changes.
    """
    begun = time.monotonic()
    home = home.resolve()
    os.umask(0o077)
    home.mkdir(parents=True, exist_ok=True)
    os.environ.pop("DATABASE_URL", None)
    os.environ["GARRISON_HOME"] = str(home)
    os.environ["GARRISON_URL"] = f"http://127.0.0.1:{port}"
    (home / "time-zone").write_text(f"{TIME_ZONE}\n")
    from garrison.core import setup

    setup.start()
    setup.close_to_others(home)
    exports = _exports(home, seed)
    typer.echo(f"Importing {exports} ...")
    from garrison.cli.import_command import exit_code, import_with_progress, summary, tell
    from garrison.core import selectors

    readings = import_with_progress([exports], selectors.system_actor())
    tell(readings)
    typer.echo(summary(readings, dry_run=False))
    if exit_code(readings):
        raise fail("the made-up exports were not all understood", 1)
    typer.echo("")
    from django.utils import timezone

    from garrison.apps.strategy import selectors as strategy
    from garrison.cli.brief import lines
    from garrison.cli.demo import custody, duties, policies
    from garrison.cli.demo.cases import plant

    kept = json.loads((home / "demo.json").read_text())
    plant(as_of=datetime.fromisoformat(kept["as_of"]), seed=seed, actor=_head())
    custody.plant(as_of=datetime.fromisoformat(kept["as_of"]), seed=seed, actor=_head())
    policies.plant(as_of=datetime.fromisoformat(kept["as_of"]), actor=_head())
    duties.plant(as_of=datetime.fromisoformat(kept["as_of"]), actor=_head())

    typer.echo("\n".join(lines(strategy.brief(viewer=selectors.system_actor(), at=timezone.now()))))
    link = _link()
    typer.echo(f"\nReady after {time.monotonic() - begun:.1f} s. Everything is in {home}")
    if not serve:
        typer.echo("Serve it: garrison demo, or GARRISON_HOME=" + str(home) + " garrison serve")
        return
    typer.echo(f"Sign in once as {HEAD[1]}: {link}")
    from garrison.cli.serve import serve_forever

    serve_forever(host="127.0.0.1", port=port)


def _exports(home: Path, seed: int) -> Path:
    """The folder of exports: written once, with the moment they were made for."""
    from django.utils import timezone

    from garrison.cli.demo import write_exports

    folder, stamp = home / "exports", home / "demo.json"
    wanted = {"seed": seed}
    if stamp.exists():
        kept = json.loads(stamp.read_text())
        if kept.get("seed") == seed and folder.is_dir():
            return folder
        raise fail(f"{home} holds a demo with seed {kept.get('seed')}; choose another --home")
    now: datetime = timezone.now()
    write_exports(folder, as_of=now, seed=seed)
    stamp.write_text(json.dumps(wanted | {"as_of": now.isoformat()}))
    return folder


def _link() -> str:
    """A one-time sign-in for the made-up security head."""
    from garrison.core import selectors
    from garrison.core.links import issue_link

    return issue_link(actor=selectors.system_actor(), user=_head().uuid)


def _head() -> "User":
    """The made-up security head, who is added the first time."""
    from garrison.core import selectors, services
    from garrison.core.commands import Missing

    system = selectors.system_actor()
    try:
        head = selectors.user_named(viewer=system, username=HEAD[0])
    except Missing:
        head = services.add_user(actor=system, username=HEAD[0], name=HEAD[1], email=HEAD[2])
        services.grant_role(actor=system, user=head.uuid, role="security head", path="/")
    return head

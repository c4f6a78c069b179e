"""The lists of the System pages: files of the ledger, their messages, the audit log, and users."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from garrison.core import selectors
from garrison.core.models import AuditEntry, Grant, ImportedFile, ImportMessage, User
from garrison.core.scopes import ROLES
from garrison.core.ui import cells, figures
from garrison.core.ui.lists import Column, Empty, Filter, ListPage, Look, View
from garrison.formats.catalogue import readers

STATUSES = {
    "imported": (_("Imported"), "ok", ""),
    "unchanged": (_("Unchanged"), "", "check"),
    "needs_mapping": (_("Needs columns"), "acc", "columns-3"),
    "unknown": (_("Unknown"), "warn", "file-unknown"),
    "refused": (_("Refused"), "crit", ""),
}
CELL_CHARS = 30_000
NAME_CHARS, PLACE_CHARS = 36, 44
"""How much of a file's name and place a line of the ledger shows."""
TITLES = {reader.FORMAT: reader.TITLE for reader in readers()}


def title_of(format_id: str) -> str:
    """How a format is called; its id when the reader is gone, "" for none."""
    return TITLES.get(format_id, format_id)


def status_badge(status: str) -> SafeString:
    """A file's status as a badge."""
    words, kind, symbol = STATUSES.get(status, (status, "", ""))
    return cells.state(words, kind, symbol)


def hash_code(digest: str) -> SafeString:
    """A hash that may break across lines and is copied whole."""
    parts = [(digest[place : place + 8],) for place in range(0, len(digest), 8)]
    return format_html("<code>{}</code>", format_html_join(mark_safe("<wbr>"), "{}", parts) if parts else "–")


def size(count: int) -> str:
    """A number of bytes in the unit that fits."""
    amount, unit = float(count), "B"
    for larger in ("kB", "MB", "GB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{figures.number(round(amount, 1) if amount < 10 and unit != 'B' else round(amount))} {unit}"


def middle_cut(text: str, most: int) -> str:
    """A name no longer than ``most``, cut in the middle: how it begins, and its end with the suffix, tell it apart."""
    if len(text) <= most:
        return text
    end = (most - 1) * 3 // 5
    return f"{text[: most - 1 - end]}…{text[-end:]}"


def archive_url(file: ImportedFile) -> str:
    """The list of what an archive held."""
    name = file.path.rstrip("/").rpartition("/")[2]
    return f"{reverse('web:imports')}?{urlencode({'run': str(file.run.uuid), 'inside': name})}"


def _file(file: ImportedFile, look: Look) -> object:
    """The file's name over where it lay; an archive's over how many files it held, which its link lists."""
    inside = file.__dict__.get("inside", 0)
    title = file.path.rstrip("/").rpartition("/")[2] if inside else file.title
    place = file.path if inside else str(file)
    around = place[: -len(title)].rstrip("/:") if place.endswith(title) else ""
    url = archive_url(file) if inside else reverse("web:file", args=[file.uuid])
    context = middle_cut(around, PLACE_CHARS)
    if inside:
        context = f"{figures.counted(inside, str(_('files')))} · {middle_cut(around, PLACE_CHARS - 10)}".rstrip(" ·")
    shown = (
        title
        if len(title) <= NAME_CHARS
        else format_html('<span title="{}">{}</span>', title, middle_cut(title, NAME_CHARS))
    )
    return cells.two(shown, context and format_html('<span title="{}">{}</span>', around, context), url=url)


def _status(file: ImportedFile, look: Look) -> object:
    """The status; of an archive the one that most asks for something, and how many of its files have it."""
    inside, alike = file.__dict__.get("inside", 0), file.__dict__.get("alike", 0)
    if inside == alike:
        return status_badge(file.status)
    said = _("%(n)s of %(all)s") % {"n": figures.number(alike), "all": figures.number(inside)}
    return format_html('{}<span class="t2">{}</span>', status_badge(file.status), said)


def _format(file: ImportedFile, look: Look) -> object:
    """What kind of file it is, or what kinds an archive held."""
    return cells.text(", ".join(title_of(one) for one in file.__dict__.get("formats", [file.format])))


def _stored(file: ImportedFile, look: Look) -> object:
    """What was stored of the file, in its own kinds."""
    kinds = [figures.counted(count, name.replace("_", " ")) for name, count in file.counts.items() if count]
    rows = ((file.rows_stored, _("new")), (file.rows_updated, _("changed")), (file.rows_unchanged, _("unchanged")))
    moved = [f"{figures.number(count)} {word}" for count, word in rows if count]
    return cells.two(", ".join(kinds) or "–", ", ".join(moved), plain=True)


def _refused(file: ImportedFile, look: Look) -> object:
    """How many rows were refused, as a link to their reasons."""
    if not file.rows_refused:
        return cells.text("0", muted=True)
    url = archive_url(file) if "inside" in file.__dict__ else f"{reverse('web:file', args=[file.uuid])}?refused=yes"
    return cells.link(figures.number(file.rows_refused), url)


def _who(file: ImportedFile, look: Look) -> object:
    """When, and who asked for it."""
    return cells.two(figures.moment(file.at, at=look.at), str(file.run.actor), plain=True)


FILES = ListPage(
    key="web.imports",
    title=_("Imports"),
    noun=_("files"),
    columns=[
        Column("file", _("File"), cell=_file, value="path", header="path", order=("path", "member"), width="w236"),
        Column("member", _("Member"), value="member", export_only=True),
        Column("status", _("Status"), cell=_status, value="status", order=("status",)),
        Column("format", _("Format"), cell=_format, value="format", order=("format",), priority=2),
        Column("holds", _("What it holds"), cell=_stored, value=lambda f: dict(f.counts)),
        Column("read", _("Read"), value="rows_read", header="rows_read", order=("rows_read",), numeric=True,
               priority=2, cell=lambda f, look: figures.number(f.rows_read)),
        Column("stored", _("New"), value="rows_stored", header="rows_stored", order=("rows_stored",), numeric=True,
               priority=3, shown=False, cell=lambda f, look: figures.number(f.rows_stored)),
        Column("updated", _("Changed"), value="rows_updated", header="rows_updated", order=("rows_updated",),
               numeric=True, priority=3, shown=False, cell=lambda f, look: figures.number(f.rows_updated)),
        Column("unchanged", _("Unchanged"), value="rows_unchanged", header="rows_unchanged", numeric=True,
               order=("rows_unchanged",), priority=3, shown=False,
               cell=lambda f, look: figures.number(f.rows_unchanged)),
        Column("refused", _("Refused"), cell=_refused, value="rows_refused", header="rows_refused",
               order=("rows_refused",), numeric=True, priority=2),
        Column("when", _("When and who"), cell=_who, value="at", header="at", order=("at",), priority=2, nowrap=True),
        Column("who", _("Who"), value="run.actor.username", export_only=True),
        Column("sha256", "SHA-256", value="sha256", export_only=True),
        Column("uuid", "uuid", value=lambda f: str(f.uuid), export_only=True),
    ],
    filters=[
        Filter("status", _("Status"), "multi", choices=[(key, said[0]) for key, said in STATUSES.items()]),
        Filter("format", _("Format"), "multi", choices=list(TITLES.items())),
        Filter("at", _("When"), "dates", lookup="at__date"),
        Filter("run", _("Run"), "text", q=lambda uuid: _of_run(uuid), shown=False),
        Filter("inside", _("Inside"), "text", q=lambda name: Q(path=name) | Q(path__endswith=f"/{name}"), shown=False),
    ],
    search=("path", "member"),
    sort="-when",
    views=[
        View("all", _("All files"), {}),
        View("columns", _("Waiting for columns"), {"status": "needs_mapping"}),
        View("not", _("Not understood"), {"status": ["refused", "unknown"]}),
    ],
    empty=None,
    template="web/imports/ledger.html",
    name=lambda file: file.title,
)  # fmt: skip


def _of_run(text: str) -> Q:
    """Files of the run with this uuid; of none for anything else."""
    try:
        return Q(run__uuid=UUID(text))
    except ValueError:
        return Q(pk__in=[])


def _reason(message: ImportMessage, look: Look) -> object:
    """The reason, marked when it refused the row."""
    if not message.refused:
        return cells.two(message.reason, plain=True)
    return cells.two(message.reason, _("refused"), kind="crit", plain=True)


MESSAGES = ListPage(
    key="web.import_messages",
    title=_("Messages"),
    noun=_("messages"),
    columns=[
        Column("row", _("Row"), value="row", order=("row",), numeric=True,
               cell=lambda m, look: figures.number(m.row) if m.row else cells.text(_("whole file"), muted=True)),
        Column("field", _("Field"), value="field", order=("field",), priority=2),
        Column("reason", _("Reason"), cell=_reason, value="reason", order=("reason",)),
        Column("refused", _("Refused"), value="refused", export_only=True),
    ],
    filters=[
        Filter("refused", _("Refused"), "boolean"),
        Filter("field", _("Field"), "text", shown=False),
    ],
    search=("reason", "field"),
    views=[View("all", _("All messages"), {}), View("refused", _("Refused rows"), {"refused": "yes"})],
    empty=Empty(_("Nothing to say about this file"), _("Every row was understood.")),
    identity="pk",
    template="web/imports/file.html",
)  # fmt: skip


def command_words(name: str) -> str:
    """A command's name as words: users.set_own_password is "users: set own password"."""
    app, _dot, verb = name.partition(".")
    return f"{app}: {verb.replace('_', ' ')}"


def _command(entry: AuditEntry, look: Look) -> object:
    """What was done, and to what."""
    return cells.two(command_words(entry.command), entry.target[:160], url=reverse("web:audit_entry", args=[entry.seq]))


def _actor(entry: AuditEntry, look: Look) -> object:
    """Who did it, and on whose behalf or through which account of the machine."""
    behalf = entry.reason if entry.outcome == "done" and entry.reason.startswith("for ") else ""
    return cells.two(entry.actor_name, behalf or (f"as {entry.os_user}" if entry.os_user else ""), plain=True)


def _outcome(entry: AuditEntry, look: Look) -> object:
    """Done, or refused and why."""
    if entry.outcome == "done":
        return cells.text(_("done"), muted=True)
    return format_html('{}<span class="t2">{}</span>', cells.state(_("Refused"), "warn"), entry.reason)


AUDIT = ListPage(
    key="web.audit",
    title=_("Audit"),
    noun=_("entries"),
    columns=[
        Column("seq", _("Entry"), value="seq", order=("seq",), numeric=True, priority=2,
               cell=lambda e, look: figures.number(e.seq)),
        Column("at", _("When"), value="at", order=("at",), nowrap=True, cell=lambda e, look: cells.when(e.at, look.at)),
        Column("who", _("Who"), cell=_actor, value="actor_name", header="actor", order=("actor_name",)),
        Column("os_user", _("Machine account"), value="os_user", export_only=True),
        Column("what", _("What"), cell=_command, value="command", header="command", order=("command",)),
        Column("target", _("Target"), value="target", export_only=True),
        Column("outcome", _("Outcome"), cell=_outcome, value="outcome", order=("outcome",), priority=2),
        Column("reason", _("Reason"), value="reason", export_only=True),
        Column("path", _("Unit"), value="path", order=("path",), priority=3),
        Column("before", _("Before"), value=lambda e: _json(e.before), export_only=True),
        Column("after", _("After"), value=lambda e: _json(e.after), export_only=True),
        Column("hash", _("Hash"), value="hash", export_only=True),
    ],
    filters=[
        Filter("outcome", _("Outcome"), "choice", choices=[("done", _("done")), ("refused", _("refused"))]),
        Filter("command", _("Command"), "multi", choices=selectors.audit_commands),
        Filter("who", _("Who"), "multi", lookup="actor_name", choices=selectors.audit_actors),
        Filter("at", _("When"), "dates", lookup="at__date"),
        Filter("target", _("Target"), "text", shown=False),
    ],
    search=("target", "reason", "command", "actor_name"),
    sort="-seq",
    views=[
        View("all", _("Everything"), {}),
        View("refused", _("Refused"), {"outcome": "refused"}),
        View("sign", _("Sign-ins"), {"command": ["users.sign_in", "users.sign_in_once"]}, counted=False),
    ],
    empty=Empty(_("Nothing was done yet"), _("Every command leaves an entry here, and every refused one.")),
    identity="seq",
    template="web/audit/log.html",
)  # fmt: skip


def _json(value: Any) -> str:
    """A value as the chain holds it, cut where a spreadsheet's cell ends; the entry's own page has the rest."""
    if value is None:
        return ""
    written = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return written if len(written) <= CELL_CHARS else f"{written[: CELL_CHARS - 1]}…"


def place_words(path: str) -> str:
    """Where a role holds: the whole organisation, or the unit's code."""
    return str(_("whole organisation")) if path == "/" else path.strip("/").rpartition("/")[2]


def _roles(user: User, look: Look) -> object:
    """The roles and where they hold."""
    grants = list(user.grants.all())
    if not grants:
        return cells.two(_("No role"), _("can sign in and see nothing"), kind="warn", plain=True)
    first = grants[0]
    more = "; ".join(f"{grant.role}, {place_words(grant.path)}" for grant in grants[1:3])
    return cells.two(f"{first.role}, {place_words(first.path)}", more, plain=True)


def _state(user: User, look: Look) -> object:
    """Whether they may sign in."""
    return cells.text(_("active"), muted=True) if user.is_active else cells.state(_("Deactivated"), "mute")


def load_second_factors(users: list[User]) -> None:
    """Note on each user of a page whether they have an authenticator: one statement."""
    having = selectors.second_factors(users=users)
    for user in users:
        user.__dict__["second_factor"] = user.pk in having


def _factor(user: User, look: Look) -> object:
    """Whether a password alone opens the account."""
    return cells.text(_("on")) if user.__dict__.get("second_factor") else cells.text(_("off"), muted=True)


def _role_choices(*, viewer: User) -> Sequence[tuple[str, str]]:
    """The roles there are."""
    return [(role, role) for role in ROLES]


USERS = ListPage(
    key="web.users",
    title=_("Users"),
    noun=_("users"),
    columns=[
        Column("name", _("Name"), value="username", header="username", order=("first_name", "last_name", "username"),
               cell=lambda u, look: cells.two(str(u), u.username, url=reverse("web:user", args=[u.uuid]))),
        Column("full_name", _("Full name"), value=lambda u: u.get_full_name(), export_only=True),
        Column("email", _("E-mail"), value="email", order=("email",), priority=3),
        Column("roles", _("Roles"), cell=_roles, priority=1,
               value=lambda u: "; ".join(f"{g.role} in {g.path}" for g in u.grants.all())),
        Column("factor", _("Second factor"), cell=_factor, priority=2,
               value=lambda u: bool(u.__dict__.get("second_factor"))),
        Column("seen", _("Last sign-in"), cell=lambda u, look: cells.when(u.last_login, look.at), value="last_login",
               header="last_login", order=("last_login",), priority=2, nowrap=True),
        Column("state", _("State"), cell=_state, value="is_active", header="active", order=("is_active",), priority=2),
    ],
    filters=[
        Filter("active", _("Active"), "boolean", lookup="is_active"),
        Filter("role", _("Role"), "choice", choices=_role_choices,
               q=lambda role: Q(Exists(Grant.objects.filter(user=OuterRef("pk"), role=role)))),
    ],
    search=("username", "first_name", "last_name", "email"),
    sort="name",
    views=[View("active", _("Active"), {"active": "yes"}), View("all", _("Everybody"), {})],
    template="web/users/users.html",
    prepare=load_second_factors,
    name=str,
)  # fmt: skip

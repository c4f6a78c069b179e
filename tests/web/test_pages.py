"""Every address as everybody, against the permission matrix; and what every page keeps to."""

import itertools
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from garrison.apps.access.models import AccessException
from garrison.apps.incidents import services as incidents
from garrison.cli.demo import duties, policies, write_exports
from garrison.cli.demo.cases import plant
from garrison.core import links, selectors, services
from garrison.core.imports.run import run_import
from garrison.core.models import AuditEntry, ImportedFile, Job, Undo, User
from garrison.core.routing import jobs_alias
from tests.web.permission_matrix import LOOKERS, MATRIX

PASSWORD = "correct horse battery"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture(autouse=True)
def _frame_alone() -> None:
    """The whole site, not the frame alone; and nothing remembered of earlier tries."""
    cache.clear()


def path_of(address: str) -> str:
    return urlsplit(address).path


def sign_in(user: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def organisation(tmp_path: Path, system: Any) -> dict[str, Any]:
    """The demo's organisation with somebody in each role, one of them of another unit."""
    at = datetime(2026, 3, 10, 12, 42, tzinfo=UTC)
    write_exports(tmp_path / "exports", as_of=at, seed=20_417)
    (tmp_path / "exports" / "columns unknown.csv").write_text(TABLE)
    run_import(actor=system, paths=[tmp_path / "exports"], at=at)
    people: dict[str, Any] = {}
    for role in ("reader", "analyst", "manager", "security head"):
        people[role] = services.add_user(actor=system, username=role.replace(" ", ""), password=None)
        services.grant_role(actor=system, user=people[role].uuid, role=role, path="/")
    people["outsider"] = services.add_user(actor=system, username="outsider", password=None)
    services.grant_role(actor=system, user=people["outsider"].uuid, role="reader", path="/ELSEWHERE/")
    plant(as_of=at, seed=20_417, actor=people["security head"])
    duties.plant(as_of=at, actor=people["security head"])
    policies.plant(as_of=at, actor=people["security head"])
    incidents.report(actor=people["reader"], what="A door stood open all night", at=at)
    return people


TABLE = (
    "Nr,Who,Mail Addr,Begin,Till\nC-001,Anna Vlk,anna@x.example,2025-01-02,\nC-002,Bert Ost,b@x.example,2025-02-30,\n"
)


def named(patterns: list[Any], space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every pattern that has a name, with its namespace."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from named(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        else:
            assert pattern.name, f"{pattern} has no name"
            yield f"{space}{pattern.name}", pattern


def every() -> dict[str, URLPattern]:
    return dict(named(get_resolver("garrison.config.urls").url_patterns))


WORDS = {
    "web:format_template": {"format_id": "hr-roster"},
    "web:audit_entry": {"seq": 1},
    "account_confirm_email": {"key": "x"},
    "account_reset_password_from_key": {"uidb36": "x", "key": "y"},
}
KINDS = {
    "web:file": "ImportedFile",
    "web:file_columns": "ImportedFile",
    "web:undo": "Undo",
    "web:view_delete": "SavedView",
    "web:job": "Job",
    "web:job_progress": "Job",
    "web:job_cancel": "Job",
}


LIKELY = {"ending": "pdf", "syntax": "json", "document": "assessment-results", "number": 1}
"""What an address may have that no record tells."""


def examples(name: str, pattern: URLPattern) -> Iterator[str]:
    """Addresses that may show something: with every model's first uuid, or its first texts, for what is asked."""
    wanted = pattern.pattern.converters
    if name in WORDS or not wanted:
        yield reverse(name, kwargs=WORDS.get(name, {}))
        return
    if name == "web:once":
        user = User.objects.get(username="outsider")
        yield path_of(links.one_time_link(user))
        return
    label = name.partition(":")[0]
    labels = ("core",) if label == "web" else (label, "core")
    for config in labels:
        for model in apps.get_app_config(config).get_models():
            if name in KINDS and model.__name__ != KINDS[name]:
                continue
            found: Any = model._default_manager.order_by("pk")
            if name == "web:file_columns":
                found = found.filter(status="needs_mapping")
            if model is User:
                found = found.filter(username="outsider")
            first = found.first()
            fields = {f.name for f in model._meta.concrete_fields}
            if first is None:
                continue
            values: dict[str, list[Any]] = {}
            for key, converter in wanted.items():
                kind = type(converter).__name__
                if key == "person":
                    values[key] = [AccessException.objects.order_by("pk")[0].person.uuid]
                elif kind == "UUIDConverter":
                    values[key] = [first.uuid] if "uuid" in fields else []
                elif key in LIKELY:
                    values[key] = [LIKELY[key]]
                elif key in fields:
                    values[key] = [getattr(first, key)]
                else:
                    values[key] = [getattr(first, f) for f in ("code", "key", "name", "pk") if f in fields]
            for chosen in itertools.product(*values.values()):
                try:
                    yield reverse(name, kwargs=dict(zip(values, chosen, strict=True)))
                except Exception:  # noqa: BLE001 - a value that the address does not take
                    continue


def ask(client: Client, method: str, address: str) -> HttpResponse:
    """Ask, and take back whatever it changed."""
    databases = {"default", jobs_alias()}  # jobs lie beside the records on SQLite: what a POST did there goes back too
    with ExitStack() as stack:
        for alias in databases:
            stack.enter_context(transaction.atomic(using=alias))
        answer = client.get(address) if method == "GET" else client.post(address)
        answer.status_code  # noqa: B018
        if answer.streaming:
            b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        for alias in databases:
            transaction.set_rollback(True, using=alias)
    return answer


class Reader(HTMLParser):
    """What a page has inline that the content security policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in said):
            self.inline.append(f"<{tag}>")
        for key, value in attrs:
            if key == "style" or key.startswith(("on", "hx-on")):
                self.inline.append(f"{tag} {key}")
            if key in ("href", "src", "action") and (value or "").strip().lower().startswith("javascript:"):
                self.inline.append(f"{tag} {key}={value}")
            if key in ("src", "href") and tag in ("script", "link", "img") and "//" in (value or "")[:8]:
                self.inline.append(f"{tag} from elsewhere: {value}")


@pytest.mark.slow
def test_every_address_as_everybody(organisation: dict[str, Any]) -> None:
    clients = {
        "nobody": Client(raise_request_exception=False),
        "outsider": sign_in(organisation["outsider"]),
        "reader": sign_in(organisation["reader"]),
        "analyst": sign_in(organisation["analyst"]),
        "manager": sign_in(organisation["manager"]),
        "head": sign_in(organisation["security head"]),
    }
    assert tuple(clients) == LOOKERS
    head, now = organisation["security head"], datetime.now(UTC)
    Job.objects.create(kind="imports.run", label="x", actor=head.uuid, asked=now)
    services.save_view(actor=head, page="web.audit", name="Mine", query="outcome=refused")
    Undo.objects.create(actor=head, at=now, label="x", command="users.choose_theme", arguments={"theme": "dark"})
    found: dict[str, tuple[Any, ...]] = {}
    wrong: list[str] = []
    for name, pattern in sorted(every().items()):
        method, address = "GET", ""
        for candidate in examples(name, pattern):
            address = address or candidate
            status = ask(clients["head"], "GET", candidate).status_code
            if status == 405 or name == "web:upload":  # its GET only leads back to the ledger
                method, status = "POST", ask(clients["head"], "POST", candidate).status_code
            if status != 404:
                address = candidate
                break
        if not address:
            wrong.append(f"{name}: nothing in the demo has such an address")
            continue
        answers = {who: ask(client, method, address) for who, client in clients.items()}
        found[name] = (method, *(answer.status_code for answer in answers.values()))
        for who, answer in answers.items():
            wrong.extend(f"{name} as {who}: {problem}" for problem in problems(answer))
    if os.environ.get("GARRISON_WRITE_MATRIX") == "1":
        write_matrix(found)
        return
    assert not wrong, "\n".join(wrong)
    unlisted = sorted(set(found) - set(MATRIX))
    assert not unlisted, f"add a row to permission_matrix.py for {unlisted}"
    assert not set(MATRIX) - set(found), f"rows without an address: {sorted(set(MATRIX) - set(found))}"
    assert {name: row for name, row in found.items() if MATRIX[name] != row} == {}


def problems(answer: HttpResponse) -> Iterator[str]:
    """What an answer lacks or should not have."""
    if answer.status_code >= 500:
        yield f"{answer.status_code}"
    policy = answer.headers.get("Content-Security-Policy", "")
    if "default-src 'self'" not in policy or "unsafe" in policy:
        yield "no strict content security policy"
    if answer.headers.get("X-Frame-Options") != "DENY":
        yield "may be framed"
    if answer.headers.get("Content-Type", "").startswith("text/html") and not answer.streaming:
        reader = Reader()
        reader.feed(answer.content.decode())
        yield from (f"inline: {told}" for told in dict.fromkeys(reader.inline))


def write_matrix(found: dict[str, tuple[Any, ...]]) -> None:
    """Write the rows as they are now, to be read before they are kept."""
    place = Path(__file__).with_name("permission_matrix.py")
    head = place.read_text().partition("\nMATRIX: ")[0]
    rows = "".join(f'    "{name}": {row!r},\n'.replace("'", '"') for name, row in sorted(found.items()))
    place.write_text(f"{head}\nMATRIX: dict[str, tuple[str | int, ...]] = {{\n{rows}}}\n")


def test_what_is_found_stays_within_ones_units(organisation: dict[str, Any]) -> None:
    outsider, reader = sign_in(organisation["outsider"]), sign_in(organisation["reader"])
    address = reverse("web:search") + "?q=larkmere"
    found = outsider.get(address, HTTP_HX_REQUEST="true").content.decode()
    # Policies of the whole organisation bind everybody; nothing else of it is anybody's of another unit.
    assert re.findall(r"<h3>([^<]+)</h3>", found) == ["Policies"]
    assert reader.get(address, HTTP_HX_REQUEST="true").status_code == 200


def test_the_audit_log_filters_exports_and_verifies(chief: Any, make_user: Any) -> None:
    client = sign_in(chief)
    make_user("ann", "reader")
    rows = client.get(reverse("web:audit") + "?command=users.add&q=ann").content.decode()
    assert "users: add" in rows
    assert "users: grant" not in rows.partition("<tbody>")[2]
    csv = b"".join(client.get(reverse("web:audit") + "?format=csv&command=users.add").streaming_content).decode()
    assert csv.splitlines()[0].startswith("\ufeffseq,at,actor")
    assert client.get(reverse("web:audit") + "?format=xlsx").status_code == 200
    checked = client.post(reverse("web:audit_verify"), HTTP_HX_REQUEST="true").content.decode()
    assert "unbroken" in checked
    entry = AuditEntry.objects.filter(command="users.grant", target="ann").get()
    page = client.get(reverse("web:audit_entry", args=[entry.seq])).content.decode()
    assert "reader" in page
    assert entry.hash[:8] in page


def test_theme_views_and_undo(chief: Any) -> None:
    client = sign_in(chief)
    assert client.post(reverse("web:theme"), {"theme": "dark"}).cookies["theme"].value == "dark"
    assert User.objects.get(pk=chief.pk).theme == "dark"
    saved = client.post(reverse("web:view_save"), {"page": "web.audit", "name": "Mine", "query": "outcome=refused"})
    assert saved.status_code == 302
    view = selectors.saved_views(viewer=chief, page="web.audit").get()
    assert "Mine" in client.get(reverse("web:audit")).content.decode()
    assert client.post(reverse("web:view_delete", args=[view.uuid])).status_code == 302
    assert client.post(reverse("web:undo", args=[view.uuid])).status_code == 404


def test_evidence_opens_the_row_that_says_so(organisation: dict[str, Any]) -> None:
    from garrison.core.evidence import evidence_url, evidence_words

    file = ImportedFile.objects.get(format="hr-roster")
    assert evidence_words("HR roster", 18_204) == "HR roster, row 18,204"
    assert evidence_url(None) == ""
    assert evidence_url(file.uuid) == reverse("web:file", args=[file.uuid])
    client = sign_in(organisation["reader"])
    page = client.get(evidence_url(file, 1)).content.decode()
    assert "Columns not read" in page.partition("The whole file")[2]
    assert "understood; nothing was refused" in client.get(evidence_url(file, 77)).content.decode()
    assert sign_in(organisation["outsider"]).get(evidence_url(file, 77)).status_code == 403

"""One file of the ledger: what links to evidence open, and where unknown columns get their names."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from garrison.core import selectors
from garrison.core.http import needs, user_of
from garrison.core.imports import keeping, takeback
from garrison.core.jobs import importing
from garrison.core.models import ImportedFile
from garrison.core.scopes import may
from garrison.core.ui import lists
from garrison.web.evidence import shown_row
from garrison.web.forms import ColumnsForm
from garrison.web.proposals import guess_of, initial_of
from garrison.web.stored import stored_links
from garrison.web.tables import MESSAGES, hash_code, size, status_badge, title_of


@require_GET
@needs("imports.view", "/")
def file(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """What was understood of one file, row by row where something was refused; ``?row=`` puts one row on top."""
    viewer, now = user_of(request), timezone.now()
    found = selectors.imported_file(viewer=viewer, uuid=uuid)
    text = request.GET.get("row", "")
    row = int(text) if text.isdecimal() and len(text) < 10 else 0
    extra = facts(found) | {
        "row": row,
        "as_read": shown_row(viewer=viewer, file=found, row=row) if row else None,
        "at_row": selectors.messages_at(viewer=viewer, file=found, row=row) if row else [],
        "guess": guess_of(found),
        "kept": keeping.is_kept(found.sha256),
        "way_back": takeback.way_back_of(viewer=viewer, file=found),
        "may_map": may(viewer, "imports.map_columns", "/"),
    }
    return lists.respond(request, MESSAGES, selectors.import_messages(viewer=viewer, file=found), extra, at=now)


@require_http_methods(["GET", "POST"])
@needs("imports.map_columns", "/")
def columns(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Say which table a file is and which of its columns means what, then have it read so."""
    viewer = user_of(request)
    found = selectors.imported_file(viewer=viewer, uuid=uuid)
    guess = guess_of(found, (request.POST or request.GET).get("format_id", ""))
    names = [column.column for column in guess.columns]
    initial = {"format_id": guess.format} | initial_of(guess)
    form = ColumnsForm(request.POST or None, columns=names, format_id=guess.format, initial=initial)
    if request.method == "POST" and form.is_valid():
        job = importing.map_columns(
            actor=viewer,
            file=uuid,
            format_id=form.cleaned_data["format_id"],
            columns=form.mapping(),
            at=timezone.now(),
        )
        return HttpResponseRedirect(reverse("web:job", args=[job.uuid]))
    rows = [(form[f"c{place}"], column) for place, column in enumerate(guess.columns)]
    context = facts(found) | {"form": form, "rows": rows, "guess": guess, "kept": keeping.is_kept(found.sha256)}
    return render(request, "web/imports/columns.html", context, status=422 if form.errors else 200)


def facts(found: ImportedFile) -> dict[str, Any]:
    """What both pages say about a file."""
    return {
        "file": found,
        "format_title": title_of(found.format),
        "status": status_badge(found.status),
        "size": size(found.bytes),
        "sha256": hash_code(found.sha256),
        "stored": stored_links(found),
    }

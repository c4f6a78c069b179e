"""What a view answers for a list page, and for what was done with its rows."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme

from garrison.core.http import user_of
from garrison.core.models import Undo
from garrison.core.ui.lists.binding import BoundList, bind, matching_rows
from garrison.core.ui.lists.definition import ListPage, Look
from garrison.core.ui.lists.rows import exported
from garrison.core.ui.lists.source import Source
from garrison.formats import sheet

ROWS = "list-rows"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSX_ROWS = 200_000


def bound(request: HttpRequest, page: ListPage, rows: QuerySet[Any] | Source, *, at: datetime) -> BoundList:
    """The list for a template of one's own: put it into the context as `list` and include "web/_list.html"."""
    return bind(page, rows, Look(user_of(request), at), request.GET, request.path)


def respond(
    request: HttpRequest,
    page: ListPage,
    rows: QuerySet[Any] | Source,
    extra: dict[str, Any] | None = None,
    *,
    at: datetime,
) -> HttpResponseBase:
    """Answer for a list page: the whole page, only its table region for htmx, or all matching rows as CSV or XLSX."""
    shown = bound(request, page, rows, at=at)
    wanted = request.GET.get("format", "")
    if wanted in ("csv", "xlsx"):
        return export(shown, wanted)
    context = {"list": shown, "page": page, **(extra or {})}
    if request.GET.get("counts") == "1" and request.headers.get("HX-Request"):
        response = render(request, "web/_list_views.html", {**context, "tabs": shown.counted_tabs()})
    elif request.headers.get("HX-Target") == ROWS:
        response = render(request, "web/_list_rows.html", {**context, "partial": True})
    else:
        response = render(request, page.template, context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def export(shown: BoundList, wanted: str) -> HttpResponseBase:
    """All matching rows in all columns, for a spreadsheet; cells that a spreadsheet would run are guarded."""
    page = shown.page
    columns = list(page.columns)
    header = [column.header or column.key for column in columns]
    rows = shown.source.every(shown.asked)
    table: Iterator[list[Any]] = ([exported(column, row) for column in columns] for row in rows)
    name = page.key.rpartition(".")[2]
    if wanted == "csv":
        response: HttpResponseBase = StreamingHttpResponse(
            sheet.write_csv(header, table), content_type="text/csv; charset=utf-8"
        )
    elif shown.matched > XLSX_ROWS:
        return HttpResponse(f"More than {XLSX_ROWS:,} rows: export CSV instead.", status=413, content_type="text/plain")
    else:
        response = HttpResponse(sheet.write_xlsx(header, table), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}.{wanted}"'
    return response


def chosen(request: HttpRequest, page: ListPage, rows: QuerySet[Any], *, at: datetime) -> list[UUID]:
    """The uuids that a bulk action was posted for: those ticked, or all that match the posted query.

    Only rows among `rows` (the selector's, narrowed to the viewer) are given; anything else posted is dropped.
    """
    if request.POST.get("all") == "1":
        look = Look(user_of(request), at)
        found = matching_rows(page, rows, look, request.POST.get("query", ""))
        return list(found.order_by("pk").values_list(page.identity, flat=True))
    posted = [value for text in dict.fromkeys(request.POST.getlist("ids")) if (value := _uuid(text)) is not None]
    kept: set[UUID] = set()
    for start in range(0, len(posted), 1_000):
        batch = posted[start : start + 1_000]
        kept.update(rows.order_by().filter(**{f"{page.identity}__in": batch}).values_list(page.identity, flat=True))
    return [value for value in posted if value in kept]


def _uuid(text: str) -> UUID | None:
    """A uuid, or None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None


def back(request: HttpRequest, fallback: str) -> str:
    """Where the person was, when that is one of our own pages; else `fallback`."""
    came = request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(came, {request.get_host()}, require_https=request.is_secure())
    return came if safe else fallback


def done(
    request: HttpRequest, text: str, *, undo: Undo | None = None, to: str = "", refresh: bool = True
) -> HttpResponse:
    """Say what was done, with Undo when it can be taken back.

    For htmx: no content, a toast, and the list fetches itself again. Without a script: back to where one was (or `to`).
    """
    url = reverse("web:undo", args=[undo.uuid]) if undo is not None else ""
    if request.headers.get("HX-Request") and not to:
        response = HttpResponse(status=204)
        events: dict[str, Any] = {"toast": {"text": str(text), "undo": url}}
        if refresh:
            events["list:refresh"] = True
        response["HX-Trigger"] = json.dumps(events)
        return response
    messages.success(request, text, extra_tags=url)
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = to
        return response
    return HttpResponseRedirect(to or back(request, "/"))


def refused(request: HttpRequest, text: str, *, to: str = "") -> HttpResponse:
    """Say why something was not done."""
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204)
        response["HX-Trigger"] = json.dumps({"toast": {"text": str(text), "kind": "crit"}})
        return response
    messages.error(request, text)
    return HttpResponseRedirect(to or back(request, "/"))


__all__ = ["back", "bound", "chosen", "done", "export", "refused", "respond"]

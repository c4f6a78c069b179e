"""Handing a document out: as XLSX or as PDF."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse

from garrison.apps.compliance import selectors
from garrison.apps.compliance.selectors import Document
from garrison.apps.organization import selectors as organization
from garrison.core.commands import Missing
from garrison.core.models import User
from garrison.formats import sheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def handed(request: HttpRequest, document: Document, name: str, *, viewer: User, at: datetime) -> HttpResponse:
    """The document in the format that was asked for."""
    wanted = request.GET.get("format", "")
    if wanted == "xlsx":
        head, rows = selectors.flat(document)
        response = HttpResponse(sheet.write_xlsx(head, rows), content_type=XLSX)
    elif wanted == "pdf":
        made = selectors.pdf(document, organisation=organization.name(viewer=viewer), at=at)
        response = HttpResponse(made, content_type="application/pdf")
    else:
        raise Missing("a document is given as xlsx or pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.{wanted}"'
    response["Cache-Control"] = "no-store"
    return response

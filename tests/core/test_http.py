"""Doors: who may do something is asked before what they sent is looked at."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from garrison.core.commands import Forbidden
from garrison.core.http import needs
from garrison.core.models import AuditEntry, User

pytestmark = pytest.mark.django_db


@needs("users.grant")
def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse("in")


@pytest.mark.parametrize(("method", "recorded"), [("get", 0), ("post", 1)])
def test_a_closed_door_records_who_tried_to_change_something(make_user: object, method: str, recorded: int) -> None:
    request = getattr(RequestFactory(), method)("/")
    request.user = make_user("ann", "reader")  # type: ignore[operator]
    with pytest.raises(Forbidden):
        view(request)
    refused = AuditEntry.objects.filter(command="users.grant", outcome="refused", actor_name="ann")
    assert refused.count() == recorded


def test_an_open_door(chief: User) -> None:
    request = RequestFactory().post("/")
    request.user = chief
    before = AuditEntry.objects.count()
    assert view(request).content == b"in"
    assert AuditEntry.objects.count() == before

"""Addresses for tests of the frame: the frame's own, and the gallery that a debugging server would have."""

from django.urls import include, path

from garrison.web.views import gallery
from tests.web import things

urlpatterns = [
    path("account/", include("allauth.urls")),
    path("gallery/", gallery.gallery),
    path("gallery/list/", gallery.gallery_list),
    path("gallery/bare/", gallery.gallery_bare),
    path("things/", things.thing_list, name="things"),
    path("things/act/", things.act, name="act"),
    path("", include("garrison.web.urls")),
]

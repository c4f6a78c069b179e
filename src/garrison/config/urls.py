"""The address map of the whole site."""

from django.urls import include, path

urlpatterns = [
    path("account/", include("allauth.urls")),
]

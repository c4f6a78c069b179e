"""Addresses of the assets app."""

from django.urls import path

from garrison.apps.assets import views

app_name = "assets"

urlpatterns = [
    path("", views.asset_list, name="list"),
    path("places/", views.places, name="places"),
    path("software/", views.software_list, name="software"),
    path("services/", views.service_list, name="services"),
    path("owner/", views.assign_owner, name="assign_owner"),
    path("critical/", views.set_critical, name="set_critical"),
    path("exposed/", views.set_exposed, name="set_exposed"),
    path("<uuid:uuid>/", views.asset_detail, name="detail"),
    path("<uuid:uuid>/tests/", views.record_test, name="record_test"),
]

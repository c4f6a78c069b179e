"""Addresses of the controls app."""

from django.urls import path

from garrison.apps.controls import views

app_name = "controls"

urlpatterns = [
    path("", views.control_list, name="list"),
    path("<uuid:uuid>/", views.control_detail, name="detail"),
    path("<uuid:uuid>/tests/", views.record_test, name="record_test"),
    path("<uuid:uuid>/place/", views.say_in_place, name="say_in_place"),
]

"""Addresses of the people app."""

from django.urls import path

from garrison.apps.people import views

app_name = "people"

urlpatterns = [
    path("", views.people_list, name="list"),
    path("<uuid:uuid>/", views.person_detail, name="detail"),
]

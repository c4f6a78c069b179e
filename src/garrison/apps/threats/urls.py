"""Addresses of the threats app."""

from django.urls import path

from garrison.apps.threats import views

app_name = "threats"

urlpatterns = [
    path("", views.vulnerability_list, name="list"),
    path("techniques/", views.threat_list, name="threats"),
    path("techniques/<uuid:uuid>/", views.threat_detail, name="threat"),
    path("<str:cve>/", views.vulnerability_detail, name="vulnerability"),
]

"""Addresses of the compliance app."""

from django.urls import path

from garrison.apps.compliance import views

app_name = "compliance"

urlpatterns = [
    path("", views.framework_list, name="list"),
    path("<uuid:uuid>/", views.framework_detail, name="framework"),
    path("requirements/<uuid:uuid>/", views.requirement_detail, name="requirement"),
]

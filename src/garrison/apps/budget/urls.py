"""Addresses of the budget app."""

from django.urls import path

from garrison.apps.budget import views

app_name = "budget"

urlpatterns = [
    path("", views.plan, name="plan"),
    path("move/", views.move, name="move"),
    path("best/", views.best, name="best"),
    path("budget/", views.budget, name="budget"),
    path("compare/", views.compare, name="compare"),
    path("initiatives/", views.initiative_list, name="initiatives"),
    path("initiatives/<uuid:uuid>/", views.initiative, name="initiative"),
]

"""Addresses of the risk app."""

from django.urls import path

from garrison.apps.risk import views

app_name = "risk"

urlpatterns = [
    path("", views.portfolio, name="portfolio"),
    path("scenarios/", views.scenario_list, name="scenarios"),
    path("scenarios/<uuid:uuid>/", views.scenario, name="scenario"),
    path("scenarios/<uuid:uuid>/draft/", views.draft, name="draft"),
    path("scenarios/<uuid:uuid>/approve/", views.approve, name="approve"),
    path("scenarios/<uuid:uuid>/withdraw/", views.withdraw, name="withdraw"),
    path("results/<uuid:uuid>/", views.result, name="result"),
]

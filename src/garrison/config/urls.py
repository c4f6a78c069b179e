"""The address map of the whole site."""

from django.urls import include, path

urlpatterns = [
    path("account/", include("garrison.config.account_urls")),
    path("people/", include("garrison.apps.people.urls")),
    path("threats/", include("garrison.apps.threats.urls")),
    path("assets/", include("garrison.apps.assets.urls")),
    path("access/", include("garrison.apps.access.urls")),
    path("findings/", include("garrison.apps.vulnerabilities.urls")),
    path("controls/", include("garrison.apps.controls.urls")),
    path("policies/", include("garrison.apps.policies.urls")),
    path("compliance/", include("garrison.apps.compliance.urls")),
    path("incidents/", include("garrison.apps.incidents.urls")),
    path("risk/", include("garrison.apps.risk.urls")),
    path("plan/", include("garrison.apps.budget.urls")),
    path("", include("garrison.apps.strategy.urls")),
    path("", include("garrison.web.urls")),
]

"""Addresses of the vulnerabilities app."""

from django.urls import path

from garrison.apps.vulnerabilities import views

app_name = "vulnerabilities"

urlpatterns = [
    path("", views.findings, name="findings"),
    path("new/", views.new, name="new"),
    path("rule/", views.rule, name="rule"),
    path("assign/", views.assign, name="assign"),
    path("due/", views.set_due, name="set_due"),
    path("plan/", views.plan, name="plan"),
    path("accept/", views.accept, name="accept"),
    path("close/", views.close, name="close"),
    path("reopen/", views.reopen, name="reopen"),
    path("<uuid:uuid>/", views.finding, name="finding"),
]

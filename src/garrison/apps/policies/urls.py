"""Addresses of the policies app."""

from django.urls import path

from garrison.apps.policies import views

app_name = "policies"

urlpatterns = [
    path("", views.policy_list, name="list"),
    path("new/", views.new, name="new"),
    path("preview/", views.preview, name="preview"),
    path("templates/", views.template_list, name="templates"),
    path("templates/<slug:code>/", views.template, name="template"),
    path("mine/", views.mine, name="mine"),
    path("mine/<uuid:uuid>/", views.read, name="read"),
    path("read/<str:token>/", views.by_link, name="by_link"),
    path("exceptions/", views.exception_list, name="exceptions"),
    path("exceptions/new/", views.new_exception, name="new_exception"),
    path("exceptions/limits/", views.limits, name="limits"),
    path("exceptions/<uuid:uuid>/", views.exception, name="exception"),
    path("exceptions/<uuid:uuid>/decide/", views.decide_exception, name="decide_exception"),
    path("exceptions/<uuid:uuid>/end/", views.end_exception, name="end_exception"),
    path("<uuid:uuid>/", views.detail, name="detail"),
    path("<uuid:uuid>/edit/", views.edit, name="edit"),
    path("<uuid:uuid>/facts/", views.facts, name="facts"),
    path("<uuid:uuid>/compare/", views.difference, name="compare"),
    path("<uuid:uuid>/versions/<int:number>/", views.version, name="version"),
    path("<uuid:uuid>/versions/<int:number>/<str:form>/", views.document, name="document"),
    path("<uuid:uuid>/revise/", views.revise, name="revise"),
    path("<uuid:uuid>/submit/", views.submit, name="submit"),
    path("<uuid:uuid>/approve/", views.approve, name="approve"),
    path("<uuid:uuid>/publish/", views.publish, name="publish"),
    path("<uuid:uuid>/retire/", views.retire, name="retire"),
    path("<uuid:uuid>/reviewed/", views.confirm_review, name="confirm_review"),
    path("<uuid:uuid>/enforcement/", views.link_enforcement, name="link_enforcement"),
    path("enforcement/<uuid:uuid>/remove/", views.unlink_enforcement, name="unlink_enforcement"),
    path("<uuid:uuid>/people/", views.people, name="people"),
    path("people/remind/", views.remind, name="remind"),
    path("<uuid:uuid>/people/remind-all/", views.remind_all, name="remind_all"),
    path("<uuid:uuid>/people/links/", views.links, name="links"),
    path("people/paper/", views.paper, name="paper"),
]

"""Addresses of the access app."""

from django.urls import path

from garrison.apps.access import views

app_name = "access"

urlpatterns = [
    path("", views.leavers, name="leavers"),
    path("close/", views.ask_to_close, name="ask_to_close"),
    path("close/all/", views.ask_to_close_all, name="ask_to_close_all"),
    path("work-order.csv", views.work_order, name="work_order"),
    path("leavers/<uuid:person>/", views.leaver, name="leaver"),
    path("accounts/", views.accounts, name="accounts"),
    path("badges/", views.badges, name="badges"),
    path("events/", views.events, name="events"),
    path("movements/<uuid:person>/", views.movements, name="movements"),
]

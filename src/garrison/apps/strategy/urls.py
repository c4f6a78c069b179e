"""Addresses of the home page, the brief and the reports."""

from django.urls import path

from garrison.apps.strategy import views

app_name = "strategy"

urlpatterns = [
    path("", views.home, name="home"),
    path("brief/", views.brief, name="brief"),
    path("order/", views.order, name="order"),
    path("reports/", views.reports, name="reports"),
    path("reports/board/", views.issue_board, name="issue_board"),
    path("reports/board.pdf", views.draft_board, name="draft_board"),
]

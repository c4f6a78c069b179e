"""Addresses of the frame and of the System pages; the gallery only while debugging."""

from django.conf import settings
from django.urls import path

from garrison.web.views import audit, files, frame, gallery, imports, jobs, once, profile, users

app_name = "web"

urlpatterns = [
    path("healthz", frame.healthz, name="healthz"),
    path("search/", frame.search, name="search"),
    path("theme/", frame.theme, name="theme"),
    path("views/", frame.view_save, name="view_save"),
    path("views/<uuid:uuid>/delete/", frame.view_delete, name="view_delete"),
    path("undo/<uuid:uuid>/", frame.undo, name="undo"),
    path("jobs/<uuid:uuid>/", jobs.job, name="job"),
    path("jobs/<uuid:uuid>/progress/", jobs.job_progress, name="job_progress"),
    path("jobs/<uuid:uuid>/cancel/", jobs.job_cancel, name="job_cancel"),
    path("imports/", imports.ledger, name="imports"),
    path("imports/upload/", imports.upload, name="upload"),
    path("imports/preview/<uuid:uuid>/", imports.preview, name="import_preview"),
    path("imports/preview/<uuid:uuid>/apply/", imports.apply, name="import_apply"),
    path("imports/preview/<uuid:uuid>/discard/", imports.discard, name="import_discard"),
    path("imports/formats/", imports.formats, name="formats"),
    path("imports/formats/<slug:format_id>.csv", imports.template, name="format_template"),
    path("imports/files/<uuid:uuid>/", files.file, name="file"),
    path("imports/files/<uuid:uuid>/columns/", files.columns, name="file_columns"),
    path("audit/", audit.log, name="audit"),
    path("audit/verify/", audit.verify, name="audit_verify"),
    path("audit/<int:seq>/", audit.entry, name="audit_entry"),
    path("users/", users.everyone, name="users"),
    path("users/invite/", users.invite, name="user_invite"),
    path("users/<uuid:uuid>/", users.user, name="user"),
    path("users/<uuid:uuid>/grant/", users.grant, name="user_grant"),
    path("users/<uuid:uuid>/revoke/", users.revoke, name="user_revoke"),
    path("users/<uuid:uuid>/activate/", users.activate, name="user_activate"),
    path("users/<uuid:uuid>/deactivate/", users.deactivate, name="user_deactivate"),
    path("users/<uuid:uuid>/reset-second-factor/", users.reset_mfa, name="user_reset_mfa"),
    path("users/<uuid:uuid>/link/", users.link, name="user_link"),
    path("profile/", profile.profile, name="profile"),
    path("profile/password/", profile.first_password, name="first_password"),
    path("once/<uuid:uuid>/<str:token>/", once.once, name="once"),
]
if settings.DEBUG:
    urlpatterns += [
        path("gallery/", gallery.gallery, name="gallery"),
        path("gallery/list/", gallery.gallery_list, name="gallery_list"),
        path("gallery/bare/", gallery.gallery_bare, name="gallery_bare"),
    ]

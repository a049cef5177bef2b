"""Addresses: the public at /, staff under /desk/, the log under /log/."""

from __future__ import annotations

from django.urls import include, path

from xiezhi.site import doors, errors

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.not_found
handler500 = errors.server_error

urlpatterns = [
    path("healthz", errors.healthz),
    path("", include("xiezhi.apps.portal.urls")),
    path("", include("xiezhi.apps.accounts.urls")),
    path("log/", include("xiezhi.apps.record.urls")),
    path("desk/registry/", include("xiezhi.apps.registry.urls")),
    path("desk/review/", include("xiezhi.apps.review.urls")),
    path("desk/disclosure/", include("xiezhi.apps.disclosure.urls")),
    path("desk/evidence/", include("xiezhi.apps.evidence.urls")),
    path("shared/", include("xiezhi.apps.evidence.shared_urls")),
    path("desk/files/", include("xiezhi.apps.paperwork.urls")),
    path("desk/cases/<str:case_id>/acts/<slug:act>/", doors.act),
    path("desk/", include("xiezhi.apps.casework.urls")),
]

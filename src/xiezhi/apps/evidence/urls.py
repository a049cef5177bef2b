from __future__ import annotations

from django.urls import path

from xiezhi.apps.evidence.views import explaining, uploads

app_name = "evidence"
urlpatterns = [
    path("cases/<str:case_id>/gaps/<uuid:act>/<int:start>", explaining.explain, name="explain"),
    path("uploads/", uploads.collection, name="uploads"),
    path("uploads/<uuid:id>", uploads.one, name="upload"),
]

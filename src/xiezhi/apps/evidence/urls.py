from __future__ import annotations

from django.urls import path

from xiezhi.apps.evidence.views import uploads

app_name = "evidence"
urlpatterns = [
    path("uploads/", uploads.collection, name="uploads"),
    path("uploads/<uuid:id>", uploads.one, name="upload"),
]

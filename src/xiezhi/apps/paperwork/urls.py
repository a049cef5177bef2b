from __future__ import annotations

from django.urls import path

from xiezhi.apps.paperwork import views

app_name = "paperwork"
urlpatterns = [path("<str:case_id>/<str:sha256>", views.download, name="download")]

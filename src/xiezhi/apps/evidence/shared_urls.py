"""Addresses for parties: no account, a key in the address."""

from __future__ import annotations

from django.urls import path

from xiezhi.apps.evidence.views import opened

app_name = "evidence_shared"
urlpatterns = [
    path("<str:key>/", opened.opened, name="opened"),
    path("<str:key>/recordings/<uuid:id>", opened.content, name="content"),
    path("<str:key>/papers/<str:sha256>/<int:number>", opened.paper, name="paper"),
]

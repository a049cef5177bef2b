"""The public log."""

from __future__ import annotations

from django.urls import path, re_path

from . import views

app_name = "record"
urlpatterns = [
    path("", views.front, name="front"),
    path("checkpoint", views.checkpoint, name="checkpoint"),
    path("checkpoint.witnessed", views.witnessed, name="witnessed"),
    re_path(r"^stamps/(?P<size>0|[1-9][0-9]{0,17})\.(?P<kind>note|tsr)$", views.stamp, name="stamp"),
    path("key", views.key, name="key"),
    path("key.mldsa44", views.second_key, name="second-key"),
    path("policy", views.policy, name="policy"),
    re_path(r"^tile/entries/(?P<path>.{1,60})$", views.entries, name="entries"),
    re_path(r"^tile/(?P<level>[0-9]{1,2})/(?P<path>.{1,60})$", views.tile, name="tile"),
]

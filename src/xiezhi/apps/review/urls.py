from __future__ import annotations

from django.urls import path

from xiezhi.apps.review import views

app_name = "review"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("cases/<str:case_id>/submit", views.submit, name="submit"),
    path("cases/<str:case_id>/", views.review, name="review"),
]

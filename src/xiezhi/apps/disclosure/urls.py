from __future__ import annotations

from django.urls import path

from xiezhi.apps.disclosure import views, views_correction

app_name = "disclosure"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("drafts/<uuid:draft_id>/", views.draft_page, name="draft"),
    path("drafts/<uuid:draft_id>/approve", views.approve, name="approve"),
    path("drafts/<uuid:draft_id>/return", views.send_back, name="return"),
    path("drafts/<uuid:draft_id>/publish", views.publish, name="publish"),
    path("pages/<str:page_id>/withdraw", views.withdraw, name="withdraw"),
    path("corrections/<str:receipt>/", views_correction.correction, name="correction"),
    path("cases/<str:case_id>/", views.prepare, name="prepare"),
    path("cases/<str:case_id>/withhold", views.withhold, name="withhold"),
]

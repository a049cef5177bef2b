from __future__ import annotations

from django.urls import path

from xiezhi.apps.disclosure import views, views_correction, views_request

app_name = "disclosure"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("drafts/<uuid:draft_id>/", views.draft_page, name="draft"),
    path("drafts/<uuid:draft_id>/approve", views.approve, name="approve"),
    path("drafts/<uuid:draft_id>/return", views.send_back, name="return"),
    path("drafts/<uuid:draft_id>/publish", views.publish, name="publish"),
    path("requests/<uuid:request_id>/", views_request.show, name="request"),
    path("requests/<uuid:request_id>/grant", views_request.grant, name="grant"),
    path("requests/<uuid:request_id>/return", views_request.refuse, name="refuse"),
    path("requests/<uuid:request_id>/drop", views_request.take_back, name="take_back"),
    path("pages/<str:page_id>/withdraw", views_request.withdraw, name="withdraw"),
    path("corrections/<str:receipt>/", views_correction.correction, name="correction"),
    path("cases/<str:case_id>/", views.prepare, name="prepare"),
    path("cases/<str:case_id>/withhold", views_request.withhold, name="withhold"),
]

from __future__ import annotations

from django.urls import path

from xiezhi.apps.evidence.views import access, capture, explaining, keeping, reviewing, uploads

app_name = "evidence"
urlpatterns = [
    path("", keeping.home, name="home"),
    path("devices", keeping.device, name="device"),
    path("disposals", keeping.propose, name="propose"),
    path("disposals/<uuid:id>/", keeping.disposal, name="disposal"),
    path("disposals/<uuid:id>/certificate", keeping.certificate, name="certificate"),
    path("disposals/<uuid:id>/decide", keeping.decide, name="decide"),
    path("disposals/<uuid:id>/carry-out", keeping.carry_out, name="carry_out"),
    path("cases/<str:case_id>/hold", keeping.hold, name="hold"),
    path("cases/<str:case_id>/", reviewing.case, name="case"),
    path("cases/<str:case_id>/records/", reviewing.records, name="records"),
    path("cases/<str:case_id>/papers/<str:sha256>/<int:number>", reviewing.paper, name="paper"),
    path("cases/<str:case_id>/access/", access.case, name="access"),
    path("cases/<str:case_id>/access/<uuid:id>/decide", access.decide, name="access_decide"),
    path("cases/<str:case_id>/access/<uuid:id>/link", access.open_link, name="access_link"),
    path("cases/<str:case_id>/access/links/<uuid:id>/revoke", access.revoke, name="access_revoke"),
    path("recordings/<uuid:id>/", reviewing.recording, name="recording"),
    path("recordings/<uuid:id>/poster", reviewing.poster, name="poster"),
    path("recordings/<uuid:id>/content", reviewing.content, name="content"),
    path("cases/<str:case_id>/gaps/<uuid:act>/<int:start>", explaining.explain, name="explain"),
    path("now", capture.now, name="now"),
    path("cases/<str:case_id>/capture/", capture.capture, name="capture"),
    path("uploads/", uploads.collection, name="uploads"),
    path("uploads/<uuid:id>", uploads.one, name="upload"),
]

from __future__ import annotations

from django.urls import path

from xiezhi.apps.casework.views import bundle, case, filing, later, recording, workbench

app_name = "casework"
urlpatterns = [
    path("", workbench.workbench, name="workbench"),
    path("cases/new", filing.new, name="new"),
    path("cases/<str:case_id>/", case.case, name="case"),
    path("cases/<str:case_id>/acts/", case.acts, name="acts"),
    path("cases/<str:case_id>/acts/<slug:act>/", recording.act, name="act"),
    path("cases/<str:case_id>/acts/<slug:act>/approve", recording.approve, name="approve"),
    path("cases/<str:case_id>/bundle", bundle.take, name="bundle"),
    path("cases/<str:case_id>/days/", case.days, name="days_all"),
    path("cases/<str:case_id>/days/<int:number>/", case.days, name="days"),
    path("cases/<str:case_id>/entries/<uuid:entry>/", later.entry, name="entry"),
    path("cases/<str:case_id>/entries/<uuid:entry>/correct", later.correct, name="correct"),
    path("cases/<str:case_id>/entries/<uuid:entry>/attach", later.attach, name="attach"),
]

from __future__ import annotations

from django.urls import URLPattern, path
from django.views.generic import RedirectView

from xiezhi.apps.registry.views import agencies, calendar, law, packs, parties, people, powers

app_name = "registry"
urlpatterns: list[URLPattern] = [
    path("", RedirectView.as_view(pattern_name="registry:agencies"), name="index"),
    path("agencies/", agencies.index, name="agencies"),
    path("agencies/new", agencies.edit, name="new_agency"),
    path("agencies/<str:key>/", agencies.show, name="agency"),
    path("agencies/<str:key>/edit", agencies.edit, name="edit_agency"),
    path("agencies/<str:key>/pack", packs.change, name="agency_pack"),
    path("agencies/<str:key>/pack/<int:adoption>/drop", packs.drop, name="drop_pack"),
    path("people/", people.index, name="people"),
    path("people/new", people.edit, name="new_person"),
    path("people/<str:key>/", people.show, name="person"),
    path("people/<str:key>/edit", people.edit, name="edit_person"),
    path("powers/", powers.index, name="powers"),
    path("powers/new", powers.edit, name="new_power"),
    path("powers/<int:key>/", powers.show, name="power"),
    path("powers/<int:key>/edit", powers.edit, name="edit_power"),
    path("parties/", parties.index, name="parties"),
    path("parties/new", parties.edit, name="new_party"),
    path("parties/<uuid:key>/", parties.show, name="party"),
    path("parties/<uuid:key>/edit", parties.edit, name="edit_party"),
    path("law/", law.index, name="law"),
    path("law/<str:key>/", law.show, name="law_pack"),
    path("law/<str:key>/coverage", law.coverage, name="law_coverage"),
    path("law/<str:key>/flowchart/<str:procedure>", law.flowchart, name="law_flowchart"),
    path("calendar/", calendar.index, name="calendar"),
    path("calendar/load", calendar.load, name="load_calendar"),
]

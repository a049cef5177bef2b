from __future__ import annotations

from django.urls import path

from xiezhi.apps.portal.views import correction, feed, home, log, opening, publication, receipt, registry, search, take_away, verify

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("search", search.search, name="search"),
    path("search.csv", search.download, name="csv"),
    path("p/<str:page_id>", publication.publication, name="publication"),
    path("p/<str:page_id>/data.json", publication.as_json, name="json"),
    path("p/<str:page_id>/document.pdf", publication.pdf, name="pdf"),
    path("p/<str:page_id>/proof.json", publication.proof, name="proof"),
    path("p/<str:page_id>/correction", correction.ask, name="correct"),
    path("corrections", correction.status, name="corrections"),
    path("verify", verify.verify, name="verify"),
    path("verify/receipt.json", receipt.receipt, name="receipt"),
    path("verify.py", take_away.checker, name="checker"),
    path("log", log.log, name="log"),
    path("log/sheet", log.sheet, name="log_sheet"),
    path("officers", registry.officers, name="officers"),
    path("powers", registry.powers, name="powers"),
    path("agencies", registry.agencies, name="agencies"),
    path("agencies/<str:agency_id>", registry.agency, name="agency"),
    path("data", opening.about, name="data"),
    path("data/results.csv", opening.as_csv, name="data_csv"),
    path("data/results.jsonl", opening.as_json_lines, name="data_json"),
    path("data/schema.json", opening.schema, name="data_schema"),
    path("sitemap.xml", feed.sitemap, name="sitemap"),
    path("feed.atom", feed.atom, name="feed"),
]

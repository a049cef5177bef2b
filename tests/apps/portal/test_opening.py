"""Open data: CSV, JSON Lines and the schema say the same, page by page, and keep what was withdrawn to its number."""

from __future__ import annotations

import csv
import io
import json

import pytest

from xiezhi.apps.disclosure.models import Publication
from xiezhi.apps.portal import opening

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def body(response) -> str:
    return b"".join(response.streaming_content).decode("utf-8-sig")


def fits(row: dict, schema: dict) -> bool:
    known = schema["properties"]
    return set(schema["required"]) <= set(row) <= set(known) and all(isinstance(one, str) for one in row.values())


def test_every_format_holds_every_result_and_fits_the_schema(house, client, monkeypatch):
    monkeypatch.setattr(opening, "BATCH", 2)  # several pages
    rows = [json.loads(line) for line in body(client.get("/data/results.jsonl")).splitlines()]
    schema = client.get("/data/schema.json").json()
    assert {row["id"] for row in rows} == set(Publication.objects.exclude(state="withheld").values_list("id", flat=True))
    assert len(rows) == len({row["id"] for row in rows})
    assert all(fits(row, schema) for row in rows)
    table = list(csv.DictReader(io.StringIO(body(client.get("/data/results.csv")))))
    assert [one["公示编号"] for one in table] == [row["id"] for row in rows]
    assert [one["当事人"] for one in table] == [row.get("party", "") for row in rows]
    assert not fits({**rows[0], "extra": "1"}, schema)


def test_what_was_withdrawn_keeps_its_number_alone(house, client):
    gone = Publication.objects.get(case=house.withdrawn)
    row = next(one for one in map(json.loads, body(client.get("/data/results.jsonl")).splitlines()) if one["id"] == gone.id)
    assert (row["state"], row["number"]) == ("withdrawn", gone.number)
    assert set(row) == {"id", "url", "state", "number", "agency", "published_on"}


def test_no_cell_of_the_dump_becomes_a_formula(house, client):
    Publication.objects.filter(case=house.performed).update(party='=HYPERLINK("x")')
    assert '"\'=HYPERLINK(""x"")"' in body(client.get("/data/results.csv"))


def test_the_page_tells_the_licence_and_leads_to_the_log(house, client):
    told = client.get("/data").content.decode()
    for words in ("注明来源", "/log/checkpoint", "/data/schema.json", "/data/results.csv"):
        assert words in told


def test_items_and_agencies_show_what_has_to_be_shown(house, client):
    told = client.get("/powers?agency=yx-cg").content.decode()
    for label in ("依据", "承办机构", "办理程序", "办理时限", "救济渠道", "办理场所", "联系方式"):
        assert f"<dt>{label}</dt>" in told
    told = client.get("/agencies/yx-cg-zd").content.decode()
    assert "云溪区城市管理局</a>" in told
    assert "领域" in told


def test_the_read_aloud_button_waits_for_a_voice(house, client):
    row = Publication.objects.get(case=house.performed)
    assert "hidden data-aloud" in client.get(f"/p/{row.id}").content.decode()

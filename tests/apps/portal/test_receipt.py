"""The receipt that the browser's check asks for: complete for who holds a document, silent on what the page does not show."""

from __future__ import annotations

import json
import re

import pytest

from xiezhi.apps.disclosure.models import Publication
from xiezhi.apps.portal.checking import fingerprint_of
from xiezhi.apps.record import queries as record
from xiezhi.core.ledger.fields import FieldProof, verify_field
from xiezhi.core.ledger.note import VerifierKey
from xiezhi.core.ledger.proof import LogProof

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ASK = "/verify/receipt.json"


@pytest.fixture
def page(house) -> Publication:
    return Publication.objects.get(case=house.performed)


def test_by_fingerprint_number_page_and_entry_the_same_page_is_found(client, page):
    for asked in ({"sha256": page.pdf}, {"q": page.number}, {"q": page.id.upper()}, {"q": page.entry}, {"q": f"决定书{page.number}"}):
        assert client.get(ASK, asked).json()["id"] == page.id


def test_every_shown_field_and_the_document_are_proved_under_the_logs_key(client, page):
    answer = client.get(ASK, {"sha256": page.pdf})
    told = answer.json()
    key = VerifierKey.parse(told["key"])
    values: dict[str, object] = {}
    for act in told["acts"]:
        entry = bytes.fromhex(act["entry"])
        LogProof.parse(act["tlog_proof"]).verify(entry, key)
        for one in act["fields"]:
            assert verify_field(FieldProof.from_dict(one), entry)
            values.setdefault(one["path"], one["value"])
    assert values["data.pdf"] == page.pdf
    assert {f"data.summary.{name}": value for name, value in told["shown"].items()}.items() <= values.items()
    assert "public" in answer["Cache-Control"]
    assert not answer.cookies


def test_an_unknown_document_and_a_bad_question_are_said(house, client):
    assert (client.get(ASK, {"sha256": "0" * 64}).status_code, client.get(ASK, {"q": "没有的文书号"}).status_code) == (404, 404)
    for bad in ({}, {"sha256": "xyz"}, {"q": "长" * 201}, {"sha256": "0" * 63}):
        answer = client.get(ASK, bad)
        assert (answer.status_code, answer.json()["state"]) == (400, "refused")
    assert client.post(ASK, {"q": "x"}).status_code == 405
    assert client.get(ASK, {"q": "a\0b"}).status_code == 400


def test_of_a_withdrawn_page_nothing_is_told_but_the_withdrawal(house, client):
    row = Publication.objects.get(case=house.withdrawn)
    told = client.get(ASK, {"q": row.id}).json()
    assert told["state"] == "withdrawn"
    assert [[one["path"] for one in act["fields"]] for act in told["acts"]] == [["kind", "at", "data.reason"]]
    text = json.dumps(told, ensure_ascii=False)
    for private in (row.party, row.facts, row.pdf):
        assert private not in text


def test_who_brings_a_withdrawn_document_learns_that_it_was_once_shown(house, client):
    row = Publication.objects.get(case=house.withdrawn)
    told = client.get(ASK, {"sha256": row.pdf}).json()
    shown = [{one["path"]: one["value"] for one in act["fields"]} for act in told["acts"]]
    assert [one.get("data.pdf") for one in shown] == [None, row.pdf]
    assert all(set(one) <= {"kind", "at", "data.reason", "data.pdf"} for one in shown)


def test_a_withheld_result_and_one_of_a_minor_have_no_receipt(house, client):
    for row in Publication.objects.filter(state="withheld"):
        for asked in ({"q": row.id}, {"sha256": row.pdf} if row.pdf else {"q": row.id}):
            assert client.get(ASK, asked).status_code == 404


def test_what_a_correction_took_out_is_in_no_receipt(page, client):
    """The newest text stands on the page; of the act before it only what still stands there is told."""
    Publication.objects.filter(pk=page.pk).update(facts="更正以后的事实", pdf="0" * 64)
    text = json.dumps(client.get(ASK, {"q": page.id}).json(), ensure_ascii=False)
    assert page.facts not in text
    assert page.pdf not in text
    assert page.pdf in client.get(ASK, {"sha256": page.pdf, "q": page.number}).content.decode()


def test_the_key_is_shown_by_the_fingerprint_that_the_browser_shows(house, client):
    key = record.verifier_key()
    said = fingerprint_of(key)
    assert re.fullmatch(r"([0-9a-f]{4} ){7}[0-9a-f]{4}", said)
    assert said in client.get("/log").content.decode()
    assert fingerprint_of(None) == ""


def test_the_form_says_what_happens_without_a_script(house, client):
    page = client.get("/verify").content.decode()
    assert "浏览器没有运行脚本时，文件会传到本站核验" in page
    assert re.search(r"<button[^>]*data-upload[^>]*hidden", page)

"""The log's page for people says exactly what the log says to machines."""

from __future__ import annotations

import base64
import html
import re
from datetime import timedelta

import pytest

from xiezhi.apps.portal.views import log as log_page
from xiezhi.apps.portal.views.log import witnesses
from xiezhi.apps.record import published
from xiezhi.apps.record import queries as record
from xiezhi.site.clock import now

pytestmark = pytest.mark.django_db


def test_it_shows_the_checkpoint_the_key_and_how_to_check(house, client):
    page = html.unescape(client.get("/log").content.decode())
    note = client.get("/log/checkpoint").content.decode()
    assert re.search(r'id="note">(.*?)</pre>', page, re.DOTALL)[1] == note
    assert re.search(r'id="key">([^<]+)<', page)[1] == client.get("/log/key").content.decode().strip() == record.verifier_key()
    head = record.checkpoint()
    assert f">{head.size}<" in page
    assert base64.b64encode(head.root).decode() in page
    for words in ("verify.py --log http://testserver/log/", "/verify", "没有别的机构联签", "ledger key show"):
        assert words in page
    assert 'href="/log"' in client.get("/").content.decode()


def test_a_witness_is_shown_with_its_time_and_nothing_is_said_to_be_checked(house, client, monkeypatch):
    signature = base64.b64encode(b"abcd" + (1767225600).to_bytes(8, "big") + bytes(64)).decode()
    plain = base64.b64encode(b"efgh" + bytes(64)).decode()
    note = f"{record.checkpoint_note()}\N{EM DASH} witness.example/sj {signature}\n\N{EM DASH} other.example {plain}\n"
    first, second = witnesses(note, record.checkpoint().origin)
    assert (first.name, first.at.isoformat()) == ("witness.example/sj", "2026-01-01T00:00:00+00:00")
    assert (second.name, second.at) == ("other.example", None)
    monkeypatch.setattr(published, "read_checkpoint", lambda: note)
    page = client.get("/log").content.decode()
    assert "witness.example/sj" in page
    assert re.search(r"签于 2026\s?年\s?1\s?月\s?1\s?日", page)
    assert "没有别的机构联签" not in page


def test_a_damaged_or_missing_checkpoint_is_said_and_is_no_error(house, client, monkeypatch):
    good = record.checkpoint_note()
    monkeypatch.setattr(published, "read_checkpoint", lambda: good.replace("\n", "9\n", 2))
    damaged = client.get("/log")
    assert (damaged.status_code, "对不上" in damaged.content.decode()) == (200, True)
    monkeypatch.setattr(published, "read_checkpoint", lambda: None)
    missing = client.get("/log")
    assert (missing.status_code, "还没有第一个检查点" in missing.content.decode()) == (200, True)


def test_the_checkpoint_of_the_week_is_a_page_to_print(house, client, monkeypatch):
    page = html.unescape(client.get("/log/sheet").content.decode())
    head, (note, _) = record.checkpoint(), record.checkpoint_before(now())
    assert re.search(r'id="note">(.*?)</p>', page, re.DOTALL)[1].replace("<br>", "\n") == note
    assert head.root.hex() in page.replace(" ", "")
    assert "检查点原文的二维码" in page
    assert "上周末" not in page  # the log began this week
    monkeypatch.setattr(log_page, "now", lambda: now() + timedelta(days=7))
    assert "上周末" in client.get("/log/sheet").content.decode()
    assert 'href="/log/sheet"' in client.get("/log").content.decode()
    second = f"{note}\N{EM DASH} {head.origin} {'A' * 3300}\n"
    monkeypatch.setattr(record, "checkpoint_before", lambda _: (second, now()))
    assert "AAAAAAAAAA" not in client.get("/log/sheet").content.decode()
    monkeypatch.setattr(record, "checkpoint_before", lambda _: None)
    assert "还没有检查点" in client.get("/log/sheet").content.decode()

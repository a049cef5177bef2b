"""/log/ as any client of C2SP tlog-tiles reads it."""

from __future__ import annotations

import pytest

from xiezhi.apps.record import service
from xiezhi.apps.record.sequencer import Sequencer
from xiezhi.core.ledger.note import Checkpoint, VerifierKey
from xiezhi.core.ledger.verify import verify_log

from .conftest import NOW, histories

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(agency):
    service.load_histories(histories(15))
    Sequencer().drain(NOW)


def test_a_stranger_verifies_the_log_over_http(log, client):
    key = VerifierKey.parse(client.get("/log/key").content.decode())

    def read(path):
        answer = client.get(f"/log/{path}")
        return answer.content if answer.status_code == 200 else None

    assert list(verify_log(read, key)) == []
    head = Checkpoint.open(read("checkpoint").decode(), key)
    assert head.size == 300
    assert list(verify_log(lambda path: read(path) if path != "tile/0/000" else bytes(8192), key))


def test_headers(log, client):
    checkpoint = client.get("/log/checkpoint")
    assert checkpoint["Content-Type"] == "text/plain; charset=utf-8"
    assert "max-age=1" in checkpoint["Cache-Control"]
    for path in ("tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/001.p/44"):
        answer = client.get(f"/log/{path}")
        assert answer.status_code == 200, path
        assert answer["Content-Type"] == "application/octet-stream"
        assert "immutable" in answer["Cache-Control"]
        assert answer["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/001",
        "tile/0/001.p/45",
        "tile/0/001.p/0",
        "tile/0/002",
        "tile/00/000",
        "tile/64/000",
        "tile/1/001",
        "tile/0/0",
        "tile/0/x000/000",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        "tile/entries/002",
        "tile/entries/000.p/256",
        "tile/entries/x999/x999/x999/x999/x999/x999/x999/999",
        "tile/0/../checkpoint",
        "nothing",
    ],
)
def test_what_is_not_there_is_a_plain_404(log, client, path):
    assert client.get(f"/log/{path}").status_code == 404


def test_a_log_that_has_not_begun_says_so(agency, client):
    assert client.get("/log/checkpoint").status_code == 503
    assert client.get("/log/key").status_code == 404


def test_the_log_is_only_read(log, client):
    assert client.post("/log/checkpoint").status_code == 405
    assert client.head("/log/tile/0/000").status_code == 200

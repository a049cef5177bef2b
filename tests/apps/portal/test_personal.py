"""Nothing public tells a citizen's name, number, address or telephone: the whole demo is loaded and every public output read."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pypdfium2
import pytest
from django.db import connection
from django.test import Client

from xiezhi.apps.disclosure import queries
from xiezhi.apps.disclosure.models import Publication
from xiezhi.demo.people import district
from xiezhi.site import clock

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def personal() -> list[str]:
    """What belongs to the demo's citizens, and what nobody publishes of a firm: telephone and the names of those behind it."""
    words = []
    for party in district()["parties"]:
        if party["kind"] == "citizen":
            words += [party["name"], party["code"], party["address"], party["phone"]]
        else:
            words += [party["phone"], party["rep"]]
    return words


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[list[str]]:
    """The page ids of the whole demo, its log numbered."""
    from django.conf import settings
    from django.db import transaction

    from xiezhi.apps.record.sequencer import Sequencer
    from xiezhi.demo import loading

    home = tmp_path_factory.mktemp("demo")
    patch = pytest.MonkeyPatch()
    for name, folder in {"FILES_ROOT": "files", "LOG_KEY": "keys/log", "LOG_PUBLISHED": "log"}.items():
        patch.setattr(settings, name, home / folder)
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer._from_testcase = True
        outer.__enter__()
        try:
            loading.load_district(clock.now())
            Sequencer().drain(clock.now())
            yield list(Publication.objects.exclude(state="withheld").values_list("id", flat=True))
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)
            patch.undo()


def pdf_text(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    text = "".join(page.get_textpage().get_text_bounded() for page in document)
    return "".join((text + str(document.get_metadata_dict())).split())


def outputs(ids: list[str]) -> Iterator[tuple[str, str]]:
    client = Client()
    lists = ["/", "/search", "/search.csv", "/feed.atom", "/sitemap.xml", "/verify", "/powers", "/agencies", "/officers"]
    lists += ["/data", "/data/results.csv", "/data/results.jsonl", "/data/schema.json", "/corrections"]
    lists += [f"/agencies/{agency['id']}" for agency in district()["agencies"]]
    pages = [f"/p/{one}{end}" for one in ids for end in ("", "/data.json", "/proof.json", "/document.pdf")]
    for address in [*lists, *pages, *(f"/verify?q={one}" for one in ids)]:
        response = client.get(address)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        yield address, pdf_text(content) if content.startswith(b"%PDF-") else content.decode()


def test_no_public_output_of_the_demo_tells_who_a_citizen_is(demo):
    words = personal()
    found, seen = [], set()
    for address, text in outputs(demo):
        seen.add(address.rsplit("/", 1)[-1])
        plain = "".join(text.split())
        found += [(address, word) for word in words if "".join(word.split()) in plain]
    assert found == []
    assert {"document.pdf", "data.json", "proof.json", "feed.atom", "search.csv"} <= seen


def test_a_citizens_page_is_among_them_and_shows_the_surname(demo):
    names = {party["name"][0] + "某" for party in district()["parties"] if party["kind"] == "citizen"}
    assert Publication.objects.filter(party__in=names, state="public").exists()


def test_what_is_personal_finds_nothing_in_the_search_index(demo):
    for word in personal():
        assert queries.published(clock.now(), word).count == 0, word
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(search::text, ' ') FROM disclosure_publication")
        index = cursor.fetchone()[0]
    assert not [word for word in personal() if len(word) == 11 and word in index]


def test_every_public_page_of_the_demo_offers_its_document(demo, client):
    shown = Publication.objects.filter(state="public")
    assert shown.exists()
    for row in shown:
        assert "下载 PDF" in client.get(f"/p/{row.id}").content.decode()
        given = client.get(f"/p/{row.id}/document.pdf")
        content = io.BytesIO(b"".join(given.streaming_content)).getvalue()
        assert "".join(row.number.split()) in pdf_text(content)
    for row in Publication.objects.filter(state="withdrawn"):
        assert client.get(f"/p/{row.id}/document.pdf").status_code == 404

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from xiezhi.apps.disclosure import queries
from xiezhi.apps.disclosure.models import Publication
from xiezhi.apps.portal import proving
from xiezhi.site import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(house) -> Publication:
    return Publication.objects.get(case=house.performed)


def text_of(response) -> str:
    """What a reader sees of a page: no tags, one space for many."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", response.content.decode()))


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/search",
        "/search?q=远峰",
        "/verify",
        "/officers",
        "/powers",
        "/agencies",
        "/agencies/yx-cg",
        "/sitemap.xml",
        "/feed.atom",
        "/search.csv",
    ],
)
def test_every_public_page_answers_without_sign_in(house, client, address):
    response = client.get(address)
    assert response.status_code == 200
    assert "sessionid" not in response.cookies


@pytest.mark.parametrize(
    "address", ["/p/nothing", "/p/" + "a" * 300, "/p/..%2f", "/agencies/none", "/p/nothing/data.json", "/p/nothing/document.pdf"]
)
def test_an_unknown_address_is_told_in_chinese(house, client, address):
    response = client.get(address)
    assert response.status_code == 404
    assert "没有" in response.content.decode()


def test_the_decision_page_says_in_plain_words_what_happened(client, page):
    response = client.get(f"/p/{page.id}")
    text = text_of(response)
    assert "罚款5000元" in text
    assert "远峰装饰工程有限公司" in text
    for label, value in (("决定书文号", page.number), ("决定日期", f"{page.decided_on.year}年")):
        assert label in text
        assert value in text
    assert "决定到公示" in text
    assert "规定" in response.content.decode()
    assert "未被改动" in text
    assert f"第 {proving.prove(page).index} 条" in text


def test_the_service_told_of_is_that_of_the_decision(page):
    steps = {step["zh"]: step["from"] for step in page.timeline}
    assert steps["告知当事人"] < steps["作出决定"] <= steps["送达"] <= steps["公示"]


def test_every_public_field_is_proved_from_the_log(page):
    proof = proving.prove(page)
    assert proof.state == "proved"
    assert proof.entry == page.entry


@pytest.mark.parametrize("field", ["party", "facts", "content", "basis", "number", "agency_name", "title"])
def test_a_page_that_says_something_else_than_the_log_is_called_out(client, page, field):
    Publication.objects.filter(pk=page.pk).update(**{field: "别的内容"})
    page.refresh_from_db()
    proof = proving.prove(page)
    assert proof.state == "differs"
    assert proof.wrong == [{"agency_name": "agency"}.get(field, field)]
    text = text_of(client.get(f"/p/{page.id}"))
    assert "与日志不一致" in text
    assert "未被改动" not in text


def test_a_withdrawn_page_stays_and_says_when_and_why_and_nothing_else(house, client):
    row = Publication.objects.get(case=house.withdrawn)
    text = text_of(client.get(f"/p/{row.id}"))
    assert "已经撤回" in text
    assert row.withdrawn_reason in text
    assert f"{row.withdrawn_at.year}年" in text
    assert row.party not in text
    assert row.facts not in text
    data = client.get(f"/p/{row.id}/data.json").json()
    assert data["state"] == "withdrawn"
    assert row.party not in json.dumps(data, ensure_ascii=False)
    assert client.get(f"/p/{row.id}/document.pdf").status_code == 404
    assert client.get(f"/p/{row.id}/proof.json").status_code == 404
    assert row.party not in client.get("/search.csv", {"state": "withdrawn"}).content.decode()
    assert queries.published(clock.now(), row.party).count == 0


def test_a_citizen_is_shown_by_surname(house, client):
    row = Publication.objects.get(case=house.citizen)
    assert row.party.endswith("某")
    assert len(row.party) == 2
    assert row.party in text_of(client.get(f"/p/{row.id}"))


def test_a_withheld_result_has_no_page_and_is_not_found(house, client):
    row = Publication.objects.get(case=house.withheld)
    assert client.get(f"/p/{row.id}").status_code == 404
    assert client.get("/search").content.decode().count(row.id) == 0
    assert "不予公示 1 件" in text_of(client.get("/")).replace("<b>", "")


def test_search_finds_any_two_characters_and_narrows(house, client, page):
    assert page.number in client.get("/search", {"q": page.number[-4:]}).content.decode()
    assert (
        page.number in client.get("/search", {"q": "装饰", "agency": "yx-cg", "procedure": "penalty", "state": "public"}).content.decode()
    )
    assert "没有符合条件" in client.get("/search", {"q": "装饰", "agency": "yx-zj"}).content.decode()
    assert "没有符合条件" in client.get("/search", {"q": "装饰", "since": "2199-01-01"}).content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"since": "昨天"},
        {"until": "2026-02-30"},
        {"after": "###"},
        {"after": "AAAA"},
        {"q": "' OR 1=1 --"},
        {"q": "&|!()<->:*\\'"},
    ],
)
def test_odd_questions_are_answered(house, client, query):
    response = client.get("/search", query)
    assert response.status_code == 200
    if "since" in query or "until" in query:
        assert "不是日期" in response.content.decode()


def test_a_list_is_read_page_by_page_without_loss_or_repeat(house, page):
    for place in range(45):
        page.pk = f"copy{place:04d}"
        page.search = None
        page.save(force_insert=True)
    seen: list[str] = []
    after = ""
    while True:
        found = queries.published(clock.now(), after=after)
        seen += [row.id for row in found.rows]
        after = found.after
        if not after:
            break
    assert len(seen) == len(set(seen)) == found.count == Publication.objects.exclude(state="withheld").count()


def test_the_number_of_queries_does_not_grow_with_the_list(house, client, page, django_assert_max_num_queries):
    for place in range(30):
        page.pk = f"copy{place:04d}"
        page.search = None
        page.save(force_insert=True)
    with django_assert_max_num_queries(8):
        client.get("/search")
    with django_assert_max_num_queries(8):
        client.get("/")


def test_the_decision_page_costs_few_queries(client, page, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        client.get(f"/p/{page.id}")


def test_a_cell_of_the_table_never_becomes_a_formula(house, client, page):
    Publication.objects.filter(pk=page.pk).update(party='=HYPERLINK("x")', facts="@a", basis="-1+2", performance="\t=1")
    body = client.get("/search.csv").content.decode("utf-8-sig")
    assert '"\'=HYPERLINK(""x"")"' in body
    assert '"\'@a"' in body
    assert '"\'-1+2"' in body
    assert '"\'\t=1"' in body


@pytest.mark.parametrize("what", ["number", "id", "entry"])
def test_verify_by_number_id_or_fingerprint(client, page, what):
    given = {"number": page.number, "id": page.id, "entry": page.entry}[what]
    text = text_of(client.post("/verify", {"q": given}))
    assert "核验通过" in text
    assert page.number in text
    assert text_of(client.get("/verify", {"q": given})).count("核验通过") == 1


def test_a_proof_that_was_taken_away_is_checked(client, page):
    taken = client.get(f"/p/{page.id}/proof.json")
    assert taken.status_code == 200
    text = text_of(client.post("/verify", {"file": SimpleUploadedFile("x.proof.json", taken.content)}))
    assert "证明成立" in text
    assert "远峰装饰工程有限公司" in text


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda proof: proof["fields"][0].update(value="别的"), "被改过"),
        (lambda proof: proof.update(entry="01" + "00" * 32), "被改过"),
        (lambda proof: proof.update(tlog_proof=proof["tlog_proof"].replace("index ", "index 1")), "不在公示日志里"),
        (lambda proof: proof.update(tlog_proof="x"), "不是完整的证明文件"),
        (lambda proof: proof.pop("fields"), "不是完整的证明文件"),
    ],
)
def test_a_changed_proof_is_refused_with_the_step_that_failed(client, page, change, told):
    proof = client.get(f"/p/{page.id}/proof.json").json()
    change(proof)
    assert told in text_of(client.post("/verify", {"q": json.dumps(proof)}))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("云城管罚决〔1999〕1号", "没有找到"),
        ("0" * 64, "没有公示用过这个指纹"),
        ("{", "不是完整的证明文件"),
        ("", "没有收到"),
        ("c2sp.org/tlog-proof@v1\n", "日志证明"),
        ("[" * 5000, "没有找到"),
    ],
)
def test_what_cannot_be_verified_is_told_why(house, client, given, told):
    assert told in text_of(client.post("/verify", {"q": given}))


def test_a_foreign_file_is_not_taken_for_ours(house, client):
    for content in (b"%PDF-1.7 nothing of ours", b"\xff\xfe\x00", b""):
        text = text_of(client.post("/verify", {"file": SimpleUploadedFile("x.pdf", content)}))
        assert "真实，未被改动" not in text


def test_an_officers_certificate_is_told_with_its_state_and_the_time(house, client):
    from xiezhi.apps.registry import queries as registry

    officer = registry.officers_of("yx-cg")[0]
    text = text_of(client.get("/officers", {"no": officer.certificate_no}))
    assert officer.name in text
    assert "查询时间" in text
    assert "查无此证" in text_of(client.get("/officers", {"no": "999999999"}))


def test_site_map_and_feed_are_well_formed(house, client, page):
    Publication.objects.filter(pk=page.pk).update(title="<&>甲")
    ET.fromstring(client.get("/sitemap.xml").content)
    feed = ET.fromstring(client.get("/feed.atom").content)
    assert "<&>甲" in [entry.text for entry in feed.iter("{http://www.w3.org/2005/Atom}title")]


def test_past_its_last_day_a_page_shows_nothing_more_and_is_not_found_by_the_partys_name(house, client, page):
    from datetime import timedelta

    from xiezhi.core.law.clock import day_of

    today = day_of(clock.now())
    Publication.objects.filter(pk=page.pk).update(until=today)
    assert page.party in client.get(f"/p/{page.id}").content.decode()  # the last day counts
    Publication.objects.filter(pk=page.pk).update(until=today - timedelta(days=1))
    shown = client.get(f"/p/{page.id}")
    assert shown.status_code == 200
    assert "公示期满" in shown.content.decode()
    for address in (f"/p/{page.id}", f"/p/{page.id}/data.json", "/", "/search", "/search.csv", "/data/results.jsonl"):
        answer = client.get(address)
        body = b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()
        assert page.party not in body, address
    assert client.get(f"/p/{page.id}/document.pdf").status_code == 404
    assert page.id in client.get("/search?state=expired").content.decode()
    assert page.id not in client.get("/search?state=public").content.decode()
    assert page.id not in client.get(f"/search?q={page.party}").content.decode()
    assert page.id not in client.get("/feed.atom").content.decode()

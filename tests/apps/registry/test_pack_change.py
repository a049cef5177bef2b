"""An agency changes to another pack from a day on: what must be done in a case follows the pack of the day on which it was opened."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta

import pytest

from xiezhi.apps.record import queries as record
from xiezhi.apps.record import service as recording
from xiezhi.apps.registry import queries, service
from xiezhi.core.law.clock import SHANGHAI

pytestmark = pytest.mark.slow  # beyond what `make check` has time for

TODAY = datetime(2026, 3, 10, 10, 0, tzinfo=SHANGHAI)
SWITCH = date(2026, 3, 20)
PATH = "/desk/registry/agencies/yx-cg/pack"


@pytest.fixture
def today(monkeypatch):
    from xiezhi.apps.registry.views import agencies, packs

    for module in (packs, agencies):
        monkeypatch.setattr(module, "now", lambda: TODAY)


def adopt(pack: str = "cn", since: date = SWITCH, **more):
    return service.adopt_pack("yx-cg", pack, since, **{"basis": "区政府通知", "by": "管理员", "now": TODAY, **more})


def test_the_pack_is_that_of_the_day_and_the_last_change_holds(agency, other_agency):
    adopt()
    adopt("xuecheng", date(2026, 4, 1))
    for day, pack in (
        ("2026-03-19T23:59", "demo"),
        ("2026-03-20T00:00", "cn"),
        ("2026-03-31T12:00", "cn"),
        ("2026-04-01T00:00", "xuecheng"),
    ):
        assert queries.pack_of("yx-cg", datetime.fromisoformat(day).replace(tzinfo=SHANGHAI)) == pack
    assert queries.pack_of("yx-zj", TODAY + timedelta(days=90)) == "demo"
    with pytest.raises(LookupError):
        queries.pack_of("nobody", TODAY)
    adopt("demo")  # the same day again replaces
    assert queries.pack_of("yx-cg", TODAY + timedelta(days=11)) == "demo"


def test_it_costs_one_query(agency, django_assert_num_queries):
    adopt()
    with django_assert_num_queries(1):
        queries.pack_of("yx-cg", TODAY)


@pytest.mark.parametrize(
    ("pack", "since", "words"), [("cn", date(2026, 3, 9), "不能早于今天"), ("nothing", SWITCH, "xiezhi packs check nothing")]
)
def test_what_cannot_be_adopted_is_said(agency, pack, since, words):
    with pytest.raises(service.RegistryError) as refused:
        adopt(pack, since)
    assert words in refused.value.message_zh


def file(day: datetime, officer) -> str:
    case = str(uuid.uuid4())
    line = {
        "case": case, "act": "case_filed", "at": day.isoformat(), "procedure": "penalty", "agency": "yx-cg", "by": [officer.pk, "yx-o2"],
        "data": {
            "approver": "yx-l1", "party": {"kind": "individual_business", "name": "青禾建材经营部", "minor": False, "id": "p1"},
            "case": {"title": "擅自占用城市道路案", "number": f"云城管立〔2026〕{day.day}号"}, "matter": {"name": "擅自占用城市道路", "code": "CG-001"},
            "violation": {"ended_on": "2026-03-01"}, "source": "inspection", "law_basis": ["某条例第十四条"], "urgent": False,
            "agency": {"level": "agency", "sector": "urban_management", "vertical": False, "remote": False},
        },
        "documents": ["filing_approval"],
    }  # fmt: skip
    answer = recording.perform(line, uuid.UUID(case), day)
    assert hasattr(answer, "entry"), answer
    return case


def next_rules(case: str, now: datetime) -> set[str]:
    """The rules that stand behind what the panel of next steps asks for and forbids."""
    told = record.explanation(case, now)
    return {one.rule for one in told.must} | {reason.rule for one in told.blocked for reason in one.reasons}


def test_the_next_steps_of_cases_opened_after_the_change_follow_the_new_pack(agency, officer):
    service.save_person("yx-o2", name="何立", agency=agency, roles=["officer"], certificate_no="2", certificate_status="valid",
                        certificate_from=date(2022, 1, 1), certificate_to=date(2027, 12, 31))  # fmt: skip
    service.save_person("yx-l1", name="许鸣", agency=agency, roles=["leader", "head"])
    before = file(TODAY, officer)
    adopt()
    after = file(TODAY + timedelta(days=11), officer)
    later = TODAY + timedelta(days=12)
    assert record.packs_of([before, after]) == {before: "demo", after: "cn"}
    old, new = next_rules(before, later), next_rules(after, later)
    assert any(rule.startswith("xc.") for rule in old), "the district's own rules stand in the panel of the running case"
    assert new
    assert not any(rule.startswith("xc.") for rule in new)


def test_an_administrator_changes_it_on_the_agencys_page(client, sign_in, agency, today):
    sign_in("officer")
    assert client.get(PATH).status_code == 403
    sign_in("administrator")
    page = client.get(PATH).content.decode()
    assert "云溪区行政执法三项制度" in page
    for given, words in (
        ({"pack": "cn", "since": "2026-03-01", "basis": "通知"}, "不能早于今天"),
        ({"pack": "nothing", "since": "2026-03-20", "basis": "通知"}, "没有这个规则包"),
        ({"pack": "cn", "since": "soon", "basis": ""}, "请填更换的依据"),
    ):
        answer = client.post(PATH, given)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert client.post(PATH, {"pack": "cn", "since": "2026-03-20", "basis": "区政府通知"}).status_code == 302
    assert queries.pack_of("yx-cg", TODAY + timedelta(days=20)) == "cn"
    shown = client.get("/desk/registry/agencies/yx-cg/").content.decode()
    assert "换用 cn" in shown
    (row,) = queries.adoptions_of("yx-cg")
    client.post(f"{PATH}/{row.pk}/drop")
    assert queries.adoptions_of("yx-cg") == []


def test_a_change_that_has_begun_is_not_taken_back(agency):
    row = adopt(since=TODAY.date())
    with pytest.raises(service.RegistryError, match="还没有开始"):
        service.drop_adoption("yx-cg", row.pk, TODAY)


def test_the_form_of_an_agency_offers_packs_by_name_and_no_longer_changes_one(client, sign_in, agency):
    sign_in("administrator")
    page = client.get("/desk/registry/agencies/new").content.decode()
    assert "云溪区行政执法三项制度（demo）" in page
    given = {
        "id": "yx-cg",
        "name": "云溪区城管局",
        "word": "云城管",
        "pack": "cn",
        "body_type": "statutory",
        "level": "agency",
        "sector": "general",
    }
    assert client.post("/desk/registry/agencies/yx-cg/edit", given).status_code == 302
    row = queries.agency("yx-cg")
    assert (row.name, row.pack) == ("云溪区城管局", "demo")


def test_an_agency_of_the_demo_takes_over_another_districts_text_from_the_coming_january_on(house):
    from xiezhi.core.law.clock import day_of
    from xiezhi.site import clock

    now = clock.now()
    year = day_of(now).year
    assert queries.pack_of("yx-cg", now) == "demo"
    assert queries.pack_of("yx-cg", datetime(year + 1, 1, 1, tzinfo=SHANGHAI)) == "yunxi-urban"
    assert queries.pack_of("yx-cg-zd", now) == "yunxi-urban"
    assert "云溪区城市管理行政执法公示办法" in queries.pack_heads()["yunxi-urban"].instruments

"""What the law wants recorded and when it is to be handed in, as three districts say it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.apps.evidence.conftest import BEGAN
from xiezhi.apps.evidence import handing, wanted
from xiezhi.core.law.calendar import Calendar
from xiezhi.core.law.pack import load_pack
from xiezhi.core.procedure.book import open_book
from xiezhi.core.procedure.fold import fold
from xiezhi.core.procedure.history import act_from_line

pytestmark = pytest.mark.slow  # beyond what `make check` has time for

FRIDAY = datetime.fromisoformat("2021-03-12T10:00:00+08:00")  # while all three texts are in force


def marked(pack_id: str, stored: timedelta | None, **more):
    """A case with an inspection of half an hour, filmed, handed in so long after the film's end."""
    pack = load_pack(pack_id)
    end = FRIDAY + timedelta(minutes=30)
    film = {"id": "v1", "kind": "video", "from": FRIDAY.isoformat(), "to": end.isoformat()}
    if stored is not None:
        film["stored_at"] = (end + stored).isoformat()
    lines = [
        {"case": "A", "act": "case_filed", "at": (FRIDAY - timedelta(days=2)).isoformat(), "procedure": "penalty", "by": ["o1", "o2"]},
        {"case": "A", "act": "site_inspected", "at": FRIDAY.isoformat(), "until": end.isoformat(), "by": ["o1", "o2"], "recordings": [film], **more},
    ]  # fmt: skip
    book = open_book(pack, Calendar.load())
    return pack, fold(book, [act_from_line(line, pack.vocabulary) for line in lines], None)


@pytest.mark.parametrize(
    ("pack", "stored", "tone", "words"),
    [
        ("xuecheng", timedelta(hours=24), "ok", "按时存入"),
        ("xuecheng", timedelta(hours=24, seconds=1), "late", "存入迟了"),
        ("wanzhou", timedelta(days=4), "ok", "按时存入"),  # Friday -> Tuesday: two working days
        ("wanzhou", timedelta(days=5), "late", "存入迟了"),
    ],
)
def test_hand_in_is_counted_as_the_district_says(pack, stored, tone, words):
    _pack, marking = marked(pack, stored)
    found = handing.by_recording(marking, FRIDAY + timedelta(days=10))["v1"]
    assert (found.tone, found.words) == (tone, words)
    assert any(cite.startswith(pack) for cite in found.cites)


def test_what_is_not_in_yet_says_until_when():
    _pack, marking = marked("xuecheng", None)
    soon = handing.by_recording(marking, FRIDAY + timedelta(hours=2))["v1"]
    assert (soon.tone, soon.words) == ("soon", "待存入，限 03 月 13 日 10:30")
    assert handing.by_recording(marking, FRIDAY + timedelta(days=2))["v1"].tone == "late"
    _pack, marking = marked("wanzhou", None)
    assert handing.by_recording(marking, FRIDAY)["v1"].due.isoformat().startswith("2021-03-16")


def test_promptly_has_no_number_and_its_service_level_does_not_stand_before_it():
    pack, marking = marked("chaoyang", None)
    assert "及时" in handing.said(pack, FRIDAY).words
    found = handing.by_recording(marking, FRIDAY + timedelta(days=30))["v1"]
    assert (found.words, found.due) == ("应当及时存入", None)
    assert "二十四小时" in handing.said(load_pack("xuecheng"), FRIDAY).words
    assert "两个工作日" in handing.said(load_pack("wanzhou"), FRIDAY).words


def media(pack_id: str, **more):
    pack, marking = marked(pack_id, timedelta(hours=1), **more)
    return wanted.of_act(marking.acts[1], 1, marking, pack).media


def test_urgency_excuses_the_recording_where_the_pack_says_so():
    excused = media("xuecheng", recordings=[], data={"urgent": True, "urgent_reason": "货物正在转移"})
    assert {(one.state, one.note) for one in excused} == {(wanted.WAIVED, "货物正在转移")}
    assert {one.state for one in media("xuecheng", recordings=[])} == {wanted.LACKING}
    assert wanted.WAIVED not in {one.state for one in media("chaoyang", recordings=[], data={"urgent": True, "urgent_reason": "x"})}


def test_a_gap_is_told_apart_from_a_recording_that_is_missing():
    film = {"id": "v1", "kind": "video", "from": FRIDAY.isoformat(), "to": (FRIDAY + timedelta(minutes=10)).isoformat()}
    assert wanted.GAP in {one.state for one in media("xuecheng", recordings=[film])}
    assert {one.state for one in media("xuecheng")} == {wanted.THERE}


@pytest.mark.slow
def test_the_page_of_a_case_names_what_is_there_and_what_is_missing_by_stages(filed, perform, world, browse, at_ten):
    case = filed()
    until = (BEGAN + timedelta(minutes=2)).isoformat()
    perform(case, "site_inspected", BEGAN, until=until, signed={"officers": 2, "party": "signed"})
    client = browse(world["zhou"])
    page = client.get(f"/desk/evidence/cases/{case}/records/").content.decode()
    assert "立案审批表" in page
    assert "录像" in page
    assert "缺" in page
    assert f"/desk/evidence/cases/{case}/records/" in client.get(f"/desk/cases/{case}/").content.decode()
    assert client.get(f"/desk/evidence/cases/{case}/").status_code == 200
    assert browse(world["wei"]).get(f"/desk/evidence/cases/{case}/records/").status_code == 403

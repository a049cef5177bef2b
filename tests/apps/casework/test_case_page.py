from __future__ import annotations

import re
import uuid
from datetime import timedelta

from tests.apps.casework.conftest import NOW


def test_the_case_page_tells_what_must_may_and_may_not_be_done(world, filed, browse, at_ten, django_assert_max_num_queries) -> None:
    case = filed()
    client = browse(world["zhou"])
    client.get("/desk/")
    with django_assert_max_num_queries(10):
        answer = client.get(f"/desk/cases/{case}/")
    text = answer.content.decode()
    assert answer.status_code == 200
    for words in (
        "擅自占用城市道路堆放建材案",
        "云城管立〔2026〕1号",
        "青禾建材经营部",
        "必须办",
        "可以办",
        "现在不能办",
        "怎样解除",
        "看怎么算的",
        "周敏",
        "执法证有效",
    ):
        assert words in text, words
    assert text.index("必须办") < text.index("可以办") < text.index("现在不能办")
    assert "1 条记录，编号首尾相接" in text


def test_a_blocked_decision_names_its_article_and_opens_it_in_place(world, filed, browse, at_ten) -> None:
    text = browse(world["zhou"]).get(f"/desk/cases/{filed()}/acts/").content.decode()
    blocked = text[text.index('id="blocked"') :]
    assert "作出决定" in blocked
    assert re.search(r'<details class="cite"><summary>[^<]*行政处罚法', blocked)


def test_the_day_sheet_counts_day_by_day(world, filed, browse, at_ten) -> None:
    case = filed()
    client = browse(world["zhou"])
    text = client.get(f"/desk/cases/{case}/days/").content.decode()
    assert "作出决定" in text
    number = re.search(rf"/desk/cases/{case}/days/(\d+)/", text)
    assert number
    sheet = client.get(number[0]).content.decode()
    assert "逐日计算表" in sheet
    assert "立案" in sheet
    assert client.get(f"/desk/cases/{case}/days/99/").status_code == 404


def test_missing_pieces_are_nodes_of_their_own(world, filed, perform, browse, at_ten) -> None:
    case = filed()
    at = NOW - timedelta(days=1)
    perform(case, "inquiry_made", at, until=(at + timedelta(minutes=30)).isoformat())
    text = browse(world["zhou"]).get(f"/desk/cases/{case}/").content.decode()
    assert 'class="gap"' in text
    assert "可能缺件" in text
    assert "补上" in text


def test_a_gap_in_a_recording_is_drawn_and_said(world, filed, perform, browse, at_ten) -> None:
    case = filed()
    at = NOW - timedelta(days=1)
    video = {
        "id": "v1", "kind": "video", "from": at.isoformat(), "to": (at + timedelta(minutes=30)).isoformat(), "stored_at": at.isoformat(),
        "gaps": [{"from": (at + timedelta(minutes=9)).isoformat(), "to": (at + timedelta(minutes=12)).isoformat(), "explained": None}],
    }  # fmt: skip
    perform(case, "site_inspected", at, until=(at + timedelta(minutes=30)).isoformat(), recordings=[video])
    text = browse(world["zhou"]).get(f"/desk/cases/{case}/").content.decode()
    assert "中断 1 处，共 3 分，1 处没有说明" in text
    assert 'role="img"' in text
    assert 'class="gap"' in text


def test_after_recording_the_page_says_which_number_and_what_is_wrong(world, filed, perform, browse, at_ten) -> None:
    case = filed()
    perform(case, "inquiry_made", NOW - timedelta(days=1), by=["zhou"])
    text = browse(world["zhou"]).get(f"/desk/cases/{case}/?recorded=2").content.decode()
    said = text[text.index("已记入第") : text.index("已记入第") + 3000]
    assert '<a href="#n2">2</a>' in said
    assert "可能缺件" in said


def test_what_is_not_ones_own_agency_is_not_shown(world, filed, browse, at_ten) -> None:
    case = filed()
    assert browse(world["wei"]).get(f"/desk/cases/{case}/").status_code == 403
    assert browse(world["watch"]).get(f"/desk/cases/{case}/").status_code == 200


def test_a_reviewer_is_offered_no_button_for_an_officers_act(world, filed, browse, at_ten) -> None:
    case = filed()
    text = browse(world["sun"]).get(f"/desk/cases/{case}/").content.decode()
    assert f"/desk/cases/{case}/acts/inquiry_made/" not in text


def _panel(text: str) -> str:
    part = text[text.index('id="next"') :]
    return part[part.index('class="grp may"') : part.index('class="grp not"')]


def test_the_panel_offers_at_most_eight_own_acts_of_this_stage_and_the_next(world, filed, browse, at_ten) -> None:
    case = filed()
    panel = _panel(browse(world["zhou"]).get(f"/desk/cases/{case}/").content.decode())
    offered = re.findall(rf"/desk/cases/{case}/acts/(\w+)/", panel)
    assert 0 < len(offered) <= 8
    assert offered.index("identity_shown") <= 4
    assert offered[0] != "lead_registered"  # the case is past it
    assert "case_archived" not in offered
    assert "access_requested" not in offered
    assert re.search(r"全部 \d+ 件", panel)


def test_what_others_do_is_named_with_who_and_never_among_ones_own(world, filed, perform, browse, at_ten) -> None:
    case = filed()
    conclusion = {"penalty": {"kinds": ["fine"], "fine": 60000, "grave": False}, "law_basis": ["某条例第十四条"]}
    perform(case, "investigation_concluded", NOW - timedelta(days=2), data=conclusion, documents=["investigation_report"])
    papers = ["draft_decision", "evidence_list", "review_submission"]
    answer = perform(case, "review_submitted", NOW - timedelta(days=1), data={"materials": ["draft_decision"]}, documents=papers)
    assert hasattr(answer, "act_id"), answer
    text = browse(world["zhou"]).get(f"/desk/cases/{case}/acts/").content.decode()
    own = text[text.index('class="grp may"') : text.index('id="blocked"')]
    assert "审核" in own
    assert f"/desk/review/cases/{case}/" not in re.findall(r'class="btn slim" href="([^"]+)"', own)
    assert "由法制审核人办" in own


def test_a_stage_that_the_case_went_past_has_no_tick(world, filed, perform, browse, at_ten) -> None:
    case = filed()
    perform(case, "review_submitted", NOW - timedelta(days=1), data={"materials": ["draft_decision"]}, documents=["draft_decision"])
    text = browse(world["zhou"]).get(f"/desk/cases/{case}/").content.decode()
    rail = text[text.index('class="rail"') : text.index("</ol>", text.index('class="rail"'))]
    passed = [stage for stage in rail.split("<li ") if "本案未经过" in stage]
    assert any("告知" in stage for stage in passed)
    assert all("✓" not in stage and "已完成" not in stage for stage in passed)


def test_the_timeline_names_persons_shows_certificate_numbers_and_ends_sentences_once(world, filed, perform, browse, at_ten) -> None:
    case = filed()
    at = NOW - timedelta(days=1)
    perform(case, "identity_shown", at, data={"certificates": ["zhou", "YX-he"], "place": "现场。"})
    perform(case, "discussion_held", at + timedelta(hours=1), by=["xu"], data={"attendees": ["xu", "sun"], "conclusion": "同意。"})
    text = browse(world["zhou"]).get(f"/desk/cases/{case}/").content.decode()
    timeline = text[text.index('class="tl"') :]
    assert "YX-zhou、YX-he" in timeline
    assert "许鸣、孙岚" in timeline
    assert "批准人 <b>许鸣</b>" in timeline
    plain = re.sub(r"<[^>]+>", "", timeline)
    for doubled in ("。。", "；。", "。；"):
        assert doubled not in plain, plain[plain.index(doubled) - 40 :][:80]


def test_a_document_that_was_attached_later_opens_from_its_act(world, filed, browse, at_ten) -> None:
    from xiezhi.apps.record import queries, service

    case = filed()
    [entry] = queries.history(case)
    file = {"document": "filing_approval", "name": "审批表.pdf", "sha256": "ab" * 32, "size": 3, "media_type": "application/pdf"}
    service.attach(entry.id, {"kind": "document", "files": [file], "by": ["zhou"]}, uuid.uuid4(), NOW)
    text = browse(world["zhou"]).get(f"/desk/cases/{case}/").content.decode()
    assert f'href="/desk/files/{case}/{"ab" * 32}"' in text


def test_a_lead_that_waits_for_its_filing_lacks_nothing(world, browse, at_ten, perform) -> None:
    """What is to be done promptly is a next step, not a gap, as long as the case goes on."""
    from tests.apps.casework.conftest import filed_line
    from xiezhi.apps.record import service as record

    case = str(uuid.uuid4())
    lead = {**filed_line(case, NOW), "act": "lead_registered", "documents": ["lead_record"]}
    assert isinstance(record.perform(lead, uuid.UUID(case), NOW), record.Receipt)
    text = browse(world["zhou"]).get(f"/desk/cases/{case}/").content.decode()
    assert "可能缺件" not in text
    assert "可能缺 " not in text
    assert "及时办理" in text

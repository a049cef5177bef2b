from __future__ import annotations

import re
from types import SimpleNamespace
from uuid import uuid4

import pypdfium2
import pytest

from xiezhi.apps.accounts.models import User
from xiezhi.apps.accounts.permissions import Forbidden
from xiezhi.apps.disclosure import queries, service
from xiezhi.apps.disclosure.errors import DisclosureError, LeakError
from xiezhi.apps.disclosure.models import Draft, OwedPublication, Publication
from xiezhi.apps.disclosure.reading_page import labels_zh
from xiezhi.apps.paperwork import queries as paperwork
from xiezhi.apps.record import queries as record
from xiezhi.site import clock

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def clerk(house) -> User:
    return User.objects.get(username="fangqing")


@pytest.fixture
def head(house) -> User:
    return User.objects.get(username="xuming")


def published(house_case: str, clerk, head, form: str = "full_text", **changes: str) -> Publication:
    proposal = service.propose(house_case)
    draft = service.draft(clerk, house_case, {**proposal.summary, **changes}, form, clock.now())
    assert service.approve(head, draft.pk, draft.digest, uuid4(), clock.now()).entry
    assert service.publish(clerk, draft.pk, uuid4(), clock.now()).entry
    return Publication.objects.get(case=house_case)


def text_of_pdf(sha256: str) -> str:
    with paperwork.open_file(sha256) as file:
        document = pypdfium2.PdfDocument(file.read())
    return "".join("".join(page.get_textpage().get_text_bounded().split()) for page in document)


def test_what_is_owed_is_listed_by_limit_once_for_each_case(house, clerk):
    rows = queries.to_publish(clerk).rows
    cases = [row.case for row in rows]
    assert {house.firm_owed, house.citizen_owed} <= set(cases)
    assert len(cases) == len(set(cases))
    assert [row.sort_due for row in rows] == sorted(row.sort_due for row in rows)
    assert all(row.cites for row in rows)
    assert house.withheld not in cases
    assert house.performed not in cases


def test_a_firms_result_is_published_in_full_and_leaves_the_list(house, clerk, head, client):
    row = published(house.firm_owed, clerk, head)
    assert row.state == "public"
    assert not OwedPublication.objects.filter(case=house.firm_owed, expect="result_published").exists()
    body = client.get(f"/p/{row.id}").content.decode()
    assert "行政处罚决定书" in body
    assert row.party in body
    assert "13900000000" not in body
    assert "电话 · 个人信息" in body
    text = text_of_pdf(row.pdf)
    assert f"/p/{row.id}" in text  # beside the code that leads there
    assert "13900000000" not in text
    assert "".join(row.party.split()) in text


@pytest.mark.parametrize("form", ["summary", "full_text"])
def test_the_public_paper_carries_its_own_address_where_none_is_public_and_tells_days_in_words(house, clerk, head, form, settings):
    settings.PUBLIC_URL, settings.OWN_ADDRESS = "", "http://localhost:8123"
    row = published(house.firm_owed, clerk, head, form=form)
    text = text_of_pdf(row.pdf)
    assert f"http://localhost:8123/p/{row.id}" in text
    assert f"{row.decided_on.year}年{row.decided_on.month}月{row.decided_on.day}日" in text
    assert row.decided_on.isoformat() not in text


def test_a_citizen_is_nowhere_named_in_what_is_published(house, clerk, head, client):
    proposal = service.propose(house.citizen_owed)
    name = proposal.original["party"]
    row = published(house.citizen_owed, clerk, head)
    assert row.party == f"{name[0]}某"
    private = [value for _kind, value in proposal.removed]
    assert name in private
    assert len(private) >= 3  # name, number, address or telephone
    pages = client.get(f"/p/{row.id}").content.decode() + client.get(f"/p/{row.id}/data.json").content.decode() + text_of_pdf(row.pdf)
    for value in private:
        assert value not in pages, value


def test_what_was_taken_out_and_typed_in_again_is_not_published(house, clerk):
    proposal = service.propose(house.citizen_owed)
    name = proposal.original["party"]
    with pytest.raises(LeakError) as refused:
        service.draft(clerk, house.citizen_owed, {**proposal.summary, "facts": f"{name}占道经营。"}, "summary", clock.now())
    assert name in refused.value.strings
    with pytest.raises(LeakError):
        service.draft(clerk, house.citizen_owed, {**proposal.summary, "facts": "电话 138 1111 2222。"}, "summary", clock.now())
    assert not Draft.objects.filter(case=house.citizen_owed).exists()


def test_the_last_look_at_the_finished_document_stops_a_leak(house, clerk, head, monkeypatch):
    proposal = service.propose(house.citizen_owed)
    draft = service.draft(clerk, house.citizen_owed, proposal.summary, "full_text", clock.now())
    service.approve(head, draft.pk, draft.digest, uuid4(), clock.now())
    # As if the redaction had missed the name: the text in the draft holds it although the summary does not.
    Draft.objects.filter(pk=draft.pk).update(text=[{"kind": "p", "label": "", "runs": [{"text": proposal.original["party"]}]}])
    with pytest.raises(LeakError):
        service.publish(clerk, draft.pk, uuid4(), clock.now())
    assert not Publication.objects.filter(case=house.citizen_owed).exists()


def test_who_drew_it_up_may_not_approve_it(house, clerk, head):
    draft = service.draft(clerk, house.firm_owed, service.propose(house.firm_owed).summary, "summary", clock.now())
    with pytest.raises(DisclosureError, match="另一人"):
        service.approve(clerk, draft.pk, draft.digest, uuid4(), clock.now())
    with pytest.raises(DisclosureError, match="没有经另一人核发"):
        service.publish(clerk, draft.pk, uuid4(), clock.now())
    with pytest.raises(DisclosureError, match="改过"):
        service.approve(head, draft.pk, "0" * 64, uuid4(), clock.now())
    newer = service.draft(clerk, house.firm_owed, service.propose(house.firm_owed).summary, "full_text", clock.now())
    with pytest.raises(DisclosureError, match="已改稿"):
        service.approve(head, draft.pk, draft.digest, uuid4(), clock.now())
    assert service.approve(head, newer.pk, newer.digest, uuid4(), clock.now()).entry


@pytest.mark.parametrize("field", ["number", "party", "matter", "facts", "basis", "agency", "decided_on"])
def test_a_summary_with_a_gap_is_not_put_up(house, clerk, field):
    fields = {**service.propose(house.firm_owed).summary, field: " "}
    with pytest.raises(DisclosureError, match="摘要还缺"):
        service.draft(clerk, house.firm_owed, fields, "summary", clock.now())


def test_a_minors_case_is_never_drafted(house, clerk):
    with pytest.raises(DisclosureError, match="未成年人"):
        service.draft(clerk, house.minor_owed, service.propose(house.minor_owed).summary, "summary", clock.now())


def corrected(case: str, clerk, head, facts: str, **more) -> Draft:
    fields = {**service.propose(case).summary, "facts": facts}
    draft = service.draft(clerk, case, fields, "summary", clock.now(), kind="publication_updated", reason="面积写错。", **more)
    service.approve(head, draft.pk, draft.digest, uuid4(), clock.now())
    assert service.publish(clerk, draft.pk, uuid4(), clock.now()).entry
    return draft


def test_a_correction_is_told_by_field_without_the_words_that_were_changed(house, clerk, head, client):
    row = published(house.firm_owed, clerk, head)
    fields = {**service.propose(house.firm_owed).summary, "facts": "砂石约 7 平方米。"}
    with pytest.raises(DisclosureError, match="更正"):
        service.draft(clerk, house.firm_owed, fields, "summary", clock.now(), kind="publication_updated")
    corrected(house.firm_owed, clerk, head, "砂石约 7 平方米。")
    body = client.get(f"/p/{row.id}").content.decode()
    assert "更正过 1 次" in body
    assert "面积写错。" in body
    assert "已更正" in body
    for address in (f"/p/{row.id}", f"/p/{row.id}/data.json"):
        assert "约 6 平方米" not in client.get(address).content.decode()
    assert "约6平方米" not in text_of_pdf(Publication.objects.get(pk=row.id).pdf)


def test_what_the_drafter_marks_harmless_is_told_with_before_and_after(house, clerk, head, client):
    row = published(house.firm_owed, clerk, head, form="summary", facts="砂石约 6 平方米。")
    draft = corrected(house.firm_owed, clerk, head, "砂石约 7 平方米。", show_changed=["facts"])
    body = client.get(f"/p/{row.id}").content.decode()
    assert re.search(r"<del[^>]*>砂石约 6 平方米", body)
    assert "<ins>砂石约 7 平方米。" in body
    client.force_login(head, backend="django.contrib.auth.backends.ModelBackend")
    assert f"改动前后的文字：{labels_zh()['facts']}" in client.get(f"/desk/disclosure/drafts/{draft.pk}/").content.decode()


def test_words_before_a_correction_are_not_marked_harmless_where_they_hold_a_private_value(house, clerk, head):
    row = published(house.firm_owed, clerk, head, form="summary")
    Publication.objects.filter(pk=row.pk).update(facts="联系 138 1111 2222。")
    fields = {**service.propose(house.firm_owed).summary, "facts": "占道。"}
    with pytest.raises(LeakError, match="更正的说明"):
        service.draft(
            clerk, house.firm_owed, fields, "summary", clock.now(), kind="publication_updated", reason="隐去。", show_changed=["facts"]
        )


def test_a_reason_that_will_be_public_is_looked_through(house, clerk, head):
    name = service.propose(house.citizen_owed).original["party"]
    row = published(house.citizen_owed, clerk, head, form="summary")
    fields = service.propose(house.citizen_owed).summary
    with pytest.raises(LeakError) as refused:
        service.draft(clerk, house.citizen_owed, fields, "summary", clock.now(), kind="publication_updated", reason=f"{name}要求更正。")
    assert name in refused.value.message_zh
    with pytest.raises(LeakError, match="撤回的理由"):
        service.ask_to_withdraw(clerk, row.id, f"{name}的决定已撤销。", clock.now())
    with pytest.raises(LeakError, match="13811112222"):
        service.ask_to_withdraw(clerk, row.id, "请致电13811112222。", clock.now())
    draft = service.draft(clerk, house.citizen_owed, fields, "summary", clock.now(), kind="publication_updated", reason="更正。")
    service.approve(head, draft.pk, draft.digest, uuid4(), clock.now())
    Draft.objects.filter(pk=draft.pk).update(reason=f"{name}要求更正。")
    with pytest.raises(LeakError):
        service.publish(clerk, draft.pk, uuid4(), clock.now())
    given = {"wrong": "名称不对", "contact": "某处"}
    receipt = service.request_correction(row.id, given, uuid4(), "192.0.2.1", clock.now())
    with pytest.raises(LeakError, match="书面答复"):
        service.answer_correction(clerk, receipt, uuid4(), clock.now(), corrected=False, reason=f"{name}与公示的一致。")


def test_a_page_whose_act_was_voided_stays_as_withdrawn(house, clerk, head, client):
    from xiezhi.apps.record.answers import CaseChange

    row = published(house.firm_owed, clerk, head)
    book, marking = record.marking(house.firm_owed)
    acts = [act for act in marking.acts if act.kind != "result_published"]
    marking = SimpleNamespace(acts=acts, facts=marking.facts, duties=marking.duties)
    for _ in range(2):  # projecting again changes nothing more
        service.project(CaseChange(record.case(house.firm_owed), marking, book, (), clock.now(), ()))
    after = Publication.objects.get(pk=row.pk)
    assert (after.state, len(after.changes)) == ("withdrawn", 2)
    page = client.get(f"/p/{row.id}")
    assert page.status_code == 200
    assert "已经更正或者作废" in page.content.decode()
    assert row.party not in page.content.decode()
    assert queries.published(clock.now(), row.party).count == 0


def test_a_stranger_to_the_agency_may_not_touch_it(house):
    other = User.objects.get(username="shenyi")
    with pytest.raises(Forbidden):
        service.draft(other, house.firm_owed, service.propose(house.firm_owed).summary, "summary", clock.now())


def test_pages_made_again_from_the_record_are_the_same(house, clerk, head):
    from xiezhi.apps.record.answers import CaseChange

    published(house.firm_owed, clerk, head)
    before = {
        row.pk: {key: value for key, value in row.__dict__.items() if key not in {"_state", "search"}} for row in Publication.objects.all()
    }
    cases = list(Publication.objects.values_list("case", flat=True))
    Publication.objects.all().delete()
    OwedPublication.objects.all().delete()
    for case_id in cases:
        book, marking = record.marking(case_id)
        service.project(CaseChange(record.case(case_id), marking, book, marking.acts, clock.now(), ()))
    after = {
        row.pk: {key: value for key, value in row.__dict__.items() if key not in {"_state", "search"}} for row in Publication.objects.all()
    }
    assert after == before


def test_the_desk_through_the_browser(house, signed_in):
    client = signed_in("fangqing")
    listed = client.get("/desk/disclosure/").content.decode()
    assert "待公示" in listed
    assert "<summary>云溪区" in listed  # citations in the law's words, not by id
    assert not re.search(r"<(span|summary)[^>]*>(cn|xuecheng|demo)/", listed)
    page = client.get(f"/desk/disclosure/cases/{house.firm_owed}/")
    assert page.status_code == 200
    fields = dict(service.propose(house.firm_owed).summary)
    refused = client.post(f"/desk/disclosure/cases/{house.firm_owed}/", {**fields, "facts": "", "form": "summary"})
    assert refused.status_code == 422
    assert "摘要还缺" in refused.content.decode()
    made = client.post(f"/desk/disclosure/cases/{house.firm_owed}/", {**fields, "form": "summary"})
    assert made.status_code == 302
    draft = Draft.objects.get(case=house.firm_owed)
    own = client.get(made["Location"]).content.decode()
    assert "拟稿的人不能核发" in own
    client = signed_in("xuming")
    assert fields["number"] in client.get(f"/desk/disclosure/drafts/{draft.pk}/").content.decode()
    act = uuid4()
    for _ in range(2):
        client.post(f"/desk/disclosure/drafts/{draft.pk}/approve", {"act_id": act, "digest": draft.digest})
    assert sum(1 for entry in record.history(house.firm_owed) if entry.kind == "publication_approved") == 1
    client = signed_in("fangqing")
    full = client.get(f"/desk/disclosure/drafts/{draft.pk}/publish").content.decode()
    assert fields["number"] in full
    assert "不能悄悄撤掉" in full
    done = client.post(f"/desk/disclosure/drafts/{draft.pk}/publish", {"act_id": uuid4()})
    assert done["Location"].startswith("/p/")
    assert client.get(done["Location"]).status_code == 200
    assert client.get(f"/desk/disclosure/pages/{done['Location'][3:]}/withdraw").status_code == 200
    assert client.get(f"/desk/disclosure/cases/{house.minor_owed}/withhold").status_code == 200


def test_a_file_of_a_case_is_given_to_those_who_may_read_it(house, signed_in, client):
    from xiezhi.apps.paperwork.models import Document

    document = Document.objects.filter(case=house.firm_owed, type="decision").get()
    address = f"/desk/files/{house.firm_owed}/{document.sha256}"
    assert client.get(address).status_code == 302
    given = signed_in("zhoumin").get(address)
    assert given.status_code == 200
    assert given["Content-Disposition"].startswith("inline")  # a document that we set ourselves opens as a page
    assert given["X-Content-Type-Options"] == "nosniff"
    assert b"".join(given.streaming_content).startswith(b"%PDF-")
    assert signed_in("shenyi").get(address).status_code == 403
    zhoumin = signed_in("zhoumin")
    assert zhoumin.get(f"/desk/files/{house.open}/{document.sha256}").status_code == 404
    assert zhoumin.get(f"/desk/files/nothing/{document.sha256}").status_code == 404
    assert zhoumin.get(f"/desk/files/{house.firm_owed}/..").status_code == 404


def test_a_performance_is_published_beside_the_decision(house, clerk, head, client):
    """The duty to publish the performance is met by a publication of its own, which leaves the decision's page as it is."""
    from xiezhi.apps.record import service as recording

    row = published(house.firm_owed, clerk, head)
    assert row.performance == ""
    line = {
        "case": house.firm_owed, "act": "performance_recorded", "at": clock.now().isoformat(), "agency": "yx-cg",
        "by": ["p-zhoumin", "p-heli"], "data": {"performed": True}, "documents": ["payment_receipt"],
    }  # fmt: skip
    assert recording.perform(line, uuid4(), clock.now()).entry
    owed = OwedPublication.objects.get(case=house.firm_owed, expect="result_published")
    assert "履行" in owed.zh
    assert owed.due is not None
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    shown = client.get(f"/desk/disclosure/cases/{house.firm_owed}/").content.decode()
    assert "公示履行情况" in shown
    assert "最迟" in shown
    fields = service.propose(house.firm_owed).summary
    assert fields["performance"] == "已履行"
    with pytest.raises(DisclosureError, match="履行情况"):
        service.draft(clerk, house.firm_owed, {**fields, "performance": ""}, "summary", clock.now(), what="performance")
    made = client.post(f"/desk/disclosure/cases/{house.firm_owed}/", {**fields, "form": "full_text"})
    draft = Draft.objects.get(case=house.firm_owed, state="submitted")
    assert (made.status_code, draft.what, draft.kind) == (302, "performance", "result_published")
    service.approve(head, draft.pk, draft.digest, uuid4(), clock.now())
    assert service.publish(clerk, draft.pk, uuid4(), clock.now()).entry
    after = Publication.objects.get(pk=row.pk)
    assert (after.performance, after.text, after.changes[-1]["kind"]) == ("已履行", row.text, "performance")
    assert not OwedPublication.objects.filter(case=house.firm_owed, expect="result_published").exists()
    assert "更正公示" in client.get(f"/desk/disclosure/cases/{house.firm_owed}/").content.decode()


def test_what_was_not_performed_is_not_called_performed():
    from xiezhi.apps.disclosure.composing import _performed

    class Act:
        data = {"performed": False}

    assert _performed(Act) == "未履行"
    assert _performed(None) == ""
    Act.data = {}
    assert _performed(Act) == ""
    Act.data = {"performed": "分期履行"}
    assert _performed(Act) == "分期履行"


@pytest.mark.parametrize(
    ("act", "leads_to"),
    [
        ("result_published", "/desk/disclosure/cases/{case}/"),
        ("publication_approved", "/desk/disclosure/cases/{case}/"),
        ("result_withheld", "/desk/disclosure/cases/{case}/withhold"),
        ("publication_updated", "/desk/disclosure/cases/{case}/?as=correction"),
    ],
)
def test_the_cases_button_leads_to_the_desk_and_the_bare_form_publishes_nothing(house, signed_in, act, leads_to):
    client = signed_in("fangqing")
    address = f"/desk/cases/{house.firm_owed}/acts/{act}/"
    for answer in (client.get(address), client.post(address, {"id": str(uuid4()), "data-what": "decision", "data-form": "summary"})):
        assert (answer.status_code, answer["Location"]) == (302, leads_to.format(case=house.firm_owed))
    assert not Publication.objects.filter(case=house.firm_owed).exists()
    assert client.get(f"/desk/cases/{house.firm_owed}/acts/document_served/").status_code in {200, 403}


def test_the_button_leads_to_the_draft_that_waits(house, signed_in, clerk, head):
    draft = service.draft(clerk, house.firm_owed, service.propose(house.firm_owed).summary, "summary", clock.now())
    client = signed_in("xuming")
    approving = f"/desk/cases/{house.firm_owed}/acts/publication_approved/"
    assert client.get(approving)["Location"] == f"/desk/disclosure/drafts/{draft.pk}/"
    service.approve(head, draft.pk, draft.digest, uuid4(), clock.now())
    publishing = f"/desk/cases/{house.firm_owed}/acts/result_published/"
    assert signed_in("fangqing").get(publishing)["Location"] == f"/desk/disclosure/drafts/{draft.pk}/publish"


def test_a_case_without_a_result_keeps_the_bare_form_for_notices(house, signed_in):
    assert signed_in("fangqing").get(f"/desk/cases/{house.open}/acts/result_published/").status_code == 200

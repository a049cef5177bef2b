"""Lawful deletion: the content is gone for good, every proof of before holds, and what is left says so."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from xiezhi.apps.record import bundle, queries, service
from xiezhi.apps.record.key import LogRefused
from xiezhi.apps.record.models import Entry, EntryBody
from xiezhi.apps.record.rebuild import rebuild
from xiezhi.apps.record.sequencer import Sequencer
from xiezhi.apps.record.service import Warrant
from xiezhi.apps.record.verify import verify
from xiezhi.apps.registry import service as registry
from xiezhi.core.law.clock import utc_text
from xiezhi.core.law.errors import InputError
from xiezhi.core.ledger import alone
from xiezhi.core.ledger.note import VerifierKey
from xiezhi.core.ledger.proof import LogProof

from .conftest import NOW, first, line, make_agency, new_id
from .test_bundle import PAPER, Memory, paper, sha

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

WARRANT = Warrant(basis="云溪区人民法院〔2026〕1号裁定，个人信息保护法第四十七条", approver="yx-l1", by="yx-a1", before_term=True)
SECRET = "甲某"


@pytest.fixture(autouse=True)
def no_holds(settings):
    settings.XIEZHI_HOLDS = ["tests.apps.record.test_deletion.held"]
    HELD.clear()


HELD: dict[str, str] = {}


def held(case):
    return HELD.get(case, "")


def people(agency):
    for id_, name, roles in (("yx-l1", "郑某", ["leader"]), ("yx-a1", "王某", ["archivist"])):
        registry.save_person(id_, name=name, agency=agency, roles=roles)


def history(case="YX-1"):
    """Seven entries: the third an inquiry with a document, the fourth its later signature, the fifth its correction, the sixth closes, the seventh archives."""
    service.perform(first(case), new_id(), NOW)
    service.perform(line("case_filed", 1, case), new_id(), NOW)
    id_ = new_id()
    inquiry = line(
        "inquiry_made", 2, case, documents=["inquiry_record"], files=[paper(PAPER, "笔录.pdf")], data={"party": {"name": SECRET}}
    )
    service.perform(inquiry, id_, NOW)
    service.attach(id_, {"kind": "signature", "signed": {"party": "signed"}, "by": ["yx-o1"]}, new_id(), NOW)
    service.correct(id_, {"data": {"party": {"name": f"{SECRET}（更正）"}}}, "写错", "yx-o2", new_id(), NOW, by=["yx-o1"])
    service.perform(line("case_closed", 3, case), new_id(), NOW)
    service.perform(line("case_archived", 4, case, data={"retention_years": 30}), new_id(), NOW)
    return case


@pytest.fixture
def case(agency):
    people(agency)
    history()
    Sequencer().drain(NOW)
    return "YX-1"


def delete(number=3, case="YX-1", warrant=WARRANT, id_=None, now=NOW):
    return service.delete(case, number, warrant, id=id_ or new_id(), now=now)


def bodies():
    return " ".join(EntryBody.objects.values_list("text", flat=True))


def test_the_content_is_gone_and_what_hangs_on_it_too(case):
    assert SECRET in bodies()
    gone = delete()
    assert (gone.numbers, gone.files) == ((3, 4, 5), (sha(PAPER),))
    assert SECRET not in bodies()
    assert "笔录.pdf" not in bodies()
    assert EntryBody.objects.count() == 7 - 3 + 3
    assert Entry.objects.count() == 10  # every row, and a tombstone for each body
    stones = queries.notes(case, "system")
    assert [(one.kind, one.body["data"]["case_seq"], one.by) for one in stones] == [("entry_deleted", n, ("yx-a1",)) for n in (3, 4, 5)]
    told = stones[0].body["data"]
    assert (told["index"], told["kind"], told["basis"], told["approver"]) == (2, "inquiry_made", WARRANT.basis, "yx-l1")


def test_every_earlier_proof_and_checkpoint_still_holds(case):
    before = [(queries.receipt(one.id), one.entry) for one in Entry.objects.order_by("case_seq")]
    older = queries.checkpoint_note()
    delete()
    Sequencer().drain(NOW)
    key = VerifierKey.parse(queries.verifier_key())
    for receipt, entry in before:
        LogProof.parse(receipt.proof).verify(bytes(entry), key)
    for bodies_ in (True, False):
        report = verify(bodies=bodies_, older=older)
        assert report.faults == []
        assert (report.leaves, report.deleted) == (10, 3)


def test_the_case_is_still_read_and_judged_as_before(case):
    before = queries.marking(case)[1]
    delete()
    views = queries.history(case)
    assert [(one.case_seq, one.kind_of, one.kind) for one in views][2:5] == [
        (3, "act", "inquiry_made"),
        (4, "attachment", "signature"),
        (5, "correction", "corrected"),
    ]
    act = views[2]
    assert act.act is not None
    assert (act.act.kind, act.act.data, act.act.documents, act.by) == ("inquiry_made", {}, (), ())
    assert act.body["deleted"]["basis"] == WARRANT.basis
    assert SECRET not in str(views)
    after = queries.marking(case)[1]
    assert len(after.acts) == len(before.acts)
    # the record of the inquiry is missing now only because it was destroyed: nobody's breach
    assert {one.rule for one in after.findings} <= {one.rule for one in before.findings}
    assert rebuild(NOW) == 1
    assert queries.picture(case, NOW) is not None


def test_an_act_of_an_archived_case_goes_on_after_a_deletion(case):
    delete()
    receipt = service.perform(line("access_requested", 5, case), new_id(), NOW)
    assert receipt.case_seq == 11
    Sequencer().drain(NOW)
    assert verify().faults == []


def test_nothing_is_added_to_what_was_deleted(case):
    id_ = Entry.objects.get(case_seq=3).id
    delete()
    with pytest.raises(InputError, match="was destroyed"):
        service.attach(id_, {"kind": "signature", "signed": {"party": "signed"}, "by": ["yx-o1"]}, new_id(), NOW)
    with pytest.raises(InputError, match="was destroyed"):
        service.correct(id_, None, "错", "yx-o2", new_id(), NOW, by=["yx-o1"])


def test_a_voided_act_stays_voided(agency):
    people(agency)
    history()
    voided = Entry.objects.get(case_seq=3).id
    service.correct(voided, None, "重复记录", "yx-o2", new_id(), NOW, by=["yx-o1"])
    Sequencer().drain(NOW)
    assert delete().numbers == (3, 4, 5, 8)
    assert all(act.kind != "inquiry_made" for act in queries.marking("YX-1")[1].acts)


def test_an_attachment_alone_can_go(case):
    assert delete(4).numbers == (4,)
    act = queries.history(case)[2].act
    assert act is not None
    assert act.signed == {}
    assert act.data["party"]["name"] == f"{SECRET}（更正）"


def test_a_second_time_says_the_same_or_no(case):
    id_ = new_id()
    first_ = delete(id_=id_)
    assert first_.numbers == (3, 4, 5)
    assert delete(id_=id_).numbers == ()
    with pytest.raises(InputError, match="is deleted already"):
        delete()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"basis": " "}, "names its basis"),
        ({"by": ""}, "names its basis"),
        ({"by": "yx-l1"}, "does not approve it"),
        ({"approver": "yx-o1"}, "not registered as a leader"),
        ({"approver": "nobody"}, "no person 'nobody'"),
        ({"before_term": False}, "is to be kept until 2056"),
    ],
)
def test_without_a_warrant_nothing_is_deleted(case, change, named):
    with pytest.raises(InputError, match=named) as refused:
        delete(warrant=replace(WARRANT, **change))
    assert refused.value.message_zh
    assert EntryBody.objects.count() == Entry.objects.count() == 7


@pytest.mark.parametrize(("number", "named"), [(5, "no act or attachment"), (9, "no act or attachment"), (7, "stays")])
def test_what_is_not_deleted(case, number, named):
    with pytest.raises(InputError, match=named):
        delete(number)


def test_a_term_that_is_over_needs_no_order(case):
    assert delete(warrant=replace(WARRANT, before_term=False), now=NOW + timedelta(days=31 * 366)).numbers == (3, 4, 5)


def test_an_open_or_held_or_reopened_case_is_left_alone(case):
    HELD[case] = "正在复议"
    with pytest.raises(InputError, match="on hold"):
        delete()
    HELD.clear()
    service.perform(line("remedy_filed", 5, case, by=[]), new_id(), NOW)
    Sequencer().drain(NOW)
    with pytest.raises(InputError, match="not at rest"):
        delete()
    service.perform(first("YX-2"), new_id(), NOW)
    Sequencer().drain(NOW)
    with pytest.raises(InputError, match="not at rest"):
        delete(1, "YX-2")


def test_a_document_that_was_only_looked_at_goes_from_the_store(case):
    service.note("custody", "viewed", {"file": sha(PAPER)}, id=new_id(), now=NOW, case=case, by=["yx-o2"])
    service.note("custody", "bundle_made", {"left_out": [sha(PAPER)]}, id=new_id(), now=NOW, case=case, by=["yx-o2"])
    Sequencer().drain(NOW)
    assert delete().files == (sha(PAPER),)


def test_a_document_that_another_case_names_stays(case):
    service.perform(first("YX-2"), new_id(), NOW)
    service.perform(line("inquiry_made", 2, "YX-2", documents=["inquiry_record"], files=[paper(PAPER, "笔录.pdf")]), new_id(), NOW)
    Sequencer().drain(NOW)
    assert delete().files == ()


def test_a_head_of_another_agency_approves_nothing(case):
    agency = registry.save_agency(
        "yx-gt", district=make_agency().district, name="云溪区自然资源局", word="云自然", pack="t", confirmed_on=NOW.date()
    )
    registry.save_person("gt-l1", name="钱某", agency=agency, roles=["leader"])
    with pytest.raises(InputError, match="head of the agency of the case") as refused:
        delete(warrant=replace(WARRANT, approver="gt-l1"))
    assert "本案办案机关" in refused.value.message_zh
    assert EntryBody.objects.count() == 7


@pytest.mark.parametrize(
    ("kind", "data", "table", "until"),
    [
        ("case_archived", {}, {}, "2056"),  # nobody says how long: the longest
        ("case_archived", {}, {"penalty": {"years": "20"}, "levy": {"years": "40"}}, "2046"),
        ("case_archived", {}, {"levy": {"years": "40"}, "recording": {"months": "6"}}, "2066"),
        ("case_archived", {"retention_years": 10}, {"penalty": {"years": "30"}}, "2036"),
        ("lead_dismissed", {}, {"penalty": {"years": "20"}}, "2046"),
        ("jurisdiction_transferred", {}, {"penalty": {"years": "20"}}, "2046"),
    ],
)
def test_a_term_that_the_act_does_not_say_is_the_packs(agency, monkeypatch, kind, data, table, until):
    from xiezhi.apps.record import law

    known = law.edition("t")
    monkeypatch.setattr(law, "load_pack", lambda pack: replace(known, retention=table))
    law.edition.cache_clear()
    people(agency)
    service.perform(first(), new_id(), NOW)
    service.perform(line(kind, 1, data=data), new_id(), NOW)
    Sequencer().drain(NOW)
    plain = replace(WARRANT, before_term=False)
    with pytest.raises(InputError, match=f"is to be kept until {until}"):
        service.preview("YX-1", 1, plain, now=NOW)
    assert service.preview("YX-1", 1, WARRANT, now=NOW)
    assert service.preview("YX-1", 1, plain, now=NOW + timedelta(days=41 * 366))


def test_what_has_no_leaf_yet_or_disagrees_with_the_log_is_not_deleted(agency):
    people(agency)
    history()
    with pytest.raises(InputError, match="not in the log yet"):
        delete()


def run(sql, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_the_database_deletes_no_body_without_its_tombstone(case):
    id_ = Entry.objects.get(case_seq=3).id
    for role in ("origin", "replica"):
        with pytest.raises(DatabaseError, match="只能追加"):
            run(f"SET LOCAL session_replication_role = {role}; DELETE FROM record_entry_body WHERE entry_id = '{id_}'")
    # a tombstone for another entry does not do
    other = Entry.objects.get(case_seq=1)
    with pytest.raises(DatabaseError, match="no tombstone of this transaction"), transaction.atomic():
        service.note("system", "entry_deleted", {}, id=new_id(), now=NOW, case=case, of=other.id)
        run("DELETE FROM record_entry_body WHERE entry_id = %s", id_)
    # a tombstone that destroys nothing does not commit
    with pytest.raises(DatabaseError, match="is still there"), transaction.atomic():
        service.note("system", "entry_deleted", {}, id=new_id(), now=NOW, case=case, of=id_)
        run("SET CONSTRAINTS ALL IMMEDIATE")
    assert EntryBody.objects.count() == 7


def test_a_body_that_went_without_a_tombstone_is_a_fault(case, tmp_path):
    run(
        "SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE record_entry_body DISABLE TRIGGER USER; DELETE FROM record_entry_body WHERE entry_id = "
        "(SELECT id FROM record_entry WHERE case_seq = 3); ALTER TABLE record_entry_body ENABLE TRIGGER USER; SET CONSTRAINTS ALL DEFERRED"
    )
    report = verify()
    assert [fault.what for fault in report.faults] == ["is missing"]
    assert queries.history(case)[2].body["deleted"] is None
    closing = bundle.close(case, Memory(PAPER), NOW)
    Sequencer().drain(NOW)
    with pytest.raises(LogRefused, match="does not hold"):
        bundle.write(closing, tmp_path / "case.zip", Memory(PAPER))


def test_a_body_that_came_back_and_a_row_that_was_bent_are_faults(case):
    row = EntryBody.objects.get(entry__case_seq=3)
    delete()
    Sequencer().drain(NOW)
    run("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    EntryBody.objects.create(entry_id=row.entry_id, seed=row.seed, text=row.text)
    assert [fault.what for fault in verify().faults] == ["is there although it was deleted lawfully"]
    run(
        "SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE record_entry DISABLE TRIGGER USER; UPDATE record_entry SET kind = 'site_inspected' WHERE case_seq = 4; "
        "ALTER TABLE record_entry ENABLE TRIGGER USER"
    )
    assert "column kind is not what its tombstone says" in [fault.what for fault in verify().faults]


def forged(case, number, data):
    """What an insider with the owner's rights can do: a tombstone of his own words, and the body goes."""
    row = Entry.objects.get(case_id=case, case_seq=number)
    service.note("system", "entry_deleted", data, id=new_id(), now=NOW, case=case, of=row.id)
    run("DELETE FROM record_entry_body WHERE entry_id = %s", row.id)
    run("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    Sequencer().drain(NOW)
    return row


def epitaph(case, number):
    row = Entry.objects.get(case_id=case, case_seq=number)
    return {
        "entry": bytes(row.entry).hex(),
        "index": row.leaf.seq,
        "case_seq": row.case_seq,
        "class": row.klass,
        "kind": row.kind,
        "at": utc_text(row.at),
        "recorded_at": utc_text(row.recorded_at),
        "basis": "法院裁定",
        "approver": "yx-l1",
    }


def test_a_tombstone_that_says_nothing_is_none(case):
    row = forged(case, 3, {})
    [fault] = verify().faults
    assert (fault.item, fault.what) == (f"body of act {row.id} in case {case} (no. 3)", "is missing")


@pytest.mark.parametrize("lacking", ["entry", "index", "case_seq", "kind", "at", "basis", "approver"])
def test_a_tombstone_says_what_was_there_why_and_by_whose_leave(case, lacking):
    forged(case, 3, epitaph(case, 3) | {lacking: ""})
    [fault] = verify().faults
    assert lacking in fault.what or fault.what == "is missing"


def test_a_tombstone_in_a_case_that_was_not_at_rest_is_a_fault(case):
    service.perform(first("YX-2"), new_id(), NOW)
    Sequencer().drain(NOW)
    forged("YX-2", 1, epitaph("YX-2", 1))
    assert [fault.what for fault in verify().faults] == ["was written while the case was not at rest"]


def test_a_tombstone_holds_also_when_the_case_went_on_afterwards(case):
    delete()
    service.perform(line("remedy_filed", 5, case, by=[]), new_id(), NOW)
    Sequencer().drain(NOW)
    assert verify().faults == []
    forged(case, 2, epitaph(case, 2))  # now it is under way again
    assert [fault.what for fault in verify().faults] == ["was written while the case was not at rest"]


def test_a_bundle_tells_of_it_and_holds(case, tmp_path, monkeypatch, capsys):
    delete()
    store = Memory(PAPER)
    closing = bundle.close(case, store, NOW)
    Sequencer().drain(NOW)
    made = bundle.write(closing, tmp_path / "case.zip", store)
    assert (made.entries, made.files) == (11, 0)
    monkeypatch.setattr(sys, "argv", ["verify.py", str(tmp_path / "case.zip")])
    assert alone.main() == 0
    told = capsys.readouterr().out
    assert told.count("已依法删除") == 3
    assert SECRET not in (tmp_path / "case.zip").read_bytes().decode(errors="replace")


@pytest.mark.django_db(transaction=True)
def test_the_servers_role_may_not_and_the_retention_role_may(fresh_database):
    from xiezhi.site.roles import APP, RETENTION, grant_app_role

    people(make_agency())
    history()
    Sequencer().drain(NOW)
    grant_app_role(os.environ["DATABASE_URL"])
    with psycopg.connect(os.environ["DATABASE_URL"]) as server:
        may = server.execute(
            "SELECT has_table_privilege(%s, 'record_entry_body', 'DELETE'), has_table_privilege(%s, 'record_entry_body', 'DELETE'), "
            "has_table_privilege(%s, 'record_entry', 'DELETE')",
            [APP, RETENTION, RETENTION],
        ).fetchone()
    assert may == (False, True, False)
    with pytest.raises(LogRefused, match="no right to delete"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {APP}")
        delete()
    assert delete().numbers == (3, 4, 5)
    Sequencer().drain(NOW)
    assert verify().faults == []

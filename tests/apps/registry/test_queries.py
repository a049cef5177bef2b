from __future__ import annotations

from datetime import date, timedelta

import pytest

from xiezhi.apps.registry import queries, service
from xiezhi.core.law.clock import day_of


def test_the_engine_gets_core_people_and_only_known_ones(officer, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = queries.people({"yx-o1", "nobody"})
    assert set(found) == {"yx-o1"}
    person = found["yx-o1"]
    assert (person.name, person.agency, person.certificate_no) == ("周敏", "yx-cg", "00000000101")
    assert "officer" in person.roles
    assert person.certified(date(2027, 12, 31))
    assert not person.certified(date(2028, 1, 1))
    assert queries.person("nobody") is None
    with django_assert_num_queries(0):
        assert queries.people([]) == {}


@pytest.mark.parametrize(
    ("status", "days_left", "state", "words"),
    [
        ("valid", 100, "valid", "有效"),
        ("valid", 0, "valid", "有效"),  # the last day included
        ("valid", -1, "expired", "已过期"),
        ("suspended", 100, "suspended", "暂扣"),
        ("cancelled", 100, "cancelled", "已注销"),
        ("revoked", -5, "revoked", "已吊销"),
    ],
)
def test_a_certificate_looked_up_by_the_public(officer, now, status, days_left, state, words):
    officer.certificate_status = status
    officer.certificate_to = day_of(now) + timedelta(days=days_left)
    officer.save()
    answer = queries.find_by_certificate(" 00000 000101 ", now)
    assert (answer.state, answer.zh, answer.asked_at) == (state, words, now)
    assert answer.person.name == "周敏"


def test_a_certificate_that_begins_later_is_not_valid_yet(officer, now):
    officer.certificate_from = day_of(now) + timedelta(days=1)
    officer.save()
    assert queries.find_by_certificate("00000000101", now).state == "not_yet"


@pytest.mark.parametrize("number", ["", "   ", "0000000010", "999", "' OR 1=1"])
def test_part_of_a_number_finds_nobody(officer, now, number):
    answer = queries.find_by_certificate(number, now)
    assert answer.state == "not_found"
    assert answer.person is None


def test_an_auxiliary_has_no_certificate_to_find(agency, now):
    service.save_person("yx-x1", name="陶然", agency=agency, auxiliary=True)
    assert queries.find_by_certificate("", now).person is None
    assert queries.officers_of("yx-cg") == []
    assert [row.name for row in queries.people_of("yx-cg")] == ["陶然"]


@pytest.mark.parametrize("state", ["valid", "soon", "expired", "suspended", "none"])
def test_the_filter_of_a_state_finds_what_is_shown_in_it(agency, now, state):
    today = day_of(now)
    for number, (status, left) in enumerate([("valid", 400), ("valid", 30), ("valid", 0), ("valid", -1), ("suspended", 30), ("", 0)]):
        service.save_person(
            f"p{number}",
            name=f"人{number}",
            agency=agency,
            certificate_no=f"c{number}" if status else "",
            certificate_status=status,
            certificate_from=date(2020, 1, 1),
            certificate_to=today + timedelta(days=left),
        )
    found = set(queries.in_certificate_state(queries.people_rows(), state, today))
    shown = {row for row in queries.people_rows() if queries.shown_certificate_state(row, today) == state}
    assert shown <= found
    assert found - shown == ({row for row in found if queries.shown_certificate_state(row, today) == "soon"} if state == "valid" else set())
    assert shown


def test_powers_offered_are_the_active_ones(agency):
    full = {
        "name": "占用道路",
        "kind": "penalty",
        "basis": "条例第一条",
        "unit": "大队",
        "procedure": "普通程序",
        "time_limit": "九十日",
        "remedy": "复议",
    }
    service.save_power("yx-cg", "P-1", **full, active=True)
    service.save_power("yx-cg", "P-2", **full)
    assert [row.code for row in queries.powers_of("yx-cg")] == ["P-1"]
    assert queries.powers_of("yx-cg", "licence") == []
    assert queries.power("P-2").name == "占用道路"


def test_parties_are_found_by_part_of_the_name_or_start_of_the_code(agency, now):
    row = service.save_party(now=now, kind="organisation", name="远峰装饰工程有限公司", code="00000000EXAMPLE000")
    assert queries.find_parties("装饰") == [row]
    assert queries.find_parties("00000000EX") == [row]
    assert queries.find_parties("  ") == []
    assert queries.party(str(row.pk)) == row
    assert queries.party("not a uuid") is None


def test_the_pack_of_an_agency(agency, now):
    assert queries.pack_of("yx-cg", now) == "demo"


def test_names_are_listed_by_their_sound_and_a_list_goes_on_after_any_of_them(agency):
    from xiezhi.apps.registry import service
    from xiezhi.apps.registry.models import Person
    from xiezhi.site.keyset import page

    # By code point: 严 乔 何 周 孙 曹.
    for place, name in enumerate(("严衡之", "周敏", "曹砚秋", "何砺川", "孙岚舟", "乔木棉")):
        service.save_person(f"p-{place}", name=name, agency=agency, roles=["officer"])
    wanted = ["曹砚秋", "何砺川", "乔木棉", "孙岚舟", "严衡之", "周敏"]
    assert [row.name for row in queries.people_of(agency.pk)] == wanted
    shown, token = [], ""
    for _ in range(3):
        found = page(queries.by_name(Person.objects.all()), queries.BY_NAME, token, size=2)
        shown, token = [*shown, *(row.name for row in found.rows)], found.after
    assert (shown, token) == (wanted, "")

"""Lines that become acts, and lines that cannot."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from xiezhi.core.law.errors import InputError
from xiezhi.core.procedure.history import act_from_line, person_from_row

from .law import VOCABULARY

LINE = {"case": "C", "act": "case_filed", "at": "2024-03-01T10:00:00+08:00", "procedure": "penalty"}


def read(**more):
    return act_from_line({**LINE, **more}, VOCABULARY, 7)


def test_facts_accumulate_by_dotted_path_and_the_rest_belongs_to_the_act():
    act = read(data={"penalty": {"fine": "6000.50", "kinds": "fine"}, "reason": "举报", "urgent": True, "ours": {"x": 1}, "party": None})
    assert act.facts == {"penalty.fine": Decimal("6000.50"), "penalty.kinds": ("fine",)}
    assert act.own == {**act.facts, "reason": "举报", "urgent": True, "ours.x": 1}


def test_the_day_is_the_day_in_china():
    assert read(at="2024-02-29T16:30:00Z").day == date(2024, 3, 1)


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"act": "case_fled"}, "act", "“case_filed”"),
        ({"act": None}, "act", "缺少“act”"),
        ({"case": ""}, "case", "缺少“case”"),
        ({"at": "2024-03-01T10:00:00"}, "at", "带时区"),
        ({"at": "2024-02-30T10:00:00+08:00"}, "at", "“2024-02-30T10:00:00+08:00”"),
        ({"at": 5}, "at", "有效时间"),
        ({"until": "2024-03-01T09:59:59+08:00"}, "until", "早于开始"),
        ({"procedure": "penality"}, "procedure", "没有程序"),
        ({"by": {"a": 1}}, "by", "列表"),
        ({"data": []}, "data", "对象"),
        ({"data": {"penalty": {"fine": "many"}}}, "data.penalty.fine", "数字"),
        ({"data": {"penalty": {"fine": True}}}, "data.penalty.fine", "数字"),
        ({"data": {"penalty": {"fine": "NaN"}}}, "data.penalty.fine", "有限"),
        ({"data": {"party": {"minor": "no"}}}, "data.party.minor", "true"),
        ({"data": {"party": {"kind": "firm"}}}, "data.party.kind", "organisation"),
        ({"data": {"violation": {"ended_on": "2024-02-30"}}}, "data.violation.ended_on", "有效日期"),
        ({"data": {"due": "tomorrow"}}, "data.due", "有效日期"),
        ({"recordings": [{"id": "r", "kind": "video"}]}, "recordings[0].from", "缺少"),
        ({"recordings": [{"from": "2024-03-01T10:00:00+08:00", "to": "2024-03-01T09:00:00+08:00"}]}, "recordings[0].to", "早于开始"),
        ({"signed": {"party": "maybe"}}, "signed.party", "maybe"),
    ],
)
def test_what_cannot_be_read_names_line_and_field(change, field, says):
    with pytest.raises(InputError) as caught:
        read(**change)
    assert (caught.value.line, caught.value.field) == (7, field)
    assert says in caught.value.message_zh


def test_a_strangers_key_of_another_type_stays_as_it_is():
    assert read(data={"battery": "80%", "statutory_deadline": "2024-05-30T00:00:00+08:00"}).own == {
        "battery": "80%",
        "statutory_deadline": date(2024, 5, 30),
    }


def test_people_rows():
    one = person_from_row({"id": "o1", "roles": "officer;reviewer", "certificate_from": "2020-01-01", "legal_qualification": "True"})
    assert (one.roles, one.legal_qualification, one.certificate_to) == ({"officer", "reviewer"}, True, None)
    for row, field in (
        ({"id": ""}, "id"),
        ({"id": "o", "certificate_to": "2024-02-30"}, "certificate_to"),
        ({"id": "o", "legal_qualification": "maybe"}, "legal_qualification"),
    ):
        with pytest.raises(InputError) as caught:
            person_from_row(row, 3)
        assert (caught.value.line, caught.value.field) == (3, field)


def test_a_case_that_names_no_procedure_is_an_input_error():
    from xiezhi.core.procedure.fold import fold

    from .law import book

    law = book("""
    - {id: shown, kind: order, on: [inquiry_made], after: [identity_shown]}
    """)
    with pytest.raises(InputError) as caught:
        fold(law, [read(procedure=None)], None)
    assert (caught.value.line, caught.value.field) == (7, "procedure")

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.http import QueryDict

from xiezhi.apps.accounts.signing import signing_roles
from xiezhi.apps.casework.forms import form_for, line_of
from xiezhi.apps.casework.forms.fields import decimal_text, json_value
from xiezhi.apps.casework.forms.filing import is_minor
from xiezhi.core.law.pack import load_pack
from xiezhi.core.procedure.history import Person, act_from_line

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
ID = "0198c0de-0000-7000-8000-000000000001"
PEOPLE = [
    Person(key, name, "a", frozenset(roles), f"N{key}", "valid", None, None, True, None)
    for key, name, roles in [("zhou", "周敏", ["officer"]), ("he", "何立", ["officer"]), ("xu", "许鸣", ["leader"])]
]
MARKING = SimpleNamespace(
    procedure="penalty", facts={"penalty.fine": Decimal(6000)}, acts=[SimpleNamespace(at=NOW - timedelta(days=9), by=("zhou", "he"))]
)
USER = SimpleNamespace(person_id="zhou")


@pytest.fixture(scope="module")
def pack():
    return load_pack("demo")


def make(pack, act: str, marking=MARKING, user=USER, **data):
    posted = None
    if data:
        posted = QueryDict(mutable=True)
        posted["id"] = ID
        for key, value in data.items():
            posted.setlist(key, value if isinstance(value, list) else [value])
    return form_for(pack.vocabulary.acts[act], pack, marking, user, people=PEOPLE, now=NOW, data=posted)


def test_every_act_of_the_vocabulary_has_a_form_whose_line_can_be_read(pack) -> None:
    for act in pack.vocabulary.acts:
        form = make(pack, act, at="2026-03-10T09:00", by=["zhou"] if signing_roles(act) else ["zhou", "he"])
        assert form.is_valid(), (act, form.errors)
        line = line_of(form, "case", "a")
        read = act_from_line({**line, "procedure": "penalty"}, pack.vocabulary)
        assert read.kind == act


def test_the_form_asks_for_what_the_rules_ask_for(pack) -> None:
    form = make(pack, "site_inspected")
    assert form.sheet.recorded
    assert "site_inspection_record" in form.sheet.documents
    assert {"until", "by", "signed-party"} <= set(form.fields)
    assert list(form.initial["by"]) == ["zhou", "he"]


@pytest.mark.parametrize(
    ("who", "act", "offered"),
    [
        ("xu", "decision_made", {"xu"}),
        ("xu", "decision_approved", {"xu"}),
        ("zhou", "decision_made", {"zhou", "he"}),  # on the spot: two officers
        ("zhou", "inquiry_made", {"zhou", "he", "xu"}),
        ("xu", "discussion_held", {"zhou", "he", "xu"}),
        ("nobody", "decision_approved", set()),
    ],
)
def test_who_decides_signs_with_the_own_account_only(pack, who, act, offered) -> None:
    form = make(pack, act, user=SimpleNamespace(person_id=who))
    assert {key for key, _ in form.fields["by"].choices} == offered
    if who == "xu" and act != "discussion_held":
        form = make(pack, act, user=SimpleNamespace(person_id="xu"), at="2026-03-10T09:00", by=["zhou"])
        assert "不能签别人的名字" in " ".join(form.errors["by"])
        form = make(pack, act, user=SimpleNamespace(person_id="xu"), at="2026-03-10T09:00", by=[])
        assert "请勾选您自己" in " ".join(form.errors["by"])


def test_facts_of_the_case_are_filled_in(pack) -> None:
    form = make(pack, "penalty_proposed")
    assert form["data-penalty.fine"].value() == Decimal(6000)


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({"at": "2026-03-11T09:00"}, "at", "2026年3月11日 09:00 在将来"),
        ({"at": "2026-02-30T09:00"}, "at", "不存在"),
        ({"at": "0026-03-01T09:00"}, "at", "不合理"),
        ({"at": "2026-02-01T09:00"}, "at", "早于本案第一条记录"),
        ({"at": ""}, "at", "请填写发生时间"),
        ({"at": "2026-03-09T09:00", "until": "2026-03-09T08:59"}, "until", "早于"),
        ({"at": "2026-03-09T09:00", "until": "2026-03-12T08:59"}, "until", "2026年3月12日 08:59 在将来"),
        ({"at": "2026-03-09T09:00", "by": ["nobody"]}, "by", "不是本机关人员"),
    ],
)
def test_impossible_input_is_said_in_words_at_its_field(pack, data, field, words) -> None:
    form = make(pack, "site_inspected", **{"by": ["zhou", "he"], **data})
    assert not form.is_valid()
    assert words in " ".join(form.errors[field])


def test_money_and_dates_become_what_the_record_holds(pack) -> None:
    form = make(
        pack, "penalty_proposed", **{"at": "2026-03-10T09:00", "by": ["zhou", "he"], "data-penalty.fine": "6000.50", "data-penalty.kinds": ["fine", "warning"], "data-hearing.entitled": "true"}
    )  # fmt: skip
    assert form.is_valid(), form.errors
    data = line_of(form, "c", "a")["data"]
    assert data["penalty"] == {"fine": "6000.5", "kinds": ["fine", "warning"]}
    assert data["hearing"] == {"entitled": True}


def test_an_amount_below_zero_is_refused(pack) -> None:
    form = make(pack, "penalty_proposed", **{"at": "2026-03-10T09:00", "data-penalty.fine": "-1"})
    assert "负数" in form.errors["data-penalty.fine"][0]


def test_officers_sign_unless_fewer_are_stated(pack) -> None:
    both = make(pack, "inquiry_made", at="2026-03-10T09:00", by=["zhou", "he"])
    assert both.is_valid()
    assert line_of(both, "c", "a")["signed"] == {"officers": 2}
    one = make(
        pack,
        "inquiry_made",
        **{"at": "2026-03-10T09:00", "by": ["zhou", "he"], "signed-officers": "1", "signed-party": "refused", "signed-witness": "on"},
    )
    assert one.is_valid()
    assert line_of(one, "c", "a")["signed"] == {"party": "refused", "officers": 1, "witness": True}


def _recording(**more):
    base = {
        "at": "2026-03-10T09:00",
        "until": "2026-03-10T09:30",
        "by": ["zhou", "he"],
        "rows": "1",
        "rec-0-kind": "video",
        "rec-0-begin": "2026-03-10T09:00",
    }
    return {**base, "rec-0-end": "2026-03-10T09:30", "rec-0-device": "R-1", "rec-0-stored_at": "2026-03-10T09:50", **more}


def test_a_recording_with_a_gap_is_stated(pack) -> None:
    form = make(
        pack,
        "site_inspected",
        **_recording(**{"rec-0-gap_begin": "2026-03-10T09:10", "rec-0-gap_end": "2026-03-10T09:12", "rec-0-explained": "voice"}),
    )
    assert form.is_valid(), form.errors
    [(recording, file)] = form.recordings.stated()
    assert file is None
    assert recording["gaps"] == [{"from": "2026-03-10T01:10:00.000000Z", "to": "2026-03-10T01:12:00.000000Z", "explained": "voice"}]
    assert recording["stored_at"] == "2026-03-10T01:50:00.000000Z"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"rec-0-end": "2026-03-10T08:00"}, "早于开始时间"),
        ({"rec-0-begin": ""}, "请填写开始时间"),
        ({"rec-0-kind": ""}, "请选择是录像"),
        ({"rec-0-stored_at": "2026-03-11T09:00"}, "将来"),
        ({"rec-0-gap_begin": "2026-03-10T09:40", "rec-0-gap_end": "2026-03-10T09:50"}, "不在录制时间之内"),
        ({"rec-0-gap_begin": "2026-03-10T09:10"}, "开始和结束"),
    ],
)
def test_an_impossible_recording_is_said_in_words(pack, more, words) -> None:
    form = make(pack, "site_inspected", **_recording(**more))
    assert not form.is_valid()
    assert words in " ".join(form.non_field_errors())


@pytest.mark.parametrize(("value", "text"), [("6000", "6000"), ("6000.50", "6000.5"), ("0.10", "0.1"), ("1E+3", "1000")])
def test_decimals_are_canonical(value, text) -> None:
    assert decimal_text(Decimal(value)) == text


def test_nothing_stated_is_nothing_recorded() -> None:
    spec = SimpleNamespace(type="bool")
    assert json_value(spec, "") is None
    assert json_value(spec, "false") is False


def test_of_age_on_the_eighteenth_birthday() -> None:
    born = datetime(2008, 3, 10, tzinfo=UTC).date()
    assert is_minor(born, datetime(2026, 3, 9, tzinfo=UTC).date())
    assert not is_minor(born, datetime(2026, 3, 10, tzinfo=UTC).date())


def test_what_is_typed_to_the_minute_comes_after_what_the_case_holds_of_that_minute(pack) -> None:
    passed = NOW.replace(minute=0, second=0) - timedelta(minutes=5) + timedelta(seconds=40)
    marking = SimpleNamespace(
        procedure="penalty",
        facts={},
        acts=[
            SimpleNamespace(at=NOW - timedelta(days=9), by=("zhou", "he"), id="a"),
            SimpleNamespace(at=passed, by=("zhou",), id=None),
        ],
    )
    form = make(pack, "decision_made", marking, SimpleNamespace(person_id="xu"), at="2026-03-10T09:55", by=["xu"])
    assert form.is_valid(), form.errors
    assert form.cleaned_data["at"] == passed
    marking.acts.append(SimpleNamespace(at=passed + timedelta(seconds=5), by=("xu",), id=ID))
    marking.acts.append(SimpleNamespace(at=passed + timedelta(seconds=9), by=("xu",), id="later"))
    form = make(pack, "decision_made", marking, SimpleNamespace(person_id="xu"), at="2026-03-10T09:55", by=["xu"])
    assert form.is_valid(), form.errors
    assert form.cleaned_data["at"] == passed + timedelta(seconds=5), "a second click meets its own act"

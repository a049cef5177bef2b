"""The guard language: what it reads, what it answers, what it says, and where its mistakes stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiezhi.core.procedure.guard import GuardError, Names, Scene, Unknown, check, condition_of, parse
from xiezhi.core.procedure.guard.compile import closure_of
from xiezhi.core.procedure.guard.prose import prose
from xiezhi.core.procedure.guard.values import truth

from .law import CALENDAR, VOCABULARY, act

NAMES = Names(
    vocabulary=VOCABULARY,
    params={"limit", "none"},
    definitions={"grave_case"},
    param_at=lambda name, _day: 5000 if name == "limit" else None,
    workdays=CALENDAR.workdays_between,
    is_workday=CALENDAR.is_workday,
    is_holiday=CALENDAR.is_holiday,
)
DEFINITIONS = {"grave_case": lambda scene: scene.facts.get("penalty.fine", 0) > 100_000}


def scene_of(*acts, this=None, people=None, **facts):
    scene = Scene(people)
    for place, one in enumerate(acts):
        scene.acts.append(one)
        scene.places.setdefault(one.kind, []).append(place)
        scene.facts.update(one.facts)
    scene.this = this or act("decision_made", "2024-03-10")
    scene.today = scene.this.day
    scene.facts.update(scene.this.facts)
    scene.facts.update({name.replace("__", "."): value for name, value in facts.items()})
    return scene


def value(text, scene):
    tree = parse(text)
    check(tree, NAMES)
    return closure_of(tree, NAMES, DEFINITIONS)(scene)


PASSED = act("review_passed", "2024-03-01 09:00", by=["r1"], checklist={"subject": "ok", "law": {"result": "problem", "note": "x"}})
RETURNED = act("review_returned", "2024-03-02", review_of="enforcement", by=["r2"])
PROPOSED = act("penalty_proposed", "2024-02-29", penalty={"fine": 3000}, hearing_at="2024-03-08T09:00:00+08:00")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true and not false", True),
        ("1 + 2 - 1 == 2", True),
        ("'a' in ['a', 'b'] and ['a'] intersects ['b', 'a']", True),
        ("penalty.fine >= $limit", False),
        ("penalty.fine == '3000'", False),
        ("party.kind == 'citizen' or penalty.fine < 4000", True),
        ("grave_case", False),
        ("crime_suspected", False),  # absent: false
        ("joint_agencies == []", True),  # absent: empty
        ("done(review_passed, review_rejected)", True),
        ("done(review_passed; it.review_of == 'decision')", True),  # the default of review_of
        ("done(review_returned; it.review_of == 'decision')", False),
        ("count(review_passed, review_returned)", 2),
        ("last(review_passed, review_returned) == review_returned", True),
        ("last(review_passed, review_returned; it.review_of == 'decision') == review_passed", True),
        ("first(review_passed, review_returned) in [review_passed]", True),
        ("last(review_rejected) == review_rejected", False),
        ("last(review_rejected)", None),
        ("last(penalty_proposed).penalty.fine", 3000),
        ("last(review_passed).checklist.subject == 'ok' and last(review_passed).checklist.law == 'problem'", True),
        ("since(review_passed; review_returned, review_rejected)", True),
        ("since(review_returned; review_passed)", False),
        ("all(review_passed; it.by intersects ['r1'])", True),
        ("persons(review_passed, review_returned) intersects this.by", True),
        ("elapsed(last(review_passed), this, 'hour')", 217),
        ("elapsed(last(penalty_proposed), this, 'workday')", 6),
        ("elapsed(last(penalty_proposed), this, 'month')", 0),
        ("past(last(penalty_proposed), this, 10, 'day')", False),
        ("past(last(penalty_proposed), this, 9, 'day')", True),
        ("last(penalty_proposed).hearing_at < this.at", True),
        ("weekday(this) == 7 and not workday(this) and hour(this) == 10 and not holiday(this)", True),
        ("recorded(this)", False),
        ("empty(this.reason)", True),
        ("size(this.by)", 1),
        ("this.act == decision_made and this.signed.party == null", True),
    ],
)
def test_what_a_guard_answers(text, expected):
    scene = scene_of(PROPOSED, PASSED, RETURNED, this=act("decision_made", "2024-03-10", by=["r1"]))
    assert value(text, scene) == expected


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("party.kind == 'citizen'", ("party.kind",)),
        ("party.kind == 'citizen' and party.minor", ("party.kind", "party.minor")),
        ("not party.minor", ("party.minor",)),
        ("this.granted", ("this.granted",)),
        ("last(penalty_proposed).penalty.fine > 1", ("last(penalty_proposed).penalty.fine",)),
        ("penalty.fine > $none", ("penalty.fine", "$none")),
        ("this.at > 5", ("this.at", "5")),
        ("this.by > 5", ("this.by",)),
        ("elapsed(violation.ended_on, this, 'year') > 2", ("violation.ended_on",)),
    ],
)
def test_what_is_not_known_is_named(text, missing):
    answer = value(text, scene_of())
    assert isinstance(answer, Unknown)
    assert answer.names == missing


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        ("done(", 5, "an act id"),
        ("done(review_pased)", 5, "a known act"),
        ("penalty.fin > 1", 0, "a known fact"),
        ("penalty.fine >", 14, "a value"),
        ("a ? b", 2, "a name"),
        ("(true", 5, "')'"),
        ("true true", 5, "`and`"),
        ("$limits > 1", 0, "a known parameter"),
        ("frobnicate(this)", 0, "one of"),
        ("this.resaon == 'x'", 0, "a known attribute"),
        ("elapsed(this, this, 'week')", 20, "one of"),
        ("elapsed(this, this)", 0, "3"),
        ("done(case_filed).reason", 0, "a path only"),
        ("since(case_filed)", 16, "';'"),
    ],
)
def test_a_mistake_stands_where_it_is(text, offset, expected):
    with pytest.raises(GuardError) as caught:
        value(text, scene_of())
    assert caught.value.offset == offset
    assert expected in caught.value.expected


@given(
    op=st.sampled_from(["<", "<=", ">", ">="]),
    hours=st.integers(-3, 60),
    spent=st.one_of(st.integers(-3, 60).map(lambda whole: timedelta(hours=whole)), st.timedeltas(timedelta(-1), timedelta(3))),
)
def test_a_span_in_hours_is_compared_exactly(op, hours, spent):
    this = replace(act("decision_made", "2024-03-10 10:00"), at=PASSED.at + spent)
    limit = f"{hours}" if hours >= 0 else f"0 - {-hours}"
    said = value(f"any(review_passed; elapsed(it, this, 'hour') {op} {limit})", scene_of(PASSED, this=this))
    exact = Fraction(spent // timedelta(microseconds=1), 3_600_000_000)
    assert said is {"<": exact < hours, "<=": exact <= hours, ">": exact > hours, ">=": exact >= hours}[op]


def test_a_span_from_a_day_or_to_a_number_with_a_fraction_is_compared_too():
    scene = scene_of(PASSED, this=act("decision_made", "2024-03-10 10:00"), violation__ended_on=date(2024, 3, 9))
    assert value("elapsed(violation.ended_on, this, 'hour') == 24 and elapsed(violation.ended_on, this, 'hour') <= 24", scene) is True
    assert isinstance(value("elapsed(party.birth_date, this, 'hour') <= 24", scene), Unknown)
    assert isinstance(value("elapsed(this, this, 'hour') <= $none", scene), Unknown)


@given(st.lists(st.integers(0, 90), max_size=8), st.integers(0, 90), st.integers(0, 90))
def test_a_search_that_ends_early_finds_what_a_whole_one_finds(hours, now, within):
    acts = [replace(PASSED, at=PASSED.at + timedelta(hours=hour)) for hour in sorted(hours)]
    scene = scene_of(*acts, this=replace(PASSED, at=PASSED.at + timedelta(hours=now)))
    assert value(f"any(review_passed; elapsed(it, this, 'hour') <= {within})", scene) is any(now - hour <= within for hour in hours)
    assert value(f"any(review_passed; elapsed(it, this, 'hour') > {within})", scene) is any(now - hour > within for hour in hours)


def test_a_search_among_earlier_acts_ends_where_a_filter_by_hours_fails():
    scene = scene_of(PASSED, replace(PASSED, at=PASSED.at + timedelta(hours=1)), this=act("decision_made", "2024-03-10"))
    scene.acts[0] = None  # it is never looked at: what lies before an act too long ago lies longer ago
    assert value("any(review_passed; elapsed(it, this, 'hour') <= 24)", scene) is False


def test_a_guard_in_words():
    tree = parse("party.kind == 'citizen' and penalty.fine >= $limit and not done(review_passed; it.review_of == 'decision')")
    names = {"$limit": "五千元"}
    assert (
        prose(tree, VOCABULARY, "zh", names)
        == "当事人类别为公民，且罚款金额达到五千元，且并非已有审核同意（该行为的审核或讨论的对象为处理决定）"
    )
    assert prose(parse("since(review_returned; review_submitted)"), VOCABULARY, "zh") == "最近一次退回补充之后已有送法制审核"
    english = prose(parse("last(review_passed, review_rejected) == review_passed"), VOCABULARY, "en")
    assert english.startswith("the last ")
    assert " is " in english


# --- Kleene's laws, on random conditions over facts that are true, false or unknown

FACTS = {"party.minor": None, "violation.first_time": True, "crime_suspected": False}
conditions = st.recursive(
    st.sampled_from([*FACTS, "true", "false"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} and {pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} or {pair[1]})"),
        inner.map(lambda one: f"(not {one})"),
    ),
    max_leaves=8,
)


def answer(text, **facts):
    scene = scene_of()
    scene.facts.update({name: known for name, known in {**FACTS, **facts}.items() if known is not None})
    return truth(condition_of(parse(text), NAMES, DEFINITIONS)(scene))


def same(left, right):
    return (
        isinstance(left, Unknown) and isinstance(right, Unknown)
        if isinstance(left, Unknown) or isinstance(right, Unknown)
        else left == right
    )


@given(conditions, conditions)
def test_de_morgan_holds_with_unknowns(left, right):
    assert same(answer(f"not ({left} and {right})"), answer(f"not {left} or not {right}"))


@given(conditions)
def test_more_knowledge_never_overturns_an_answer(text):
    before = answer(text)
    if not isinstance(before, Unknown):
        assert answer(text, **{"party.minor": True}) is before
        assert answer(text, **{"party.minor": False}) is before


def test_a_nearer_act_that_might_match_leaves_open_which_is_meant():
    sure, perhaps = act("court_ruling_received", "2024-03-01", granted=True), act("court_ruling_received", "2024-03-02")
    assert value("done(court_ruling_received; it.granted)", scene_of(sure, perhaps)) is True
    assert isinstance(value("last(court_ruling_received; it.granted)", scene_of(sure, perhaps)), Unknown)
    assert value("last(court_ruling_received; it.granted)", scene_of(perhaps, sure)) is sure


def test_dates_compare_by_day():
    scene = scene_of(violation__ended_on=date(2024, 3, 10))
    assert value("violation.ended_on == this.at", scene) is True
    assert value("violation.ended_on < '2024-03-11'", scene) is True

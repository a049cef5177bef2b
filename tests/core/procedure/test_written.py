"""What is written as Python answers what the closures answer: on random guards and scenes, and for every rule on every golden history."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.packs.golden import audit_of, goldens, judged_packs
from xiezhi.core.law.pack import load_pack
from xiezhi.core.procedure import compiled
from xiezhi.core.procedure.book import Book
from xiezhi.core.procedure.guard import Unknown, check, condition_of, parse
from xiezhi.core.procedure.guard.generate import begun, condition_written

from .law import CALENDAR, act
from .test_guard import DEFINITIONS, NAMES, scene_of

pytestmark = pytest.mark.slow  # beyond what `make check` has time for

KINDS = ["penalty_proposed", "review_passed", "identity_shown", "document_served"]
kinds = st.sampled_from([*KINDS, "penalty_proposed, review_passed", "identity_shown, document_served, review_passed"])
ROOTS = ["this", "it"]
OF_ACTS = [
    "method",
    "granted",
    "urgent",
    "review_of",
    "reason",
    "days",
    "visit",
    "by",
    "documents",
    "served_on",
    "checklist.subject",
    "act",
    "at",
]
FACTS = [
    "party.kind",
    "party.minor",
    "penalty.fine",
    "penalty.kinds",
    "crime_suspected",
    "violation.ended_on",
    "joint_agencies",
    "grave_case",
]
TEXTS = ["'citizen'", "'direct'", "'decision'", "'2024-03-01'", "''", "'ok'", "review_passed", "null", "true", "false", "3", "2.5"]
LISTS = ["['citizen', 'direct', 'ok']", "['2024-03-01', 3]", "[]"]


def own(root: str) -> st.SearchStrategy[str]:
    return st.sampled_from([f"{root}.{key}" for key in [*OF_ACTS, "signed.party", "penalty.fine"]])


def values(roots: list[str]) -> st.SearchStrategy[str]:
    of_acts = st.one_of([own(root) for root in roots])
    return st.one_of(
        of_acts,
        st.sampled_from([*FACTS, *TEXTS, *LISTS, "$limit", "$none"]),
        st.tuples(st.sampled_from(["last", "first"]), kinds, st.sampled_from(["", ".penalty.fine", ".method", ".checklist.subject"])).map(
            lambda one: f"{one[0]}({one[1]}){one[2]}"
        ),
        st.sampled_from(
            [f"elapsed({one}, this, '{unit}')" for one in (*roots, "violation.ended_on") for unit in ("hour", "day", "workday")]
        ),
        st.sampled_from(
            ["count(review_passed)", "size(this.by)", "persons(review_passed)", "without(penalty.kinds, ['warning'])", "penalty.fine + 1"]
        ),
    )


def atoms(roots: list[str]) -> st.SearchStrategy[str]:
    value = values(roots)
    return st.one_of(
        st.tuples(value, st.sampled_from(["==", "!=", "in", "intersects", "<", "<=", ">", ">="]), value).map(" ".join),
        st.sampled_from(FACTS),
        st.one_of([own(root) for root in roots]),
        value.map(lambda one: f"empty({one})"),
        st.tuples(kinds, kinds).map(lambda one: f"since({one[0]}; {one[1]})"),
        kinds.map(lambda one: f"done({one})"),
        st.sampled_from([f"recorded({roots[-1]})", "past(violation.ended_on, this, 3, 'day')", "true", "workday(this)"]),
        kinds.map(lambda one: f"after({roots[-1]}, last({one}))"),
    )


def conditions(roots: list[str], deeper: int) -> st.SearchStrategy[str]:
    leaves = atoms(roots)
    if deeper:
        inner = conditions(ROOTS, deeper - 1)
        filtered = st.tuples(st.sampled_from(["any", "done", "all"]), kinds, inner).map(lambda one: f"{one[0]}({one[1]}; {one[2]})")
        found = st.tuples(st.sampled_from(["last", "first"]), kinds, inner, st.sampled_from(["", ".method", ".granted"])).map(
            lambda one: f"{one[0]}({one[1]}; {one[2]}){one[3]} == review_passed"
        )
        within = st.tuples(kinds, st.integers(0, 200)).map(lambda one: f"any({one[0]}; elapsed(it, this, 'hour') <= {one[1]})")
        leaves = st.one_of(leaves, filtered, found, within)
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(inner, inner).map(lambda pair: f"({pair[0]} and {pair[1]})"),
            st.tuples(inner, inner, inner).map(lambda three: f"({three[0]} or {three[1]} and not {three[2]})"),
            st.tuples(own("this"), inner).map(lambda pair: f"(not empty({pair[0]}) and {pair[0]} == 'direct' and {pair[1]})"),
            st.tuples(own("this"), inner).map(lambda pair: f"(empty({pair[0]}) or {pair[0]} in ['direct'] or {pair[1]})"),
        ),
        max_leaves=6,
    )


data = st.fixed_dictionaries(
    {},
    optional={
        "method": st.sampled_from(["direct", "left", ["direct"]]),
        "granted": st.booleans(),
        "urgent": st.booleans(),
        "review_of": st.sampled_from(["decision", "enforcement"]),
        "reason": st.sampled_from(["", "text"]),
        "days": st.integers(0, 5),
        "served_on": st.just("2024-03-05"),
        "checklist": st.sampled_from([{"subject": "ok"}, {"subject": {"result": "problem", "note": "x"}}, {}]),
        "penalty": st.sampled_from([{"fine": 3000}, {"fine": "5000.50", "kinds": ["warning"]}, {"kinds": ["warning", "fine"]}]),
        "party": st.sampled_from([{"kind": "citizen"}, {"minor": False}, {"kind": "organisation", "minor": True}]),
        "violation": st.just({"ended_on": "2024-02-28"}),
    },
)


@st.composite
def acts(draw, kind=None):
    day, hour = draw(st.integers(1, 9)), draw(st.integers(8, 18))
    more = {"documents": draw(st.sampled_from([[], ["decision"]])), "signed": draw(st.sampled_from([{}, {"party": "signed"}]))}
    by = draw(st.sampled_from([["o1"], ["o1", "o2"], []]))
    visit = draw(st.sampled_from([None, "v1"]))
    return act(kind or draw(st.sampled_from(KINDS)), f"2024-03-0{day} {hour:02}:00", by=by, visit=visit, **more, **draw(data))


@st.composite
def scenes(draw):
    before = sorted(draw(st.lists(acts(), max_size=5)), key=lambda one: one.at)
    return scene_of(*before, this=draw(acts(kind="decision_made")))


def told(answer):
    return answer.names if isinstance(answer, Unknown) else answer


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(conditions(["this"], 2), scenes())
def test_a_written_guard_answers_what_its_closure_answers(text, scene):
    tree = parse(text)
    check(tree, NAMES)
    expected = told(condition_of(tree, NAMES, DEFINITIONS)(scene))
    scene.memo.clear()
    answer = told(condition_written(tree, NAMES, DEFINITIONS)(scene))
    assert answer == expected
    assert type(answer) is type(expected)


def test_what_a_pack_says_is_no_part_of_the_source():
    """A text may read like Python; it stays an object beside the function."""
    text = "__import__('os').abort()"
    tree = parse(f'"{text}" == this.reason')
    assert condition_written(tree, NAMES, DEFINITIONS)(scene_of(this=act("decision_made", "2024-03-01", reason=text))) is True
    writer = begun()
    writer.put(f"return {writer.constant(text)}")
    assert text not in writer.source("scene")


@pytest.mark.parametrize("pack", judged_packs())
def test_every_rule_that_a_golden_meets_says_the_same_both_ways(pack, monkeypatch):
    compared = set()

    def both(self, scene):
        expected = self._closures(scene)
        memo, scene.memo = scene.memo, {}
        if self not in compared:
            compared.add(self)
            self.written = self._write(self.rules)
        answer = self.written(scene)
        scene.memo = memo
        assert plain(answer) == plain(expected)
        return expected

    class Both(compiled.Together):
        __slots__ = ("written",)
        _slowly = both

    monkeypatch.setattr(compiled, "Together", Both)
    book = Book(load_pack(pack), CALENDAR)  # not the one that other tests have opened
    for golden in [one for one in goldens() if one.pack == pack][::3]:
        audit_of(golden, book)
    assert compared or pack == "cn"


def plain(answer):
    """What was found, comparably: a new fault or Unknown is made each time."""
    if isinstance(answer, (list, tuple)):
        return [tuple(told(part) for part in one) for one in answer]
    return told(answer)

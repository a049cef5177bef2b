"""Each kind of rule: a history that keeps it, one that breaks it, and what is found."""

from __future__ import annotations

import pytest

from xiezhi.core.procedure.step import Permitted, Refused

from .law import OFFICERS, act, book, broken, findings, people, person, recording, try_step

FILED = act("case_filed", "2024-03-01")


def test_gate_is_hard_and_never_vacuous():
    law = book("""
    - id: reviewed
      kind: gate
      on: [decision_made]
      requires: last(review_passed, review_rejected) == review_passed
    """)
    assert findings(law, FILED, act("decision_made", "2024-03-05")) == [("violation", "forbidden", "reviewed", 1)]
    assert broken(law, FILED, act("review_passed", "2024-03-04"), act("decision_made", "2024-03-05")) == []
    overturned = [act("review_passed", "2024-03-04"), act("review_rejected", "2024-03-04 12:00"), act("decision_made", "2024-03-05")]
    assert broken(law, FILED, *overturned) == ["reviewed"]


def test_gate_applies_only_when_its_condition_holds():
    law = book(
        """
        - id: reviewed
          kind: gate
          on: [decision_made]
          when: penalty.fine >= $limit
          requires: done(review_passed)
        """,
        params="""
        limit:
          zh: 数额
          unit: yuan
          values:
            - {from: 2010-01-01, to: 2023-12-31, value: 1000, cite: [law/a/2]}
            - {from: 2024-01-01, value: 5000, cite: [law/a/2]}
        """,
    )
    assert broken(law, act("decision_made", "2024-03-05", penalty={"fine": 4999})) == []
    assert broken(law, act("decision_made", "2024-03-05", penalty={"fine": "5000.00"})) == ["reviewed"]
    assert broken(law, act("decision_made", "2023-12-31", penalty={"fine": 4999})) == ["reviewed"], "the number of that day"


def test_an_unknown_fact_is_not_a_finding_but_not_judged():
    from xiezhi.core.procedure.fold import fold

    law = book("""
    - id: reviewed
      kind: gate
      on: [decision_made]
      when: penalty.fine >= 5000
      requires: done(review_passed)
    """)
    marking = fold(law, [act("decision_made", "2024-03-05")], OFFICERS)
    assert marking.findings == []
    assert [(n.rule, n.missing, n.why_zh) for n in marking.not_judged] == [("reviewed", ("penalty.fine",), "缺少：罚款金额")]


def test_order():
    law = book("""
    - {id: told_first, kind: order, on: [decision_made], after: [penalty_proposed, hearing_held]}
    """)
    assert findings(law, act("decision_made", "2024-03-05")) == [("violation", "forbidden", "told_first", 0)]
    assert broken(law, act("hearing_held", "2024-03-01"), act("decision_made", "2024-03-05")) == []


def test_limit_counts_per_key():
    law = book("""
    - {id: once, kind: limit, on: [reconsideration_requested], at_most: 1, per: review_of}
    """)
    first = act("reconsideration_requested", "2024-03-01")
    other = act("reconsideration_requested", "2024-03-02", review_of="coercive_measure")
    again = act("reconsideration_requested", "2024-03-03", review_of="decision")
    assert broken(law, first, other) == []
    assert findings(law, first, other, again) == [("violation", "forbidden", "once", 2)], "an absent review_of means the decision"


def test_lead_after_an_act_leaves_clear_days():
    law = book("""
    - {id: notice, kind: lead, on: [hearing_held], anchor: {act: hearing_notified}, at_least: {amount: 7, unit: workday}}
    """)
    told = act("hearing_notified", "2024-03-01")  # a Friday; the seventh working day is Tuesday 12 March
    assert findings(law, told, act("hearing_held", "2024-03-12 23:00")) == [("violation", "forbidden", "notice", 1)]
    assert broken(law, told, act("hearing_held", "2024-03-13 00:30")) == []
    assert broken(law, act("hearing_held", "2024-03-12")) == [], "without the anchor there is nothing to judge"


def test_lead_before_a_time_that_the_act_states():
    law = book("""
    - {id: notice, kind: lead, on: [hearing_notified], anchor: {data: hearing_at}, at_least: {amount: 7, unit: workday, direction: before}}
    """)
    hearing = "2024-03-13T09:00:00+08:00"
    assert broken(law, act("hearing_notified", "2024-03-01", hearing_at=hearing)) == []
    assert findings(law, act("hearing_notified", "2024-03-04", hearing_at=hearing)) == [("violation", "late", "notice", 0)]


def test_companion_names_what_is_missing():
    law = book("""
    - id: record
      kind: companion
      on: [inquiry_made]
      documents: [inquiry_record, {any: [rights_notice, evidence_list]}]
      signatures: {officers: 2, party: [signed, refused]}
      fields: [place]
    """)
    from xiezhi.core.procedure.fold import fold

    whole = {"documents": ["inquiry_record", "evidence_list"], "signed": {"party": "refused", "officers": ["o1", "o2"]}, "place": "现场"}
    assert broken(law, act("inquiry_made", "2024-03-05", **whole)) == []
    (finding,) = fold(
        law, [act("inquiry_made", "2024-03-05", documents=["inquiry_record"], signed={"party": "absent", "officers": 1})], None
    ).findings
    assert (finding.kind, finding.act) == ("missing", 0)
    for missing in ("权利义务告知书或者证据清单", "2名执法人员签名", "当事人签名或者拒签记录", "地点"):
        assert missing in finding.message_zh
    assert "询问笔录" not in finding.message_zh.replace("询问笔录或者", "")


VISIT = ("site_inspected", "2024-03-05 09:30")


@pytest.mark.parametrize(
    ("recordings", "expected"),
    [
        ([], ["missing"]),
        ([recording("2024-03-05 09:30", "2024-03-05 10:10")], []),
        ([recording("2024-03-05 09:31", "2024-03-05 10:09")], []),  # within a minute at both ends
        ([recording("2024-03-05 09:30", "2024-03-05 09:50"), recording("2024-03-05 09:49", "2024-03-05 10:10")], []),  # a union
        ([recording("2024-03-05 09:30", "2024-03-05 09:50")], ["gap"]),
        ([recording("2024-03-05 09:30", "2024-03-05 10:10", gaps=[("2024-03-05 09:40", "2024-03-05 09:51", None)])], ["gap"]),
        ([recording("2024-03-05 09:30", "2024-03-05 10:10", gaps=[("2024-03-05 09:40", "2024-03-05 09:51", "voice")])], []),
        ([recording("2024-03-05 09:30", "2024-03-05 10:10", kind="photo")], ["missing"]),
    ],
)
def test_coverage(recordings, expected):
    law = book("""
    - {id: video, kind: coverage, on: [site_inspected], media: [video], whole: true, tolerance: 60, unless: this.urgent}
    """)
    assert [kind for _, kind, _, _ in findings(law, act(*VISIT, until="2024-03-05 10:10", recordings=recordings))] == expected
    assert broken(law, act(*VISIT, until="2024-03-05 10:10", recordings=recordings, urgent=True)) == []


def test_what_was_begun_must_be_whole_and_a_photo_begins_nothing():
    law = book("""
    - {id: video, kind: coverage, on: [site_inspected], media: [video, audio], whole: true, if_any: true}
    """)
    photo, half = (recording("2024-03-05 09:30", "2024-03-05 09:50", kind=kind) for kind in ("photo", "video"))
    for recordings, kinds in (([], []), ([photo], []), ([half], ["gap"])):
        assert [kind for _, kind, _, _ in findings(law, act(*VISIT, until="2024-03-05 10:10", recordings=recordings))] == kinds


def test_a_gap_is_told_in_chinas_time_whatever_zone_the_record_keeps():
    law = book("""
    - {id: video, kind: coverage, on: [site_inspected], media: [video], whole: true, tolerance: 60}
    """)
    from datetime import UTC, datetime

    from xiezhi.core.procedure.fold import fold

    gap = recording("2024-03-05 09:30", "2024-03-05 10:10", gaps=[("2024-03-05 09:40", "2024-03-05 09:51", None)])
    for name in ("from", "to"):
        gap[name] = datetime.fromisoformat(gap[name]).astimezone(UTC).isoformat()
        gap["gaps"][0][name] = datetime.fromisoformat(gap["gaps"][0][name]).astimezone(UTC).isoformat()
    (finding,) = fold(law, [act(*VISIT, until="2024-03-05 10:10", recordings=[gap])], None).findings
    assert "自09:40起共11分钟" in finding.message_zh


TWO_OFFICERS = """
- {id: two, kind: person, on: [inquiry_made], who: {count: 2, role: officer, certificate: valid}}
"""


@pytest.mark.parametrize(
    ("by", "who", "expected"),
    [
        (["o1", "o2"], OFFICERS, "kept"),
        (["o1", "o1"], OFFICERS, "missing"),
        (["o1", "r1"], OFFICERS, "missing"),
        (["o1", "stranger"], OFFICERS, "not judged"),
        (["o1"], OFFICERS, "missing"),
        (["o1", "o2"], None, "not judged"),
        (["o1"], None, "missing"),
        (["o1", "o2"], people(person("o1"), person("o2", certificate_to="2024-03-05")), "kept"),  # the last day included
        (["o1", "o2"], people(person("o1"), person("o2", certificate_to="2024-03-04")), "missing"),
        (["o1", "o2"], people(person("o1"), person("o2", certificate_status="suspended")), "missing"),
    ],
)
def test_two_officers_with_certificates_valid_that_day(by, who, expected):
    from xiezhi.core.procedure.fold import fold

    marking = fold(book(TWO_OFFICERS), [act("inquiry_made", "2024-03-05", by=by)], who)
    told = "missing" if marking.findings else "not judged" if marking.not_judged else "kept"
    assert told == expected


def test_a_reviewer_has_not_handled_the_case():
    law = book("""
    - {id: apart, kind: person, on: [review_passed], who: {apart_from: [case_filed, inquiry_made]}}
    """)
    assert broken(law, act("case_filed", "2024-03-01", by=["o1"]), act("review_passed", "2024-03-05", by=["r1"])) == []
    assert findings(law, act("case_filed", "2024-03-01", by=["r1"]), act("review_passed", "2024-03-05", by=["r1"])) == [
        ("violation", "conflict", "apart", 1)
    ]


@pytest.mark.parametrize(
    ("reviewer", "expected"),
    [
        ({"legal_qualification": "true", "first_reviewer_since": "2020-01-01"}, "kept"),
        ({"legal_qualification": "false", "first_reviewer_since": "2020-01-01"}, "missing"),
        ({"legal_qualification": "false", "first_reviewer_since": "2016-01-01"}, "kept"),
        ({"legal_qualification": "", "first_reviewer_since": "2020-01-01"}, "not judged"),
    ],
)
def test_a_first_time_reviewer_is_qualified(reviewer, expected):
    from xiezhi.core.procedure.fold import fold

    law = book("""
    - {id: qualified, kind: person, on: [review_passed], who: {role: reviewer, qualification: legal_if_first, since: 2018-01-01}}
    """)
    who = people(person("r1", roles="reviewer", **reviewer))
    marking = fold(law, [act("review_passed", "2024-03-05", by=["r1"])], who)
    assert ("missing" if marking.findings else "not judged" if marking.not_judged else "kept") == expected


def test_value():
    law = book("""
    - id: not_heavier
      kind: value
      on: [decision_made]
      when: done(penalty_proposed) and done(defence_made)
      check: penalty.fine <= last(penalty_proposed).penalty.fine
    """)
    told = [act("penalty_proposed", "2024-03-01", penalty={"fine": 3000}), act("defence_made", "2024-03-02")]
    assert broken(law, *told, act("decision_made", "2024-03-05", penalty={"fine": 3000})) == []
    assert findings(law, *told, act("decision_made", "2024-03-05", penalty={"fine": "3000.5"})) == [
        ("violation", "forbidden", "not_heavier", 2)
    ]


def test_a_rule_binds_on_the_days_of_its_instrument_only():
    law = book("""
    - {id: old, kind: order, cite: [law/old/1], on: [decision_made], after: [case_filed]}
    - {id: new, kind: order, cite: [law/new/1], on: [decision_made], after: [case_filed]}
    """)
    assert broken(law, act("decision_made", "2021-06-30")) == ["old"]
    assert broken(law, act("decision_made", "2021-07-01")) == ["new"]


def test_a_weaker_rule_is_shown_and_never_applied():
    law = book("""
    - {id: strict, kind: order, on: [decision_made], after: [review_passed]}
    - {id: weak, kind: order, on: [decision_made], after: [review_submitted], yields_to: strict, reason: 上位法更严}
    """)
    assert broken(law, act("decision_made", "2024-03-05")) == ["strict"]
    assert law.rule("weak").reason == "上位法更严"


def test_one_breach_is_one_finding_with_all_citations():
    from xiezhi.core.procedure.fold import fold

    law = book("""
    - {id: soft, kind: order, cite: [law/a/2], severity: warning, on: [decision_made], after: [review_passed], breach: unreviewed}
    - {id: hard, kind: gate, cite: [law/a/3, law/a/2], on: [decision_made], requires: done(review_passed), breach: unreviewed}
    - {id: opinion, kind: gate, cite: [law/a/4], on: [case_closed], requires: done(opinion_answered), follows: [unreviewed]}
    """)
    acts = [act("decision_made", "2024-03-05"), act("case_closed", "2024-03-06")]
    (finding,) = fold(law, acts, None).findings
    assert (finding.rule, finding.severity, finding.rules) == ("hard", "violation", ("hard", "soft"))
    assert finding.cites == ("law/a/3", "law/a/2")
    assert broken(law, act("review_passed", "2024-03-04"), *acts) == ["opinion"], "without the breach its consequence stands for itself"


def test_a_mistake_in_a_guard_has_its_place():
    from xiezhi.core.law.errors import PackError

    with pytest.raises(PackError) as caught:
        book("""
        - id: gate
          kind: gate
          on: [decision_made]
          requires: done(review_pased)
        """)
    assert str(caught.value).endswith(
        "law/rules/all.yaml:4:18: found 'review_pased', which is no act; expected a known act; did you mean 'review_passed'?"
    )


def test_a_condition_that_holds_needs_no_fact_that_only_says_whether_it_is_asked():
    law = book("""
    - id: noticed
      kind: gate
      on: [decision_made]
      when: violation.harm == 'present'
      requires: done(penalty_proposed)
    """)
    decision = act("decision_made", "2024-03-05")
    assert isinstance(try_step(law, [FILED, act("penalty_proposed", "2024-03-04")], decision), Permitted)
    refused = try_step(law, [FILED], decision)
    assert isinstance(refused, Refused)
    assert refused.reasons[0].missing_facts == ("violation.harm",)


def test_a_rule_that_is_kept_either_way_needs_no_facts():
    from xiezhi.core.procedure.fold import fold

    law = book("""
    - {id: reviewed, kind: gate, on: [decision_made], when: penalty.fine >= 5000, requires: done(review_passed)}
    """)
    kept = fold(law, [act("review_passed", "2024-03-04"), act("decision_made", "2024-03-05")], None)
    assert (kept.findings, kept.not_judged) == ([], [])


def test_a_pack_applied_regardless_of_its_days():
    from xiezhi.core.procedure.fold import fold

    law = book("""
    - {id: old, kind: order, cite: [law/old/1], on: [decision_made], after: [case_filed]}
    """)
    acts = [act("decision_made", "2024-03-05")]
    assert fold(law, acts, None).findings == []
    assert [f.rule for f in fold(law, acts, None, regardless_of_validity=True).findings] == ["old"]


def test_the_grounds_of_a_definition_are_told():
    from xiezhi.core.procedure.fold import fold

    law = book(
        """
        - {id: reviewed, kind: gate, on: [decision_made], when: major, requires: done(review_passed)}
        """,
        definitions="""
        major:
          zh: 重大
          any:
            - {id: fine, when: penalty.fine >= 5000, cite: [law/a/2], zh: 数额较大}
            - {id: minor, when: party.minor, cite: [law/a/3], zh: 未成年人}
            - {id: gone, when: "true", cite: [law/old/3], zh: 旧规定}
        """,
    )
    marking = fold(law, [act("decision_made", "2024-03-05", penalty={"fine": 5000})], None)
    assert [(g.row.id, g.holds, g.unknown) for g in marking.major] == [("fine", True, ()), ("minor", False, ("party.minor",))]
    assert [f.rule for f in marking.findings] == ["reviewed"]


def test_a_definition_that_rests_on_itself_is_a_mistake():
    from xiezhi.core.law.errors import PackError

    with pytest.raises(PackError, match="rests on itself"):
        book(
            """
            - {id: reviewed, kind: gate, on: [decision_made], when: one, requires: done(review_passed)}
            """,
            definitions="""
            one: {zh: 一, any: [{id: a, when: two, cite: [law/a/2], zh: 二}]}
            two: {zh: 二, any: [{id: a, when: one, cite: [law/a/2], zh: 一}]}
            """,
        )


def test_joint_agencies_each_review_their_own():
    law = book("""
    - {id: own, kind: gate, on: [decision_made], requires: done(review_passed; it.agency == this.agency)}
    """)
    passed = act("review_passed", "2024-03-04", agency="a1")
    assert broken(law, passed, act("decision_made", "2024-03-05", agency="a1"), act("decision_made", "2024-03-05", agency="a2")) == ["own"]

"""Packs on each other: the law in force on a day, where it comes from, and the hash of its edition."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from xiezhi.core.law.check import check_pack, guards_of, params_used
from xiezhi.core.law.clock import SHANGHAI
from xiezhi.core.law.errors import PackError
from xiezhi.core.law.pack import Pack, find_packs_dir, load_pack, pack_ids
from xiezhi.core.law.rules import Companion, Duty, Gate, Order

GOOD = Path(__file__).parent / "packs" / "good"


@pytest.fixture
def land() -> Pack:
    return load_pack("land", GOOD)


@pytest.fixture
def district() -> Pack:
    return load_pack("district", GOOD)


@pytest.fixture
def town() -> Pack:
    return load_pack("town", GOOD)


def edited(tmp_path: Path, file: str, old: str, new: str, pack: str = "district") -> Pack:
    """The pack after a change of one good file."""
    packs = tmp_path / "packs"
    if not packs.exists():
        shutil.copytree(GOOD, packs)
    path = packs / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return load_pack(pack, packs)


# --- rules


def test_rules_are_typed_by_kind_with_their_places(land: Pack) -> None:
    gate, duty, companion = (land.rule(name) for name in ("reviewed", "decided_in_time", "inquiry"))
    assert isinstance(gate, Gate)
    assert isinstance(duty, Duty)
    assert isinstance(companion, Companion)
    assert gate.requires.text == "last(review_passed, review_rejected) == review_passed"
    assert str(gate.requires.at(5)) == "good/land/rules/all.yaml:7:18"
    assert str(gate.place) == "good/land/rules/all.yaml:1:7"
    assert duty.within is not None
    assert (duty.within.amount, duty.within.unit, duty.within.roll, duty.within.direction) == ("$decision.days", "day", True, "after")
    assert companion.documents == (("inquiry_record",),)
    assert (companion.officers, companion.party) == (2, ("signed", "refused"))


def test_a_quoted_guard_points_at_its_first_character(district: Pack) -> None:
    row = district.definitions["major"].rows[0]
    assert row.when.text[16:] == "$fine.major"
    assert str(row.when.at(16)) == "good/land/definitions.yaml:5:41"


def test_an_overlay_adds_and_tightens(district: Pack) -> None:
    assert isinstance(district.rule("submitted"), Order)
    tightened = district.rule("inquiry")
    assert isinstance(tightened, Companion)
    assert tightened.documents == (("inquiry_record",), ("rights_notice",))
    assert tightened.officers == 2
    assert tightened.cites == ("district/review/4", "land/penalty/7")
    assert [origin.pack for origin in district.provenance["inquiry"]] == ["land", "district"]


def test_on_days_without_the_overlay_the_rule_below_stays(district: Pack) -> None:
    forms = [rule for rule in district.rules if rule.id == "inquiry"]
    for day, documents in ((date(2020, 12, 31), 1), (date(2021, 1, 1), 2), (date(2024, 12, 31), 2), (date(2025, 1, 1), 1)):
        in_force = [rule for rule in forms if district.in_force(rule, day)]
        assert len(in_force) == 1, day
        assert isinstance(in_force[0], Companion)
        assert len(in_force[0].documents) == documents, day


def test_a_rule_may_be_replaced_with_a_reason_when_nothing_is_lost(tmp_path: Path) -> None:
    new = "- id: reviewed\n  replaces: true\n  reason: 本区每案必审\n  kind: gate\n  cite: [district/review/2]\n  on: [decision_made]\n  requires: done(review_passed)\n  zh: 每案必审\n- id: submitted\n"
    pack = edited(tmp_path, "district/rules/own.yaml", "- id: submitted\n", new)
    assert pack.rule("reviewed").reason == "本区每案必审"
    assert pack.rule("reviewed").pack == "district"


# --- numbers


def test_the_value_is_the_one_in_force_of_the_nearest_layer(district: Pack) -> None:
    days = {
        day: district.param("decision.days", date.fromisoformat(day)) for day in ("2020-06-01", "2021-01-01", "2024-12-31", "2025-01-01")
    }
    assert days == {"2020-06-01": 120, "2021-01-01": 60, "2024-12-31": 60, "2025-01-01": 90}
    assert district.param("decision.days", date(2019, 12, 31)) is None


def test_regardless_of_validity_the_nearest_layer_answers(district: Pack) -> None:
    assert district.param("decision.days", date(2030, 1, 1), regardless=True) == 60
    assert district.param("decision.days", date(2010, 1, 1), regardless=True) == 60


def test_the_day_of_a_time_is_the_day_in_china(district: Pack) -> None:
    late = datetime(2025, 1, 1, 0, 30, tzinfo=SHANGHAI)
    assert district.param("decision.days", late) == 90
    assert district.param("decision.days", datetime.fromisoformat("2024-12-31T16:30:00+00:00")) == 90


def test_money_is_decimal_and_provenance_is_kept(district: Pack) -> None:
    assert district.param("fine.major", date(2022, 1, 1)) == Decimal(10000)
    assert [(origin.pack, origin.says) for origin in district.provenance["decision.days"]] == [
        ("land", "90"),
        ("land", "120"),
        ("district", "60"),
    ]


def test_a_marked_weakening_of_a_number_loads(tmp_path: Path) -> None:
    pack = edited(
        tmp_path,
        "district/params.yaml",
        "value: 60, cite: [district/review/3]}",
        "value: 150, cite: [district/review/3]}\n  override_of: decision.days\n  reason: 地方性法规另有规定",
    )
    assert pack.param("decision.days", date(2021, 6, 1)) == 150
    assert pack.provenance["decision.days"][-1].reason == "地方性法规另有规定"


# --- definitions


def test_an_overlays_rows_come_after_the_bases(district: Pack) -> None:
    assert [row.id for row in district.definitions["major"].rows] == ["fine", "complex"]
    complex_row = district.definitions["major"].rows[1]
    assert district.validity(complex_row) == (date(2021, 1, 1), date(2024, 12, 31))
    assert not district.in_force(complex_row, date(2025, 1, 1))


# --- adoption


def test_an_adopting_pack_gives_the_rules_its_own_days_and_names(town: Pack) -> None:
    assert town.chain == ("land", "district", "town")
    assert town.validity("district/review/2") == (date(2025, 1, 1), None)
    assert town.param("decision.days", date(2025, 6, 1)) == 60
    assert town.param("decision.days", date(2024, 6, 1)) == 90
    assert town.cite_zh("district/review/2") == "云下镇重大决定审核办法第二条第三项"
    assert town.in_force(town.rule("submitted"), date(2026, 1, 1))
    assert not town.in_force(town.rule("submitted"), date(2024, 1, 1))


# --- citations


def test_citations_name_law_and_article_in_chinese(district: Pack) -> None:
    assert district.cite_zh("land/penalty/5-1") == "处罚法第五条第一款"
    assert district.cite_zh("district/review/2") == "云上区重大决定审核办法第二条第三项"
    assert district.cite_zh("district/review/4") == "云上区重大决定审核办法第四条"
    with pytest.raises(KeyError):
        district.cite_zh("district/review/99")


# --- the edition


def test_the_hash_is_of_the_content_alone(tmp_path: Path, district: Pack) -> None:
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(GOOD, elsewhere)
    assert load_pack("district", elsewhere).hash == district.hash
    assert load_pack(elsewhere / "district").hash == district.hash
    assert len(district.hash) == 64


def test_every_change_changes_the_hash_and_a_parents_too(tmp_path: Path, district: Pack, land: Pack) -> None:
    changed = edited(tmp_path, "land/params.yaml", "value: 90", "value: 80")
    assert changed.hash != district.hash
    assert changed.param("decision.days", date(2026, 1, 1)) == 80
    assert land.hash != district.hash


def test_the_same_edition_is_merged_once(district: Pack) -> None:
    assert load_pack("district", GOOD) is district


# --- check


def test_the_good_packs_lack_nothing_but_english(district: Pack) -> None:
    assert check_pack(load_pack("land", GOOD)) == []
    assert check_pack(district) == []
    assert {name for name, _ in guards_of(district)} == {"reviewed", "major.fine", "major.complex"}
    assert set(params_used(district.rule("decided_in_time"))) == {"decision.days"}


def test_a_number_without_value_on_a_day_of_its_rule_is_found(tmp_path: Path) -> None:
    pack = edited(tmp_path, "land/params.yaml", "from: 2023-01-01, value: 90", "from: 2023-03-01, value: 90", "land")
    (mistake,) = check_pack(pack)
    assert str(mistake) == (
        "packs/land/rules/all.yaml:16:11: '$decision.days' has no value on 2023-01-01, when the rule 'decided_in_time' is in force; "
        "expected a value for every day on which it is read; add a value to 'decision.days' at packs/land/params.yaml:1:1, or date the rule"
    )


def test_one_ground_twice_in_a_table_is_found(tmp_path: Path) -> None:
    pack = edited(tmp_path, "district/definitions.yaml", "when: complex,", 'when: "penalty.fine  >= $fine.major",')
    assert [error.found for error in check_pack(pack)] == ["the row 'complex' says the same as 'fine' at packs/land/definitions.yaml:5:12"]


def test_a_term_of_nothing_and_hours_that_roll_are_found(tmp_path: Path) -> None:
    pack = edited(
        tmp_path, "land/rules/all.yaml", "{amount: $decision.days, unit: day, roll: true}", "{amount: 0, unit: hour, roll: true}", "land"
    )
    assert [error.found for error in check_pack(pack)] == ["'decided_in_time' allows 0 hour", "'decided_in_time' rolls a term of hours"]


# --- the packs of the product


def test_every_pack_of_the_product_loads_and_every_citation_can_be_named() -> None:
    for id_ in pack_ids():
        pack = load_pack(id_)
        for rule in pack.rules:
            assert all(pack.cite_zh(cite) for cite in rule.cites)
        assert pack.vocabulary.acts


def test_articles_of_the_national_law_are_cited_as_lawyers_do() -> None:
    pack = load_pack("cn")
    assert pack.cite_zh("cn/penalty/58-1") == "行政处罚法第五十八条第一款"
    assert pack.cite_zh("cn/118/11-2") == "国办发〔2018〕118号四（十一）"
    assert pack.cite_zh("cn/supervision/6") == "行政执法监督条例第六条"


def test_the_local_text_is_cited_under_its_district() -> None:
    pack = load_pack("xuecheng")
    assert pack.cite_zh("xuecheng/review/13-1a") == "薛城区重大行政执法决定法制审核办法第十三条第一款"
    assert pack.cite_zh("xuecheng/review/5-3") == "薛城区重大行政执法决定法制审核办法第五条第三项"


def test_the_packs_folder_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIEZHI_PACKS", str(GOOD))
    assert find_packs_dir() == GOOD
    assert pack_ids() == ["district", "land", "town"]


def test_a_changed_file_is_seen_at_the_next_call(tmp_path: Path) -> None:
    first = edited(tmp_path, "land/params.yaml", "value: 90", "value: 80")
    packs = tmp_path / "packs"
    assert load_pack("district", packs) is first
    rules = packs / "district/rules/more.yaml"
    rules.write_text(
        (packs / "district/rules/own.yaml").read_text(encoding="utf-8").replace("submitted", "more").replace("tightens: true", ""),
        encoding="utf-8",
    )
    with pytest.raises(PackError, match="the key 'kind' is missing"):
        load_pack("district", packs)
    rules.unlink()
    assert load_pack("district", packs).hash == first.hash


def test_the_words_of_the_tables_are_checked(tmp_path: Path) -> None:
    packs = tmp_path / "packs"
    shutil.copytree(GOOD, packs)
    (packs / "district/acts.yaml").write_text(
        "penalti:\n  stages:\n    - {id: a, zh: 立案, en: Filing, acts: [case_filled]}\n", encoding="utf-8"
    )
    (packs / "district/av.yaml").write_text("site_inspected: {media: [film], cite: [district/review/9]}\n", encoding="utf-8")
    (packs / "district/disclosure.yaml").write_text(
        "summary: {fields: [number, parti]}\nterm: {decision: $decision.dayz}\n", encoding="utf-8"
    )
    found = [(str(error.place).removeprefix("packs/district/"), error.found) for error in check_pack(load_pack("district", packs))]
    assert found == [
        ("acts.yaml:1:1", "found 'penalti'"),
        ("acts.yaml:3:42", "found 'case_filled'"),
        ("av.yaml:1:26", "found 'film'"),
        ("av.yaml:1:40", "found 'district/review/9'"),
        ("disclosure.yaml:1:28", "found 'parti'"),
        ("disclosure.yaml:2:18", "found '$decision.dayz'"),
    ]
    assert load_pack("district", packs).acts == {
        "penalti": {"stages": [{"id": "a", "zh": "立案", "en": "Filing", "acts": ["case_filled"]}]}
    }


def test_a_local_threshold_that_reaches_nothing_more_is_found(tmp_path: Path) -> None:
    looser = "when: penalty.fine >= 20000,"
    pack = edited(tmp_path, "district/definitions.yaml", "when: complex,", looser)
    assert [error.found for error in check_pack(pack)] == [
        "the row 'complex' (>= 20000) reaches nothing beyond 'fine' (>= 10000) at packs/land/definitions.yaml:5:12"
    ]
    assert check_pack(edited(tmp_path, "district/definitions.yaml", looser, "when: penalty.fine >= 5000,")) == []


def test_an_adopting_pack_gives_days_to_what_it_adopts(tmp_path: Path) -> None:
    with pytest.raises(PackError) as caught:
        edited(tmp_path, "town/pack.yaml", "{id: district/review,", "{id: district/reviews,", "town")
    assert {error.found for error in caught.value.all()} == {
        f"found the citation 'district/review/{number}', whose instrument 'district/review' has no days in force" for number in (2, 3, 4)
    }
    assert caught.value.all()[0].todo == "add 'district/review' there with its 'from'"

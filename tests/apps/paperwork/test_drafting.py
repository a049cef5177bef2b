"""What the data of a document says of a case."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from xiezhi.apps.paperwork import lenience
from xiezhi.apps.paperwork.drafting import CaseSource, data_of
from xiezhi.apps.registry.models import Agency, District

NOW = datetime(2026, 9, 17, 2, 0, tzinfo=UTC)


@pytest.fixture
def agency(db) -> Agency:
    district, _ = District.objects.get_or_create(code="000000", defaults={"name": "云溪区"})
    return Agency.objects.create(
        id="cg", district=district, name="云溪区城市管理局", word="云城管", pack="cn", confirmed_on=date(2020, 1, 1)
    )


def drawn_up(agency: Agency, acts: Any = (), documents: Any = (), **facts: Any) -> dict[str, Any]:
    source = CaseSource("case-1", agency.pk, list(acts), {key.replace("__", "."): value for key, value in facts.items()}, None)
    return data_of(source, {"act": "no_penalty_decided", "at": NOW.isoformat(), "by": [], "data": {}, "documents": list(documents)}, NOW)


def act(kind: str, **data: Any) -> Any:
    return SimpleNamespace(kind=kind, at=NOW, data=data, documents=(), recordings=())


@pytest.mark.parametrize(("fine", "pays"), [("5000", True), ("0", False), ("0.00", False), (None, False), ("", False)])
def test_only_a_sum_above_nothing_is_to_be_paid(agency, fine, pays):
    assert drawn_up(agency, penalty__fine=fine)["penalty"]["pays"] is pays


def test_a_departments_decision_goes_to_the_district(agency):
    assert drawn_up(agency)["remedy"] == {"reconsideration_to": "云溪区人民政府", "court": "云溪区人民法院"}


def test_a_vertically_led_department_names_its_own_reconsideration_body(agency):
    agency.reconsideration_to = "云州市税务局"
    agency.save()
    assert drawn_up(agency)["remedy"] == {"reconsideration_to": "云州市税务局", "court": "云溪区人民法院"}


def test_the_governments_own_decision_is_never_sent_to_the_government_itself(agency):
    agency.level = "government"
    agency.save()
    assert drawn_up(agency)["remedy"] == {"reconsideration_to": "", "court": ""}
    agency.reconsideration_to, agency.court = "云州市人民政府", "云州市中级人民法院"
    agency.save()
    assert drawn_up(agency)["remedy"] == {"reconsideration_to": "云州市人民政府", "court": "云州市中级人民法院"}


def test_education_is_known_from_its_act_or_its_paper(agency):
    assert not drawn_up(agency)["education"]
    assert drawn_up(agency, [act("education_recorded")])["education"] == {"date": "2026年9月17日"}
    assert drawn_up(agency, documents=["education_record"])["education"] == {"date": "2026年9月17日"}


def test_evidence_in_words_and_evidence_obtained_are_told(agency):
    told = drawn_up(agency, [act("evidence_obtained", content="营业执照复印件1份。")], violation__evidence="称重单2张。")
    assert told["evidence"] == ["营业执照复印件1份", "称重单2张"]


@pytest.mark.parametrize(
    ("facts", "provision"),
    [
        ({"party.birth_date": "2013-01-02", "violation.ended_on": "2026-09-01"}, "第三十条"),
        ({"party.birth_date": "2010-01-02", "violation.ended_on": "2026-09-01"}, ""),
        ({"party.incapacity": "full"}, "第三十一条"),
        ({"violation.gravity": "slight", "violation.harm": "none", "violation.corrected_in_time": True}, "第三十三条第一款"),
        ({"violation.first_time": True, "violation.harm": "slight", "violation.corrected_in_time": True}, "第三十三条第一款"),
        ({"violation.first_time": True, "violation.harm": "slight", "violation.corrected_in_time": False}, ""),
        ({"violation.no_fault_proved": True}, "第三十三条第二款"),
        ({"law_basis": ["cn/penalty/60-1"]}, ""),  # the basis of the penalty that was looked into
    ],
)
def test_the_provision_follows_from_the_facts(facts, provision):
    assert lenience.basis(facts, []) == ([f"《中华人民共和国行政处罚法》{provision}"] if provision else [])
    assert lenience.basis(facts, ["某条例第九条"]) == ["某条例第九条"]

"""Acts are read once and kept; what is attached or corrected later is seen at once."""

from __future__ import annotations

import pytest

from xiezhi.apps.record import acts, queries, service
from xiezhi.apps.record.acts import Kept

from .conftest import NOW, first, line, new_id

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(monkeypatch):
    kept = Kept(3)
    monkeypatch.setattr(acts, "_kept", kept)
    return kept


@pytest.fixture
def inquiry(agency, kept):
    id_ = new_id()
    service.perform(first(), new_id(), NOW)
    service.perform(line("inquiry_made", 1, data={"place": "东门"}), id_, NOW)
    return id_


def acts_now():
    return queries.marking("YX-1")[1].acts


def test_an_act_is_read_once(inquiry, monkeypatch):
    before = acts_now()
    monkeypatch.setattr(acts, "act_from_line", None)  # whoever reads an act now, fails
    assert [one is other for one, other in zip(acts_now(), before, strict=True)] == [True, True]
    assert queries.history("YX-1")[1].act is before[1]


def test_what_is_attached_corrected_or_voided_is_seen(inquiry):
    assert acts_now()[1].documents == ()
    attached = new_id()
    service.attach(inquiry, {"kind": "document", "documents": ["inquiry_record"]}, attached, NOW)
    assert acts_now()[1].documents == ("inquiry_record",)
    service.correct(inquiry, {"data": {"place": "西门"}}, "笔误", "yx-l1", new_id(), NOW)
    assert acts_now()[1].data == {"place": "西门"}
    service.correct(attached, None, "误传", "yx-l1", new_id(), NOW)
    assert (acts_now()[1].documents, acts_now()[1].data) == ((), {"place": "西门"})
    service.correct(inquiry, None, "误录", "yx-l1", new_id(), NOW)
    assert len(acts_now()) == 1


def test_the_first_act_that_stands_carries_the_procedure_of_a_voided_one(agency, kept):
    opening = new_id()
    service.perform(first(), opening, NOW)
    service.perform(line("inquiry_made", 1), new_id(), NOW)
    assert acts_now()[1].procedure is None
    service.correct(opening, None, "误录", "yx-l1", new_id(), NOW)
    assert [one.procedure for one in acts_now()] == ["penalty"]


def test_no_more_are_kept_than_wanted(inquiry, kept):
    for day in range(2, 9):
        service.perform(line("inquiry_made", day), new_id(), NOW)
        assert len(acts_now()) == day + 1
        assert len(kept._acts) <= 3

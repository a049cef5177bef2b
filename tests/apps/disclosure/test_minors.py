"""Who is a minor is said by the pack, and judged at the decision and as the case stands now."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from xiezhi.apps.disclosure import service
from xiezhi.apps.record import queries as record

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.mark.parametrize(
    ("stated", "minor"),
    [
        ({}, False),
        ({"minor": True}, True),
        ({"minor": False, "birth_date": "2010-01-01"}, True),
        ({"birth_date": "1990-01-01"}, False),
    ],
)
def test_a_minor_is_who_the_pack_calls_so(house, monkeypatch, stated, minor):
    """The rows of the definition `minor`, not a rule of the desk: told as such, or below the pack's age."""
    told_otherwise(house.citizen_owed, monkeypatch, **stated)
    assert service.propose(house.citizen_owed).minor is minor


def test_who_comes_of_age_after_the_decision_is_still_not_published(house, monkeypatch):
    acts = record.marking(house.citizen_owed)[1].acts
    decided, last = next(act for act in acts if act.kind == "decision_made"), acts[-1]
    assert decided.day < last.day
    told_otherwise(house.citizen_owed, monkeypatch, birth_date=f"{last.day.year - 18}-{last.day:%m-%d}")
    assert service.propose(house.citizen_owed).minor is True


def told_otherwise(case: str, monkeypatch, **stated) -> None:
    """Let the history of a case tell these facts of its party, as if they had been entered so."""
    from xiezhi.core.procedure.fold import fold

    book, marking = record.marking(case)
    given = {f"party.{key}": date.fromisoformat(value) if key == "birth_date" else value for key, value in stated.items()}
    acts = [replace(act, facts={**act.facts, **given}) if "party.minor" in act.facts else act for act in marking.acts]
    changed = fold(book, acts, marking.people)
    monkeypatch.setattr(record, "marking", lambda _case: (book, changed))

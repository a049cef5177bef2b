from __future__ import annotations

import threading
from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction

from xiezhi.apps.paperwork import service
from xiezhi.apps.registry.models import Agency, District

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


def city(name: str = "cg", word: str = "云城管") -> Agency:
    district, _ = District.objects.get_or_create(code="000000", defaults={"name": "云溪区"})
    return Agency.objects.create(id=name, district=district, name="云溪区城市管理局", word=word, pack="cn", confirmed_on=date(2020, 1, 1))


@pytest.mark.django_db
def test_numbers_run_by_agency_word_and_year():
    city()
    city("cg2", "云市监")
    assert service.next_number("cg", "罚决", NOW) == "云城管罚决〔2026〕1号"
    assert service.next_number("cg", "罚决", NOW) == "云城管罚决〔2026〕2号"
    assert service.next_number("cg", "罚告", NOW) == "云城管罚告〔2026〕1号"
    assert service.next_number("cg2", "罚决", NOW) == "云市监罚决〔2026〕1号"
    new_year_in_china = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    assert service.next_number("cg", "罚决", new_year_in_china) == "云城管罚决〔2027〕1号"


@pytest.mark.django_db
def test_a_number_of_an_act_that_fails_is_given_out_again():
    city()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert service.next_number("cg", "罚决", NOW) == "云城管罚决〔2026〕1号"
        raise ZeroDivisionError
    assert service.next_number("cg", "罚决", NOW) == "云城管罚决〔2026〕1号"


@pytest.mark.django_db
def test_an_unknown_agency_gets_no_number():
    with pytest.raises(LookupError, match="nobody"):
        service.next_number("nobody", "罚决", NOW)


def test_outside_a_transaction_no_number_is_taken(fresh_database):
    with pytest.raises(RuntimeError, match="transaction"):
        service.next_number("cg", "罚决", NOW)


def test_eight_at_once_get_eight_numbers_without_a_gap(fresh_database):
    city()
    found: list[str] = []
    failed: list[BaseException] = []
    start = threading.Barrier(8)

    def take(give_up: bool) -> None:
        try:
            start.wait()
            for _ in range(5):
                try:
                    with transaction.atomic():
                        number = service.next_number("cg", "罚决", NOW)
                        if give_up:
                            raise KeyError
                    found.append(number)
                except KeyError:
                    continue
        except BaseException as error:  # noqa: BLE001 - told below
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(place % 4 == 0,)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert sorted(found) == sorted(f"云城管罚决〔2026〕{number}号" for number in range(1, 31))

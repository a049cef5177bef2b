"""Walking a list by key shows every row once, in order, whatever ties there are."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xiezhi.apps.registry.models import Agency, District, Person
from xiezhi.site.keyset import page, token_of

names = st.lists(st.sampled_from(["甲", "乙", "甲乙", "", "a", "Z"]), max_size=12)


@pytest.fixture
def agency(db):
    return Agency.objects.create(id="a", district=District.objects.create(code="1", name="区"), name="局", word="云", pack="demo")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(names=names, size=st.integers(1, 5))
def test_every_row_once_and_in_order(agency, names, size):
    Person.objects.all().delete()
    Person.objects.bulk_create(Person(id=f"p{number}", name=name, agency=agency) for number, name in enumerate(names))
    seen, token, pages = [], "", 0
    while True:
        found = page(Person.objects.all(), ("name", "id"), token, size)
        assert found.first is (pages == 0)
        assert len(found.rows) <= size
        seen += [row.pk for row in found.rows]
        token, pages = found.after, pages + 1
        if not token:
            break
    assert seen == list(Person.objects.order_by("name", "id").values_list("pk", flat=True))


@pytest.mark.parametrize("token", ["x", "====", "é", token_of(["only one"]), token_of([None, None]), token_of(["a\0", "b"])])
def test_a_token_that_is_no_token_shows_the_first_page(agency, token):
    Person.objects.create(id="p", name="甲", agency=agency)
    found = page(Person.objects.all(), ("name", "id"), token)
    assert [row.pk for row in found.rows] == ["p"]
    assert found.first


def test_a_page_reads_one_row_more_than_it_shows_and_counts_nothing(agency, django_assert_num_queries):
    Person.objects.bulk_create(Person(id=f"p{number:02}", name="甲", agency=agency) for number in range(25))
    with django_assert_num_queries(1) as asked:
        found = page(Person.objects.all(), ("name", "id"))
    assert len(found.rows) == 20
    assert "LIMIT 21" in asked.captured_queries[0]["sql"]
    assert "COUNT" not in asked.captured_queries[0]["sql"].upper()

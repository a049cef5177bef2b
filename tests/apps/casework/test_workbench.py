from __future__ import annotations

from datetime import timedelta

import pytest

from tests.apps.casework.conftest import AGENCY, NOW
from xiezhi.apps.casework.models import CaseFile
from xiezhi.apps.casework.reading import FAR
from xiezhi.apps.casework.workbench import Place, Wanted, page

URL = "/desk/"


def _row(case: str, due_in_hours: float | None, hands: str = "officer", **more) -> CaseFile:
    due = None if due_in_hours is None else NOW + timedelta(hours=due_in_hours)
    return CaseFile(
        case=case, agency=more.pop("agency", AGENCY), procedure="penalty", pack="demo", title=f"案{case}", number=f"云城管立〔2026〕{case}号", hands=hands,
        next_due=due, sort_due=due or FAR, next_zh="作出决定", last_at=NOW, filed_at=NOW, handlers=more.pop("handlers", ["zhou"]), **more,
    )  # fmt: skip


def _walk(wanted: Wanted) -> list[str]:
    found, after = [], None
    for _ in range(100):
        got = page(wanted, after)
        found += [row.case for row in got.rows]
        if not got.after:
            return found
        after = Place.read(got.after)
    raise AssertionError("the pages never end")


def test_pages_show_each_case_once_in_order_of_tightness_own_hands_first(db) -> None:
    rows = [_row(f"{i:03d}", (i * 37) % 50 if i % 7 else None, "reviewer" if i % 3 == 0 else "officer") for i in range(90)]
    CaseFile.objects.bulk_create(rows)
    wanted = Wanted(agency=AGENCY, hands=frozenset({"officer"}), size=20)
    own = sorted((r for r in rows if r.hands == "officer"), key=lambda r: (r.sort_due, r.case))
    others = sorted((r for r in rows if r.hands != "officer"), key=lambda r: (r.sort_due, r.case))
    assert _walk(wanted) == [r.case for r in own + others]


def test_groups_stand_in_their_order(world, browse, at_ten) -> None:
    CaseFile.objects.bulk_create(
        [_row("1", -30), _row("2", 5), _row("3", 30), _row("4", 24 * 60), _row("5", -3, "reviewer"), _row("6", None)]
    )
    text = browse(world["zhou"]).get(URL).content.decode()
    places = [text.index(f">{zh}</h2>") for zh in ("已超期", "今天", "3 个工作日内", "以后", "等别人")]
    assert places == sorted(places)
    assert "已超 1 天" in text


def test_the_list_is_flat_in_queries(world, browse, at_ten, django_assert_max_num_queries) -> None:
    CaseFile.objects.bulk_create([_row(f"{i:03d}", i) for i in range(150)])
    client = browse(world["zhou"])
    with django_assert_max_num_queries(8):
        answer = client.get(URL, {"size": "100"})
    assert answer.content.decode().count("data-row") == 100


def test_the_workbench_query_uses_its_index(db) -> None:
    CaseFile.objects.bulk_create([_row(f"{i:05d}", i) for i in range(3000)])
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE casework_casefile")
    plan = CaseFile.objects.filter(agency=AGENCY, open=True, hands__in=["officer"]).order_by("sort_due", "case")[:50].explain()
    assert "casefile_workbench" in plan
    assert "Sort" not in plan


def test_another_agency_sees_nothing_a_supervisor_sees_all(world, browse, at_ten) -> None:
    CaseFile.objects.bulk_create([_row("1", 5)])
    assert "案1" not in browse(world["wei"]).get(URL).content.decode()
    text = browse(world["watch"]).get(URL).content.decode()
    assert "案1" in text
    assert "城管局" in text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"state": "late"}, {"1"}),
        ({"state": "closed"}, {"3"}),
        ({"who": "mine"}, {"1"}),
        ({"stage": "review"}, {"2"}),
        ({"q": "〔2026〕2号"}, {"2"}),
        ({"q": "没有这几个字"}, set()),
        ({"after": "坏的地址", "size": "7"}, {"1", "2"}),
    ],
)
def test_filters(world, browse, at_ten, query, shown) -> None:
    from xiezhi.apps.casework.search import tokens

    rows = [_row("1", -5, stage="hearing"), _row("2", 5, stage="review", handlers=["he"]), _row("3", None, open=False, handlers=["he"])]
    for row in rows:
        row.search = tokens(row.number, row.title)
    CaseFile.objects.bulk_create(rows)
    answer = browse(world["zhou"]).get(URL, query)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert {case for case in "123" if f"案{case}</b>" in text} == shown


def test_an_empty_list_says_why_and_what_next(world, browse, at_ten) -> None:
    text = browse(world["zhou"]).get(URL).content.decode()
    assert "本机关没有在办案件" in text
    assert "/desk/cases/new" in text


def test_whoever_is_not_signed_in_is_sent_to_sign_in(client, db) -> None:
    answer = client.get(URL)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in")

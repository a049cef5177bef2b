from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest

from tests.apps.casework.conftest import NOW
from tests.apps.evidence.conftest import BEGAN, inspection
from tests.core.media.films import film
from xiezhi.apps.evidence import queries
from xiezhi.apps.evidence.models import Custody
from xiezhi.apps.record import queries as record
from xiezhi.apps.record import service as writing
from xiezhi.core.law.clock import SHANGHAI
from xiezhi.core.law.errors import InputError
from xiezhi.core.media.continuity import SEAM
from xiezhi.core.procedure.coverage import uncovered

pytestmark = pytest.mark.slow  # beyond what `make check` has time for


def owed(case: str):
    book, marking = record.marking(case)
    return queries.owed_gaps(case, marking, book.pack, record.history(case))


@pytest.fixture
def gapped(card, take_in, inspected) -> str:
    """One interruption inside, one between files."""
    card(0, 40, 1, holes=[(10, 16)])
    card(60, 60, 2)
    take_in(card.folder, inspected)
    return inspected


def _form(**more) -> dict:
    return {"id": str(uuid.uuid4()), "how": "written", "text": "电池更换", "second": "", **more}


def test_each_interruption_is_owed_on_the_case_page_and_answered_by_an_attachment(gapped, world, browse, at_ten):
    client = browse(world["zhou"])
    page = client.get(f"/desk/cases/{gapped}/").content.decode()
    links = re.findall(r'href="(/desk/evidence/cases/[^"]+/gaps/[^"]+)"', page)
    assert len(links) == 2
    assert "10:00:10–10:00:16" in page
    answer = client.post(links[0], _form())
    assert answer.status_code == 302
    act = inspection(gapped)
    assert [gap.explained for one in act.recordings for gap in one.gaps] == ["written", None]
    assert "gap_explanation" in act.documents
    assert [gap.start for gap in owed(gapped)] == [BEGAN + timedelta(seconds=40)]
    last = record.history(gapped)[-1]
    assert (last.kind, last.body["text"], last.by) == ("gap_explanation", "电池更换", ("zhou",))
    assert Custody.objects.filter(what="explained").count() == 1
    assert client.get(links[0]).status_code == 404


def test_a_spoken_explanation_names_the_recording_and_the_second(gapped, world, browse, at_ten):
    second = inspection(gapped).recordings[1].id
    gap = owed(gapped)[1]
    client = browse(world["zhou"])
    assert client.post(gap.url, _form(how="voice", text="", recording="", second="00:03")).status_code == 422
    assert client.post(gap.url, _form(how="voice", text="", recording=second, second="x")).status_code == 422
    assert client.post(gap.url, _form(how="voice", text="", recording=second, second="01:03")).status_code == 302
    act = inspection(gapped)
    assert act.recordings[1].gaps[0].explained == "voice"
    assert "gap_explanation" not in act.documents
    assert f"{second} 的 01:03" in record.history(gapped)[-1].body["text"]


def test_a_second_click_records_nothing_twice(gapped, world, browse, at_ten):
    from xiezhi.apps.evidence import gaps

    gap = owed(gapped)[0]
    form_id = uuid.uuid4()
    for _ in range(2):
        gaps.explain(world["zhou"], gap, "site_inspected", form_id, NOW, agency=world.agency.id, text="电池更换")
    assert sum(1 for entry in record.history(gapped) if entry.kind == "gap_explanation") == 1


def test_a_late_start_and_an_early_end_are_owed_and_explained(card, take_in, inspected, world, browse, at_ten):
    card(20, 60, 1)
    take_in(card.folder, inspected)
    assert [(gap.start - BEGAN).total_seconds() for gap in owed(inspected)] == [0, pytest.approx(80, abs=1)]
    client = browse(world["zhou"])
    for _ in range(2):
        assert client.post(owed(inspected)[0].url, _form()).status_code == 302
    assert owed(inspected) == []
    # What the page takes for explained, the engine and an audit of the act's line take for covered.
    act = inspection(inspected)
    assert uncovered(act.at, act.end, list(act.recordings), SEAM) == []
    stated = act.recordings[0]
    assert [(gap.start, gap.end, gap.explained) for gap in stated.gaps] == [
        (BEGAN, BEGAN + timedelta(seconds=20), "written"),
        (pytest.approx(BEGAN + timedelta(seconds=80), abs=timedelta(seconds=1)), act.end, "written"),
    ]


def test_an_explanation_of_a_stretch_names_where_it_begins_and_ends(card, take_in, inspected):
    card(0, 60, 1)
    take_in(card.folder, inspected)
    act = inspection(inspected)
    what = {"kind": "gap_explanation", "recording": act.recordings[0].id, "explained": "written", "text": "没电", "by": ["zhou"]}
    for start, end in ((None, act.end), (act.end, act.at)):
        stretch = {"gap_from": start.isoformat() if start else None, "gap_to": end.isoformat()}
        with pytest.raises(InputError, match="gap_to"):
            writing.attach(uuid.UUID(str(act.id)), {**what, **stretch}, uuid.uuid4(), NOW)


def test_what_another_recorder_shows_is_not_owed(card, take_in, inspected, tmp_path):
    card(0, 120, 1, holes=[(30, 50)])
    take_in(card.folder, inspected)
    assert len(owed(inspected)) == 1
    (tmp_path / "b").mkdir()
    card(20, 60, 1, device="K7002", folder=tmp_path / "b")
    take_in(tmp_path / "b", inspected, device="K7002")
    assert owed(inspected) == []


def test_only_those_who_may_record_such_an_act_explain(gapped, world, browse, at_ten):
    url = owed(gapped)[0].url
    assert browse(world["sun"]).get(url).status_code == 403
    assert browse(world["wei"]).post(url, _form()).status_code == 403
    assert browse(world["zhou"]).post(url, _form(text=" ")).status_code == 422


def test_a_recorder_whose_clock_is_wrong_leaves_its_gaps_where_they_were(tmp_path, take_in, inspected):
    """Its clock is 7.5 s ahead, and its files 2 and 3 of four are missing: all is told in true time, to the second."""
    folder = tmp_path / "wrong"
    folder.mkdir()
    for number, (start, length) in {1: (0, 40), 4: (80, 40)}.items():
        shown = (BEGAN + timedelta(seconds=start + 7.5)).astimezone(SHANGHAI)
        film(folder / f"K7001_012345_{shown:%Y%m%d%H%M%S}_{number:04}.mp4", length, shade=number)
    found = take_in(folder, inspected, clock=(7.5, 0.2))
    assert "缺序号 2、3" in found.lost[0]
    [gap] = owed(inspected)
    assert (gap.start - BEGAN).total_seconds() == pytest.approx(40, abs=1)
    assert (gap.end - BEGAN).total_seconds() == pytest.approx(80, abs=1)


def _page(browse, user, case: str) -> str:
    return browse(user).get(f"/desk/cases/{case}/").content.decode()


def test_a_second_recorder_that_comes_later_states_no_hole_that_the_first_leaves_none_of(
    card, take_in, inspected, tmp_path, world, browse, at_ten
):
    """The first shows the first minute, the rest is explained; the second shows parts of the rest."""
    card(0, 60, 1)
    take_in(card.folder, inspected)
    assert browse(world["zhou"]).post(owed(inspected)[0].url, _form()).status_code == 302
    (tmp_path / "b").mkdir()
    for number in range(3):
        card(60 + number * 20, 15, number + 1, device="K7002", folder=tmp_path / "b")
    take_in(tmp_path / "b", inspected, device="K7002")
    own = [one for one in inspection(inspected).recordings if one.device == "K7002"]
    assert [((one.start - BEGAN).total_seconds(), one.gaps) for one in own] == [(60, ()), (80, ()), (100, ())]
    assert owed(inspected) == []
    assert "没有说明" not in _page(browse, world["zhou"], inspected)


def test_a_late_start_is_stated_as_far_as_no_other_recorder_was_there(card, take_in, inspected, tmp_path):
    card(0, 20, 1)
    take_in(card.folder, inspected)
    (tmp_path / "b").mkdir()
    card(40, 80, 1, device="K7002", folder=tmp_path / "b")
    take_in(tmp_path / "b", inspected, device="K7002")
    [second] = [one for one in inspection(inspected).recordings if one.device == "K7002"]
    assert [((gap.start - BEGAN).total_seconds(), (gap.end - BEGAN).total_seconds()) for gap in second.gaps] == [
        (pytest.approx(20, abs=1), 40)
    ]


def test_an_interruption_that_another_recorder_filled_later_is_no_red_bar(gapped, card, take_in, tmp_path, world, browse, at_ten):
    assert "处没有说明" in _page(browse, world["zhou"], gapped)
    (tmp_path / "b").mkdir()
    card(5, 100, 1, device="K7002", folder=tmp_path / "b")
    take_in(tmp_path / "b", gapped, device="K7002")
    assert owed(gapped) == []
    page = _page(browse, world["zhou"], gapped)
    assert "没有说明" not in page
    assert "有别的设备录到" in page
    assert '<rect class="gap"' not in page

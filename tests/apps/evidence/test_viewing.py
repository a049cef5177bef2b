from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest

from tests.apps.casework.conftest import NOW
from tests.apps.evidence.conftest import BEGAN, inspection
from xiezhi.apps.evidence import deriving, reviewing, service, viewings
from xiezhi.apps.evidence.models import Custody, Derivative, Marker, Recording, Viewing
from xiezhi.apps.evidence.paging import NoPageError, page_png
from xiezhi.apps.evidence.streaming import NoRangeError, range_of
from xiezhi.apps.record import queries as record
from xiezhi.apps.record import service as recording_service

pytestmark = pytest.mark.slow  # beyond what `make check` has time for


@pytest.fixture
def viewed(card, take_in, inspected, tmp_path) -> str:
    films = {"codec": "libx264", "plain": True}
    card(0, 60, 1, holes=[(20, 30)], **films)
    card(60, 60, 2, **films)
    take_in(card.folder, inspected)
    (tmp_path / "b").mkdir()
    card(50, 50, 1, device="K7002", folder=tmp_path / "b", **films)
    take_in(tmp_path / "b", inspected, device="K7002")
    return inspected


def test_the_page_of_a_case_says_what_is_wanted_what_is_there_and_what_is_missing(viewed, world, browse, at_ten):
    text = browse(world["zhou"]).get(f"/desk/evidence/cases/{viewed}/").content.decode()
    assert "录像 3 段" in text
    assert "录像或者录音或者照片（全过程）" in text, "what the pack wants of this act"
    assert 'class="continuity"' in text
    assert "没有录到 10 秒" in text
    assert "说明中断" in text
    assert "K7002" in text
    assert "style=" not in text
    assert "<script>" not in text


def test_the_bar_of_an_act_is_the_union_of_its_recorders(viewed):
    segments, label = reviewing.bar(inspection(viewed))
    assert [state for state, _start, _width in segments] == ["recorded", "gap", "recorded"]
    assert sum(width for _state, _start, width in segments) == pytest.approx(1)
    assert segments[1][1] * 120 == pytest.approx(20, abs=0.3)
    assert "3 段" in label


def test_ranges_are_served_and_one_viewing_is_one_line(viewed, world, browse, at_ten):
    row = Recording.objects.order_by("begin").first()
    url = f"/desk/evidence/recordings/{row.id}/content"
    client = browse(world["zhou"])
    whole = b"".join(client.get(url).streaming_content)
    part = client.get(url, HTTP_RANGE="bytes=10-19")
    assert (part.status_code, b"".join(part.streaming_content)) == (206, whole[10:20])
    assert part["Content-Range"] == f"bytes 10-19/{len(whole)}"
    assert part["Content-Type"] == "video/mp4"
    assert client.get(url, HTTP_RANGE=f"bytes={len(whole)}-").status_code == 416
    assert client.head(url)["Content-Length"] == str(len(whole))
    assert "正在查看" in client.get(f"/desk/evidence/recordings/{row.id}/").content.decode()
    assert [(one.account, one.parts) for one in Viewing.objects.all()] == [("zhou", [[0, len(whole) - 1]])]
    assert not Custody.objects.filter(what="viewed").exists()
    at_ten(NOW + timedelta(minutes=11))
    client.get(url, HTTP_RANGE="bytes=0-99")
    client.get(url, HTTP_RANGE="bytes=200-299")
    [line] = Custody.objects.filter(what="viewed")
    assert (line.account, line.at, line.detail["bytes"]) == ("zhou", NOW, [f"0-{len(whole) - 1}"])
    assert line.detail["shown"] == "00:00–01:00"
    assert viewings.close_quiet(NOW + timedelta(minutes=12)) == 0
    assert viewings.close_quiet(NOW + timedelta(minutes=22)) == 1
    entry = record.notes(viewed, "custody")[-1]
    assert (entry.kind, entry.by, entry.body["data"]["bytes"]) == ("viewed", ("zhou",), ["0-99", "200-299"])
    assert Custody.objects.order_by("id").last().entry == entry.id
    client.get(url + "?download")
    assert Custody.objects.filter(what="exported").count() == 1
    page = client.get(f"/desk/evidence/recordings/{row.id}/").content.decode()
    assert "周敏" in page


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("", None), ("bytes=0-", (0, 99)), ("bytes=5-9", (5, 9)), ("bytes=-10", (90, 99)), ("bytes=-500", (0, 99)), ("bytes=90-500", (90, 99)),
        ("bytes=9-5", None), ("bytes=0-1,5-6", None), ("bytes=-", None), ("lines=1-2", None),
    ],
)  # fmt: skip
def test_a_range_is_read_as_the_standard_says(head, found):
    assert range_of(head, 100) == found


@pytest.mark.parametrize("head", ["bytes=100-", "bytes=-0", "bytes=500-600"])
def test_a_range_outside_is_refused(head):
    with pytest.raises(NoRangeError):
        range_of(head, 100)


def test_only_those_who_may_read_it_see_anything(viewed, world, browse, client, at_ten):
    row = Recording.objects.first()
    urls = [f"/desk/evidence/cases/{viewed}/", f"/desk/evidence/recordings/{row.id}/", f"/desk/evidence/recordings/{row.id}/content"]
    assert all(client.get(url).status_code == 302 for url in urls)
    for name, status in {"wei": 403, "lin": 403, "sun": 200, "watch": 200}.items():
        assert {browse(world[name]).get(url).status_code for url in urls} == {status}, name
    assert browse(world["zhou"]).get(f"/desk/evidence/recordings/{uuid.uuid4()}/").status_code == 404


def test_a_marker_links_a_second_to_an_act(viewed, world, browse, at_ten):
    row = Recording.objects.order_by("begin").first()
    url, act = f"/desk/evidence/recordings/{row.id}/", inspection(viewed)
    client = browse(world["zhou"])
    assert client.post(url, {"minute": "9:99x", "note": "x"}).status_code == 422
    assert client.post(url, {"minute": "05:00", "note": "x"}).status_code == 422
    answer = client.post(url, {"minute": "0:32", "note": "砂石堆放在人行道", "act": str(act.id)})
    assert answer["Location"].endswith("?at=32#markers")
    page = client.get(url + "?at=32").content.decode()
    assert "#t=32" in page
    assert 'data-second="32.00"' in page
    assert "现场检查" in page
    assert Marker.objects.get().by == "zhou"
    [told] = [note.body["data"] for note in record.notes(viewed, "custody") if note.kind == "marked"]
    assert told["marker"] == str(Marker.objects.get().id)
    assert "砂石" not in str(told), "words of a note are in its row, where they can be deleted"
    assert client.get(url + "?at=<script>").status_code == 200


def test_two_angles_stand_side_by_side(viewed, world, browse, at_ten):
    first = Recording.objects.get(device="K7001", number=1)
    other = Recording.objects.get(device="K7002")
    client = browse(world["zhou"])
    url = f"/desk/evidence/recordings/{first.id}/"
    assert f"?beside={other.id}" in client.get(url).content.decode()
    page = client.get(f"{url}?beside={other.id}").content.decode()
    assert page.count("<video") == 2
    assert 'data-shift="-50.000"' in page
    assert client.get(f"{url}?beside={uuid.uuid4()}").content.decode().count("<video") == 1


def test_a_paper_of_the_case_is_shown_page_by_page(inspected, world, browse, at_ten):
    import pypdfium2

    from xiezhi.apps.paperwork import service as paperwork

    document = pypdfium2.PdfDocument.new()
    for _ in range(2):
        document.new_page(300, 400)
    import io

    out = io.BytesIO()
    document.save(out)
    file = paperwork.store(out.getvalue(), "笔录.pdf")
    act = uuid.UUID(str(inspection(inspected).id))
    what = {"kind": "document", "documents": ["inquiry_record"], "files": [{"document": "inquiry_record", **file}]}
    recording_service.attach(act, what, uuid.uuid4(), NOW)
    client = browse(world["zhou"])
    text = client.get(f"/desk/evidence/cases/{inspected}/").content.decode()
    url = re.search(r'href="(/desk/evidence/cases/[^"]+/papers/[^"]+)"', text).group(1)
    assert "第 1 页，共 2 页" in client.get(url).content.decode()
    [sitting] = Viewing.objects.filter(sha256=file["sha256"])
    assert (sitting.account, sitting.parts) == ("zhou", [[1, 1]]), "the page holds the text of the paper"
    client.head(url.replace("/1", "/2"))
    client.head(url.replace("/1", "/2") + "?png")
    sitting.refresh_from_db()
    assert sitting.parts == [[1, 1]], "a HEAD shows nothing"
    assert client.get(url + "?png").content.startswith(b"\x89PNG")
    assert client.get(url.replace("/1", "/3")).status_code == 404
    assert client.get(url.replace(file["sha256"], "0" * 64)).status_code == 404


def test_what_is_no_pdf_has_no_page():
    with pytest.raises(NoPageError):
        page_png(b"<html>", 1)


def test_what_no_act_claims_is_listed(card, take_in, inspected, world, browse, at_ten):
    card(3600, 6, 1)
    take_in(card.folder, inspected)
    assert "还没有对应到行为" in browse(world["zhou"]).get(f"/desk/evidence/cases/{inspected}/").content.decode()


def test_the_case_page_leads_here(viewed, world, browse, at_ten):
    assert f'href="/desk/evidence/cases/{viewed}/"' in browse(world["zhou"]).get(f"/desk/cases/{viewed}/").content.decode()
    assert BEGAN
    assert record.case(viewed)


def test_parts_that_touch_are_one_and_the_nearest_are_joined_when_there_are_too_many():
    assert viewings.joined([(5, 9), (0, 4), (20, 30), (25, 40)]) == [(0, 9), (20, 40)]
    many = viewings.joined([(10 * at, 10 * at + (9 if at == 7 else 1)) for at in range(viewings.AT_MOST + 2)])
    assert len(many) == viewings.AT_MOST
    assert (70, 81) in many


def test_pages_of_a_paper_that_were_looked_at_are_one_line(viewed, world):
    for page in (1, 2, 5):
        viewings.seen(NOW, (page, page), sha256="ab" * 32, case=viewed, agency=world.agency.id, user=world["zhou"])
    assert viewings.close_quiet(NOW + timedelta(hours=1)) == 1
    line = Custody.objects.get(what="viewed")
    assert line.detail["pages"] == ["1-2", "5"]
    assert any(one.what == "第 1-2、5 页" for one in reviewing.events_of(case=viewed))


def test_the_worker_makes_a_copy_that_plays_and_a_poster_and_leaves_the_original(viewed, world, browse, at_ten):
    row = Recording.objects.order_by("begin").first()
    client = browse(world["zhou"])
    url = f"/desk/evidence/recordings/{row.id}/"
    original = b"".join(client.get(url + "content").streaming_content)
    assert service.upkeep(NOW) == 3
    assert service.upkeep(NOW) == 0
    copy = deriving.made_of(row.file, "copy")
    assert "rewrap mp4 +faststart" in copy.recipe
    assert b"".join(client.get(url + "content").streaming_content) == original
    played = b"".join(client.get(url + "content?copy").streaming_content)
    assert played.index(b"moov") < played.index(b"mdat")
    assert client.get(url + "poster")["Content-Type"] == "image/jpeg"
    page = client.get(url).content.decode()
    assert "content?copy" in page
    assert "原文件没有动过" in page
    assert copy.sha256 in page
    told = [
        note.body["data"]
        for note in record.notes(viewed, "custody")
        if note.kind == "derived" and note.body["data"]["sha256"] == row.file_id
    ]
    assert [(one["kind"], one["made"]) for one in told] == [("poster", deriving.made_of(row.file, "poster").sha256), ("copy", copy.sha256)]
    assert 'class="thumb"' in client.get(f"/desk/evidence/cases/{viewed}/").content.decode()


def test_files_that_cannot_be_read_do_not_keep_the_others_waiting(card, take_in, inspected, monkeypatch):
    from xiezhi.apps.paperwork import queries as papers

    for number in range(1, 4):
        card(20 * number, 10, number, codec="libx264")
    take_in(card.folder, inspected)
    lost = list(Recording.objects.order_by("file__stored_at", "begin"))[:2]
    for row in lost:
        papers.path_of(row.file_id).rename(papers.path_of(row.file_id).with_suffix(".away"))
    for turn in range(2):
        deriving.make_missing(NOW + timedelta(minutes=turn), 2)
    readable = Recording.objects.exclude(pk__in=[row.pk for row in lost]).get()
    assert deriving.made_of(readable.file, "poster")
    assert Derivative.objects.filter(kind=deriving.UNREAD).count() == 2
    for row in lost:
        papers.path_of(row.file_id).with_suffix(".away").rename(papers.path_of(row.file_id))
    deriving.make_missing(NOW + timedelta(minutes=3), 2)
    assert all(deriving.made_of(row.file, "poster") for row in lost)
    assert not Derivative.objects.filter(kind=deriving.UNREAD).exists()
    assert deriving.make_missing(NOW + timedelta(minutes=4)) == 0


def test_what_no_browser_plays_is_explained_and_downloaded(card, take_in, inspected, world, browse, at_ten):
    card(0, 60, 1, codec="mpeg4")
    take_in(card.folder, inspected)
    assert service.upkeep(NOW) == 1
    row = Recording.objects.get()
    page = browse(world["zhou"]).get(f"/desk/evidence/recordings/{row.id}/").content.decode()
    assert "MPEG-4 Part 2" in page
    assert "<video" not in page
    assert "?download" in page
    assert "/poster" in page


def test_parts_of_a_copy_are_told_as_parts_of_the_file():
    from django.http import HttpResponse

    from xiezhi.apps.evidence.streaming import part_of

    answer = HttpResponse(headers={"Content-Range": "bytes 100-199/400"})
    assert part_of(answer, 400) == (100, 199)
    assert part_of(answer, 4000, 400) == (1000, 2000)
    assert part_of(HttpResponse(), 4000, 400) == (0, 3999)


def test_a_picture_is_a_paper_of_one_page_and_a_page_has_its_text():
    import io

    import av
    import numpy as np

    from xiezhi.apps.evidence.paging import _png, page_text

    picture = _png(np.zeros((40, 60, 3), np.uint8))
    assert page_png(picture, 1)[1] == 1
    with pytest.raises(NoPageError):
        page_png(picture, 2)
    with pytest.raises(NoPageError):
        page_png(b"GIF not", 1)
    assert av.open(io.BytesIO(page_png(picture, 1)[0])).streams.video[0].width == 60
    assert page_text(b"no pdf", 1) == ""


def test_acts_have_the_numbers_of_the_timeline_though_custody_stands_between(
    viewed, perform, world, browse, at_ten, card, take_in, tmp_path
):
    at = BEGAN + timedelta(minutes=10)
    perform(viewed, "inquiry_made", at, until=(at + timedelta(minutes=1)).isoformat(), signed={"officers": 2})
    (tmp_path / "c").mkdir()
    card(600, 20, 3, folder=tmp_path / "c", codec="libx264")
    take_in(tmp_path / "c", viewed)
    number = next(entry.case_seq for entry in record.history(viewed) if entry.kind == "inquiry_made")
    client = browse(world["zhou"])
    words = f"第 {number} 条 询问"
    for path in (f"cases/{viewed}/", f"cases/{viewed}/records/", f"cases/{viewed}/capture/", f"recordings/{Recording.objects.first().id}/"):
        assert words in client.get(f"/desk/evidence/{path}").content.decode(), path
    page = client.get(f"/desk/cases/{viewed}/").content.decode()
    assert f"第 {number} 条“询问" in page
    assert f'data-n="{number}"' in page

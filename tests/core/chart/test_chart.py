"""The flowchart of a procedure: the order that the rules give, its words, and a picture in which nothing lies on anything else."""

from __future__ import annotations

import re
from datetime import date
from xml.etree import ElementTree as ET

import pytest

from xiezhi.core.chart import picture
from xiezhi.core.chart.boxes import bands, wrapped
from xiezhi.core.chart.derive import Chart, derive
from xiezhi.core.chart.page import as_html
from xiezhi.core.chart.text import as_text
from xiezhi.core.law.calendar import Calendar
from xiezhi.core.law.pack import load_pack
from xiezhi.core.procedure.book import open_book

pytestmark = pytest.mark.slow  # beyond what `make check` has time for

DAYS = {"cn": date(2026, 11, 25), "xuecheng": date(2022, 10, 19)}
EACH = [(pack, procedure) for pack in DAYS for procedure in load_pack(pack).acts]
needs_dot = pytest.mark.skipif(picture.dot_here() is None, reason="Graphviz is not installed")
SVG = "{http://www.w3.org/2000/svg}"


def chart(pack: str, procedure: str, sector: str | None = None) -> Chart:
    return derive(open_book(load_pack(pack), Calendar.load()), procedure, DAYS[pack], sector)


def test_the_order_of_a_penalty_comes_from_its_rules() -> None:
    found = chart("cn", "penalty")
    path = [act for stage in found.stages for act in stage.acts if act in found.main]
    wanted = ["lead_registered", "case_filed", "investigation_concluded", "penalty_proposed", "decision_approved", "decision_made"]
    assert [act for act in path if act in wanted] == wanted
    assert "review_passed" not in found.main  # only a major decision is reviewed
    assert found.arrows["review_submitted", "review_passed"] is True
    assert ("立案后90日内", "行政处罚法第六十条") in found.terms["decision_made"]
    assert ("case_filed", "decision_made") not in found.arrows  # reduced: other acts lie between
    assert found.arrows["review_returned", "review_submitted"] is True  # the loop back


def test_a_district_puts_its_own_article_first() -> None:
    found = chart("xuecheng", "penalty")
    assert found.pack.cite_zh(found.cites["review_passed"][0]).startswith("薛城区")


def test_special_rules_of_a_field_come_only_when_asked_for() -> None:
    words = ("案件线索登记后15个工作日内", "线索登记后15个工作日内")
    plain, housing = as_text(chart("cn", "penalty")), as_text(chart("cn", "penalty", "housing"))
    assert not any(one in plain for one in words)
    assert any(one in housing for one in words)


def test_the_text_tells_terms_articles_and_which_path_is_unusual() -> None:
    told = as_text(chart("cn", "penalty"))
    assert "立案后90日内（行政处罚法第六十条）" in told
    assert "· 审核同意（法定情形下）" in told
    assert "【调查取证】" in told
    assert "None" not in told


def test_lines_fit_and_begin_with_no_stop() -> None:
    lines = wrapped("行政处罚法第五十四条第二款及第七十六条第二款，甲、乙（丙）", 9.0, 60.0)
    assert "".join(lines) == "行政处罚法第五十四条第二款及第七十六条第二款，甲、乙（丙）"
    assert not any(line[0] in "，。、）" for line in lines)


@needs_dot
@pytest.mark.parametrize(("pack", "procedure"), EACH)
def test_every_picture_is_whole_and_nothing_overlaps(pack: str, procedure: str) -> None:
    made = chart(pack, procedure)
    root = ET.fromstring(picture.as_svg(made))
    boxes = [_corners(one) for one in root.iter(f"{SVG}rect") if one.get("class") in ("box", "main")]
    shown = "".join(one.text or "" for one in root.iter(f"{SVG}text"))
    width = float((root.get("viewBox") or "").split()[2])
    assert sum(len(band.boxes) for band in bands(made)) == len(boxes) > 0
    for number, one in enumerate(boxes):
        assert one[2] <= width
        for other in boxes[number + 1 :]:
            assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1], (one, other)
    for act in made.drawn:
        assert made.act_zh(act) in shown
    assert made.zh in (root.findtext(f"{SVG}title") or "")
    assert as_text(made) == root.findtext(f"{SVG}desc")


@needs_dot
@pytest.mark.parametrize(("pack", "procedure"), EACH)
def test_every_sheet_fits_a_page_and_can_be_read(pack: str, procedure: str) -> None:
    for sheet in picture.as_sheets(chart(pack, procedure)):
        size = re.search(r'width="(\d+)pt" height="(\d+)pt" viewBox="\S+ \S+ (\S+) ', sheet)
        assert size is not None
        assert int(size[1]) <= 545
        assert int(size[2]) <= 788, "longer than A4 between its margins"
        assert 7.0 * int(size[1]) / float(size[3]) >= 6.5, "the notes are smaller than 6.5 points in print"


def test_without_graphviz_the_words_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture.shutil, "which", lambda _: None)
    made = chart("cn", "penalty_summary")
    with pytest.raises(picture.GraphvizError, match="not installed"):
        picture.as_svg(made)
    page = as_html(made)
    assert "没有安装 Graphviz" in page
    assert "作出决定" in page
    assert "<svg" not in page


def _corners(rect: ET.Element) -> tuple[float, float, float, float]:
    x, y, width, height = (float(rect.get(name) or 0) for name in ("x", "y", "width", "height"))
    return x, y, x + width, y + height

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest
import yaml

from xiezhi.core.typeset import IncompleteDocument, MissingGlyph, TypesetError, Typesetter, typesetter, wordings
from xiezhi.core.typeset.fonts import font_set
from xiezhi.core.typeset.wording import load_wording

SIGNED = datetime(2026, 9, 17, 2, 30, tzinfo=UTC)
DATA = json.loads((Path(__file__).parent / "decision.json").read_text(encoding="utf-8"))


def changed(**changes: object) -> dict[str, object]:
    return {**DATA, **changes}


def page_text(pdf: bytes) -> str:
    """The text of all pages without line breaks, as a reader or a search engine gets it."""
    document = pypdfium2.PdfDocument(pdf)
    text = "".join(page.get_textpage().get_text_bounded() for page in document)
    return "".join(text.split())


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.fixture(scope="module")
def setter() -> Typesetter:
    return typesetter()


@pytest.mark.parametrize("document", sorted(wordings()))
def test_every_wording_is_set_with_all_its_words_and_without_a_warning(setter, document):
    paper = wordings()[document].write(DATA)
    pdf, warnings = setter.set_with_warnings(paper.layout, paper.as_json(), created=SIGNED)
    assert warnings == []
    text = page_text(pdf)
    for block in paper.blocks:
        assert squeezed(block.text) in text, block
    assert squeezed(paper.title) in text
    assert paper.number in text


def test_a_decision_states_the_six_items_and_the_answer_to_the_defence(setter):
    pdf = setter.set("official", wordings()["decision"].write(DATA).as_json(), created=SIGNED)
    text = page_text(pdf)
    for stated in (
        "远峰装饰工程有限公司",
        "云溪区星汉路18号",
        "砂土撒落路面约40米",
        "《城市建筑垃圾管理规定》第二十三条",
        "罚款5000元",
        "十五日内",
        "向云溪区人民政府申请行政复议",
        "云溪区人民法院提起行政诉讼",
        "云溪区城市管理局",
        "2026年9月17日",
        "予以采纳",
    ):
        assert stated in text


def test_the_file_is_tagged_pdf_a_in_chinese_with_every_font_inside(setter):
    pdf = setter.set("official", wordings()["decision"].write(DATA).as_json(), created=SIGNED)
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in pdf
    assert b"/MarkInfo" in pdf
    assert b"/Lang" in pdf
    assert b"zh-CN" in pdf


def test_the_same_act_gives_the_same_bytes(setter):
    paper = wordings()["penalty_notice"].write(DATA).as_json()
    assert setter.set("official", paper, created=SIGNED) == setter.set("official", paper, created=SIGNED)


@pytest.mark.parametrize(
    "element", ["party.name", "violation.facts", "law_basis", "penalty.words", "defence.words", "remedy.court", "date"]
)
def test_a_decision_that_lacks_what_the_law_asks_for_is_not_made(element):
    data = json.loads(json.dumps(DATA))
    place, *rest = element.split(".")
    if rest:
        del data[place][rest[0]]
    else:
        data[place] = ""
    with pytest.raises(IncompleteDocument) as refused:
        wordings()["decision"].write(data)
    assert [item.key for item in refused.value.missing] == [element]
    assert refused.value.missing[0].cite
    assert refused.value.missing[0].zh in refused.value.message_zh


def test_a_character_without_a_glyph_is_named_and_not_printed_as_a_box(setter):
    data = changed(party={**DATA["party"], "name": "某\U0001f600公司"})
    with pytest.raises(MissingGlyph) as refused:
        setter.set("official", wordings()["decision"].write(data).as_json(), created=SIGNED)
    assert refused.value.text == "\U0001f600"
    assert "U+1F600" in refused.value.message_zh


def test_a_rare_character_of_a_name_is_drawn_by_the_last_fallback(setter):
    if "LXGW WenKai" not in setter.fonts.roles["body"]:
        pytest.skip("fonts-lxgw-wenkai is not installed")
    data = changed(party={**DATA["party"], "name": "𠮷祥商店"})
    pdf = setter.set("official", wordings()["decision"].write(data).as_json(), created=SIGNED)
    assert "𠮷祥商店" in page_text(pdf)


def test_the_wheel_alone_is_enough_and_names_a_rare_character(tmp_path):
    alone = Typesetter(font_set(debian=()))
    paper = wordings()["decision"].write(DATA)
    pdf, warnings = alone.set_with_warnings(paper.layout, paper.as_json(), created=SIGNED)
    assert warnings == []
    assert "行政处罚决定书" in page_text(pdf)
    data = changed(party={**DATA["party"], "name": "𠮷祥商店"})
    with pytest.raises(MissingGlyph, match="20BB7"):
        alone.set("official", wordings()["decision"].write(data).as_json(), created=SIGNED)


def test_what_looks_like_markup_is_printed_as_it_stands(setter):
    name = '#panic("x") *粗* $1$ <a> \\ [b] "q" {c}'
    data = changed(party={**DATA["party"], "name": name})
    text = page_text(setter.set("official", wordings()["decision"].write(data).as_json(), created=SIGNED))
    assert squeezed(name) in text


def test_controls_and_direction_overrides_never_reach_paper(setter):
    data = changed(party={**DATA["party"], "name": "甲\u202e乙\x07丙"})
    assert "当事人：甲乙丙" in page_text(setter.set("official", wordings()["decision"].write(data).as_json(), created=SIGNED))


@pytest.mark.slow
def test_a_sites_own_font_leads(tmp_path, setter):
    import pylopdf_fonts_zh_cn
    from fontTools.ttLib import TTFont

    font = TTFont(pylopdf_fonts_zh_cn.sans_path())
    for record in font["name"].names:
        if record.nameID in (1, 4, 16):
            record.string = "FangSong_GB2312"
    cff = font["CFF "].cff
    cff.topDictIndex[0].FamilyName = "FangSong_GB2312"
    font.save(tmp_path / "own.otf")
    assert font_set(tmp_path).roles["body"][0] == "FangSong_GB2312"


def test_an_unknown_layout_says_which_there_are(setter):
    with pytest.raises(TypesetError, match="official"):
        setter.set("letter", {}, created=SIGNED)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("zh: x\nlayout: form\nblocks:\n  - {q: 1}\n", "block 1"),
        ("zh: x\n", "layout"),
        ("zh: [\n", "line"),
    ],
)
def test_a_broken_wording_names_file_and_place(tmp_path, text, told):
    path = tmp_path / "broken.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TypesetError, match=told) as refused:
        load_wording(path)
    assert "broken.yaml" in str(refused.value)


def test_every_requirement_cites_a_clause_that_exists():
    clauses = {clause["id"] for clause in yaml.safe_load(Path("packs/cn/clauses.yaml").read_text(encoding="utf-8"))["clauses"]}
    for wording in wordings().values():
        for element in wording.requires:
            assert element.cite, (wording.id, element)
            assert set(element.cite) <= clauses, (wording.id, element)

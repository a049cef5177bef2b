"""The look, held by arithmetic: contrast of every pair that is used, file sizes, classes that exist, nothing inline."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "frontend" / "css"
TEMPLATES = sorted((ROOT / "src/xiezhi").glob("**/templates/**/*.html"))
STYLES = sorted(CSS.glob("*.css"))

# Ink, ground. 4.5 is WCAG 2.2 AA for text (1.4.3).
TEXT = [
    *[(ink, ground) for ink in ("ink", "ink-2", "link") for ground in ("paper", "card", "sunk", "navy-soft", "soon-soft")],
    ("ink-3", "card"),
    *[(state, f"{state}-soft") for state in ("ok", "soon", "late", "stop", "sealed", "gone")],
    *[(state, "card") for state in ("ok", "soon", "late", "stop", "sealed", "navy", "seal")],
    ("late-ink", "late"),
    ("navy-ink", "navy"),
    ("bar-ink", "bar"),
    ("black-box-ink", "black-box"),
]
# Lines that carry meaning: 3 (1.4.11).
LINES = [("line-strong", "card"), ("line-strong", "paper"), ("ok-fill", "sunk"), ("late", "card"), ("focus-ring", "paper")]


def tokens(*names: str) -> dict[str, str]:
    text = "".join((CSS / name).read_text() for name in names)
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6})", text))


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(letter * 2 for letter in colour[1:])
    shares = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_is_the_known_one():
    assert contrast("#fff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("files", [("tokens.css",), ("tokens.css", "dark.css")], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), [*((*pair, 4.5) for pair in TEXT), *((*pair, 3.0) for pair in LINES)])
def test_each_pair_can_be_read(files, ink, ground, least):
    found = tokens(*files)
    assert contrast(found[ink], found[ground]) >= least, f"{ink} {found[ink]} on {ground} {found[ground]}"


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_a_style_sheet_can_be_read_in_one_sitting(path):
    assert len(path.read_text().splitlines()) < 400


def test_every_token_that_is_used_is_set():
    text = "".join(path.read_text() for path in STYLES)
    assert set(re.findall(r"var\(--([a-z0-9-]+)", text)) <= set(re.findall(r"--([a-z0-9-]+):", text))


def test_every_style_sheet_is_linked_or_imported():
    linked = (CSS / "xz.css").read_text() + (ROOT / "src/xiezhi/site/templates/base.html").read_text()
    assert [path.name for path in STYLES if path.name != "xz.css" and path.name not in linked] == []


def test_no_smaller_type_than_fourteen_pixels_save_thirteen_for_stage_dates():
    sizes = {
        float(size)
        for path in STYLES
        for size in re.findall(r"font(?:-size)?:[^;}]*?(\d*\.\d+)rem", path.read_text())
        if path.name != "base.css"
    }
    assert min(sizes) >= 0.8125


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_page_holds_no_inline_style_or_script(path):
    """The content security policy would drop them, and the page would break only in the browser."""
    text = path.read_text()
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:|hx-on", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/)", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_icon_is_in_the_sprite(path):
    sprite = (ROOT / "src/xiezhi/site/templates/parts/sprite.html").read_text()
    for name in re.findall(r'{% icon "([a-z]+)"', path.read_text()):
        assert f'id="i-{name}"' in sprite

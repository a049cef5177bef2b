from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from xiezhi.cli import main
from xiezhi.core.chart import picture


def run(*args: str) -> Result:
    return CliRunner().invoke(main, ["packs", "flowchart", *args])


def test_text_goes_to_the_screen_or_a_file(tmp_path: Path) -> None:
    shown = run("cn", "penalty_summary", "--at", "2026-11-25")
    assert shown.exit_code == 0
    assert "【当场决定】" in shown.stdout
    kept = tmp_path / "x.txt"
    assert run("cn", "penalty_summary", "--at", "2026-11-25", "-o", str(kept)).exit_code == 0
    assert kept.read_text(encoding="utf-8") == shown.stdout


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("nowhere", "penalty"), "there is no pack 'nowhere'"),
        (("cn", "penaltyy"), "did you mean 'penalty'?"),
        (("cn", "penalty", "-o", "x.gif"), "expected one of .svg, .html, .txt"),
        (("cn", "penalty", "--sector", "fishing"), "There is no sector 'fishing'"),
        (("cn", "penalty_summary", "-o", "/nowhere/at/all/x.txt"), "cannot be written"),
    ],
)
def test_a_wrong_name_is_a_wrong_call(args: tuple[str, ...], told: str) -> None:
    answer = run(*args)
    assert answer.exit_code == 2
    assert told in answer.stderr


@pytest.mark.skipif(picture.dot_here() is None, reason="Graphviz is not installed")
def test_a_picture_and_a_page_are_written(tmp_path: Path) -> None:
    for name in ("x.svg", "x.html"):
        answer = run("xuecheng", "inspection", "-o", str(tmp_path / name))
        assert answer.exit_code == 0, answer.stderr
        assert answer.stdout == ""
        assert "<svg" in (tmp_path / name).read_text(encoding="utf-8")


def test_without_graphviz_a_picture_is_refused_and_the_page_has_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture.shutil, "which", lambda _: None)
    answer = run("cn", "penalty_summary", "-o", str(tmp_path / "x.svg"))
    assert answer.exit_code == 2
    assert "Graphviz is not installed" in answer.stderr
    assert not (tmp_path / "x.svg").exists()
    assert run("cn", "penalty_summary", "-o", str(tmp_path / "x.html")).exit_code == 0

"""`xiezhi audit`: exit status, what stands on stdout and what on stderr."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.core.audit.test_audit import CLEAN, LATE, history, written
from xiezhi.cli.audit import command

MOMENT = ["--as-of", "2026-06-01T00:00:00+08:00"]


def run(*args: object) -> Result:
    return CliRunner().invoke(command, [str(arg) for arg in args])


def test_clean_is_zero_and_broken_is_one(tmp_path: Path) -> None:
    clean = run(written(tmp_path, history(CLEAN, "A")), "--pack", "xuecheng", *MOMENT, "--format", "json")
    assert (clean.exit_code, json.loads(clean.stdout)["cases"]) == (0, 1)
    late = run(written(tmp_path, history(LATE, "A")), "--pack", "xuecheng", *MOMENT)
    assert late.exit_code == 1
    assert "第三十一条" in late.stdout
    assert late.stderr == ""


def test_the_answer_can_go_into_a_file(tmp_path: Path) -> None:
    told = run(written(tmp_path, history(LATE, "A")), "--pack", "xuecheng", *MOMENT, "--format", "json", "-o", tmp_path / "answer.json")
    assert (told.exit_code, told.stdout) == (1, "")
    assert json.loads((tmp_path / "answer.json").read_text(encoding="utf-8"))["findings"]


@pytest.mark.parametrize(
    ("more", "word"),
    [
        (["--pack", "nowhere"], "xuecheng"),
        (["--pack", "xuecheng", "--as-of", "yesterday"], "offset"),
        (["--pack", "xuecheng", "--format", "pdf"], "xlsx"),
        (["--pack", "xuecheng", "--mapping", "m.yaml"], "m.yaml"),
        (["--pack", "xuecheng", "--people", "none.csv"], "no such file"),
        ([], "--pack"),
    ],
)
def test_a_wrong_call_is_two_and_says_why(tmp_path: Path, more: list[str], word: str) -> None:
    told = run(written(tmp_path, history(CLEAN, "A")), *more)
    assert (told.exit_code, told.stdout) == (2, "")
    assert word in told.stderr


def test_bad_input_is_two_with_file_and_line_in_both_languages(tmp_path: Path) -> None:
    path = written(tmp_path, [*history(CLEAN, "A")[:3], "{"])
    told = run(path, "--pack", "xuecheng")
    assert (told.exit_code, told.stdout) == (2, "")
    assert f"{path}:4:" in told.stderr
    assert "第 4 行" in told.stderr

"""docs/coverage.md is what `xiezhi packs coverage --format md` says."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from xiezhi.cli import main


def test_the_page_on_coverage_is_fresh() -> None:
    page = Path(__file__).parents[2] / "docs" / "coverage.md"
    made = CliRunner().invoke(main, ["packs", "coverage", "--format", "md"])
    assert made.exit_code == 0
    fresh = page.read_text(encoding="utf-8").rstrip("\n") == made.stdout.rstrip("\n")
    assert fresh, "stale: .venv/bin/xiezhi packs coverage --format md > docs/coverage.md"

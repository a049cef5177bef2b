"""Every file and every command of the tutorial on packs, in both languages, done as written on a copy."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = re.compile(r"^`(?P<name>mine/\S+)`\n```yaml\n(?P<text>.*?)^```|^```sh\n(?P<commands>.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.slow
@pytest.mark.parametrize("page", ["tutorial-pack.md", "tutorial-pack.zh-CN.md"])
def test_the_tutorial_can_be_followed(page: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "packs", tmp_path / "packs")
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "XIEZHI_PACKS": str(tmp_path / "mine"),
        "XIEZHI_HOME": str(tmp_path / "home"),
    }
    told = ""
    for part in PARTS.finditer((ROOT / "docs" / page).read_text(encoding="utf-8")):
        if part["name"]:
            (tmp_path / part["name"]).write_text(part["text"], encoding="utf-8")
        for line in (part["commands"] or "").splitlines():
            if line.startswith("export"):
                continue  # in the environment above
            command, _, wanted = line.partition("   # exit ")
            done = subprocess.run(
                command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False
            )
            assert done.returncode == int(wanted or 0), f"{line}\n{done.stdout}\n{done.stderr}"
            told += done.stdout
    assert "yunshui: 3 clauses: 1 fulfilled, 1 recorded (no software can), 1 open" in told
    assert "FAILS yunshui.no_fine_unreviewed" in told
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "云水区重大行政执法决定法制审核办法第五条" in report
    assert (tmp_path / "flowchart.html").stat().st_size > 10_000

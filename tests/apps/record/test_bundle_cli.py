"""`xiezhi bundle` as people call it, and the checker on a bare Python that has `cryptography` and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from xiezhi.apps.record import queries, service
from xiezhi.cli.bundle import command

from .conftest import NOW, first, line, make_agency, new_id

pytestmark = pytest.mark.slow


@pytest.fixture
def record(fresh_database):
    make_agency()
    service.perform(first(), new_id(), NOW)
    service.perform(line("case_filed", 1), new_id(), NOW)
    return fresh_database


def run(*words):
    return CliRunner().invoke(command, [str(word) for word in words])


def test_a_bundle_is_made_from_the_command_line(record, tmp_path):
    answer = run("YX-1", "-o", tmp_path / "case.zip", "--by", "yx-o1")
    assert answer.exit_code == 0, answer.output
    assert answer.stdout == f"{tmp_path / 'case.zip'}: 3 entries, 0 files; log of 3 leaves\n"
    assert [view.by for view in queries.notes("YX-1")] == [("yx-o1",)]


@pytest.mark.parametrize("more", [[], ["--public"]])
def test_what_cannot_be_made_is_said(record, tmp_path, more):
    answer = run("YX-9", "-o", tmp_path / "case.zip", *more)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "YX-9" in answer.stderr
    assert "案件" in answer.stderr
    assert not (tmp_path / "case.zip").exists()


def test_a_bare_python_with_cryptography_checks_it(record, tmp_path):
    """A new environment that sees the package `cryptography` (and what that needs) alone, copied from ours, and no other of ours."""
    assert run("YX-1", "-o", tmp_path / "case.zip").exit_code == 0
    bare = tmp_path / "bare"
    venv.create(bare, with_pip=False)
    ours = Path(next(path for path in sys.path if path.endswith("site-packages")))
    [theirs] = bare.glob("lib/python*/site-packages")
    for name in ("cryptography", "cffi", "_cffi_backend"):
        for path in ours.glob(f"{name}*"):
            if not path.name.endswith(".dist-info"):
                (theirs / path.name).symlink_to(path)
    with zipfile.ZipFile(tmp_path / "case.zip") as file:
        file.extractall(tmp_path)
    python, clean = bare / "bin" / "python", {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    there = subprocess.run([python, "-c", "import django"], env=clean, capture_output=True, check=False)
    assert there.returncode == 1
    done = subprocess.run([python, "verify.py"], cwd=tmp_path / "bundle-YX-1", env=clean, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    assert done.stdout.endswith("全部成立 / ALL HOLDS\n")

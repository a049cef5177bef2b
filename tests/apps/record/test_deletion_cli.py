"""`xiezhi ledger delete`: said first, done with --yes, and the log verifies afterwards."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from xiezhi.apps.record.models import EntryBody
from xiezhi.apps.record.sequencer import Sequencer
from xiezhi.cli.ledger import command

from .conftest import NOW, make_agency
from .test_bundle import PAPER, sha
from .test_deletion import SECRET, history, people

pytestmark = pytest.mark.slow

GIVEN = ("--case", "YX-1", "--act", 3, "--basis", "个人信息保护法第四十七条", "--approver", "yx-l1", "--by", "yx-a1", "--before-term")


@pytest.fixture
def record(fresh_database, settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"
    people(make_agency())
    history()
    Sequencer().drain(NOW)


def run(*words):
    return CliRunner().invoke(command, [str(word) for word in words])


def test_it_is_said_then_done_and_verifies(record):
    from xiezhi.apps.paperwork.queries import has_file
    from xiezhi.apps.paperwork.service import store

    store(PAPER, "笔录.pdf")
    said = run("delete", *GIVEN)
    assert said.exit_code == 1
    assert said.stdout.splitlines() == [
        "would destroy entry 3 of YX-1: act inquiry_made",
        "would destroy entry 4 of YX-1: attachment signature",
        "would destroy entry 5 of YX-1: correction corrected",
    ]
    assert has_file(sha(PAPER))
    done = run("delete", *GIVEN, "--yes")
    assert done.exit_code == 0, done.output
    assert f"file {sha(PAPER)}: removed from the store" in done.stdout
    assert not has_file(sha(PAPER))
    assert SECRET not in " ".join(EntryBody.objects.values_list("text", flat=True))
    for what in ("verify", "fsck"):
        answer = run(what)
        assert answer.exit_code == 0, answer.output
        assert "3 deleted lawfully（依法删除）" in answer.stdout
    assert run("prove", "--case", "YX-1", "--act", 3).exit_code == 0
    shown = run("prove", "--case", "YX-1", "--act", 3, "--field", "data")
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert "内容已依法删除" in shown.stderr


def test_what_is_refused_is_said(record):
    answer = run("delete", *GIVEN[:-1], "--yes")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "案卷应当保管至" in answer.stderr

"""Some fields shown, the others hidden: `ledger prove --field`, `ledger check-proof`, verify.py."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from xiezhi.apps.record import queries, service
from xiezhi.cli.ledger import command
from xiezhi.core.ledger import alone

from .conftest import NOW, first, line, make_agency, new_id

pytestmark = pytest.mark.slow


@pytest.fixture
def record(fresh_database):
    make_agency()
    service.perform(first(), new_id(), NOW)
    data = {"party": {"kind": "citizen", "name": "甲某"}, "penalty": {"fine": "500"}}
    service.perform(line("case_filed", 1, data=data), new_id(), NOW)
    service.note("system", "frozen", {"why": "x"}, id=new_id(), now=NOW)


def run(*words):
    return CliRunner().invoke(command, [str(word) for word in words])


@pytest.fixture
def shown(record, tmp_path):
    target = tmp_path / "fine.proof.json"
    answer = run("prove", "--case", "YX-1", "--act", 2, "--field", "data.penalty", "-o", target)
    assert (answer.exit_code, answer.stdout) == (0, ""), answer.output
    return target


def by_verify_py(path, *more):
    done = subprocess.run([sys.executable, "-I", Path(alone.__file__), path, *more], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_what_is_shown_is_proved_by_both_checkers_and_the_rest_is_hidden(shown):
    answer = run("check-proof", shown)
    assert answer.exit_code == 0, answer.output
    assert answer.stdout.splitlines() == [
        "class: act",
        "kind: case_filed",
        "case: YX-1",
        "case_seq: 2",
        "data.penalty.fine: 500",
        f"OK: entry 1 of 3 in {queries.checkpoint().origin}",
    ]
    status, told = by_verify_py(shown, "--key", queries.verifier_key())
    assert status == 0, told
    text = shown.read_text(encoding="utf-8")
    assert "甲某" not in text
    assert "citizen" not in text


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told["fields"][-1].update(value="5"),
        lambda told: told["fields"][-1].update(path="data.penalty.other"),
        lambda told: told["fields"][2].update(value="YX-2"),
        lambda told: told.update(entry="01" + "00" * 32),
        lambda told: told.update(tlog_proof=told["tlog_proof"].replace("index 1", "index 0")),
    ],
)
def test_what_was_changed_is_refused_by_both(shown, change):
    told = json.loads(shown.read_text(encoding="utf-8"))
    change(told)
    shown.write_text(json.dumps(told), encoding="utf-8")
    answer = run("check-proof", shown)
    assert answer.exit_code == 1
    assert answer.stdout.startswith("WRONG: ")
    assert by_verify_py(shown)[0] == 1


def test_another_key_is_refused_and_rubbish_is_said(shown, tmp_path):
    other = "yunxi.example/log+4cbd9d47+AQ" + "A" * 42 + "="
    assert run("check-proof", shown, "--key", other).exit_code in (1, 2)
    for rubbish in ("", "{}", "[]", '{"entry": 1}', json.dumps({**json.loads(shown.read_text(encoding="utf-8")), "fields": []})):
        (tmp_path / "x.json").write_text(rubbish)
        answer = run("check-proof", tmp_path / "x.json")
        assert (answer.exit_code, answer.stdout) == (2, "")
        assert "不是完整的证明文件" in answer.stderr


def test_only_what_is_asked_for_and_log_wide_entries(record):
    told = json.loads(run("prove", "--case", "YX-1", "--act", 2, "--field", "data.penalty.fine", "--only").stdout)
    assert [one["path"] for one in told["fields"]] == ["data.penalty.fine"]
    told = json.loads(run("prove", "--case", "", "--act", 1, "--field", "data").stdout)
    assert {one["path"]: one["value"] for one in told["fields"]} == {
        "class": "system",
        "kind": "frozen",
        "case": "",
        "case_seq": 1,
        "data.why": "x",
    }

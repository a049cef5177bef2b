"""`xiezhi ledger` and `xiezhi rebuild` from the outside."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from django.db import connection

from xiezhi.apps.record import queries, service
from xiezhi.apps.record.models import Entry, Pending
from xiezhi.cli.ledger import command as ledger
from xiezhi.cli.rebuild import command as rebuild
from xiezhi.core.ledger.fields import FieldProof, verify_field
from xiezhi.core.ledger.note import VerifierKey
from xiezhi.core.ledger.proof import LogProof

from .conftest import NOW, first, histories, line, make_agency, new_id

pytestmark = pytest.mark.slow  # beyond what `make check` has time for


@pytest.fixture
def record(fresh_database):
    make_agency()
    service.load_histories(histories(13))
    service.perform(first(), new_id(), NOW)
    service.perform(line("inquiry_made", 1, data={"penalty": {"fine": "500.50"}}), new_id(), NOW)


def run(*arguments, command=ledger):
    return CliRunner().invoke(command, [str(one) for one in arguments])


def test_export_drains_and_is_verified_alone(record, tmp_path):
    folder = tmp_path / "out"
    answer = run("export", folder)
    assert answer.exit_code == 0, answer.output
    assert not Pending.objects.exists()
    assert run("verify", folder).output == "OK\n"
    assert (folder / "tile" / "1" / "000.p" / "1").is_file()
    assert run("export", folder).exit_code == 0  # its own earlier folder
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.txt").write_text("x")
    refused = run("export", other)
    assert refused.exit_code == 2
    assert "neither empty" in refused.stderr
    tile = folder / "tile" / "entries" / "000"
    data = bytearray(tile.read_bytes())
    data[40] ^= 1
    tile.write_bytes(data)
    bad = run("verify", folder)
    assert bad.exit_code == 1
    assert bad.stdout.startswith("BAD  leaf 1:")


def test_verify_says_what_is_wrong_and_keeps_the_record_of_writers(record, tmp_path):
    assert run("export", tmp_path / "kept").exit_code == 0
    service.perform(line("inquiry_made", 2), new_id(), NOW)
    answer = run("verify", "--format", "json", "--against", tmp_path / "kept" / "checkpoint")
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    assert (told["ok"], told["leaves"], told["waiting"], told["head"]["size"]) == (True, 262, 1, 262)
    assert run("fsck").exit_code == 0
    one = Entry.objects.get(case_id="YX-1", case_seq=2)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE record_entry_body DISABLE TRIGGER USER")
        cursor.execute("UPDATE record_entry_body SET text = replace(text, '500.5', '50.5') WHERE entry_id = %s", [one.id])
    bad = run("verify")
    assert bad.exit_code == 1
    assert bad.stdout.splitlines()[0].startswith(f"BAD  body of act {one.id} in case YX-1 (no. 2):")


def test_a_log_that_never_ran_is_empty_and_whole(fresh_database):
    assert run("verify").exit_code == 0
    answer = run("key", "show")
    assert answer.exit_code == 0
    assert VerifierKey.parse(answer.stdout.splitlines()[0]).name == queries.checkpoint().origin


def test_an_entry_and_a_field_of_it_are_proved(record):
    answer = run("prove", "--case", "YX-1", "--act", 2)
    assert answer.exit_code == 0, answer.output
    entry = bytes(Entry.objects.get(case_id="YX-1", case_seq=2).entry)
    key = VerifierKey.parse(queries.verifier_key())
    assert LogProof.parse(answer.stdout).verify(entry, key).size == 262
    told = json.loads(run("prove", "--case", "YX-1", "--act", 2, "--field", "data.penalty", "--only").stdout)
    [proof] = [FieldProof.from_dict(one) for one in told["fields"]]
    assert (proof.path, proof.value) == ("data.penalty.fine", "500.5")
    assert verify_field(proof, bytes.fromhex(told["entry"]))
    LogProof.parse(told["tlog_proof"]).verify(bytes.fromhex(told["entry"]), key)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["prove", "--case", "YX-1", "--act", "9"], "no entry 9"),
        (["prove", "--case", "YX-1", "--act", "2", "--field", "data.nothing"], "data.nothing"),
    ],
)
def test_what_is_not_there_is_said(record, arguments, says):
    answer = run(*arguments)
    assert answer.exit_code == 2
    assert says in answer.stderr
    assert answer.stdout == ""


def test_rebuild(record):
    assert run(command=rebuild).output == "14 cases\n"
    assert run("--case", "YX-1", command=rebuild).exit_code == 0
    assert run("--case", "nothing", command=rebuild).exit_code == 2


def test_an_unknown_case_and_an_unknown_entry_are_told_apart(record):
    answer = run("prove", "--case", "nothing", "--act", 1)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "there is no case 'nothing'" in answer.stderr
    assert "没有编号是“nothing”的案件" in answer.stderr
    case = line("inquiry_made", 1)["case"]
    answer = run("prove", "--case", case, "--act", 99)
    assert answer.exit_code == 2
    assert "entries are 1 to 2" in answer.stderr

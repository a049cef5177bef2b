from __future__ import annotations

from dataclasses import replace

import pytest

from xiezhi.core.ledger.cosign import Cosigner, WitnessKey, time_of
from xiezhi.core.ledger.errors import NoteError
from xiezhi.core.ledger.note import Checkpoint, KeySigner, VerifierKey, open_note
from xiezhi.core.ledger.policy import Group, Policy, Witness, parse

OLD, NEW = KeySigner("yunxi.example/log", bytes(range(32))), KeySigner("yunxi.example/log", bytes(range(1, 33)))
WITNESSES = [Cosigner(f"sfj{number}.example/witness", bytes([number]) * 32) for number in range(3)]
HEAD = Checkpoint("yunxi.example/log", 300, bytes(32))
NAMED = tuple(Witness(f"w{number}", one.verifier, f"http://w{number}.example/") for number, one in enumerate(WITNESSES))


def cosigned(*witnesses, head=HEAD, keys=(NEW,)):
    return head.sign(*keys) + "".join(one.line(head.text(), 1_800_000_000) for one in witnesses)


def test_a_cosignature_is_that_of_the_text_of_c2sp():
    """The key and the line of tlog-cosignature's form: the id by type 4, a time in eight bytes before the signature."""
    note = cosigned(WITNESSES[0])
    assert open_note(note, WITNESSES[0].verifier) == HEAD.text()
    assert open_note(note, NEW.verifier, WITNESSES[0].verifier) == HEAD.text()
    policy = Policy((NEW.verifier,), NAMED)
    signatures = policy.cosigners(note)
    assert list(signatures) == ["w0"]
    assert (len(signatures["w0"]), time_of(signatures["w0"])) == (72, 1_800_000_000)
    assert WitnessKey.parse(str(WITNESSES[0].verifier)) == WITNESSES[0].verifier
    assert Cosigner.parse(WITNESSES[0].secret()).verifier == WITNESSES[0].verifier
    with pytest.raises(NoteError):
        VerifierKey.parse(str(WITNESSES[0].verifier))  # a witness is no log
    with pytest.raises(NoteError):
        WitnessKey.parse(str(NEW.verifier))


def test_another_time_or_text_is_no_cosignature():
    key, line = WITNESSES[0].verifier, WITNESSES[0].line(HEAD.text(), 5)
    other = replace(HEAD, size=301).sign(NEW) + line
    assert Policy((NEW.verifier,), NAMED).cosigners(other) == {}
    with pytest.raises(NoteError, match="is wrong"):
        open_note(other, key)


def test_a_quorum_of_groups():
    groups = (Group("some", 1, ("w0", "w1")), Group("both", 2, ("some", "w2")))
    policy = Policy((NEW.verifier,), NAMED, groups, "both")
    assert policy.open(cosigned(WITNESSES[1], WITNESSES[2]), with_quorum=True) == HEAD
    for lacking in ([], WITNESSES[:2], WITNESSES[2:]):
        assert policy.open(cosigned(*lacking)) == HEAD
        with pytest.raises(NoteError, match="quorum both"):
            policy.open(cosigned(*lacking), with_quorum=True)


def test_a_key_speaks_for_its_time_only():
    policy = Policy((NEW.verifier, replace(OLD.verifier, until=300)))
    early, late = replace(HEAD, size=299), HEAD
    assert policy.open(early.sign(OLD)) == early
    assert policy.open(late.sign(NEW, OLD)) == late
    with pytest.raises(NoteError, match="no known key"):
        policy.open(late.sign(OLD))
    after = Policy((replace(NEW.verifier, since=301),))
    with pytest.raises(NoteError, match="no known key"):
        after.open(late.sign(NEW))


def test_a_policy_travels_as_text():
    new = replace(NEW.verifier, since=200)
    policy = Policy((new, replace(OLD.verifier, until=300)), NAMED, (Group("g", 2, ("w0", "w1")),), "g", {str(new): "http://log/"})
    read = parse(policy.text())
    assert read == policy
    assert [(key.since, key.until) for key in read.logs] == [(200, None), (0, 300)]


def test_a_lost_key_speaks_for_its_time_and_to_strangers_not_at_all():
    policy = Policy((NEW.verifier,), lost=(replace(OLD.verifier, until=300),))
    read = parse(policy.text())
    assert (read.logs, read.lost, read.lost[0].until) == ((NEW.verifier,), (OLD.verifier,), 300)
    assert [line for line in policy.text().splitlines() if str(OLD.verifier) in line and not line.startswith("#")] == []
    early = replace(HEAD, size=299)
    assert read.open(early.sign(OLD)) == early
    with pytest.raises(NoteError, match="no known key"):
        read.open(HEAD.sign(OLD))


def test_the_example_of_the_text_is_read():
    names = [f"{letter}{number}" for letter in "XY" for number in (1, 2, 3)]
    keys = [Cosigner(f"w.example/{name}", bytes([place]) * 32).verifier for place, name in enumerate(names)]
    lines = [f"log {NEW.verifier}", "", *(f"witness {name} {key}" for name, key in zip(names, keys, strict=True))]
    lines += [
        "\t# groups  ",
        "group X-witnesses 2 X1 X2 X3",
        "group Y-witnesses any Y1 Y2 Y3",
        " group X-and-Y\tall X-witnesses Y-witnesses ",
    ]
    policy = parse("\n".join([*lines, "quorum X-and-Y"]))
    assert policy.has_quorum({"X1", "X3", "Y2"})
    assert not policy.has_quorum({"X1", "Y1", "Y2", "Y3"})
    assert not policy.has_quorum({"X1", "X2", "X3"})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "quorum"),
        ("quorum none\nquorum none\n", "line 2 .*already"),
        ("quorum somebody\n", "not named"),
        (f"log {NEW.verifier}\nlog {NEW.verifier}\nquorum none\n", "twice"),
        (f"witness none {WITNESSES[0].verifier}\nquorum none\n", "twice"),
        (f"witness a {WITNESSES[0].verifier}\nwitness b {WITNESSES[0].verifier}\nquorum none\n", "twice"),
        (f"witness a {WITNESSES[0].verifier}\ngroup g 2 a\nquorum g\n", "threshold"),
        (f"witness a {WITNESSES[0].verifier}\ngroup g 01 a\nquorum g\n", "threshold"),
        (f"witness a {WITNESSES[0].verifier}\ngroup g any a\ngroup h any a\nquorum g\n", "member already"),
        (f"group g any a\nwitness a {WITNESSES[0].verifier}\nquorum g\n", "not named before"),
        (f"log {WITNESSES[0].verifier}\nquorum none\n", "only Ed25519"),
        ("log\nquorum none\n", "words"),
        ("mirror x\nquorum none\n", "not understood"),
        ("quorum none\r\n", "control character"),
    ],
)
def test_what_is_no_policy_is_said(text, says):
    with pytest.raises(NoteError, match=says):
        parse(text)

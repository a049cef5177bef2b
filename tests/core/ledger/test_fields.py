from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from xiezhi.core.ledger.body import canonical, flatten
from xiezhi.core.ledger.errors import BodyError, ProofError
from xiezhi.core.ledger.fields import FieldProof, entry_of, prove_fields, verify_field
from xiezhi.core.ledger.tree import leaf_hash

from . import second
from .bodies import BASE, bodies, seeds

VECTORS = json.loads((Path(__file__).parent / "vectors" / "entries.json").read_text())["entries"]
SEED = bytes(range(32))


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_known_answers(vector):
    seed = bytes.fromhex(vector["seed"])
    assert canonical(vector["body"]) == vector["canonical"]
    assert len(flatten(vector["body"])) == vector["pairs"]
    assert entry_of(vector["body"], seed).hex() == vector["entry"]
    assert leaf_hash(bytes.fromhex(vector["entry"])).hex() == vector["leaf_hash"]
    [proof] = prove_fields(vector["body"], seed, [vector["field"]["path"]])
    assert proof.as_dict() == vector["field"]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_known_answers_are_those_of_the_second_implementation(vector):
    entry = second.entry(vector["body"], bytes.fromhex(vector["seed"]))
    assert entry.hex() == vector["entry"]
    assert second.sha(b"\x00" + entry).hex() == vector["leaf_hash"]


@pytest.mark.slow
@given(bodies, seeds)
def test_entries_agree_with_the_second_implementation(body, seed):
    assert entry_of(body, seed) == second.entry(body, seed)


@pytest.mark.slow
@given(bodies, seeds)
def test_every_field_can_be_shown_alone_and_is_bound(body, seed):
    entry = entry_of(body, seed)
    for path, value in flatten(body):
        [proof] = [one for one in prove_fields(body, seed, [path]) if one.path == path]
        assert proof.value == value
        assert verify_field(proof, entry)
        assert verify_field(FieldProof.from_dict(json.loads(json.dumps(proof.as_dict()))), entry)
        assert not verify_field(replace(proof, value="another"), entry) or value == "another"
        assert not verify_field(replace(proof, path=path + "_"), entry)


def test_a_subtree_of_fields_is_shown_whole():
    body = {**BASE, "data": {"summary": {"party": "某商店", "places": ["东门", "西门"]}, "summary_b": 1}}
    assert [proof.path for proof in prove_fields(body, SEED, ["data.summary", "kind"])] == [
        "data.summary.party",
        "data.summary.places[0]",
        "data.summary.places[1]",
        "kind",
    ]


def test_what_is_not_there_cannot_be_shown():
    with pytest.raises(BodyError, match=r"data\.fine"):
        prove_fields(BASE, SEED, ["data.fine"])


def test_small_bodies_all_have_sixteen_leaves_and_larger_ones_a_power_of_two():
    [proof] = prove_fields(BASE, SEED, ["kind"])
    assert len(proof.siblings) == 4
    [proof] = prove_fields({**BASE, "documents": [str(i) for i in range(10)]}, SEED, ["kind"])
    assert len(proof.siblings) == 5


def test_a_field_proof_is_no_proof_of_an_inner_node():
    """Second pre-image: a node's two children offered as salt and value of a field do not pass for one."""
    entry = entry_of(BASE, SEED)
    [proof] = prove_fields(BASE, SEED, ["kind"])
    assert not verify_field(replace(proof, siblings=proof.siblings[1:], place=proof.place // 2), entry)
    assert not verify_field(replace(proof, place=proof.place + 16), entry)
    assert not verify_field(proof, b"\x02" + entry[1:])


def test_without_the_seed_equal_bodies_look_different():
    assert entry_of(BASE, SEED) != entry_of(BASE, bytes(32))


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"path": "x"},
        {"path": "x", "value": 1, "salt": "zz", "place": 0, "siblings": []},
        {"path": "x", "value": 1, "salt": "00", "place": 0, "siblings": []},
    ],
)
def test_a_broken_field_proof_is_named(broken):
    with pytest.raises(ProofError, match="not a field proof"):
        FieldProof.from_dict(broken)

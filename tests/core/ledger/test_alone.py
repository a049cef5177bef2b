"""The checker that people take away reads the entry format anew: it gives the known answers and agrees with ours on any body."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given

from xiezhi.core.ledger import alone
from xiezhi.core.ledger.fields import entry_of, prove_fields

from .bodies import bodies, seeds

VECTORS = json.loads((Path(__file__).parent / "vectors" / "entries.json").read_text())["entries"]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_known_answers(vector):
    assert alone.entry_of(alone.strict(vector["canonical"].encode()), bytes.fromhex(vector["seed"])).hex() == vector["entry"]
    alone.check_field(vector["field"], bytes.fromhex(vector["entry"]))


@given(bodies, seeds)
def test_it_agrees_with_the_other_implementation(body, seed):
    assert alone.entry_of(body, seed) == entry_of(body, seed)
    [proof] = prove_fields(body, seed, ["kind"])
    alone.check_field(proof.as_dict(), entry_of(body, seed))


@pytest.mark.parametrize("text", ['{"a": 1, "a": 2}', '{"a": 1.5}', '{"a": NaN}', '{"a": {"b": 1, "b": 1}}'])
def test_what_two_readers_could_read_differently_is_refused(text):
    with pytest.raises(alone.Wrong):
        alone.strict(text.encode())


@pytest.mark.parametrize("change", [{"place": -1}, {"place": 10**6}, {"siblings": []}, {"salt": "00"}, {"value": "x"}, {"place": True}])
def test_a_bent_field_proof_is_refused(change):
    vector = VECTORS[0]
    with pytest.raises(alone.Wrong):
        alone.check_field({**vector["field"], **change}, bytes.fromhex(vector["entry"]))

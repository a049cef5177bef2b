from __future__ import annotations

import hashlib
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiezhi.core.ledger.tree import root_of
from xiezhi.core.media import digest
from xiezhi.core.media.digest import Hashing, chunk_is, damaged, digest_of


def test_the_whole_digest_is_plain_sha256_and_the_tree_is_that_of_rfc_6962():
    content = os.urandom(digest.CHUNK * 2 + 5)
    found = digest_of([content])
    parts = [content[place : place + digest.CHUNK] for place in range(0, len(content), digest.CHUNK)]
    leaves = [hashlib.sha256(b"\0" + part).digest() for part in parts]
    assert found.sha256 == hashlib.sha256(content).hexdigest()
    assert found.chunks == b"".join(leaves)
    assert found.root == root_of(leaves).hex()
    assert chunk_is(parts[2], 2, found.chunks)
    assert not chunk_is(parts[2], 1, found.chunks)
    assert not chunk_is(parts[2], 3, found.chunks)


@given(st.lists(st.binary(max_size=30), max_size=12))
def test_how_the_stream_is_cut_into_blocks_changes_nothing(blocks):
    digest.CHUNK, old = 16, digest.CHUNK
    try:
        assert digest_of(blocks) == digest_of([b"".join(blocks)])
    finally:
        digest.CHUNK = old


def test_damage_is_found_in_its_chunk(monkeypatch):
    monkeypatch.setattr(digest, "CHUNK", 4)
    chunks = digest_of([b"aaaabbbbcc"]).chunks
    assert damaged([b"aaaabbbbcc"], chunks) == []
    assert damaged([b"aaaabXbbcc"], chunks) == [1]
    assert damaged([b"aaaabbbb"], chunks) == [2]
    assert damaged([b"aaaabbbbccdddd"], chunks) == [2, 3]


@pytest.mark.parametrize("size", [0, 1])
def test_a_file_of_nothing_has_one_chunk(size):
    hashing = Hashing()
    hashing.update(b"x" * size)
    assert len(hashing.digest().chunks) == 32

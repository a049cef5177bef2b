from __future__ import annotations

from types import SimpleNamespace

import pytest

from xiezhi.apps.disclosure.composing import policy_of


@pytest.mark.parametrize(
    ("disclosure", "policy"),
    [
        ({}, "surname"),
        (None, "surname"),
        ({"redaction": {"citizen_name": "none"}}, "none"),
        ({"redaction": {"citizen_name": "?"}}, "surname"),
    ],
)
def test_a_pack_without_a_choice_shows_surname_only(disclosure, policy):
    assert policy_of(SimpleNamespace(disclosure=disclosure)).citizen_name == policy

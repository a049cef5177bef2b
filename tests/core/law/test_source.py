from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from xiezhi.core.law.errors import PackError
from xiezhi.core.law.source import Node, parse_yaml


def read(text: str) -> Node:
    return parse_yaml(text.encode(), "f.yaml")


def value(text: str) -> Node:
    return read(f"a: {text}\n").fields(("a",))["a"]


def test_scalars_stay_what_was_written_until_a_reader_asks() -> None:
    assert value("no").text() == "no"
    assert value("2024-01-01").text() == "2024-01-01"
    assert value("1_000").text() == "1_000"
    assert value("012").text() == "012"


def test_typed_readers() -> None:
    assert value("12").integer() == 12
    assert value("-3").integer() == -3
    assert value("0.50").decimal() == Decimal("0.50")
    assert value("2024-02-29").date() == date(2024, 2, 29)
    assert value("true").boolean() is True
    assert value("[a, b]").texts() == ("a", "b")
    assert read("a: ~\n").entries()[0][2].is_null


@pytest.mark.parametrize(
    ("text", "reader", "message"),
    [
        ("1_000", "integer", "found '1_000'; expected a whole number; write digits only, for example 5"),
        ("5.0", "integer", "found '5.0'; expected a whole number; write digits only, for example 5"),
        ("1e3", "decimal", "found '1e3'; expected a number; write digits and at most one point, for example 5000 or 0.5"),
        ("2023-02-29", "date", "found '2023-02-29'; expected a date that exists, as YYYY-MM-DD; write it like 2021-07-15"),
        ("20230201", "date", "found '20230201'; expected a date that exists, as YYYY-MM-DD; write it like 2021-07-15"),
        ("yes", "boolean", "found 'yes'; expected true or false; write true or false without quotes"),
        ("[a]", "text", "found a list; expected a text; write the text here"),
        ("{a: b}", "items", "found a mapping; expected a list; write [a, b] or one '- item' a line"),
        ("b", "entries", "found 'b'; expected a mapping; write 'key: value' lines"),
    ],
)
def test_a_wrong_value_is_refused_where_it_stands(text: str, reader: str, message: str) -> None:
    node = value(text)
    with pytest.raises(PackError) as caught:
        getattr(node, reader)()
    assert str(caught.value) == "f.yaml:1:4: " + message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: 1\nb: x\x07y\n", "f.yaml:2:5: found the character U+0007; expected characters that YAML allows; remove it"),
        (b"a: 1\n---\nb: 2\n", "f.yaml:2:1: found YAML that cannot be read (but found another document)"),
        (b"a: \xff\n", "f.yaml:1:1: found bytes that are not UTF-8; expected text in UTF-8; save the file as UTF-8"),
        (b"# nothing\n", "f.yaml:1:1: the file is empty; expected one YAML document; write it or remove the file"),
        (b"&a [*a]\n", "f.yaml:1:1: found a value used by an anchor"),
        (b"[" * 5000, "f.yaml:1:"),
    ],
)
def test_a_file_that_is_no_pack_file_is_named(content: bytes, message: str) -> None:
    with pytest.raises(PackError) as caught:
        parse_yaml(content, "f.yaml")
    assert str(caught.value).startswith(message)


def test_a_guard_knows_the_place_of_each_character() -> None:
    assert str(value("x == 1").guard().at(5)) == "f.yaml:1:9"
    assert str(value("'x == 1'").guard().at(5)) == "f.yaml:1:10"
    folded = read("a: >\n  x ==\n  1\n").fields(("a",))["a"].guard()
    assert folded.text == "x == 1\n"
    assert str(folded.at(5)) == "f.yaml:1:4"


def test_plain_data_keeps_quoted_texts() -> None:
    assert read("{a: 1, b: '1', c: true, d: 'true', e: ~, f: 2024-01-01, g: [x]}").plain() == {
        "a": 1,
        "b": "1",
        "c": True,
        "d": "true",
        "e": None,
        "f": "2024-01-01",
        "g": ["x"],
    }

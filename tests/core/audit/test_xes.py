"""The scanner over bytes says what the parser of the standard library says, or hands over to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiezhi.core.audit.read import xes
from xiezhi.core.audit.read.xes import Unusual, parse, read_xes, scan
from xiezhi.core.law.errors import InputError

LOGS = Path(__file__).parents[4] / "shared" / "data" / "logs"
WANTED = frozenset({"case:concept:name", "concept:name", "time:timestamp", "amount", "org:resource", "case:amount", "case:deadline"})

EVENT = '<event>\n<string key="concept:name" value="Pay"/>\n<date key="time:timestamp" value="2020-01-01T00:00:00Z"/>\n</event>\n'


def log(body: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0">\n', tail: str = "</log>\n") -> bytes:
    return (head + body + tail).encode()


PLAIN = {
    "plain": log(f'<trace>\n<string key="concept:name" value="A"/>\n{EVENT}{EVENT}</trace>\n'),
    "entities": log(f'<trace><string key="concept:name" value="A &amp; &lt;B&gt; &quot;&#20013;&#x4e2d;&apos;"/>{EVENT}</trace>'),
    "apostrophe": log(f'<trace><string key="concept:name" value="O\'Neill"/>{EVENT}</trace>'),
    "more attributes": log(f'<trace><string key="amount" value="1"/><string key="concept:name" value="A"/>{EVENT}</trace>'),
    "no events": log('<trace><string key="concept:name" value="A"/></trace>'),
    "comment in the head": log(f'<trace><string key="concept:name" value="A"/>{EVENT}</trace>', head="<!-- a log -->\n<log>"),
    "one line": log(f'<trace><string key="concept:name" value="A"/>{EVENT}</trace>'.replace("\n", "")),
    "key twice": log(
        f'<trace><string key="concept:name" value="A"/>{EVENT}</trace>'.replace(
            "</event>", '<string key="concept:name" value="Last"/></event>'
        )
    ),
}
UNUSUAL = {
    "nested": log(f'<trace><string key="concept:name" value="A"><string key="amount" value="9"/></string>{EVENT}</trace>'),
    "nested in an event": log(
        '<trace><event><string key="x" value="1"><string key="concept:name" value="inner"/></string></event></trace>'
    ),
    "single quotes": log(f"<trace><string key='concept:name' value='A'/>{EVENT}</trace>"),
    "value first": log(f'<trace><string value="A" key="concept:name"/>{EVENT}</trace>'),
    "spaces": log(f'<trace><string key = "concept:name" value = "A" />{EVENT}</trace>'),
    "comment": log(f'<trace><!-- <event> --><string key="concept:name" value="A"/>{EVENT}</trace>'),
    "cdata": log(f'<trace><![CDATA[<event>]]><string key="concept:name" value="A"/>{EVENT}</trace>'),
    "trace attributes behind": log(f'<trace>{EVENT}<string key="concept:name" value="A"/></trace>'),
    "empty event": log('<trace><string key="concept:name" value="A"/><event/></trace>'),
    "prefix": b'<x:log xmlns:x="u"><x:trace><x:string key="concept:name" value="A"/><x:event><x:string key="amount" value="1"/></x:event></x:trace></x:log>',
    "line break in a value": log(f'<trace><string key="concept:name" value="A\nB"/>{EVENT}</trace>'),
    "key by entity": log('<trace><event><string key="concept&#58;name" value="A"/></event></trace>'),
    "latin": '<?xml version="1.0" encoding="ISO-8859-1"?><log><trace><string key="concept:name" value="é"/><event></event></trace></log>'.encode(
        "latin-1"
    ),
    "no trace": log(""),
    "event without a trace": log(EVENT),
    "value that is a key": log(f'<trace><string key="concept:name" value="concept:name"/>{EVENT}</trace>'),
}


@pytest.mark.parametrize("text", PLAIN.values(), ids=PLAIN)
def test_the_plain_form_is_scanned(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "l.xes"
    path.write_bytes(text)
    assert list(scan(path, WANTED)) == list(parse(path, WANTED))


@pytest.mark.parametrize("text", UNUSUAL.values(), ids=UNUSUAL)
def test_whatever_is_unusual_is_left_to_the_parser(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "l.xes"
    path.write_bytes(text)
    with pytest.raises(Unusual):
        list(scan(path, WANTED))
    assert list(read_xes(path, WANTED)) == list(parse(path, WANTED))


def test_the_parser_takes_over_in_the_middle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "l.xes"
    trace = f'<trace>\n<string key="concept:name" value="A"/>\n{EVENT}</trace>\n'
    path.write_bytes(log(trace * 50 + f"<trace><!-- x -->{EVENT}</trace>" + trace * 50))
    chunks = xes.chunks
    monkeypatch.setattr(xes, "chunks", lambda path, size=700: chunks(path, 700))
    rows = list(read_xes(path, WANTED))
    assert len(rows) == 101
    assert rows == list(parse(path, WANTED))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (PLAIN["plain"][:-10], 13),
        (PLAIN["plain"].replace(b"</trace>", b""), 12),
        (b"<html/>", 1),
        (log('<trace><string key="concept:name" value="&unknown;"/></trace>'), 3),
    ],
)
def test_a_broken_log_is_named_with_its_line(tmp_path: Path, text: bytes, line: int) -> None:
    path = tmp_path / "l.xes"
    path.write_bytes(text)
    with pytest.raises(InputError) as caught:
        list(read_xes(path, WANTED))
    assert caught.value.file == str(path)
    assert caught.value.line is not None
    assert abs(caught.value.line - line) <= 3


@pytest.mark.parametrize("name", ["roadtraffic100traces.xes", "wabo_receipt.xes.gz"])
def test_real_logs_say_the_same_either_way(name: str) -> None:
    path = LOGS / name
    if not path.is_file():
        pytest.skip(f"the shared log {name} is not here")
    assert list(scan(path, WANTED)) == list(parse(path, WANTED))


@pytest.mark.slow
def test_the_full_log_says_the_same_either_way() -> None:
    path = LOGS / "road_traffic_fines_full.xes.gz"
    if not path.is_file():
        pytest.skip("the shared log is not here")
    assert all(one == other for one, other in zip(scan(path, WANTED), parse(path, WANTED), strict=True))


PIECES = st.sampled_from(
    [
        "<trace>", "</trace>", "<event>", "</event>", '<string key="concept:name" value="A"/>', '<string key="amount" value="1"/>', "\n", " ",
        '<string key="amount" value="a&amp;b">', "</string>", "<!-- c -->", "<list key='x'>", "</list>", '<string value="1" key="amount"/>', "'", "&lt;",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=14))
def test_no_order_of_pieces_makes_the_scanner_say_something_else(tmp_path_factory: pytest.TempPathFactory, pieces: list[str]) -> None:
    path = tmp_path_factory.mktemp("x") / "l.xes"
    path.write_bytes(log(f'<trace><string key="concept:name" value="A"/>{EVENT}{"".join(pieces)}</trace>'))
    try:
        expected = list(parse(path, WANTED))
    except InputError:
        return  # the scanner checks only what it looks for
    assert list(read_xes(path, WANTED)) == expected

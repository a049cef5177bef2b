"""A text cut into what stays and what goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xiezhi.core.redact.recognise import Span, recognise


@dataclass(frozen=True, slots=True)
class Piece:
    """`kind` is empty for what stays; else the kind of what goes, while `text` is the text as it was."""

    text: str
    kind: str = ""


def cut(text: str, known: Mapping[str, str] | None = None, *, patterns: bool = True) -> list[Piece]:
    """The text in pieces. `known` maps exact strings to kinds (longest first: an address that holds a name goes as an address).

    Joining the texts of all pieces gives the text again.
    """
    spans: list[Span] = []

    def free(start: int, end: int) -> bool:
        return not any(start < span.end and span.start < end for span in spans)

    for string, kind in sorted((known or {}).items(), key=lambda item: -len(item[0])):
        at = text.find(string) if string else -1
        while at >= 0:
            if free(at, at + len(string)):
                spans.append(Span(kind, at, at + len(string)))
            at = text.find(string, at + len(string))
    spans += [span for span in (recognise(text) if patterns else []) if free(span.start, span.end)]
    pieces: list[Piece] = []
    place = 0
    for span in sorted(spans, key=lambda one: one.start):
        if span.start > place:
            pieces.append(Piece(text[place : span.start]))
        pieces.append(Piece(text[span.start : span.end], span.kind))
        place = span.end
    if place < len(text):
        pieces.append(Piece(text[place:]))
    return pieces

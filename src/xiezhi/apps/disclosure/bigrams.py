"""Chinese text search in PostgreSQL without an extension: neighbouring pairs of characters with their positions.

Every substring of two or more characters of an indexed run is found by the phrase of its own pairs; a single character is found as
the beginning of a pair, and the last of a run because it is indexed besides. Text and question are folded alike: NFKC, letter case.
Limits, of tsvector: positions end at 16383, and of one pair 256 places are kept; fields are cut to LONGEST for that.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict

LONGEST = 3000  # characters of a field that can be found
QUESTION = 100
_PLACES = 256


def runs(text: str) -> list[str]:
    """The text folded, cut at white space and controls (which are never searched for)."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(" " if char.isspace() or unicodedata.category(char)[0] == "C" else char for char in folded).split()


def document(*fields: str) -> str:
    """The tsvector of the fields, as its text. A gap between runs keeps phrases from running over."""
    places: dict[str, list[int]] = defaultdict(list)
    place = 1
    for field in fields:
        for run in runs(field[:LONGEST]):
            for at in range(len(run)):
                places[run[at : at + 2]].append(place)  # the last one is a single character
                place += 1
            place += 1
    return " ".join(f"{_quoted(token)}:{','.join(map(str, at[:_PLACES]))}" for token, at in sorted(places.items()))


def question(text: str) -> str:
    """The tsquery for a question, as its text: every run of it must stand somewhere. Empty for a question without a character."""
    return " & ".join(_phrase(run) for run in runs(text[:QUESTION]))


def _phrase(run: str) -> str:
    if len(run) == 1:
        return f"{_quoted(run)}:*"
    return "(" + " <-> ".join(_quoted(run[at : at + 2]) for at in range(len(run) - 1)) + ")"


def _quoted(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"

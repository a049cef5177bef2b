"""Finding a case by any part of its number, title or party: tokens of one and two characters in an indexed array."""

from __future__ import annotations

import unicodedata

LONGEST = 400


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum())[:LONGEST]


def tokens(*texts: str) -> list[str]:
    """All single characters and neighbouring pairs of the texts, sorted; widths, case and punctuation do not matter."""
    found: set[str] = set()
    for text in texts:
        plain = _plain(text)
        found.update(plain)
        found.update(plain[i : i + 2] for i in range(len(plain) - 1))
    return sorted(found)


def wanted(text: str) -> list[str]:
    """The tokens that a case must hold to be found by `text`: pairs, or the one character of a one-character question."""
    plain = _plain(text)
    if len(plain) < 2:
        return [plain] if plain else []
    return sorted({plain[i : i + 2] for i in range(len(plain) - 1)})


def holds(text: str, *fields: str) -> bool:
    """Whether one of the fields really holds the text: pairs alone can also match scattered."""
    plain = _plain(text)
    return any(plain in _plain(field) for field in fields)

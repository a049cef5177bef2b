"""The last look: is a string that was taken out still in what will be published?"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

# A single character stands everywhere in Chinese text and proves nothing.
SHORTEST = 2


def leaks(published: str, removed: Iterable[str]) -> list[str]:
    """The removed strings that the published text still holds, whatever spaces, line breaks or widths stand between."""
    text = _plain(published)
    return sorted({string for string in removed if len(_plain(string)) >= SHORTEST and _plain(string) in text})


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if not char.isspace() and char != "-")

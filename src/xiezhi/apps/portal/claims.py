"""What a PDF that somebody brings says of itself. It may be damaged or hostile: nothing of it is shown, only looked up."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pypdfium2

LARGEST = 8 * 1024 * 1024  # ours are far smaller
PAGES = 3
# A document number: words of the agency, the year in its brackets, the serial: 云城管罚决〔2026〕12号
_NUMBER = re.compile(r"[\u4e00-\u9fff]{2,20}[〔\[（(]\d{4}[〕\]）)]\d{1,6}号")


def of_pdf(content: bytes) -> Iterator[str]:
    """Its title, then the text of its first pages; nothing where it cannot be read."""
    if len(content) > LARGEST:
        return
    try:
        document = pypdfium2.PdfDocument(content)
    except (pypdfium2.PdfiumError, ValueError):
        return
    try:
        yield str(document.get_metadata_dict().get("Title") or "")
        for place in range(min(PAGES, len(document))):
            yield document[place].get_textpage().get_text_bounded()
    except pypdfium2.PdfiumError:
        return
    finally:
        document.close()


def numbers_in(text: str) -> list[str]:
    """The document numbers in a text, in the form in which they are kept; of a longer run of words also each shorter ending."""
    found = []
    for match in _NUMBER.findall("".join(text.split())):
        words, rest = re.match(r"([\u4e00-\u9fff]+)(.*)", match).groups()  # type: ignore[union-attr]
        rest = rest.translate(str.maketrans("[（(]）)", "〔〔〔〕〕〕"))
        found += [words[start:] + rest for start in range(len(words) - 1)]
    return found[:40]

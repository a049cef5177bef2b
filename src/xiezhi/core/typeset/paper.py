"""A paper: what stands in a document, before it is a page.

The same paper is set as PDF, shown as HTML and, after redaction, published; so the wording exists once. Text is held in runs;
a run that has been taken out says what it was and why, and no longer holds it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text. `mark` tells what kind of value it is (phone, id_number, name ...), for redaction; `gone` = taken out, with
    the words that stand in its place.
    """

    text: str
    mark: str = ""
    gone: str = ""

    def as_json(self) -> dict[str, str]:
        return {"gone": self.gone} if self.gone else {"text": self.text}


@dataclass(frozen=True, slots=True)
class Block:
    """`kind`: p (paragraph), h (heading), plain (no indent), row (label and value), sign (a line to sign on)."""

    kind: str
    runs: tuple[Run, ...]
    label: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "label": self.label, "runs": [run.as_json() for run in self.runs]}

    @property
    def text(self) -> str:
        return "".join(run.gone or run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Paper:
    """One document. `seal`: the place of the agency's seal is drawn; `qr_svg` and `qr_note`: the code and the words beside it."""

    type: str
    layout: str
    title: str
    agency: str
    number: str
    date: str
    blocks: tuple[Block, ...]
    seal: bool = True
    qr_svg: str = ""
    qr_note: str = ""
    copies: str = ""
    extra: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """What the templates read. Only strings, lists and objects."""
        return {
            "title": self.title,
            "agency": self.agency,
            "number": self.number,
            "date": self.date,
            "blocks": [block.as_json() for block in self.blocks],
            "seal": "yes" if self.seal else "",
            "qr_svg": self.qr_svg,
            "qr_note": self.qr_note,
            "copies": self.copies,
        }

    def with_code(self, svg: str, note: str) -> Paper:
        return replace(self, qr_svg=svg, qr_note=note)

    @property
    def text(self) -> str:
        return "\n".join((self.title, self.number, *(block.text for block in self.blocks), self.agency, self.date))

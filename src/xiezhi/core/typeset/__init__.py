"""Official documents in the national format: wording as data, layout as typst templates, PDF/A-2a out.

paper = wordings()["decision"].write(data)      # words, from act data; IncompleteDocument names what the law still asks for
pdf = typesetter(fonts_folder).set(paper.layout, paper.as_json(), created=now)
"""

from __future__ import annotations

from xiezhi.core.typeset.errors import Element, IncompleteDocument, MissingGlyph, TypesetError
from xiezhi.core.typeset.paper import Block, Paper, Run
from xiezhi.core.typeset.typesetter import Typesetter, typesetter
from xiezhi.core.typeset.wording import Wording, wordings

__all__ = [
    "Block",
    "Element",
    "IncompleteDocument",
    "MissingGlyph",
    "Paper",
    "Run",
    "TypesetError",
    "Typesetter",
    "Wording",
    "typesetter",
    "wordings",
]

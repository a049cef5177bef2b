"""The tables beside the rules (acts, checklists, documents, disclosure, retention, av): their words, citations and numbers must exist."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from xiezhi.core.law.errors import PackError
from xiezhi.core.law.pack import Pack
from xiezhi.core.law.read_rules import MEDIA
from xiezhi.core.law.source import Node

Words = Callable[[Pack], Collection[str]]

# Key of a table -> what its value (or each item of its list) must be one of. Where only one table has the key, its name stands before it.
_WORDS: dict[str, tuple[Words, str]] = {
    "acts": (lambda pack: pack.vocabulary.acts, "an act of the vocabulary"),
    "act": (lambda pack: pack.vocabulary.acts, "an act of the vocabulary"),
    "document": (lambda pack: pack.vocabulary.documents, "a document of the vocabulary"),
    "media": (lambda _: MEDIA, "a medium"),
    "needs": (lambda pack: [*pack.vocabulary.facts, *pack.vocabulary.act_data], "a fact or act-data key of the vocabulary"),
    "cite": (lambda pack: pack.clauses, "a clause of clauses.yaml of this pack or its parents"),
    "disclosure.fields": (lambda pack: pack.vocabulary.summary_fields, "a field of a summary"),
    "checklists.id": (lambda pack: pack.vocabulary.review_items, "a review item of the vocabulary"),
    "disclosure.id": (lambda pack: pack.vocabulary.facts["withheld.grounds"].values, "a ground of withholding"),
}
# Tables whose own keys are words.
_KEYS: dict[str, tuple[Words, str]] = {
    "acts": (lambda pack: pack.vocabulary.procedures, "a procedure of the vocabulary"),
    "av": (lambda pack: pack.vocabulary.acts, "an act of the vocabulary"),
}


def check_tables(pack: Pack) -> Iterator[PackError]:
    """Every word of the tables that does not exist, with its place."""
    for name, node in pack.tables:
        known = _KEYS.get(name)
        for _, key, value in node.entries():
            if known is not None:
                yield from _one_of(key, known[0](pack), known[1])
            yield from _inside(pack, name, value)


def _inside(pack: Pack, table: str, node: Node) -> Iterator[PackError]:
    if node.is_list:
        for item in node.items():
            yield from _inside(pack, table, item)
    elif node.is_mapping:
        for name, _, value in node.entries():
            known = _WORDS.get(f"{table}.{name}") or _WORDS.get(name)
            if known is None:
                yield from _inside(pack, table, value)
            elif not value.is_null:
                for item in value.one_or_more():
                    yield from _one_of(item, known[0](pack), known[1])
    elif not node.is_null and node.text().startswith("$"):
        yield from _one_of(node, [f"${name}" for name in pack.params], "a parameter of params.yaml of this pack or its parents")


def _one_of(node: Node, known: Collection[str], what: str) -> Iterator[PackError]:
    try:
        node.choice(known, what)
    except PackError as error:
        yield error

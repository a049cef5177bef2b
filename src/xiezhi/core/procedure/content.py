"""Which rules look at what an act itself brings: they cannot be tried before the act is written."""

from __future__ import annotations

from xiezhi.core.law.rules import Companion, Coverage, Gate, Person, Rule, Value
from xiezhi.core.procedure.guard import Tree, read
from xiezhi.core.procedure.guard.names import data_key
from xiezhi.core.procedure.guard.tree import Call, Path
from xiezhi.core.procedure.guard.walk import children
from xiezhi.core.procedure.tools import Tools

_KNOWN_BEFORE = frozenset({"act", "kind", "at", "day", "agency", "procedure", "case"})
_OF_THE_ACT = frozenset({"covers", "recorded"})


def reads_content(rule: Rule, tools: Tools) -> bool:
    """Whether the rule looks at the data, documents, signatures, persons or recordings of the act that it judges."""
    if isinstance(rule, (Companion, Coverage, Person)):
        return True
    texts = [rule.when, rule.requires if isinstance(rule, Gate) else None, rule.check if isinstance(rule, Value) else None]
    return any(_reads(read(text, tools.names), tools) for text in texts if text is not None)


def _reads(tree: Tree, tools: Tools) -> bool:
    if isinstance(tree, Path) and tree.parts[0] == "this" and len(tree.parts) > 1:
        return not _known_before(tree.parts[1:], tools)
    if isinstance(tree, Call) and tree.name in _OF_THE_ACT and tree.values and tree.values[0] == Path(("this",), tree.values[0].offset):
        return True
    return any(_reads(child, tools) for child in children(tree))


def _known_before(parts: tuple[str, ...], tools: Tools) -> bool:
    """The time and place of an act are known before it is written, and a key that has a default."""
    if parts[0] in _KNOWN_BEFORE and len(parts) == 1:
        return True
    key = data_key(parts, tools.names)
    word = tools.vocabulary.key(key[0]) if key is not None else None
    return word is not None and word.default is not None

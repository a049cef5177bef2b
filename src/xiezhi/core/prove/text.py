"""A guard's tree written back as text: the name of an atom, and what a trace shows."""

from __future__ import annotations

from xiezhi.core.procedure.guard.tree import All, AnyOf, Call, Compare, Items, Literal, Not, Param, Path, Sum, Tree


def text_of(tree: Tree, *, it: str = "it") -> str:
    """The tree as written, in one spelling; `it.` becomes `<it>.`."""
    match tree:
        case Literal():
            return {True: "true", False: "false", None: "null"}[tree.value] if isinstance(tree.value, bool | None) else repr(tree.value)
        case Param():
            return "$" + tree.name
        case Path():
            return it + tree.text[2:] if tree.parts[0] == "it" else tree.text
        case Items():
            return "[" + ", ".join(text_of(item, it=it) for item in tree.items) + "]"
        case Not():
            return "not " + _inside(tree.inner, it)
        case All():
            return " and ".join(_inside(item, it) for item in tree.items)
        case AnyOf():
            return " or ".join(_inside(item, it) for item in tree.items)
        case Compare() | Sum():
            return f"{text_of(tree.left, it=it)} {tree.op} {text_of(tree.right, it=it)}"
        case Call():
            return _call(tree, it)


def _inside(tree: Tree, it: str) -> str:
    return f"({text_of(tree, it=it)})" if isinstance(tree, All | AnyOf) else text_of(tree, it=it)


def _call(call: Call, it: str) -> str:
    inner = ", ".join(act.text for act in call.acts)
    if call.condition is not None:
        inner += "; " + text_of(call.condition)  # its own `it`
    if call.values:
        inner += ("; " if call.acts else "") + ", ".join(text_of(value, it=it) for value in call.values)
    return f"{call.name}({inner})" + "".join("." + part for part in call.path)

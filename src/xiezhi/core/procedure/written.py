"""The rules that look at acts of one kind, written as one Python function: what several of them read is read once.

What a rule says is said by its closures (`compiled`, `kinds`); the functions written here answer the same and ask a closure wherever more
than a quick look is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from xiezhi.core.law.rules import Companion, Gate, Lead, Limit, Order, Rule, Value
from xiezhi.core.law.source import GuardText
from xiezhi.core.procedure.compiled import Accepted, DutyRule, Found, OnRule
from xiezhi.core.procedure.finding import Fault
from xiezhi.core.procedure.guard import Condition, Scene, Unknown, read
from xiezhi.core.procedure.guard.generate import Conditions, begun, condition_written
from xiezhi.core.procedure.guard.tree import AnyOf, Literal
from xiezhi.core.procedure.guard.writing import Writer
from xiezhi.core.procedure.kinds.sequence import order_fault
from xiezhi.core.procedure.tools import Tools


def judge_by_closures(rules: tuple[OnRule, ...]) -> Callable[[Scene], Sequence[Found]]:
    """What each of the rules finds wrong with the act that stands in the scene."""

    def judge(scene: Scene) -> Sequence[Found]:
        found: list[Found] = []
        for compiled in rules:
            when = compiled.when
            applies = True if when is None else when(scene)
            if applies is False:
                continue
            fault = compiled.check(scene)
            if fault is not None:  # else kept whether it applies or not (Kleene: unknown implies true is true)
                found.append((compiled, applies, fault))
        return found

    return judge


def accept_by_closures(duties: tuple[DutyRule, ...]) -> Callable[[Scene], Sequence[Accepted]]:
    """Which duties the act in the scene, being `it` as well, opens by `when` and `only`; what is not known stands instead of True."""

    def accept(scene: Scene) -> Sequence[Accepted]:
        accepted: list[Accepted] = []
        for law in duties:
            answer: bool | Unknown = True if law.when is None else law.when(scene)
            if answer is True and law.only is not None:
                answer = law.only(scene)
            if answer is not False:
                accepted.append((law, answer))
        return accepted

    return accept


def judge_written(rules: tuple[OnRule, ...], tools: Tools) -> Callable[[Scene], Sequence[Found]]:
    """The same as `judge_by_closures`, written."""
    writer = begun("found = []")
    conditions = Conditions(writer, tools.names, tools.definitions)
    for compiled in rules:
        when = compiled.rule.when
        if when is None:
            _check(writer, conditions, compiled, "True", tools)
            continue
        answer = conditions.truth(read(when, tools.names))
        with writer.under(f"if {answer.text}:" if answer.sure else f"if {answer.text} is not False:"):
            _check(writer, conditions, compiled, "True" if answer.sure else answer.text, tools)
    writer.put("return found")
    return writer.function("scene", "rules on " + ", ".join(compiled.rule.id for compiled in rules[:3]))  # type: ignore[no-any-return]


def accept_written(duties: tuple[DutyRule, ...], tools: Tools) -> Callable[[Scene], Sequence[Accepted]]:
    """The same as `accept_by_closures`, written."""
    writer = begun("accepted = []")
    conditions = Conditions(writer, tools.names, tools.definitions, it="this")
    for law in duties:
        _accept(writer, conditions, law, [text for text in (law.rule.when, law.law.only) if text is not None], tools)
    writer.put("return accepted")
    return writer.function("scene", "duties of " + ", ".join(law.rule.id for law in duties[:3]))  # type: ignore[no-any-return]


def any_written(texts: Sequence[GuardText], tools: Tools) -> Condition:
    """Whether one of these conditions holds, as `any_of` says it of their closures."""
    trees = tuple(read(text, tools.names) for text in texts)
    return condition_written(AnyOf(trees, 0) if trees else Literal(value=False, offset=0), tools.names, tools.definitions)


def _accept(writer: Writer, conditions: Conditions, law: DutyRule, texts: list[GuardText], tools: Tools) -> None:
    name = writer.constant(law)
    if not texts:
        writer.put(f"accepted.append(({name}, True))")
        return
    answer = conditions.truth(read(texts[0], tools.names))
    if len(texts) == 1:
        said = "True" if answer.sure else answer.text
        writer.put(f"if {answer.text}{'' if answer.sure else ' is not False'}: accepted.append(({name}, {said}))")
        return
    with writer.under(f"if {answer.text}:" if answer.sure else f"if {answer.text} is True:"):
        _accept(writer, conditions, law, texts[1:], tools)
    if not answer.sure:
        writer.put(f"elif {answer.text} is not False: accepted.append(({name}, {answer.text}))")


def _check(writer: Writer, conditions: Conditions, compiled: OnRule, applies: str, tools: Tools) -> None:
    """The lines that add what is wrong, of a rule that may apply."""
    rule = compiled.rule
    append = f"found.append(({writer.constant(compiled)}, {applies}, {{}}))"
    match rule:
        case Gate() | Value():
            answer = conditions.truth(read(rule.requires if isinstance(rule, Gate) else rule.check, tools.names))
            fault = writer.constant(Fault(rule.as_))
            if answer.sure:
                writer.put(f"if not {answer.text}: {append.format(fault)}")
            else:
                said = f"{fault} if {answer.text} is False else {answer.text}"
                writer.put(f"if {answer.text} is not True: {append.format(said)}")
        case Order():
            writer.put(f"if {_none_of(writer, rule.after)}: {append.format(writer.constant(order_fault(rule, tools)))}")
        case _:
            closer = f"fault = {writer.constant(compiled.check)}(scene)"
            added = f"if fault is not None: {append.format('fault')}"
            quick = _surely_kept(writer, rule)
            if quick is None:
                writer.put(closer)
                writer.put(added)
            else:
                with writer.under(f"if not ({quick}):"):
                    writer.put(closer)
                    writer.put(added)


def _none_of(writer: Writer, kinds: Iterable[str]) -> str:
    return " and ".join(f"{writer.constant(kind)} not in places" for kind in kinds)


def _surely_kept(writer: Writer, rule: Rule) -> str | None:
    """An expression that is true only where the rule is kept, and mostly where it is; None where there is none."""
    match rule:
        case Companion():
            return " and ".join(_complete(writer, rule)) or "True"
        case Lead() if rule.anchor_act is not None:
            return _none_of(writer, [rule.anchor_act])
        case Limit() if isinstance(rule.at_most, int) and rule.at_most > 0:
            return _none_of(writer, rule.on)
        case _:
            return None


def _complete(writer: Writer, rule: Companion) -> list[str]:
    k: Callable[[Any], str] = writer.constant
    parts: list[str] = []
    if rule.documents:
        documents = writer.held("this.documents")
        parts.extend("(" + " or ".join(f"{k(one)} in {documents}" for one in group) + ")" for group in rule.documents)
    if rule.officers is not None or rule.party or rule.witness or rule.service:
        signed = writer.held("this.signed.get")
        if rule.officers is not None:
            officers = writer.held(f"{signed}({k('officers')})")
            parts.append(f"type({officers}) is int and {officers} >= {k(rule.officers)}")
        if rule.party:
            party = writer.held(f"{signed}({k('party')})")
            parts.append(f"{party} in {k(rule.party)}")
        if rule.witness:
            parts.append(f"{signed}({k('witness')}) is True")
        if rule.service:
            served = writer.held(f"{signed}({k('served')})")
            parts.append(f"{served} is True")
    parts.extend(_stated(writer, path) for path in rule.fields)
    return parts


def _stated(writer: Writer, path: str) -> str:
    k = writer.constant
    name, _, inside = path.partition(".")
    if not inside:
        return f"own({k(path)})"
    whole = writer.held(f"own({k(name)})")
    return f"(own({k(path)}) or type({whole}) is dict and {whole}.get({k(inside)}))"

"""Putting rules on each other: an overlay adds, tightens, or replaces with a reason; a weaker rule of lower law is refused.

On days on which the overlay's instrument is not in force, the rule below it stays as it was.
"""

from __future__ import annotations

from dataclasses import replace

from xiezhi.core.law.errors import Mistakes, PackError, Place
from xiezhi.core.law.layers import Layer
from xiezhi.core.law.merge import Ground, Origin, remnants
from xiezhi.core.law.read_rules import RuleText
from xiezhi.core.law.rules import Rule
from xiezhi.core.law.source import Node
from xiezhi.core.law.strictness import TIGHTENABLE, losses


def merge_rules(layers: list[Layer], ground: Ground, origins: dict[str, list[Origin]]) -> tuple[Rule, ...]:
    """The rules of all layers, the base's first, each in the order of its files.

    A rule that an overlay replaced for a time stands before it under the same id, limited to the other days.
    """
    return _RuleMerge(layers, ground, origins).run()


class _RuleMerge:
    def __init__(self, layers: list[Layer], ground: Ground, origins: dict[str, list[Origin]]) -> None:
        self.layers = layers
        self.ground = ground
        self.origins = origins
        self.levels = {layer.header.id: layer.header.level for layer in layers}
        self.current: dict[str, RuleText] = {}
        self.left: dict[str, list[Rule]] = {}
        self.mistakes = Mistakes()

    def run(self) -> tuple[Rule, ...]:
        for layer in self.layers:
            here: dict[str, Place] = {}
            for node in layer.rules:
                try:
                    text = self.read(layer, node, here)
                except PackError as error:
                    self.mistakes.add(error)
                    continue
                self.take(layer, text)
                here[text.rule.id] = text.rule.place
        self.mistakes.raise_any()
        return tuple(rule for id_, text in self.current.items() for rule in (*self.left.get(id_, ()), text.rule))

    def take(self, layer: Layer, text: RuleText) -> None:
        rule = text.rule
        below = self.current.get(rule.id)
        if below is not None:
            own = self.ground.of(rule.cites, (rule.from_, rule.to))
            base = below.rule
            spans = remnants(self.ground.of(base.cites, (base.from_, base.to)), own)
            self.left.setdefault(rule.id, []).extend(replace(base, from_=start, to=end) for start, end in spans)
        self.current[rule.id] = text
        self.origins.setdefault(rule.id, []).append(Origin(layer.header.id, rule.place, rule.cites, rule.zh, rule.reason))

    def read(self, layer: Layer, node: Node, here: dict[str, Place]) -> RuleText:
        stated = {name: value for name, _, value in node.entries()}
        below = self.current.get(stated["id"].text()) if "id" in stated and not stated["id"].is_null else None
        if below is not None and below.rule.id in here:
            raise PackError(
                stated["id"].place,
                f"found the rule '{below.rule.id}' a second time, first at {here[below.rule.id]}",
                "each rule once in a pack",
                "rename or remove one of the two",
            )
        if "tightens" in stated and stated["tightens"].boolean():
            return _tightened(layer, node, below)
        text = layer.reader.read(node)
        if below is None and text.replaces:
            raise PackError(
                text.rule.place,
                f"found 'replaces' on '{text.rule.id}'",
                "a rule of this id in a pack below",
                "remove 'replaces', or correct the id",
            )
        if below is not None:
            self.refuse_weaker(below.rule, text)
        return text

    def refuse_weaker(self, base: Rule, text: RuleText) -> None:
        own = text.rule
        if not text.replaces:
            raise PackError(
                own.place,
                f"found the rule '{own.id}', which is also at {base.place}",
                "one rule of an id",
                "rename it, or mark it 'tightens: true', or 'replaces: true' with a 'reason'",
            )
        lost = losses(base, own)
        if not lost:
            return
        if text.override_of != base.id:
            raise PackError(
                own.place,
                f"'{own.id}' replaces the rule at {base.place} by a weaker one: {'; '.join(lost)}",
                "nothing less than the rule below, or a marked override",
                f"restore it, or add 'override_of: {base.id}'; "
                f"a rule that must yield to the stronger one says 'yields_to: {base.id}' under an id of its own",
            )
        if self.ground.rank(own, self.levels[own.pack]) < self.ground.rank(base, self.levels[base.pack]):
            raise PackError(
                own.place,
                f"'{own.id}' overrides the rule at {base.place} from a lower level of law",
                f"a level not below that of '{base.cites[0]}'",
                f"give it an id of its own and 'yields_to: {base.id}'",
            )


def _tightened(layer: Layer, node: Node, below: RuleText | None) -> RuleText:
    if below is None:
        node.refuse("found 'tightens' on a rule that is in no pack below", "the id of a rule below", "correct the id, or remove 'tightens'")
    for name, key, _ in node.entries():
        if name not in TIGHTENABLE:
            key.refuse(
                f"found '{name}' in a rule that tightens",
                f"one of {', '.join(TIGHTENABLE)}",
                "add a rule of its own with the same 'breach', or use 'replaces' with a reason",
            )
    own = layer.reader.fields_of(node, below.rule.kind)
    if "cite" not in own:
        node.refuse("the key 'cite' is missing", "'cite' in a rule that tightens", "cite the clause that asks for more")
    # The overlay's own first citation decides from when to when the tightened form holds; the base's stay cited beside it.
    text = layer.reader.build(node, below.rule.kind, {**_undated(below.fields), **own})
    rule = replace(text.rule, cites=tuple(dict.fromkeys((*text.rule.cites, *below.rule.cites))))
    lost = losses(below.rule, rule)
    if lost:
        node.refuse(
            f"'{rule.id}' tightens, yet {'; '.join(lost)} (at {below.rule.place})",
            "nothing less than the rule below",
            "restore it, or use 'replaces' with a reason",
        )
    return replace(text, rule=rule)


def _undated(fields: dict[str, Node]) -> dict[str, Node]:
    return {name: value for name, value in fields.items() if name not in {"from", "to", "replaces", "override_of"}}

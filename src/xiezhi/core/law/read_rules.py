"""From a pack's rules/*.yaml to rules: every key typed, every word looked up in the vocabulary, every mistake with its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from xiezhi.core.law.read_terms import read_amount, read_cites, read_fixed_day, read_term
from xiezhi.core.law.rules import FINDINGS, RULE_KINDS, Extend, GuardText, Pause, Rule, TermText
from xiezhi.core.law.source import Node
from xiezhi.core.law.vocabulary import Vocabulary

LIVE = ("block", "warn", "record")
SEVERITIES = ("violation", "warning", "none")
MEDIA = ("photo", "audio", "video")
PARTY_STATES = ("signed", "refused", "absent", "witnessed")
COMMON = (
    "id", "kind", "cite", "procedure", "when", "live", "severity", "zh", "en", "fix", "fix_en", "hands", "breach",
    "follows", "yields_to", "reason", "from", "to", "replaces", "tightens", "override_of",
)  # fmt: skip
OWN: dict[str, tuple[str, ...]] = {
    "gate": ("on", "requires", "as"),
    "order": ("on", "after", "as"),
    "duty": (
        "after", "after_recording", "start", "expect", "within", "clock", "only", "answers", "per", "extend", "pause", "cancel", "lapse",
    ),
    "lead": ("on", "anchor", "at_least", "at_most"),
    "limit": ("on", "at_most", "per"),
    "companion": ("on", "documents", "signatures", "fields", "service"),
    "coverage": ("on", "media", "whole", "tolerance", "unless", "if_any"),
    "person": ("on", "who"),
    "value": ("on", "check", "as"),
}  # fmt: skip
REQUIRED: dict[str, tuple[str, ...]] = {
    "gate": ("on", "requires"),
    "order": ("on", "after"),
    "duty": (),
    "lead": ("on", "anchor"),
    "limit": ("on", "at_most"),
    "companion": ("on",),
    "coverage": ("on", "media"),
    "person": ("on", "who"),
    "value": ("on", "check"),
}


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule as its pack states it, with what the merge needs: its fields, and how it stands to the same id below it."""

    rule: Rule
    fields: dict[str, Node]
    replaces: bool
    override_of: str | None


class RuleReader:
    """Reads rules of one pack. `named` are the terms of terms.yaml that its rules may name."""

    def __init__(self, vocabulary: Vocabulary, named: dict[str, TermText], pack: str) -> None:
        self.words = vocabulary
        self.named = named
        self.pack = pack
        self._own: dict[str, Callable[[Node, dict[str, Node]], dict[str, Any]]] = {
            "gate": lambda _, f: {"requires": f["requires"].guard(), "as_": _as(f)},
            "order": lambda _, f: {"after": self.acts(f["after"]), "as_": _as(f)},
            "duty": self._duty,
            "lead": self._lead,
            "limit": lambda _, f: {"at_most": read_amount(f["at_most"]), "per": self._key(f, "per")},
            "companion": self._companion,
            "coverage": self._coverage,
            "person": self._person,
            "value": lambda _, f: {"check": f["check"].guard(), "as_": _as(f)},
        }

    def kind_of(self, node: Node) -> str:
        """The kind of the rule written at this node."""
        kinds = {name: value for name, _, value in node.entries()}
        if "kind" not in kinds:
            node.refuse("the key 'kind' is missing", f"'kind' in this rule ({', '.join(RULE_KINDS)})", "add 'kind: ...'")
        return kinds["kind"].choice(RULE_KINDS, "a kind of rule")

    def fields_of(self, node: Node, kind: str) -> dict[str, Node]:
        """The fields of a rule, unknown keys refused."""
        return node.fields((*COMMON, *OWN[kind]))

    def read(self, node: Node) -> RuleText:
        """A whole rule. Raises PackError."""
        kind = self.kind_of(node)
        return self.build(node, kind, self.fields_of(node, kind))

    def build(self, node: Node, kind: str, fields: dict[str, Node]) -> RuleText:
        """A rule from its fields, which may come from two places when an overlay tightens one."""
        for name in ("id", "cite", "zh", *REQUIRED[kind]):
            if name not in fields:
                node.refuse(f"the key '{name}' is missing", f"'{name}' in this {kind}", f"add '{name}: ...'")
        own: dict[str, Any] = {} if "on" not in fields else {"on": self.acts(fields["on"])}
        own.update(self._own[kind](node, fields))
        rule = RULE_KINDS[kind](**self._common(fields), **own)
        replaces = "replaces" in fields and fields["replaces"].boolean()
        if (replaces or "yields_to" in fields) and rule.reason is None:
            node.refuse(
                "the key 'reason' is missing", "'reason' beside 'replaces' or 'yields_to'", "say why, with the article that allows it"
            )
        return RuleText(rule, fields, replaces, fields["override_of"].text() if "override_of" in fields else None)

    def _common(self, f: dict[str, Node]) -> dict[str, Any]:
        def text(name: str) -> str | None:
            return f[name].text() if name in f else None

        start, end = (f["from"].date() if "from" in f else None), (f["to"].date() if "to" in f else None)
        if start is not None and end is not None and end < start:
            f["to"].refuse(
                f"found {f['to'].shown()} before 'from' ({start})", "an end that is not before its start", "correct one of the two"
            )
        return {
            "id": f["id"].text(),
            "cites": read_cites(f["cite"]),
            "procedures": f["procedure"].choices(self.words.procedures, "a procedure of the vocabulary") if "procedure" in f else (),
            "when": f["when"].guard() if "when" in f else None,
            "live": f["live"].choice(LIVE, "a strength") if "live" in f else None,
            "severity": f["severity"].choice(SEVERITIES, "a severity") if "severity" in f else "violation",
            "zh": f["zh"].text(),
            "en": text("en") or "",
            "fix": text("fix"),
            "fix_en": text("fix_en"),
            "hands": f["hands"].choice((*self.words.roles, "party"), "a role of the vocabulary") if "hands" in f else None,
            "breach": text("breach"),
            "follows": tuple(item.text() for item in f["follows"].one_or_more()) if "follows" in f else (),
            "yields_to": text("yields_to"),
            "reason": text("reason"),
            "from_": start,
            "to": end,
            "pack": self.pack,
            "place": f["id"].place,
            "cited_at": f["cite"].place,
        }

    # --- words

    def acts(self, node: Node) -> tuple[str, ...]:
        """A list of acts, at least one."""
        acts = node.choices(self.words.acts, "an act of the vocabulary")
        if not acts:
            node.refuse("found an empty list", "at least one act", "name the act")
        return acts

    def _acts(self, f: dict[str, Node], name: str) -> tuple[str, ...]:
        return self.acts(f[name]) if name in f else ()

    def _recorded(self, f: dict[str, Node]) -> tuple[str, ...]:
        return f["after_recording"].choices((*self.words.acts, "any"), "an act of the vocabulary, or any") if "after_recording" in f else ()

    def key(self, node: Node) -> str:
        """A fact or act-data key."""
        name = node.text()
        if not self.words.is_key(name):
            node.choice([*self.words.facts, *self.words.act_data], "a fact or act-data key of the vocabulary")
        return name

    def _key(self, f: dict[str, Node], name: str) -> str | None:
        # `per` may also name what every act carries.
        if name not in f:
            return None
        return f[name].text() if f[name].text() in {"agency", "visit", "case"} else self.key(f[name])

    def _guard(self, f: dict[str, Node], name: str) -> GuardText | None:
        return f[name].guard() if name in f else None

    # --- kinds with more than two keys

    def _duty(self, node: Node, f: dict[str, Node]) -> dict[str, Any]:
        openers = [name for name in ("after", "after_recording", "start") if name in f]
        if len(openers) != 1:
            found = "no opening" if not openers else f"found {' and '.join(openers)}"
            node.refuse(found, "exactly one of 'after', 'after_recording', 'start: {fixed: MM-DD}'", "say what opens the duty")
        if "expect" not in f and "after_recording" not in f:
            node.refuse("the key 'expect' is missing", "'expect' in this duty", "name the acts of which one is owed")
        start = f["start"].fields(("fixed",), required=("fixed",)) if "start" in f else {}
        return {
            "after": self._acts(f, "after"),
            "after_recording": self._recorded(f),
            "fixed": read_fixed_day(start["fixed"]) if start else None,
            "expect": self._acts(f, "expect"),
            "within": read_term(f["within"], self.named) if "within" in f else None,
            "clock": self._key(f, "clock"),
            "only": self._guard(f, "only"),
            "answers": self._guard(f, "answers"),
            "per": self._key(f, "per"),
            "extend": tuple(self._extend(item) for item in f["extend"].items()) if "extend" in f else (),
            "pause": tuple(self._pause(item) for item in f["pause"].items()) if "pause" in f else (),
            "cancel": self._acts(f, "cancel"),
            "lapse": f["lapse"].text() if "lapse" in f else None,
        }

    def _extend(self, node: Node) -> Extend:
        f = node.fields(("on", "by", "max", "times"), required=("on",))
        return Extend(
            on=tuple(item.choice(self.words.acts, "an act of the vocabulary") for item in f["on"].one_or_more()),
            by=self._guard(f, "by"),
            max=read_amount(f["max"]) if "max" in f else None,
            times=f["times"].integer() if "times" in f else None,
        )

    def _pause(self, node: Node) -> Pause:
        f = node.fields(("from", "to", "only"), required=("from", "to"))
        return Pause(self.acts(f["from"]), self.acts(f["to"]), self._guard(f, "only"))

    def _lead(self, node: Node, f: dict[str, Node]) -> dict[str, Any]:
        anchor = f["anchor"].fields(("act", "data", "only"))
        if ("act" in anchor) == ("data" in anchor):
            f["anchor"].refuse(f"found {f['anchor'].shown()}", "{act: ...} or {data: ...}", "name the one that the time is counted from")
        if ("at_least" in f) == ("at_most" in f):
            node.refuse("found both or neither of 'at_least' and 'at_most'", "exactly one of them", "say which bound the law sets")
        return {
            "anchor_act": anchor["act"].choice(self.words.acts, "an act of the vocabulary") if "act" in anchor else None,
            "anchor_data": self.key(anchor["data"]) if "data" in anchor else None,
            "anchor_only": self._guard(anchor, "only"),
            "at_least": read_term(f["at_least"], self.named) if "at_least" in f else None,
            "at_most": read_term(f["at_most"], self.named) if "at_most" in f else None,
        }

    def _companion(self, node: Node, f: dict[str, Node]) -> dict[str, Any]:
        if not {"documents", "signatures", "fields", "service"} & set(f):
            node.refuse("nothing is asked for", "documents, signatures, fields or service", "say what must come with the act")
        signed = f["signatures"].fields(("officers", "party", "witness")) if "signatures" in f else {}
        return {
            "documents": tuple(self._documents(item) for item in f["documents"].items()) if "documents" in f else (),
            "officers": signed["officers"].integer() if "officers" in signed else None,
            "party": signed["party"].choices(PARTY_STATES, "a state of the party's signature") if "party" in signed else (),
            "witness": "witness" in signed and signed["witness"].boolean(),
            "fields": tuple(self.key(item) for item in f["fields"].items()) if "fields" in f else (),
            "service": "service" in f and f["service"].boolean(),
        }

    def _documents(self, node: Node) -> tuple[str, ...]:
        if not node.is_mapping:
            return (node.choice(self.words.documents, "a document of the vocabulary"),)
        choice = node.fields(("any",), required=("any",))["any"].choices(self.words.documents, "a document of the vocabulary")
        if not choice:
            node.refuse("found an empty list", "at least one document", "name the documents of which one suffices")
        return choice

    def _coverage(self, _node: Node, f: dict[str, Node]) -> dict[str, Any]:
        return {
            "media": f["media"].choices(MEDIA, "a medium"),
            "whole": "whole" in f and f["whole"].boolean(),
            "tolerance": f["tolerance"].integer() if "tolerance" in f else 0,
            "unless": self._guard(f, "unless"),
            "if_any": "if_any" in f and f["if_any"].boolean(),
        }

    def _person(self, _node: Node, f: dict[str, Node]) -> dict[str, Any]:
        who = f["who"].fields(("count", "role", "certificate", "qualification", "since", "apart_from", "field"))
        if not set(who) - {"field", "since"}:
            f["who"].refuse(
                "nothing is asked of the persons", "count, role, certificate, qualification or apart_from", "say what the law asks"
            )
        return {
            "count": who["count"].integer() if "count" in who else None,
            "role": self._roles(who["role"]) if "role" in who else (),
            "certificate": who["certificate"].choice(("valid",), "a state of the certificate") if "certificate" in who else None,
            "qualification": who["qualification"].choice(("legal", "legal_if_first"), "a qualification")
            if "qualification" in who
            else None,
            "since": who["since"].date() if "since" in who else None,
            "apart_from": self.acts(who["apart_from"]) if "apart_from" in who else (),
            "field": self.key(who["field"]) if "field" in who else None,
        }

    def _roles(self, node: Node) -> tuple[str, ...]:
        """One role, or a list of roles of which the person needs one."""
        what = "a role of the vocabulary"
        return node.choices(self.words.roles, what) if node.is_list else (node.choice(self.words.roles, what),)


def _as(f: dict[str, Node]) -> str:
    return f["as"].choice(FINDINGS, "a kind of finding") if "as" in f else "forbidden"

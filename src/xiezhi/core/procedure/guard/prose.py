"""A guard in words, for the page that explains a rule: Chinese first, English for those who work on the law as data."""

from __future__ import annotations

from typing import Literal as OneOf

from xiezhi.core.law.vocabulary import Vocabulary
from xiezhi.core.procedure.guard.names import ROOTS
from xiezhi.core.procedure.guard.tree import All, AnyOf, Call, Compare, Items, Literal, Not, Param, Path, Sum, Tree

Language = OneOf["zh", "en"]

_OPS = {
    "zh": {"==": "为", "!=": "不为", "<": "低于", "<=": "不超过", ">": "超过", ">=": "达到", "in": "属于", "intersects": "包含"},
    "en": {"==": "is", "!=": "is not", "<": "<", "<=": "≤", ">": ">", ">=": "≥", "in": "is one of", "intersects": "includes one of"},
}
_ROOT_WORDS = {
    "zh": {"this": "本行为", "it": "该行为", "opener": "引起该义务的行为"},
    "en": {"this": "this act", "it": "that act", "opener": "the act that opened the duty"},
}
_CONSTANTS = {"zh": {True: "是", False: "否", None: "空"}, "en": {True: "yes", False: "no", None: "nothing"}}
_CALLS = {
    "zh": {
        "done": "已有{0}",
        "any": "已有{0}",
        "all": "每次{0}",
        "count": "{0}的次数",
        "last": "最近一次{0}",
        "first": "第一次{0}",
        "persons": "参与{0}的人员",
        "since": "最近一次{0}之后已有{1}",
        "elapsed": "自{0}至{1}经过的{2}",
        "past": "{1}已超过{0}后{2}{3}",
        "covers": "{1}覆盖{0}",
        "recorded": "{0}有音像记录",
        "weekday": "{0}是星期几",
        "workday": "{0}在工作日",
        "holiday": "{0}在法定节假日",
        "hour": "{0}的钟点",
        "empty": "未填写{0}",
        "size": "{0}的项数",
        "after": "{0}在{1}之后",
        "without": "{0}中除{1}以外的各项",
        "percent": "{0}占{1}的百分比",
    },
    "en": {
        "done": "{0} was done",
        "any": "{0} was done",
        "all": "each {0}",
        "count": "the number of {0}",
        "last": "the last {0}",
        "first": "the first {0}",
        "persons": "the persons of {0}",
        "since": "{1} was done since the last {0}",
        "elapsed": "{2}s from {0} to {1}",
        "past": "{1} is more than {2} {3}s after {0}",
        "covers": "{1} covers {0}",
        "recorded": "{0} was recorded",
        "weekday": "the weekday of {0}",
        "workday": "{0} is on a working day",
        "holiday": "{0} is on a holiday",
        "hour": "the hour of {0}",
        "empty": "{0} is not stated",
        "size": "the number of items of {0}",
        "after": "{0} comes after {1}",
        "without": "{0} without {1}",
        "percent": "{0} in percent of {1}",
    },
}
_JOIN = {"zh": ("，且", "，或者", "并非"), "en": (" and ", " or ", "not ")}
_UNITS_ZH = {"workday": "工作日", "day": "日", "hour": "小时", "month": "个月", "year": "年"}


def prose(tree: Tree, vocabulary: Vocabulary, language: Language, names: dict[str, str] | None = None) -> str:
    """The guard as a phrase. `names` gives words for parameters and definitions by id; an id without one stands for itself."""
    return _Speaker(vocabulary, language, names or {}).say(tree)


class _Speaker:
    def __init__(self, vocabulary: Vocabulary, language: Language, names: dict[str, str]) -> None:
        self.vocabulary = vocabulary
        self.language: Language = language
        self.names = names

    def say(self, tree: Tree) -> str:
        match tree:
            case Literal():
                return self.literal(tree)
            case Param():
                return self.names.get("$" + tree.name, "$" + tree.name)
            case Path():
                return self.path(tree.parts)
            case Items():
                return ("、" if self.language == "zh" else ", ").join(self.say(item) for item in tree.items)
            case Not():
                return _JOIN[self.language][2] + self.grouped(tree.inner)
            case All() | AnyOf():
                joint = _JOIN[self.language][0 if isinstance(tree, All) else 1]
                return joint.join(self.grouped(item) for item in tree.items)
            case Compare():
                return self.compare(tree)
            case Sum():
                return f"{self.say(tree.left)}{tree.op}{self.say(tree.right)}"
            case Call():
                return self.call(tree)

    def grouped(self, tree: Tree) -> str:
        inner = self.say(tree)
        brackets = "（{}）" if self.language == "zh" else "({})"
        return brackets.format(inner) if isinstance(tree, (All, AnyOf)) else inner

    def literal(self, tree: Literal) -> str:
        if tree.value is None or isinstance(tree.value, bool):
            return _CONSTANTS[self.language][tree.value]
        return str(tree.value)

    def path(self, parts: tuple[str, ...]) -> str:
        if parts[0] in ROOTS:
            root = _ROOT_WORDS[self.language][parts[0]]
            if len(parts) == 1:
                return root
            inner = self.word(".".join(parts[1:]))
            return f"{root}的{inner}" if self.language == "zh" else f"{inner} of {root}"
        return self.word(".".join(parts))

    def word(self, name: str) -> str:
        if name in self.names:
            return self.names[name]
        act = self.vocabulary.acts.get(name)
        if act is not None:
            return act.zh if self.language == "zh" else act.en
        if name == "documents" and self.language == "zh":
            return "文书"
        key = self.vocabulary.key(name)
        return key.zh if key is not None and self.language == "zh" else name

    def compare(self, tree: Compare) -> str:
        if self.language == "zh" and tree.op == "in" and isinstance(tree.left, Literal) and not isinstance(tree.right, Items):
            return f"{self.say(tree.right)}包含{self.value_of(tree.right, tree.left)}"
        right = self.value_of(tree.left, tree.right)
        gap = "" if self.language == "zh" else " "
        return f"{self.say(tree.left)}{gap}{_OPS[self.language][tree.op]}{gap}{right}"

    def value_of(self, left: Tree, right: Tree) -> str:
        """The right side with the labels of the left side's values, where these have some."""
        labels = self.labels(left) if self.language == "zh" else {}
        if not labels:
            return self.say(right)
        items = right.items if isinstance(right, Items) else (right,)
        return "、".join(labels.get(str(item.value), str(item.value)) if isinstance(item, Literal) else self.say(item) for item in items)

    def labels(self, tree: Tree) -> dict[str, str]:
        """The labels of the values that a fact, an act's data, its documents or its rights may have."""
        if isinstance(tree, Call) and tree.name == "without":
            return self.labels(tree.values[0])
        parts = tree.path if isinstance(tree, Call) else tree.parts if isinstance(tree, Path) else ()
        parts = parts[1:] if parts and parts[0] in ROOTS else parts
        if parts == ("documents",):
            return self.vocabulary.documents
        if parts == ("rights",):
            return self.vocabulary.rights
        key = self.vocabulary.key(".".join(parts)) if parts else None
        return key.values if key is not None else {}

    def call(self, tree: Call) -> str:
        template = _CALLS[self.language][tree.name]
        joint = "或者" if self.language == "zh" else " or "
        arguments = [self.say(value) for value in tree.values]
        if tree.name == "without":
            arguments[1] = self.value_of(*tree.values)
        if tree.name == "since":
            arguments = [joint.join(arguments)]
        if tree.acts:
            acts = joint.join(self.say(act) for act in tree.acts)
            arguments = [self.filtered(acts, tree.condition), *arguments]
        if self.language == "zh":
            arguments = [_UNITS_ZH.get(argument, argument) for argument in arguments]
        phrase = template.format(*arguments)
        if not tree.path:
            return phrase
        inner = self.word(".".join(tree.path))
        return f"{phrase}的{inner}" if self.language == "zh" else f"{inner} of {phrase}"

    def filtered(self, acts: str, condition: Tree | None) -> str:
        if condition is None:
            return acts
        inner = self.say(condition)
        return f"{acts}（{inner}）" if self.language == "zh" else f"{acts} ({inner})"

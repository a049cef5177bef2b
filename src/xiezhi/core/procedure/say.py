"""Findings and reasons in words, Chinese and English."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from xiezhi.core.law.clock import SHANGHAI
from xiezhi.core.law.vocabulary import Vocabulary
from xiezhi.core.procedure.finding import NotJudged
from xiezhi.core.procedure.guard import Unknown
from xiezhi.core.procedure.guard.parse import GuardError, parse
from xiezhi.core.procedure.guard.prose import prose
from xiezhi.core.procedure.kinds.person import NO_PEOPLE

_PERSON = "person:"


@lru_cache(maxsize=16_384)  # due times and acts of many cases share their days
def moment_zh(value: datetime) -> str:
    local = value.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日{local:%H:%M}"


@lru_cache(maxsize=16_384)
def moment(value: datetime) -> str:
    return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


@lru_cache(maxsize=4096)
def sentence(subject: str, rule: str, note: str) -> str:
    return f"{subject}: {rule} ({note})" if note else f"{subject}: {rule}"


@lru_cache(maxsize=4096)
def sentence_zh(subject: str, rule: str, note: str) -> str:
    return f"{subject}：{rule}（{note}）" if note else f"{subject}：{rule}"


def fact_zh(name: str, vocabulary: Vocabulary) -> str:
    """A missing fact as a person would ask for it."""
    if name == NO_PEOPLE:
        return "人员名册"
    if name.startswith(_PERSON):
        return f"人员“{name.removeprefix(_PERSON)}”的登记信息"
    bare = name.split(".", 1)[1] if name.split(".", 1)[0] in ("this", "it", "opener") and "." in name else name
    word = vocabulary.key(bare)
    return word.zh if word is not None else _asked_zh(name, vocabulary)


def _asked_zh(name: str, vocabulary: Vocabulary) -> str:
    """What is missing and is no fact of the vocabulary: the time or the content of an earlier act. Never the guard's own text."""
    try:
        return prose(parse(name), vocabulary, "zh") + "的记录" if "(" in name else "有关情况"
    except GuardError:
        return "有关情况"


def fact_en(name: str) -> str:
    if name == NO_PEOPLE:
        return "a people file"
    return f"person {name.removeprefix(_PERSON)!r} in the people file" if name.startswith(_PERSON) else name


def why_not_judged(rule: str, unknown: Unknown, vocabulary: Vocabulary) -> NotJudged:
    names = unknown.names
    return NotJudged(rule, "not known: " + listed(map(fact_en, names)), "缺少：" + listed_zh(names, vocabulary), names)


def listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def listed_zh(names: Iterable[str], vocabulary: Vocabulary) -> str:
    return "、".join(dict.fromkeys(fact_zh(name, vocabulary) for name in names))

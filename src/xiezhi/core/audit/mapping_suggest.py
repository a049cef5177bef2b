"""A proposal for a mapping: columns, labels and facts by likeness of names and by what their values look like."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from xiezhi.core.audit.mapping import FIELDS, SIGNED
from xiezhi.core.audit.mapping import Mapping as Names
from xiezhi.core.audit.read import read_rows
from xiezhi.core.law.errors import InputError
from xiezhi.core.law.vocabulary import Vocabulary

_ROWS = 200_000
_SAMPLES = 3
# What columns are called in other systems, most telling first.
_CALLED = {
    "case": ("case", "case:concept:name", "case_id", "caseid", "案件编号", "案号", "案件标识", "案件号", "案件"),
    "act": ("act", "concept:name", "activity", "event", "行为", "环节", "环节名称", "活动", "步骤", "操作", "办理环节"),
    "at": ("at", "time:timestamp", "timestamp", "time", "时间", "办理时间", "开始时间", "发生时间", "日期"),
    "until": ("until", "end", "end_time", "结束时间", "完成时间"),
    "recorded_at": ("recorded_at", "录入时间", "登记时间"),
    "by": ("by", "org:resource", "resource", "user", "办理人", "经办人", "执法人员", "人员"),
    "agency": ("agency", "org:group", "department", "机关", "单位", "部门", "执法机关"),
    "documents": ("documents", "文书", "文书名称"),
    "procedure": ("procedure", "程序", "程序类型"),
}
_LIKE = 0.62
_SURE = 0.85  # below it a likeness is only a guess, and written as a comment


def proposal(path: Path, vocabulary: Vocabulary, names: Names | None = None) -> str:
    """The text of a mapping file for the first rows of a log. Raises InputError for what cannot be read or holds no row."""
    columns: dict[str, Counter[str]] = {}
    count = 0
    for _, row in islice(read_rows(path, names), _ROWS):
        count += 1
        for column, value in row.items():
            seen = columns.setdefault(str(column), Counter())
            if value not in (None, "") and (len(seen) < 1000 or str(value) in seen):
                seen[str(value)] += 1
    if not count:
        raise InputError("it holds no row to propose a mapping from", "文件中没有可供参考的记录", file=str(path))
    chosen = _columns(columns)
    lines = [f"# Proposed from the first {count} rows of {path.name}. Read each line; what is a comment was not certain.", "columns:"]
    lines += [f"  {field}: {_quoted(column)}{_samples(columns[column])}" for field, column in chosen.items()]
    lines += [f"  # {field}: ...   # required: no column looks like it" for field in ("case", "act", "at") if field not in chosen]
    lines += _labels(columns.get(chosen.get("act", ""), Counter()), vocabulary)
    lines += _facts({name: seen for name, seen in columns.items() if name not in chosen.values()}, vocabulary)
    if "procedure" not in chosen:
        lines += ["constants:", f"  procedure: {next(iter(vocabulary.procedures))}   # one of {', '.join(vocabulary.procedures)}"]
    if any(_naive(value) for value in islice(columns.get(chosen.get("at", ""), ()), 100)):
        lines.append("timezone: Asia/Shanghai   # the times have no offset of their own")
    if names is not None and names.encoding:
        lines.append(f"encoding: {names.encoding}")
    return "\n".join(lines) + "\n"


def _columns(columns: Mapping[str, Counter[str]]) -> dict[str, str]:
    lower = {name.lower(): name for name in reversed(list(columns))}
    chosen: dict[str, str] = {}
    for field in (*FIELDS, *SIGNED):
        called = _CALLED.get(field, (field,))
        found = next((lower[name] for name in (*called, f"case:{field}") if name in lower and lower[name] not in chosen.values()), None)
        if found is not None:
            chosen[field] = found
    return chosen


def _labels(seen: Counter[str], vocabulary: Vocabulary) -> list[str]:
    if not seen:
        return []
    lines = ["labels:"]
    words = {act.id: (act.id.replace("_", " "), act.en.lower(), act.zh) for act in vocabulary.acts.values()}
    unknown = [label for label, _ in seen.most_common() if label not in vocabulary.acts]
    # Each act is proposed once, for the label that is most like it.
    pairs = sorted(
        ((-_like(label, called), at, act) for at, label in enumerate(unknown) for act, called in words.items()), key=lambda pair: pair[:2]
    )
    chosen: dict[int, str] = {}
    guessed: set[int] = set()
    for like, at, act in pairs:
        if -like >= _LIKE and at not in chosen and act not in chosen.values():
            chosen[at] = act
            if -like < _SURE:
                guessed.add(at)
    for at, label in enumerate(unknown):
        note = (
            "; a guess: right it, or write count" if at in guessed else "" if at in chosen else "; no act of the vocabulary looks like it"
        )
        lines.append(f"  {'# ' if at in guessed else ''}{_quoted(label)}: {chosen.get(at, 'count')}   # {seen[label]} times{note}")
    return lines if len(lines) > 1 else []


def _facts(columns: Mapping[str, Counter[str]], vocabulary: Vocabulary) -> list[str]:
    words = {
        key.id: (key.id.replace(".", " "), key.id.rpartition(".")[2], key.zh)
        for key in {**vocabulary.facts, **vocabulary.act_data}.values()
    }
    found: list[str] = []
    rest: list[str] = []
    for name, seen in columns.items():
        if name.startswith("data."):
            continue
        path, like = _nearest(name.rpartition(":")[2], words)
        sure = path is not None and like >= _SURE
        (found if sure else rest).append(f"  {'' if sure else '# '}{_quoted(name)}: {path or '...'}{_samples(seen)}")
    return ["facts:", *found, *rest] if found else ["# facts:", *rest] if rest else []


def _nearest(name: str, words: Mapping[str, Iterable[str]]) -> tuple[str | None, float]:
    like, word = max(((_like(name, called), word) for word, called in words.items()), default=(0.0, ""))
    return (word if like >= _LIKE else None), like


def _like(name: str, called: Iterable[str]) -> float:
    """How much a name is like one of the words, from 0 to 1; the order of its parts does not matter."""
    text = re.sub(r"(?<=[a-z])(?=[A-Z])|[_\-.]", " ", name).lower().strip()
    parts = " ".join(sorted(text.split()))
    return max(
        max(SequenceMatcher(None, text, other).ratio(), SequenceMatcher(None, parts, " ".join(sorted(other.split()))).ratio())
        for other in called
    )


def _samples(seen: Counter[str]) -> str:
    said = [value[:40].replace("\n", " ") for value, _ in seen.most_common(_SAMPLES)]
    return f"   # {' | '.join(said)}" if said else "   # empty"


def _quoted(text: str) -> str:
    """As YAML writes it in one line."""
    written: Any = yaml.safe_dump(
        text, allow_unicode=True, width=10**6, default_style='"' if re.search(r"[:#,\[\]{}&*!|>'\"%@`\n]", text) else None
    )
    return str(written).split("\n...")[0].strip()


def _naive(value: str) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is None
    except ValueError:
        return not re.search(r"(?:Z|UTC|[+-][0-9]{2}:?[0-9]{2})\Z", value)

"""The full-process record as a page shows it: numbered entries in order of time, what is missing between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from xiezhi.apps.casework import words
from xiezhi.apps.casework.continuity import Bar, bars_of
from xiezhi.apps.casework.entrypage import pairs
from xiezhi.apps.casework.forms.act import values_of

LONG_TEXT = 60
# Data that stands elsewhere on the page, or says nothing to a reader.
SILENT = frozenset(
    {
        "case.title",
        "case.number",
        "party.id",
        "matter.code",
        "summary",
        "checklist",
        "agency.level",
        "agency.sector",
        "agency.vertical",
        "agency.remote",
    }
)
MISSING = frozenset({"missing", "gap"})
CORRECTED_FIELDS = {
    "at": "发生时间",
    "until": "结束时间",
    "by": "办理人员",
    "documents": "文书",
    "recordings": "音像记录",
    "signed": "签名",
}


@dataclass(slots=True)
class Node:
    """One node. `kind`: act, correction, attachment, gap or next; `number` is the case's own (case_seq)."""

    kind: str
    title: str
    when: str = ""
    sort: datetime | None = None
    number: str = ""
    anchor: str = ""
    who: str = ""
    parts: list[tuple[str, str]] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    signed: str = ""
    documents: list[tuple[str, str]] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    notes: list[Any] = field(default_factory=list)
    cites: tuple[str, ...] = ()
    of: str = ""
    of_number: str = ""
    entry: str = ""
    act: str = ""  # the kind of act, for nodes of acts and of what they lack
    corrected_by: list[tuple[str, str]] = field(default_factory=list)
    late_entry: str = ""


@dataclass(slots=True)
class Section:
    """A stage of the timeline with its nodes; `state` is done, current or ahead."""

    id: str
    zh: str
    state: str
    nodes: list[Node] = field(default_factory=list)


def _party_signed(act: Any) -> str:
    said = [words.SIGNED.get(act.signed.get("party", ""), "")]
    if act.signed.get("witness"):
        said.append("见证人已签名")
    if act.signed.get("served"):
        said.append("文书已当场交付")
    return "，".join(part for part in said if part)


def _fill_data(node: Node, own: Mapping[str, Any], vocabulary: Any, names: Mapping[str, str], numbers: Mapping[str, str]) -> None:
    """The act's data in words: short values in one sentence, long texts as paragraphs. `numbers` are certificates by person."""
    for key, value in own.items():
        spec = vocabulary.key(key)
        if spec is None or key in SILENT or value in (None, "", [], {}, ()):
            continue
        if spec.type == "bool" and value is False and spec.absent == "false":
            continue
        said = words.value_zh(spec, _plain(value), numbers if key == "certificates" else names, values_of(spec, vocabulary))
        if len(said) > LONG_TEXT:
            node.texts.append((spec.zh, said))
        else:
            # The sentence of the parts has stops of its own.
            node.parts.append((spec.zh, said.rstrip("。；;. ")))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, frozenset | set | tuple) else value


def _documents(files: Iterable[Mapping[str, Any]], act: Any, vocabulary: Any) -> list[tuple[str, str]]:
    """(name, digest) of each document; a digest only where its file came with the act or later."""
    stored = {file["document"]: file["sha256"] for file in files if file.get("document") and file.get("sha256")}
    return [(vocabulary.documents.get(name, name), stored.get(name, "")) for name in act.documents]


def _add_files(node: Node, attachment: Any, act: Any, vocabulary: Any) -> None:
    """The act's documents open the files that were attached to it later, too."""
    opened = dict(_documents(attachment.body.get("files", ()), act, vocabulary))
    node.documents = [(name, sha or opened.get(name, "")) for name, sha in node.documents]


def act_node(entry: Any, act: Any, vocabulary: Any, names: Mapping[str, str], numbers: Mapping[str, str]) -> Node:
    """The node of an act entry with its effective act."""
    kind = vocabulary.acts.get(act.kind)
    node = Node(
        "act",
        kind.zh if kind else act.kind,
        when=words.span(act.at, act.until),
        sort=act.at,
        number=str(entry.case_seq),
        anchor=f"n{entry.case_seq}",
        entry=str(entry.id),
        act=act.kind,
        who="、".join(names.get(person, person) for person in act.by) or ("当事人" if kind and kind.party else ""),
        signed=_party_signed(act),
    )
    _fill_data(node, act.own, vocabulary, names, numbers)
    node.documents = _documents(entry.body.get("files", ()), act, vocabulary)
    node.bars = bars_of(act)
    if (entry.recorded_at - act.at).days >= 1:
        node.late_entry = f"{words.moment(entry.recorded_at)} 录入"
    _tell_deletion(node, entry)
    return node


def _tell_deletion(node: Node, entry: Any) -> None:
    """Of a body that was destroyed there is only what its tombstone says; of one that is lost, that it is lost."""
    if "deleted" not in entry.body:
        return
    told = entry.body["deleted"]
    if told is None:
        node.title = f"{node.title}（内容缺失，请立即核验）"
        return
    node.title = f"{node.title}（内容已依法删除）"
    node.who = ""
    node.texts.append(("依法删除", f"{words.moment(told['at'])}，依据：{told['basis']}。只留下发生时间和种类，公示日志中的证明仍然有效。"))


def _voided_node(entry: Any, vocabulary: Any) -> Node:
    """An act that a correction has voided: it stays in its place, struck through."""
    kind = vocabulary.acts.get(entry.kind)
    title = f"{kind.zh if kind else entry.kind}（已作废）"
    return Node("voided", title, words.moment(entry.at), entry.at, str(entry.case_seq), f"n{entry.case_seq}", entry=str(entry.id))


def _correction_node(entry: Any, target: Node | None, vocabulary: Any, names: Mapping[str, str]) -> Node:
    body = entry.body
    title = f"更正第 {target.number} 条：{target.title}" if target else "更正"
    node = Node("correction", title, words.moment(entry.recorded_at), entry.recorded_at, str(entry.case_seq), f"n{entry.case_seq}")
    if target is not None:
        node.of, node.of_number = target.anchor, target.number
        target.corrected_by.append((node.anchor, node.number))
    _tell_deletion(node, entry)
    for path, value in pairs(body.get("fields") or {}):
        key = path.removeprefix("data.")
        spec = vocabulary.key(key)
        label = spec.zh if spec else CORRECTED_FIELDS.get(path, path)
        said = words.value_zh(spec, value, names, values_of(spec, vocabulary)) if spec else words.moment(value) or str(value)
        node.parts.append((label, f"更正为 {said}"))
    if body.get("void"):
        node.parts.append(("处理", "该条作废"))
    if body.get("reason"):
        node.texts.append(("理由", str(body["reason"])))
    approver = body.get("approver")
    node.parts = [(label, said.rstrip("。；;. ")) for label, said in node.parts]
    node.who = "、".join(names.get(person, person) for person in entry.by or ())
    if approver:
        node.parts.append(("同意", names.get(approver, approver)))
    return node


def _attachment_node(entry: Any, target: Node | None, vocabulary: Any) -> Node:
    body = entry.body
    names = [vocabulary.documents.get(name, name) for name in body.get("documents", [])]
    what = "、".join(names) or ("音像记录" if body.get("recordings") or entry.kind == "recording" else "录制中断的书面说明")
    title = f"补充到第 {target.number} 条：{what}" if target else f"补充：{what}"
    node = Node("attachment", title, words.moment(entry.recorded_at), entry.recorded_at, str(entry.case_seq), f"n{entry.case_seq}")
    if target is not None:
        node.of, node.of_number = target.anchor, target.number
    if body.get("text"):
        node.texts.append(("说明", str(body["text"])))
    _tell_deletion(node, entry)
    return node


def _gap_node(finding: Any, target: Node) -> Node:
    title = "录像有中断，没有说明" if finding.kind == "gap" else "缺一项"
    node = Node("gap", title, sort=target.sort, texts=[("", finding.message_zh)], cites=tuple(finding.cites))
    node.of, node.entry, node.act = target.anchor, target.entry, target.act
    return node


def nodes_of(
    entries: Sequence[Any],
    marking: Any,
    findings: Iterable[Any],
    vocabulary: Any,
    *,
    names: Mapping[str, str],
    numbers: Mapping[str, str],
) -> list[tuple[Node, str]]:
    """All nodes with the id of the act kind under which each stands, in order of time."""
    effective = {act.id: (place, act) for place, act in enumerate(marking.acts)}
    made: dict[str, tuple[Node, str]] = {}
    by_place: dict[int, Node] = {}
    for entry in entries:
        if entry.kind_of == "act" and (held := effective.get(str(entry.id))) is not None:
            node = act_node(entry, held[1], vocabulary, names, numbers)
            made[str(entry.id)] = (node, entry.kind)
            by_place[held[0]] = node
        elif entry.kind_of == "act":
            made[str(entry.id)] = (_voided_node(entry, vocabulary), entry.kind)
    found = list(made.values())
    for entry in entries:
        target, kind = made.get(str(entry.of), (None, "")) if entry.of else (None, "")
        if entry.kind_of == "correction":
            found.append((_correction_node(entry, target, vocabulary, names), kind))
        elif entry.kind_of == "attachment":
            if target is not None and (held := effective.get(str(entry.of))) is not None:
                _add_files(target, entry, held[1], vocabulary)
            found.append((_attachment_node(entry, target, vocabulary), kind))
    found.sort(key=lambda pair: (pair[0].sort, int(pair[0].number or 0)))
    return _with_findings(found, findings, by_place)


def _with_findings(found: list[tuple[Node, str]], findings: Iterable[Any], by_place: Mapping[int, Node]) -> list[tuple[Node, str]]:
    """Put what is missing behind its act as nodes of their own; other findings become notes of the act."""
    behind: dict[int, list[Node]] = {}
    for finding in findings:
        target = by_place.get(finding.act) if finding.act is not None else None
        if target is None or finding.severity == "pending":
            continue
        if finding.kind in MISSING:
            behind.setdefault(id(target), []).append(_gap_node(finding, target))
        else:
            target.notes.append(finding)
    result: list[tuple[Node, str]] = []
    for node, kind in found:
        result.append((node, kind))
        result.extend((gap, kind) for gap in behind.get(id(node), ()))
    return result


def sections_of(pairs: Iterable[tuple[Node, str]], stages: Sequence[Any], phase_of: Callable[[str], tuple[str, str]]) -> list[Section]:
    """Group neighbouring nodes of one stage. A stage that the case returns to appears again: time is not rearranged.

    An act of several stages (service of a notice, of the decision) stands in the current one if it belongs there, else in the next that
    knows it. An act of no stage stands where the case is; at the very beginning under its phase.
    """
    sections: list[Section] = []
    current = 0
    for node, kind in pairs:
        places = [place for place, stage in enumerate(stages) if kind in stage.acts]
        if places:
            place = next((one for one in places if one >= current), places[-1])
            current = max(current, place)
            id_, zh, state = stages[place].id, stages[place].zh, stages[place].state
        elif sections:
            id_, zh, state = sections[-1].id, sections[-1].zh, sections[-1].state
        else:
            (id_, zh), state = phase_of(kind), "done"
        if not sections or sections[-1].id != id_:
            sections.append(Section(id_, zh, state))
        sections[-1].nodes.append(node)
    return sections

"""The wording of documents as data: `wording/*.yaml`, one file per document type.

A file names the layout, the elements that the law requires (each with its clause) and the blocks. In a block `{a.b}` stands for a
value, `{a.b|mark}` for one that may have to be taken out before publication, and `when`, `unless`, `each` choose and repeat blocks.
There is no other language in it: what a form says must be readable by the person who answers for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from xiezhi.core.typeset.errors import Element, IncompleteDocument, TypesetError
from xiezhi.core.typeset.paper import Block, Paper, Run

WORDING = Path(__file__).parent / "wording"
_PLACE = re.compile(r"\{([a-z0-9_.]+)(?:\|([a-z_]+))?\}")
_KINDS = ("p", "h", "plain", "row", "sign")
_BLOCK_KEYS = {*_KINDS, "label", "when", "unless", "each"}


@dataclass(frozen=True, slots=True)
class Wording:
    """A document type. `series` is the word of its number (罚决 ...), empty when it carries none of its own.

    `named_by_data`: the title comes from the data (one wording for many simple forms).
    """

    id: str
    zh: str
    layout: str
    series: str
    seal: bool
    named_by_data: bool
    requires: tuple[Element, ...]
    blocks: tuple[Mapping[str, Any], ...]

    def missing(self, data: Mapping[str, Any]) -> tuple[Element, ...]:
        """The required elements that `data` does not hold."""
        return tuple(element for element in self.requires if not text_of(find(data, element.key)))

    def write(self, data: Mapping[str, Any]) -> Paper:
        """The paper of `data` (nested by the dots of the placeholders). Raises IncompleteDocument when a required element is absent.

        `agency`, `number` and `date` of the paper come from `data['agency']['name']`, `data['number']`, `data['date']`.
        """
        if missing := self.missing(data):
            raise IncompleteDocument(self.zh, missing)
        return Paper(
            type=self.id,
            layout=self.layout,
            title=text_of(find(data, "title")) if self.named_by_data else self.zh,
            agency=text_of(find(data, "agency.name")),
            number=text_of(find(data, "number")),
            date=text_of(find(data, "date")),
            blocks=tuple(_blocks(self.blocks, data)),
            seal=self.seal,
        )


def find(data: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path, None where there is none."""
    value: Any = data
    for part in path.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return value


def text_of(value: Any) -> str:
    """A value as it stands in a sentence: lists are joined by 、, nothing is an empty text."""
    if value is None or value is False:
        return ""
    if value is True:
        return "是"
    if isinstance(value, list | tuple):
        return "、".join(text_of(item) for item in value)
    if isinstance(value, Mapping):
        return "；".join(f"{key}：{text_of(item)}" for key, item in value.items())
    return str(value).strip()


def _blocks(blocks: tuple[Mapping[str, Any], ...], data: Mapping[str, Any]) -> Iterator[Block]:
    for block in blocks:
        if "when" in block and not text_of(find(data, block["when"])):
            continue
        if "unless" in block and text_of(find(data, block["unless"])):
            continue
        kind = next(kind for kind in _KINDS if kind in block)
        if "each" in block:
            items = find(data, block["each"]) or []
            for index, item in enumerate(items, 1):
                inner = {**data, "it": item if isinstance(item, Mapping) else {"text": item}, "n": index}
                yield _block(kind, block, inner)
        else:
            yield _block(kind, block, data)


def _block(kind: str, block: Mapping[str, Any], data: Mapping[str, Any]) -> Block:
    label = "".join(run.text for run in runs_of(str(block.get("label", "")), data))
    return Block(kind, tuple(runs_of(str(block[kind] or ""), data)), label)


def runs_of(template: str, data: Mapping[str, Any]) -> Iterator[Run]:
    """The runs of one line of wording, its placeholders filled."""
    at = 0
    for place in _PLACE.finditer(template):
        if place.start() > at:
            yield Run(template[at : place.start()])
        if text := text_of(find(data, place[1])):
            yield Run(text, mark=place[2] or "")
        at = place.end()
    if at < len(template):
        yield Run(template[at:])


@lru_cache(maxsize=1)
def wordings() -> dict[str, Wording]:
    """Every document type with a wording of its own, by id."""
    return {path.stem: load_wording(path) for path in sorted(WORDING.glob("*.yaml"))}


def load_wording(path: Path) -> Wording:
    """Read one file. Raises TypesetError naming file and place for anything that is not a wording."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise TypesetError(f"{path}: {error}", f"文书措辞文件 {path.name} 写法有误。") from error
    if not isinstance(raw, dict) or not {"zh", "layout", "blocks"} <= raw.keys():
        raise TypesetError(f"{path}: expected a mapping with zh, layout, blocks", f"文书措辞文件 {path.name} 缺少名称、版式或者正文。")
    for place, block in enumerate(raw["blocks"], 1):
        if not isinstance(block, dict) or len(block.keys() & set(_KINDS)) != 1 or block.keys() - _BLOCK_KEYS:
            raise TypesetError(
                f"{path}: block {place}: found {block!r}, expected exactly one of {', '.join(_KINDS)} with label, when, unless, each",
                f"文书措辞文件 {path.name} 第 {place} 段写法有误。",
            )
    return Wording(
        id=path.stem,
        zh=raw["zh"],
        layout=raw["layout"],
        series=raw.get("series", ""),
        seal=raw.get("seal", True),
        named_by_data=raw.get("named_by_data", False),
        requires=tuple(Element(item["key"], item["zh"], tuple(item.get("cite", ()))) for item in raw.get("requires", ())),
        blocks=tuple(raw["blocks"]),
    )

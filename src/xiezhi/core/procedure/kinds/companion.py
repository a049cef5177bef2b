"""companion: the documents, signatures and statements that come with an act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiezhi.core.law.rules import Companion
from xiezhi.core.procedure.act import Act
from xiezhi.core.procedure.finding import Fault
from xiezhi.core.procedure.guard import Scene
from xiezhi.core.procedure.tools import Check, Tools

WITNESSED = "witnessed"
_SIGNATURES = {"signed": "签名", "refused": "拒签记录", "absent": "不在场记录", WITNESSED: "见证人签名"}


def companion(rule: Companion, tools: Tools) -> Check:
    fields = tuple((path, path.split(".")) for path in rule.fields)
    names = tools.vocabulary.documents

    signed = bool(rule.officers is not None or rule.party or rule.witness or rule.service)

    def complete(act: Act) -> bool:
        documents = act.documents
        for group in rule.documents:
            for document in group:
                if document in documents:
                    break
            else:
                return False
        if signed and _signatures(rule, act):
            return False
        return all(stated(act, path, parts) for path, parts in fields) if fields else True

    def check(scene: Scene) -> Fault | None:
        act = scene.this
        if complete(act):
            return None
        missing = [
            (" or ".join(group), "或者".join(names.get(document, document) for document in group))
            for group in rule.documents
            if not any(document in act.documents for document in group)
        ]
        missing.extend(_signatures(rule, act))
        for path, parts in fields:
            if not stated(act, path, parts):
                word = tools.vocabulary.key(path)
                missing.append((path, word.zh if word else path))
        return Fault("missing", "missing: " + ", ".join(en for en, _ in missing), "缺少：" + "、".join(zh for _, zh in missing))

    return check


def _signatures(rule: Companion, act: Act) -> list[tuple[str, str]]:
    missing: list[tuple[str, str]] = []
    signed = act.signed
    if rule.officers is not None and _number(signed.get("officers")) < rule.officers:
        missing.append((f"signatures of {rule.officers} officers", f"{rule.officers}名执法人员签名"))
    if rule.party and not _party(rule.party, signed):
        missing.append(
            ("the party's " + " or ".join(rule.party), "当事人" + "或者".join(_SIGNATURES.get(state, state) for state in rule.party))
        )
    if rule.witness and signed.get("witness") is not True:
        missing.append(("the witness's signature", "见证人签名"))
    if rule.service and signed.get("served") is not True:
        missing.append(("a copy handed over", "当场交付的记录"))
    return missing


def _party(states: tuple[str, ...], signed: Mapping[str, Any]) -> bool:
    return signed.get("party") in states or (WITNESSED in states and signed.get("witness") is True)


def _number(officers: Any) -> int:
    """`signed.officers` is a number or the list of those who signed."""
    if isinstance(officers, (list, tuple)):
        return len(set(officers))
    return officers if isinstance(officers, int) else 0


def stated(act: Act, path: str, parts: list[str]) -> bool:
    """Whether the act's data states this key (or this key inside a map such as the checklist). Empty text and lists state nothing."""
    value: Any = act.own.get(path)
    if value is None and len(parts) > 1:
        value = act.own.get(parts[0])
        for part in parts[1:]:
            value = value.get(part) if isinstance(value, Mapping) else None
    return value is not None and value not in ("", (), [])

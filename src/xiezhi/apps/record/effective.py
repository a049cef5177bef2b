"""The effective history of a case: attachments and corrections projected into their acts, originals untouched (contracts.md 1)."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .line import line_of

# What may arrive later for an act.
ATTACHMENT_KINDS = ("recording", "document", "signature", "postal_proof", "gap_explanation")


@dataclass(slots=True)
class Projection:
    """What the entries of one case come to. `lines` maps an act's id to its effective line, voided acts left out."""

    lines: dict[str, dict[str, Any]] = field(default_factory=dict)
    voided: set[str] = field(default_factory=set)
    touched: set[str] = field(
        default_factory=set
    )  # acts that something was attached to, of which something was corrected, or whose body is gone
    unjudged: set[str] = field(default_factory=set)  # what would be found only because a body is gone (record/deletion.py)


def project(bodies: Iterable[Mapping[str, Any]]) -> Projection:
    """Project the bodies of one case, in order of `case_seq`."""
    stated: dict[str, dict[str, Any]] = {}
    classes: dict[str, Mapping[str, Any]] = {}
    result = Projection()
    for body in bodies:
        kind = body["class"]
        if "deleted" in body:
            _note_deletion(result, body)
            if kind == "correction":
                continue  # it went with what it corrected
        if kind in ("act", "attachment"):
            classes[body["id"]] = body
            stated[body["id"]] = dict(body)
        elif kind == "correction":
            _correct(stated, result.voided, body)
            result.touched.add(body["of"])
    for id_, body in classes.items():
        if body["class"] == "act" and id_ not in result.voided:
            result.lines[id_] = line_of(stated[id_])
    for id_, body in classes.items():
        if body["class"] == "attachment" and id_ not in result.voided and body["of"] in result.lines:
            _attach(result.lines[body["of"]], stated[id_])
            result.touched.add(body["of"])
    return result


def _note_deletion(result: Projection, body: Mapping[str, Any]) -> None:
    told = body["deleted"] or {}
    result.touched.add(body["id"])  # what was read of it before must not be taken for it
    result.unjudged.update(told.get("unjudged", ()))
    if told.get("voided"):
        result.voided.add(body["id"])


def _correct(stated: dict[str, dict[str, Any]], voided: set[str], correction: Mapping[str, Any]) -> None:
    of = correction["of"]
    if of not in stated:
        return
    if correction.get("void"):
        voided.add(of)
    else:
        stated[of] = merge(stated[of], correction.get("fields", {}))


def merge(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """`new` over `old`: objects field by field, anything else replaced; a null takes the field away."""
    result = dict(old)
    for key, value in new.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(result.get(key), Mapping):
            result[key] = merge(result[key], value)
        else:
            result[key] = copy.deepcopy(value)
    return result


def _attach(line: dict[str, Any], attachment: Mapping[str, Any]) -> None:
    for name in ("documents", "files", "recordings"):
        if added := attachment.get(name):
            present = line.get(name, [])
            line[name] = present + [item for item in added if item not in present]
    if signed := attachment.get("signed"):
        line["signed"] = merge(line.get("signed", {}), signed)
    if data := attachment.get("data"):
        line["data"] = merge(data, line.get("data", {}))  # it adds; replacing takes a correction
    if attachment["kind"] == "gap_explanation" and "deleted" not in attachment:
        line["recordings"] = [_explained(one, attachment) for one in line.get("recordings", [])]


def _explained(recording: Mapping[str, Any], attachment: Mapping[str, Any]) -> dict[str, Any]:
    if attachment.get("recording") != recording.get("id"):
        return dict(recording)
    start, end = attachment.get("gap_from"), attachment.get("gap_to")
    gaps = [{**gap, "explained": attachment["explained"]} if start in (None, gap.get("from")) else gap for gap in recording.get("gaps", [])]
    if start is None or end is None or any(gap.get("from") == start for gap in gaps):
        return {**recording, "gaps": gaps}
    # A recording that began late or stopped early states no interruption: its explanation does, and the recording reaches that far.
    gaps = sorted([*gaps, {"from": start, "to": end, "explained": attachment["explained"]}], key=lambda gap: str(gap["from"]))
    reach = {"from": min(recording["from"], start), "to": max(recording.get("to") or recording["from"], end)}
    return {**recording, **reach, "gaps": gaps}

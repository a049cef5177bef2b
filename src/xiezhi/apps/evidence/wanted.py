"""全过程记录 of a case, stage by stage: what the law wants in text, pictures and sound or film of each act, and what is there.

What is wanted is read from the pack: companion rules ask for documents, coverage rules for recordings, av.yaml says what else is usual. Whether
a rule with a condition holds is not judged here a second time: a finding of the marking says that it was broken, and what is neither
broken nor fulfilled did not hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from xiezhi.apps.casework.casepage import stage_finder
from xiezhi.apps.evidence.gaps import numbers_of
from xiezhi.core.law.rules import Companion, Coverage

MEDIA = {"video": "录像", "audio": "录音", "photo": "照片"}
THERE, LACKING, GAP, WAIVED, USUAL = "there", "lacking", "gap", "waived", "usual"


@dataclass(frozen=True, slots=True)
class Want:
    """One thing that is wanted: in words, how it stands (there, lacking, gap, waived, usual), on what basis."""

    words: str
    state: str
    cites: tuple[str, ...]
    note: str = ""


@dataclass(slots=True)
class ActRecords:
    """One act. `more`: documents that are there and that no rule asks for here."""

    id: str
    number: int
    zh: str
    at: Any
    text: list[Want]
    more: list[str]
    media: list[Want]
    photos: int
    audio: int
    video: int

    @property
    def lacking(self) -> int:
        return sum(one.state in {LACKING, GAP} for one in (*self.text, *self.media))


@dataclass(slots=True)
class StageRecords:
    zh: str
    acts: list[ActRecords] = field(default_factory=list)

    @property
    def lacking(self) -> int:
        return sum(act.lacking for act in self.acts)


def by_stage(picture: Any) -> list[StageRecords]:
    """The acts of a case under their stages, in the order in which each stage was first entered."""
    marking, pack = picture.marking, picture.book.pack
    stage_of = stage_finder(picture.explanation.stages, pack.vocabulary)
    numbers = numbers_of(picture.entries)
    found: dict[str, StageRecords] = {}
    for place, act in enumerate(marking.acts):
        id_, zh = stage_of(act.kind)
        found.setdefault(id_, StageRecords(zh)).acts.append(of_act(act, place, marking, pack, numbers.get(str(act.id), 0)))
    return list(found.values())


def of_act(act: Any, place: int, marking: Any, pack: Any, number: int = 0) -> ActRecords:
    broken = {rule: finding.kind for finding in marking.findings if finding.act == place for rule in (finding.rule, *finding.rules)}
    text = list(_texts(act, marking, pack, broken))
    named = {one for rule in _rules(act, marking, pack, Companion) for group in rule.documents for one in group}
    kinds = [one.kind for one in act.recordings]
    return ActRecords(
        id=str(act.id),
        number=number,
        zh=pack.vocabulary.acts[act.kind].zh,
        at=act.at,
        text=text,
        more=[_document(one, pack) for one in dict.fromkeys(act.documents) if one not in named],
        media=media_of(act, marking, pack, broken),
        photos=kinds.count("photo"),
        audio=kinds.count("audio"),
        video=kinds.count("video"),
    )


def _rules(act: Any, marking: Any, pack: Any, kind: type[Companion | Coverage]) -> Iterator[Any]:
    for rule in pack.rules:
        if (
            isinstance(rule, kind)
            and act.kind in rule.on
            and (not rule.procedures or marking.procedure in rule.procedures)
            and pack.in_force(rule, act.day)
        ):
            yield rule


def _texts(act: Any, marking: Any, pack: Any, broken: dict[str, str]) -> Iterator[Want]:
    there, said = set(act.documents), set()
    for rule in _rules(act, marking, pack, Companion):
        for group in rule.documents:
            words = "或者".join(_document(one, pack) for one in group)
            state = THERE if there & set(group) else LACKING if broken.get(rule.id) == "missing" else ""
            if state and words not in said:
                said.add(words)
                yield Want(words, state, tuple(rule.cites))


def media_of(act: Any, marking: Any, pack: Any, broken: dict[str, str]) -> list[Want]:
    """What of sound, film and photos is wanted of an act; what urgency excuses is said with its reason."""
    kinds = {one.kind for one in act.recordings}
    found: list[Want] = []
    for rule in _rules(act, marking, pack, Coverage):
        words = words_of(rule.media) + ("（全过程）" if rule.whole else "")
        if rule.id in broken:
            found.append(Want(words, GAP if broken[rule.id] == "gap" else LACKING, tuple(rule.cites)))
        elif kinds & set(rule.media):
            found.append(Want(words, THERE, tuple(rule.cites)))
        elif rule.unless is not None and "urgent" in rule.unless.text and act.own.get("urgent"):
            reason = str(act.own.get("urgent_reason") or "")
            found.append(Want(words, WAIVED, tuple(rule.cites), reason))
    usual = pack.av.get(act.kind) or {}
    if usual and not found:
        media = tuple(usual.get("media") or ())
        state = THERE if kinds & set(media) else USUAL
        found.append(Want(words_of(media), state, tuple(usual.get("cite", ())), str(usual.get("when", ""))))
    return list(dict.fromkeys(found))


def words_of(media: Iterable[str]) -> str:
    return "或者".join(MEDIA.get(one, one) for one in media)


def _document(id_: str, pack: Any) -> str:
    known = pack.vocabulary.documents.get(id_)
    return str(getattr(known, "zh", known) or id_)

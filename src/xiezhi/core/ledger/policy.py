"""Whom to believe about a log: C2SP tlog-policy. Keys of the log, witnesses, and how many of them must have cosigned.

The format knows no time in which a key is valid, so ours stands in a comment before the line, which strangers pass over:
`# valid from 0 to 4999` (tree sizes, both included; `to` is left out while the key signs).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

from .cosign import WitnessKey
from .errors import NoteError
from .note import Checkpoint, VerifierKey, lines_of

_VALID = re.compile(r"#\s*valid from (0|[1-9]\d{0,18})(?: to (0|[1-9]\d{0,18}))?\s*")
_SPACES = re.compile(r"[ \t]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LOST = "# lost "
NONE = "none"


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness by its name in the policy; `url` is where checkpoints are submitted."""

    name: str
    key: WitnessKey
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Has witnessed when `least` of its members (witnesses or groups named before it) have."""

    name: str
    least: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """`urls` gives a log key's address by the key's text.

    `lost` keys may be in other hands: they are believed for the sizes of their time alone, and stand in comments, so that whoever
    reads no such times does not believe them at all.
    """

    logs: tuple[VerifierKey, ...]
    witnesses: tuple[Witness, ...] = ()
    groups: tuple[Group, ...] = ()
    quorum: str = NONE
    urls: dict[str, str] = field(default_factory=dict)
    lost: tuple[VerifierKey, ...] = ()

    def text(self) -> str:
        """The file. Raises NoteError for what is no policy, so that none is published that cannot be read."""
        lines = []
        for key in self.logs:
            lines += [_valid(key), f"log {key} {self.urls.get(str(key), '')}".rstrip()]
        for key in self.lost:
            lines += [_valid(key), f"{_LOST}{key}"]
        lines += [f"witness {one.name} {one.key} {one.url}".rstrip() for one in self.witnesses]
        lines += [f"group {one.name} {one.least} {' '.join(one.members)}" for one in self.groups]
        lines.append(f"quorum {self.quorum}")
        text = "\n".join(lines) + "\n"
        parse(text)
        return text

    @property
    def keys(self) -> tuple[VerifierKey, ...]:
        """Every key that ever signed for the log, with its time; the current one first."""
        return self.logs + self.lost

    def open(self, note: str, *, with_quorum: bool = False) -> Checkpoint:
        """The checkpoint of a note signed by one of the logs, and by the quorum of witnesses where that is asked. Raises NoteError."""
        checkpoint = Checkpoint.open(note, *self.keys)
        if with_quorum and not self.has_quorum(self.cosigners(note)):
            raise NoteError(f"the checkpoint of {checkpoint.size} leaves is not cosigned by the quorum {self.quorum}")
        return checkpoint

    def cosigners(self, note: str) -> dict[str, bytes]:
        """The names of the witnesses that have cosigned a note, with their signatures."""
        signed = lines_of(note, *(one.key for one in self.witnesses))
        return {one.name: signed[one.key][1] for one in self.witnesses if one.key in signed}

    def has_quorum(self, cosigned: Collection[str]) -> bool:
        """Whether these witnesses, by name, are enough."""
        groups = {group.name: group for group in self.groups}

        def witnessed(name: str) -> bool:
            group = groups.get(name)
            return name in cosigned if group is None else sum(map(witnessed, group.members)) >= group.least

        return self.quorum == NONE or witnessed(self.quorum)


def _valid(key: VerifierKey) -> str:
    return f"# valid from {key.since}" + (f" to {key.until - 1}" if key.until is not None else "")


@dataclass(slots=True)
class _Reading:
    """A policy while its lines are read."""

    logs: list[VerifierKey] = field(default_factory=list)
    witnesses: list[Witness] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    urls: dict[str, str] = field(default_factory=dict)
    lost: list[VerifierKey] = field(default_factory=list)
    quorum: str | None = None
    free: set[str] = field(default_factory=set)  # names that no group holds yet
    names: set[str] = field(default_factory=lambda: {NONE})
    keys: set[bytes] = field(default_factory=set)

    def log(self, words: list[str], valid: tuple[int, int | None]) -> None:
        _count(words, 2, 3)
        key = VerifierKey.parse(words[1])
        self._once(b"log" + key.public, key.name)
        self.logs.append(replace(key, since=valid[0], until=valid[1]))
        if len(words) == 3:
            self.urls[words[1]] = words[2]

    def comment(self, line: str, valid: tuple[int, int | None]) -> tuple[int, int | None]:
        """The time of validity for the next key."""
        if found := _VALID.fullmatch(line):
            return int(found[1]), int(found[2]) + 1 if found[2] else None
        if not line.startswith(_LOST):
            return valid
        self.lost.append(replace(VerifierKey.parse(line.removeprefix(_LOST)), since=valid[0], until=valid[1]))
        return 0, None

    def witness(self, words: list[str]) -> None:
        _count(words, 3, 4)
        key = WitnessKey.parse(words[2])
        self._once(b"witness" + key.public, words[1])
        self._name(words[1])
        self.witnesses.append(Witness(words[1], key, words[3] if len(words) == 4 else ""))

    def group(self, words: list[str]) -> None:
        _count(words, 4, len(words))
        members = words[3:]
        for member in members:
            if member not in self.free:
                raise NoteError(f"{member} is not named before, or is a member already")
            self.free.discard(member)
        counts = {"any": 1, "all": len(members)}
        least = counts.get(words[2]) or (int(words[2]) if re.fullmatch(r"[1-9]\d{0,5}", words[2]) else 0)
        if not 1 <= least <= len(members):
            raise NoteError(f"a group of {len(members)} members has no threshold {words[2]!r}")
        self._name(words[1])
        self.groups.append(Group(words[1], least, tuple(members)))

    def end(self, words: list[str]) -> None:
        _count(words, 2, 2)
        if self.quorum is not None:
            raise NoteError("there is a quorum already")
        if words[1] not in self.names:
            raise NoteError(f"{words[1]} is not named before")
        self.quorum = words[1]

    def _name(self, name: str) -> None:
        if name in self.names:
            raise NoteError(f"{name} is named twice")
        self.names.add(name)
        self.free.add(name)

    def _once(self, key: bytes, name: str) -> None:
        if key in self.keys:
            raise NoteError(f"the key of {name} stands there twice")
        self.keys.add(key)


def _unknown(words: list[str]) -> None:
    raise NoteError(f"`{words[0]}` is not understood")


def _count(words: list[str], least: int, most: int) -> None:
    if not least <= len(words) <= most:
        raise NoteError(f"a line `{words[0]}` has {least} to {most} words, this one {len(words)}")


def parse(text: str) -> Policy:
    """The policy of a file. Raises NoteError naming the line."""
    if _CONTROL.search(text):
        raise NoteError("the policy holds a control character other than tab and newline")
    reading = _Reading()
    valid: tuple[int, int | None] = (0, None)
    readers: dict[str, Callable[[list[str]], None]] = {"witness": reading.witness, "group": reading.group, "quorum": reading.end}
    for number, line in enumerate(text.split("\n"), 1):
        words = _SPACES.split(line.strip(" \t"))
        try:
            if words[0].startswith("#"):
                valid = reading.comment(line.strip(" \t"), valid)
            elif words[0] == "log":
                reading.log(words, valid)
                valid = (0, None)
            elif words != [""]:
                readers.get(words[0], _unknown)(words)
        except NoteError as error:
            raise NoteError(f"line {number} of the policy: {error}") from error
    if reading.quorum is None:
        raise NoteError("the policy has no line `quorum`")
    logs, witnesses, groups = tuple(reading.logs), tuple(reading.witnesses), tuple(reading.groups)
    return Policy(logs, witnesses, groups, reading.quorum, reading.urls, tuple(reading.lost))

"""What is wrong with the law as data, or with what was handed in: each error names the place, the thing and the way out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a file. Lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class PackError(Exception):
    """A mistake in a pack: where it stands, what was found, what was expected, what to do.

    `also` holds further mistakes that were found in the same reading, in file order.
    """

    def __init__(self, place: Place, found: str, expected: str, todo: str) -> None:
        super().__init__(found)
        self.place = place
        self.found = found
        self.expected = expected
        self.todo = todo
        self.also: tuple[PackError, ...] = ()

    @property
    def file(self) -> str:
        return self.place.file

    @property
    def line(self) -> int:
        return self.place.line

    @property
    def column(self) -> int:
        return self.place.column

    def __str__(self) -> str:
        return f"{self.place}: {self.found}; expected {self.expected}; {self.todo}"

    def all(self) -> list[PackError]:
        """The mistake itself and those found with it."""
        return [self, *self.also]


class Mistakes:
    """Collects the mistakes of one reading, so that an author sees all of them at once and not one per attempt."""

    def __init__(self) -> None:
        self.found: list[PackError] = []

    def add(self, error: PackError) -> None:
        self.found.extend(error.all())

    def __bool__(self) -> bool:
        return bool(self.found)

    def raise_any(self) -> None:
        """Raise the first mistake with the others in `also`; do nothing when there is none."""
        if not self.found:
            return
        ordered = sorted(self.found, key=lambda error: error.place)
        first = PackError(ordered[0].place, ordered[0].found, ordered[0].expected, ordered[0].todo)
        first.also = tuple(ordered[1:])
        raise first


class InputError(Exception):
    """Input that cannot be read: a history line, a people file, a calendar. The message exists in both languages.

    `line` counts from 1; `field` names the column or key, where there is one.
    """

    def __init__(
        self, message_en: str, message_zh: str, *, file: str | None = None, line: int | None = None, field: str | None = None
    ) -> None:
        super().__init__(message_en)
        self.message_en = message_en
        self.message_zh = message_zh
        self.file = file
        self.line = line
        self.field = field

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        return f"{where}: {self.message_en}" if where else self.message_en

"""Random tamperings of one thing, as an owner who has switched every trigger off does them: a row altered, removed, added, two swapped, a byte of
a file. Each knows by which names it may be told.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection, transaction

TABLES = (
    "record_entry", "record_entry_body", "record_leaf", "record_tile", "record_checkpoint", "record_pending", "record_log_state", "record_case",
    "casework_casefile", "casework_dutyrow", "disclosure_publication", "disclosure_owedpublication", "evidence_storedfile",
)  # fmt: skip
# How often each is chosen: what the log itself is made of oftenest.
WEIGHTS = (5, 5, 5, 4, 3, 2, 1, 3, 3, 2, 3, 1, 1)
# Running numbers of which nothing depends but, in the queue, the order among different cases; what is checked when, and what describes a file without being read from the record: what a probe found, its type, when it was stored (custody tells it on the log).
EQUAL = {
    ("record_tile", "id"), ("record_pending", "id"), ("casework_dutyrow", "id"), ("disclosure_owedpublication", "id"),
    ("evidence_storedfile", "checked_at"), ("evidence_storedfile", "intact"), ("evidence_storedfile", "probe"),
    ("evidence_storedfile", "media_type"), ("evidence_storedfile", "stored_at"),
}  # fmt: skip
_NAMES: dict[str, Callable[[dict[str, Any]], list[str]]] = {
    "record_entry": lambda row: [str(row["id"]), f"case {row['case_id']}"],
    "record_entry_body": lambda row: [str(row["entry_id"])],
    "record_leaf": lambda row: [f"leaf {row['seq']}:", str(row["entry_id"])],
    "record_tile": lambda row: [f"tile {row['level']}/{row['idx']:03d}"],
    "record_checkpoint": lambda row: [f"checkpoint {row['size']}"],
    "record_pending": lambda row: [f"queue {row['id']}", str(row["entry_id"])],
    "record_log_state": lambda _: ["log state"],
    "record_case": lambda row: [f"case {row['id']}"],
    "casework_casefile": lambda row: [f"casework_casefile of case {row['case']}"],
    "casework_dutyrow": lambda row: [f"casework_dutyrow of case {row['case']}"],
    "disclosure_publication": lambda row: [f"disclosure_publication of case {row['case']}"],
    "disclosure_owedpublication": lambda row: [f"disclosure_owedpublication of case {row['case']}"],
    "evidence_storedfile": lambda row: [str(row["sha256"])],
}
_INSERTED = {  # the columns of its own that an added row needs
    "record_entry": ("id", "case_seq"), "record_entry_body": ("entry_id",), "record_leaf": ("seq", "entry_id"), "record_tile": ("id", "idx"),
    "record_checkpoint": ("size",), "record_pending": ("id",), "record_log_state": ("id",), "record_case": ("id",), "casework_casefile": ("case",),
    "casework_dutyrow": ("id",), "disclosure_publication": ("id",), "disclosure_owedpublication": ("id",), "evidence_storedfile": ("sha256",),
}  # fmt: skip


@dataclass
class Tampering:
    what: str
    names: list[str]
    equal: bool = False


@dataclass
class Tamperer:
    """Draws tamperings from a seed. `files` are paths of the stores, `published` those of the log's folder."""

    seed: int
    files: list[Path]
    published: list[Path]
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    @contextmanager
    def one(self) -> Iterator[Tampering | None]:
        """One tampering, taken back on leaving; None where the database's own constraints or a lack of rows refused it."""
        if self.chance.random() < 0.12:
            with self._file() as done:
                yield done
            return
        table = self.chance.choices(TABLES, WEIGHTS)[0]
        with transaction.atomic():
            done = None
            try:
                with transaction.atomic():
                    done = self._row(table)
            except DatabaseError:
                done = None
            yield done
            transaction.set_rollback(True)

    @contextmanager
    def _file(self) -> Iterator[Tampering]:
        path = self.chance.choice(self.files if self.chance.random() < 0.6 else self.published)
        whole, mode = path.read_bytes(), path.stat().st_mode
        how = self.chance.choice(["bit", "cut", "longer", "gone"])
        place = self.chance.randrange(len(whole))
        other = {
            "bit": whole[:place] + bytes([whole[place] ^ 1 << self.chance.randrange(8)]) + whole[place + 1 :],
            "cut": whole[:place],
            "longer": whole + b"\0",
        }
        path.unlink()
        if how != "gone":
            path.write_bytes(other[how])
        try:
            yield Tampering(f"file {path.name} {how} {place}", [path.name, f"published {path.name}"])
        finally:
            path.unlink(missing_ok=True)
            path.write_bytes(whole)
            path.chmod(mode)

    def _row(self, table: str) -> Tampering | None:
        how = self.chance.choice(["alter", "alter", "alter", "delete", "insert", "swap"])
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            cursor.execute(f"SELECT ctid::text, * FROM {table} ORDER BY ctid")
            names = [column.name for column in cursor.description[1:]]
            rows = [(row[0], dict(zip(names, row[1:], strict=True))) for row in cursor.fetchall()]
            if not rows:
                return None
            place, row = self.chance.choice(rows)
            types = self._types(cursor, table)
            done = getattr(self, f"_{how}")(cursor, table, types, rows, place, row)
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
        return done

    @staticmethod
    def _types(cursor: Any, table: str) -> dict[str, str]:
        cursor.execute(
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
            [table],
        )
        return dict(cursor.fetchall())

    def _other(self, kind: str, column: str) -> str:
        """SQL of another value of that type; NULL becomes something."""
        bit = self.chance.randrange(8)
        plain = {
            "boolean": f"NOT coalesce({column}, false)",
            "jsonb": f"jsonb_build_array({column}, 'x')",
            "tsvector": f"coalesce({column}, ''::tsvector) || 'x'::tsvector",
            "uuid": "gen_random_uuid()",
            "date": f"coalesce({column}, current_date) + 1",
            "text[]": f"array_append({column}, 'x')",
        }
        if kind in plain:
            return plain[kind]
        if kind.startswith("timestamp"):
            return f"coalesce({column}, now()) + interval '{self.chance.choice(['1 microsecond', '1 second', '1 day', '-1 day'])}'"
        if kind in {"integer", "bigint", "smallint"}:
            return f"coalesce({column}, 0) + {self.chance.choice([1, 2, 1000])}"
        if kind == "bytea":
            at = f"(floor({self.chance.random()} * length({column})))::int"
            return f"set_byte({column}, {at}, get_byte({column}, {at}) # {1 << bit})"
        at = f"(1 + floor({self.chance.random()} * greatest(length({column}), 1)))::int"
        return f"overlay(coalesce({column}, '') PLACING CASE WHEN substr({column}, {at}, 1) = 'Z' THEN 'Y' ELSE 'Z' END FROM {at} FOR 1)"

    def _alter(self, cursor: Any, table: str, types: dict[str, str], rows: Any, place: str, row: dict[str, Any]) -> Tampering | None:
        del rows
        column = self.chance.choice(list(types))
        other = self._other(types[column], f'"{column}"')
        cursor.execute(f'UPDATE {table} SET "{column}" = {other} WHERE ctid = %s::tid RETURNING *', [place])
        after = dict(zip(types, cursor.fetchone(), strict=True))
        if after[column] == row[column]:
            return None
        names = [*_NAMES[table](row), *_NAMES[table](after)]
        return Tampering(f"{table}.{column} altered", names, (table, column) in EQUAL)

    def _delete(self, cursor: Any, table: str, types: Any, rows: Any, place: str, row: dict[str, Any]) -> Tampering:
        del types, rows
        cursor.execute(f"DELETE FROM {table} WHERE ctid = %s::tid", [place])
        return Tampering(f"{table} deleted", _NAMES[table](row))

    def _insert(self, cursor: Any, table: str, types: dict[str, str], rows: Any, place: str, row: dict[str, Any]) -> Tampering:
        del row
        values = []
        for column, kind in types.items():
            if column not in _INSERTED[table]:
                values.append(f'"{column}"')
            elif kind == "uuid":
                values.append(f"'{uuid.UUID(int=self.chance.getrandbits(128))}'")
            elif kind in {"integer", "bigint", "smallint"}:
                values.append(f'"{column}" + {len(rows) * 1000 if column == "id" else len(rows)}')
            else:
                values.append(f"'{self.chance.getrandbits(256):064x}'" if column == "sha256" else f"left(\"{column}\", 24) || 'x'")
        columns = ", ".join(f'"{name}"' for name in types)
        cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {', '.join(values)} FROM {table} WHERE ctid = %s::tid RETURNING *", [place])
        return Tampering(f"{table} inserted", _NAMES[table](dict(zip(types, cursor.fetchone(), strict=True))))

    def _swap(self, cursor: Any, table: str, types: dict[str, str], rows: Any, place: str, row: dict[str, Any]) -> Tampering | None:
        other_place, other = self.chance.choice(rows)
        column = self.chance.choice(list(types))
        if other_place == place or other[column] == row[column]:
            return None
        names = [*_NAMES[table](row), *_NAMES[table](other)]
        spare = {"uuid": "gen_random_uuid()", "integer": "2000000000", "bigint": "2000000000", "smallint": "30000"}.get(types[column])
        if spare is not None:  # past a unique index
            cursor.execute(f'UPDATE {table} SET "{column}" = {spare} WHERE ctid = %s::tid RETURNING ctid::text', [place])
            (place,) = cursor.fetchone()
        cursor.execute(f'UPDATE {table} SET "{column}" = %s WHERE ctid = %s::tid', [_value(row[column]), other_place])
        cursor.execute(f'UPDATE {table} SET "{column}" = %s WHERE ctid = %s::tid', [_value(other[column]), place])
        return Tampering(f"{table}.{column} swapped", names, (table, column) in EQUAL)


def _value(value: Any) -> Any:
    if isinstance(value, memoryview):
        return bytes(value)
    return value

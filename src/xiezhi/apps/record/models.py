"""The tables of the record. Entries, bodies, leaves, tiles and checkpoints only grow; triggers in the database see to it.

Personal data stand in `EntryBody` alone, so that lawful deletion destroys a seed and a body and breaks no proof.
"""

from __future__ import annotations

from django.db import models


class Case(models.Model):
    """One case. This row is locked while an entry of the case is written. The id "" is the chain of log-wide entries."""

    id = models.TextField(primary_key=True)
    procedure = models.TextField()
    agency_id = models.TextField()
    pack_id = models.TextField()
    opened_at = models.DateTimeField()
    next_seq = models.PositiveIntegerField(default=1)
    last_entry = models.BinaryField(null=True)

    def __str__(self) -> str:
        return self.id


class Entry(models.Model):
    """One entry: what may be known of it without its body. `mode` is that of an act's kind, empty for other classes."""

    id = models.UUIDField(primary_key=True)
    case_id = models.TextField()
    case_seq = models.PositiveIntegerField()
    klass = models.TextField(db_column="class")
    kind = models.TextField()
    of = models.UUIDField(null=True)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    agency_id = models.TextField()
    pack = models.TextField()
    mode = models.TextField(blank=True)
    entry = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case_id", "case_seq"], name="record_entry_case_seq")]

    def __str__(self) -> str:
        return f"{self.case_id} #{self.case_seq} {self.kind}"


class EntryBody(models.Model):
    """The canonical text of an entry's body and the seed of its salts."""

    entry = models.OneToOneField(Entry, models.PROTECT, primary_key=True, related_name="body")
    seed = models.BinaryField()
    text = models.TextField()

    class Meta:
        db_table = "record_entry_body"

    def __str__(self) -> str:
        return str(self.entry_id)


class Pending(models.Model):
    """An entry that has no leaf yet. Its identity is drawn while the case row is locked, and orders the leaves."""

    id = models.BigAutoField(primary_key=True)
    entry_id = models.UUIDField()

    def __str__(self) -> str:
        return f"{self.id}: {self.entry_id}"


class Leaf(models.Model):
    """A leaf of the public log: its index from 0, and RFC 6962's hash of the entry."""

    seq = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="leaf")
    hash = models.BinaryField()

    def __str__(self) -> str:
        return f"leaf {self.seq}"


class Tile(models.Model):
    """A tile of hashes. A partial one may only grow."""

    level = models.PositiveSmallIntegerField()
    idx = models.BigIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "idx"], name="record_tile_place")]

    def __str__(self) -> str:
        return f"tile {self.level}/{self.idx}"


class Checkpoint(models.Model):
    """A signed head of the log; `after` is the size of the one before it, and `seal` signs what the note does not name (sealing.py)."""

    size = models.BigIntegerField(primary_key=True)
    note = models.TextField()
    at = models.DateTimeField()
    after = models.BigIntegerField(null=True)
    seal = models.BinaryField(null=True)

    def __str__(self) -> str:
        return f"checkpoint {self.size}"


class LogState(models.Model):
    """One row: how many leaves are numbered. Locked by whoever numbers the next ones."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    origin = models.TextField(blank=True)
    size = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="record_log_state_one_row")]
        db_table = "record_log_state"

    def __str__(self) -> str:
        return f"{self.origin} {self.size}"


class Outbox(models.Model):
    """What the worker is to do about an entry once it is committed."""

    id = models.BigAutoField(primary_key=True)
    entry_id = models.UUIDField()
    case_id = models.TextField()
    kind = models.TextField()

    def __str__(self) -> str:
        return f"{self.id}: {self.kind}"


class RefusalLog(models.Model):
    """That an act was refused, when and by which rules; nothing of a person."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    case_id = models.TextField()
    kind = models.TextField()
    agency_id = models.TextField()
    rules = models.JSONField()

    class Meta:
        db_table = "record_refusal_log"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.case_id} {self.kind}"

"""`xiezhi ledger delete`: the content of an entry destroyed lawfully; its leaf, and who ordered it, stay."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from uuid import UUID

import click

from xiezhi.cli.ledger_frame import record, stop

if TYPE_CHECKING:
    from xiezhi.apps.record.service import Warrant


@click.command("delete")
@click.option("--case", "case_id", required=True, help="The case's id.")
@click.option("--act", "number", required=True, type=click.IntRange(min=1), help="The number of the entry in its case, from 1.")
@click.option("--basis", required=True, help="On what it is deleted: instrument and article, or the decision that orders it.")
@click.option("--approver", required=True, help="Id of the head of the agency who approved it.")
@click.option("--by", required=True, help="Id of the person who carries it out; another one.")
@click.option("--reason", default="", help="Why, in a sentence; it stays on the record, so name nothing of what is deleted.")
@click.option("--before-term", is_flag=True, help="The basis orders it before the case's term of keeping is over.")
@click.option("--id", "id_", type=click.UUID, help="An id for this deletion: run again with it, nothing is done twice.")
@click.option("--yes", is_flag=True, help="Do it; without, it is only said what would go.")
def delete(
    case_id: str, number: int, *, basis: str, approver: str, by: str, reason: str, before_term: bool, id_: UUID | None, yes: bool
) -> None:
    """Destroy body and seed of an entry for good, with the attachments and corrections of it.

    Each leaves a tombstone on the record: which entry, when, on what basis, by whom. All proofs and checkpoints of before go on holding.
    Never of a case that is open or on hold. Exit status 0: done; 1: only said; 2: refused, and why. Files that no entry names any more are
    named: documents are removed from the store, recordings go by evidence's own disposal.
    """
    with record():
        from xiezhi.apps.record.service import Warrant
        from xiezhi.core.law.errors import InputError

        warrant = Warrant(basis, approver, by, reason, before_term)
        try:
            done = _carry_out(case_id, number, warrant, id_) if yes else _say(case_id, number, warrant)
        except InputError as error:
            stop(f"{error}. {error.message_zh}")
    sys.exit(0 if done else 1)


def _say(case_id: str, number: int, warrant: Warrant) -> bool:
    from xiezhi.apps.record import service
    from xiezhi.apps.record.sequencer import Sequencer
    from xiezhi.site.clock import now

    Sequencer().drain(now())
    for seq, klass, kind in service.preview(case_id, number, warrant, now=now()):
        click.echo(f"would destroy entry {seq} of {case_id}: {klass} {kind}")
    click.echo("Nothing can bring it back. Sure? Run it again with --yes. 删除后不能恢复；确认后加上 --yes 再运行。", err=True)
    return False


def _carry_out(case_id: str, number: int, warrant: Warrant, id_: UUID | None) -> bool:
    import uuid6
    from django.db import connection

    from xiezhi.apps.evidence import service as evidence
    from xiezhi.apps.record import service
    from xiezhi.apps.record.sequencer import Sequencer
    from xiezhi.site.clock import now

    Sequencer().drain(now())
    gone = service.delete(case_id, number, warrant, id=id_ or uuid6.uuid7(), now=now())
    Sequencer().drain(now())
    for seq in gone.numbers:
        click.echo(f"entry {seq} of {case_id}: destroyed, tombstone on the record 依法删除")
    if not gone.numbers:
        click.echo(f"entry {number} of {case_id}: was destroyed before under this id")
    for sha256 in gone.files:
        told = "removed from the store" if evidence.remove_document(sha256) else "stays: evidence keeps it, or it is not in the store"
        click.echo(f"file {sha256}: {told}")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM record_entry_body")  # the space of the row is free to be written over
    return True

"""`xiezhi bundle`: a case as one zip that anybody can check without us."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click


@click.command()
@click.argument("case_id", metavar="CASE")
@click.option("-o", "target", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Where to write it: case.zip.")
@click.option("--public", is_flag=True, help="Only what the case's public pages show, each field with its proof.")
@click.option("--media", is_flag=True, help="Carry the recordings too; without, they stand in it by their digests.")
@click.option("--by", default="", help="Id of the person who takes the bundle; it stands on the record.")
def command(case_id: str, target: Path, public: bool, media: bool, by: str) -> None:
    """Write the bundle of CASE (its id or number): every entry, its proof in the log, the documents, and verify.py.

    That a bundle was made goes on the record of the case; a public one holds nothing that is not public, and does not.
    """
    from xiezhi.cli.frame import with_django

    with with_django():
        from xiezhi.apps.evidence.queries import UnknownStoreError
        from xiezhi.apps.paperwork.queries import NotStoredError
        from xiezhi.apps.record.key import LogRefused
        from xiezhi.core.law.errors import InputError

        try:
            told = _public(case_id, target) if public else _full(case_id, target, media=media, by=by)
        except (LogRefused, InputError, OSError, UnknownStoreError, NotStoredError) as error:
            click.echo(f"xiezhi bundle: {error} {getattr(error, 'message_zh', '')}", err=True)
            sys.exit(2)
    click.echo(told)


def _full(case_id: str, target: Path, *, media: bool, by: str) -> str:
    from xiezhi.apps.evidence.queries import CaseFiles
    from xiezhi.apps.record import bundle
    from xiezhi.apps.record.sequencer import Sequencer
    from xiezhi.apps.registry import queries as registry
    from xiezhi.core.law.errors import InputError
    from xiezhi.site.clock import now

    if by and registry.person(by) is None:
        raise InputError(f"the registry has no person {by!r}", f"登记簿中没有人员“{by}”", field="by")
    store = CaseFiles()
    closing = bundle.close(_case(case_id), store, now(), media=media, by=[by] if by else [])
    Sequencer().drain(now())
    made = bundle.write(closing, target, store)
    missing = f" ({len(made.missing)} missing from the store)" if made.missing else ""
    left_out = f", {len(made.left_out)} left out{missing}" if made.left_out else ""
    return f"{target}: {made.entries} entries, {made.files} files{left_out}; log of {made.size} leaves"


def _public(case_id: str, target: Path) -> str:
    from xiezhi.apps.disclosure import queries as disclosure
    from xiezhi.apps.evidence.queries import CaseFiles
    from xiezhi.apps.portal.receipts import receipt
    from xiezhi.apps.record import showing
    from xiezhi.apps.record.sequencer import Sequencer
    from xiezhi.core.law.errors import InputError
    from xiezhi.site.clock import now

    case = _case(case_id)
    Sequencer().drain(now())
    acts: list[dict[str, Any]] = []
    for row in disclosure.of_case(case):
        page = disclosure.publication(row.id, now())
        acts += receipt(page, "")["acts"] if page else []
    if not acts:
        raise InputError(f"nothing of case {case!r} is public", f"案件“{case}”没有公示过的内容", field="case")
    made = showing.write_extract(case, acts, target, CaseFiles())
    return f"{target}: {made.entries} entries, {made.files} files; log of {made.size} leaves"


def _case(given: str) -> str:
    """The id of a case by its id or its number."""
    from xiezhi.apps.casework import queries as casework
    from xiezhi.apps.record import queries as record

    if record.case(given) is not None:
        return given
    found = casework.by_number(given)
    return str(found.case) if found is not None else given

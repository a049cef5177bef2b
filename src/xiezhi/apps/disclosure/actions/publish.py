"""Publish an approved draft: the page's fields go into the record, the page follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import pypdfium2
from django.db import transaction

from xiezhi.apps.accounts import permissions
from xiezhi.apps.accounts.signing import own_person, require_own_hand
from xiezhi.apps.disclosure import composing
from xiezhi.apps.disclosure.actions.approve import filled
from xiezhi.apps.disclosure.actions.draft import propose, words_before
from xiezhi.apps.disclosure.errors import DisclosureError, LeakError
from xiezhi.apps.disclosure.models import Draft, DraftState
from xiezhi.apps.disclosure.queries import own_address, public_address
from xiezhi.apps.disclosure.reading import FIELDS
from xiezhi.apps.disclosure.reading_page import labels_zh
from xiezhi.apps.disclosure.screening import screen
from xiezhi.apps.paperwork import service as paperwork
from xiezhi.apps.record import service as record
from xiezhi.core.typeset import Block, Paper, Run


def publish(user: Any, draft_id: UUID, act_id: UUID, now: datetime) -> Any:
    """Make the public document, look into it once more for what was taken out, and record the publication.

    Returns the record's Receipt or Refusal. Raises Forbidden, DisclosureError (not approved), LeakError (nothing is published then).
    """
    with transaction.atomic():
        row = Draft.objects.select_for_update().filter(pk=draft_id).first()
        if row is None:
            raise DisclosureError("没有这一稿。")
        permissions.require(user, permissions.act_action(row.kind), agency=row.agency)
        if done := record.answer_of(act_id, case=row.case, kind=row.kind):
            return done
        require_own_hand(user, row.kind, [own_person(user)])
        if row.state == DraftState.DONE:
            raise DisclosureError("这一稿已经发布过了。")
        if row.state != DraftState.APPROVED:
            raise DisclosureError("这一稿还没有经另一人核发，不能发布。")
        pdf = public_pdf(row, now)
        check(pdf, row)
        stored = _stored(pdf, row)
        data: dict[str, Any] = {
            "what": row.what,
            "form": row.form,
            "channel": "区行政执法公示平台",
            "summary": filled(row.summary),
            "digest": row.digest,
            "pdf": stored["sha256"],
        }
        if row.text:
            data["text"] = row.text
        if row.reason:
            data["reason"] = row.reason
        if row.show_changed:
            data["show_changed"] = row.show_changed
        line = {
            "case": row.case,
            "act": row.kind,
            "at": now.isoformat(),
            "agency": row.agency,
            "by": [user.person_id],
            "data": data,
            "files": [stored],
        }
        answer = record.perform(line, act_id, now, entered_by=user.person_id or "")
        if hasattr(answer, "entry"):
            row.state = DraftState.DONE
            row.save(update_fields=["state"])
        return answer


def public_file(case_id: str, what: str, summary: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """The public document of a summary that does not come from a draft, stored: its entry for the act's `files`.

    For histories that are written outside the desk (import, demo). Raises TypesetError.
    """
    row = Draft(case=case_id, what=what, summary={key: str(value) for key, value in summary.items()})
    return _stored(public_pdf(row, now), row)


def _stored(pdf: bytes, row: Draft) -> dict[str, Any]:
    return {"document": "publication", **paperwork.store(pdf, f"{row.summary.get('number') or row.case}公示.pdf")}


def public_pdf(row: Draft, now: datetime) -> bytes:
    """The document that the public downloads: the redacted text, or the summary as a form. Regenerated, never painted over."""
    paper = _full_text(row) if row.text else _summary(row)
    if address := public_address(row.case, row.what) or own_address(row.case, row.what):
        paper = paper.with_code(paperwork.qr_svg(address), f"扫码查看公示页并核验。 {address}")
    return paperwork.page(paper, now)


def check(pdf: bytes, row: Draft) -> None:
    """Open the document again and look for every removed value. Raises LeakError."""
    document = pypdfium2.PdfDocument(pdf)
    text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    removed = propose(row.case).removed
    if found := composing.exposed("\n".join([text, *map(str, row.summary.values())]), removed):
        raise LeakError(found)
    screen(
        paperwork.source_of(row.case), row.reason, *words_before(row.case, row.what, row.show_changed), removed=removed, where="更正的说明"
    )


def _full_text(row: Draft) -> Paper:
    return composing.as_paper(row.text, _title(row), row.summary.get("agency", ""), row.summary.get("number", ""), _date_zh(row))


def _title(row: Draft) -> str:
    return next((str(block["label"]) for block in row.text if block["kind"] == "title"), "行政执法决定")


def _date_zh(row: Draft) -> str:
    from xiezhi.apps.disclosure.reading import decided_day

    return paperwork.day_zh(decided_day(row.summary.get("decided_on", "")))


def _summary(row: Draft) -> Paper:
    labels = labels_zh()
    shown = {**row.summary, "decided_on": _date_zh(row) or row.summary.get("decided_on", "")}
    rows = tuple(Block("row", (Run(str(shown[key])),), labels.get(key, key)) for key in FIELDS if shown.get(key))
    return Paper(
        type="public",
        layout="form",
        title="行政执法决定信息公示",
        agency=row.summary.get("agency", ""),
        number=row.summary.get("number", ""),
        date=_date_zh(row),
        blocks=rows,
        seal=False,
    )

"""Draw up what is to be published, exactly as it will be, and hand it to a second person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from xiezhi.apps.accounts import permissions
from xiezhi.apps.disclosure import composing
from xiezhi.apps.disclosure.errors import DisclosureError, LeakError
from xiezhi.apps.disclosure.models import Draft, DraftState, Publication
from xiezhi.apps.disclosure.reading import FIELDS, page_id
from xiezhi.apps.disclosure.reading_page import labels_zh
from xiezhi.apps.disclosure.screening import screen
from xiezhi.apps.paperwork import service as paperwork
from xiezhi.apps.record import queries as record
from xiezhi.apps.registry import queries as registry
from xiezhi.core.procedure.fold import fold
from xiezhi.core.procedure.history import Act
from xiezhi.core.redact import KINDS
from xiezhi.core.typeset import IncompleteDocument, Run

DECISIONS = ("decision_made", "no_penalty_decided", "inspection_result_told", "permit_issued")
DOCUMENT_OF = {"decision_made": "decision", "no_penalty_decided": "no_penalty_decision"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the record offers for publication: `original` and `summary` side by side, both as field -> text, and the text's blocks.

    `removed` are (kind, value) pairs; `no_text` says why there is no full text.
    """

    case_id: str
    agency_id: str
    original: dict[str, str]
    summary: dict[str, str]
    text: list[dict[str, Any]]
    removed: list[tuple[str, str]]
    no_text: str
    minor: bool
    title: str


def propose(case_id: str) -> Proposal:
    """The proposal for a case, with the pack's redactions already made. Raises DisclosureError for a case without a result."""
    source = paperwork.source_of(case_id)
    decision = next((act for act in reversed(source.acts) if act.kind in DECISIONS), None)
    if decision is None:
        raise DisclosureError("这个案件还没有作出决定，没有可以公示的结果。")
    agency = registry.agency(source.agency_id)
    original = composing.summary_of(source, agency.name if agency else "", decision)
    private = composing.private_values(source.facts, composing.policy_of(source.pack))
    summary, removed = {}, []
    for key, value in original.items():
        summary[key], gone = composing.redacted_text(value, private)
        removed += gone
    text, no_text = [], ""
    title = ""
    try:
        document = DOCUMENT_OF.get(decision.kind)
        if document is None:
            no_text = "这类结果没有决定书，只能公示摘要。"
        else:
            paper = paperwork.write(document, source, paperwork.line_of(decision), decision.at)
            paper, gone = composing.redacted_paper(paper, private)
            text, title = composing.as_blocks(paper), paper.title
            removed += gone
    except IncompleteDocument as error:
        no_text = error.message_zh
    minor = is_minor(case_id, decision)
    return Proposal(case_id, source.agency_id, original, summary, text, sorted(set(removed)), no_text, minor, title)


def draft(
    user: Any,
    case_id: str,
    fields: Mapping[str, str],
    form: str,
    now: datetime,
    *,
    kind: str = "result_published",
    reason: str = "",
    what: str = "decision",
    show_changed: Sequence[str] = (),
) -> Draft:
    """Save a draft and put it up for approval; an older open draft of the case is replaced.

    `what`: decision | performance (how a decision that is public was performed). `show_changed`: the fields of a correction whose words
    before and after the drafter holds to be harmless; of all others the page tells only that they were changed. Raises Forbidden, DisclosureError (a field is missing;
    the party is a minor; a correction without a reason), LeakError.
    """
    proposal = propose(case_id)
    permissions.require(user, permissions.act_action(kind), agency=proposal.agency_id)
    if proposal.minor:
        raise DisclosureError("当事人是未成年人，整案不予公示。请改办“不予公示”，理由选“当事人为未成年人”。")
    if form == "full_text" and not proposal.text:
        raise DisclosureError(f"不能公示全文：{proposal.no_text}可以先公示摘要。")
    if kind == "publication_updated" and not reason.strip():
        raise DisclosureError("更正已经公示的内容，要写明更正了什么、为什么。")
    summary = {key: str(fields.get(key, "")).strip() for key in FIELDS}
    if missing := composing.missing(summary):
        raise DisclosureError(
            f"摘要还缺：{'、'.join(labels_zh().get(key, key) for key in missing)}。摘要的七项要素一项不能空（公示办法第八条）。"
        )
    if what == "performance" and not summary["performance"]:
        raise DisclosureError("公示履行情况，要写明履行情况。")
    text = proposal.text if form == "full_text" else []
    if found := composing.exposed("\n".join([*summary.values(), _plain(text)]), proposal.removed):
        raise LeakError(found)
    # Only a correction shows words that were changed, and these may hold what is taken out by it.
    harmless = [key for key in FIELDS if key in show_changed] if kind == "publication_updated" else []
    source = paperwork.source_of(case_id)
    screen(source, reason, *words_before(case_id, what, harmless), removed=proposal.removed, where="更正的说明")
    with transaction.atomic():
        Draft.objects.filter(case=case_id, state__in=[DraftState.SUBMITTED, DraftState.APPROVED]).update(state=DraftState.REPLACED)
        return Draft.objects.create(
            case=case_id,
            agency=proposal.agency_id,
            kind=kind,
            what=what,
            form=form,
            summary=summary,
            text=text,
            redactions=sorted({KINDS.get(kind_, KINDS["other"]) for kind_, _value in proposal.removed}),
            reason=reason.strip(),
            show_changed=harmless,
            digest=composing.digest_of(
                case_id, kind, what=what, form=form, summary=summary, text=text, reason=reason.strip(), show_changed=harmless
            ),
            drafter=user.person_id or "",
            drafted_at=now,
        )


def words_before(case_id: str, what: str, fields: Sequence[str]) -> list[str]:
    """The words that now stand on the page in these fields, which a correction would show as the old ones."""
    row = Publication.objects.filter(pk=page_id(case_id, what)).first() if fields else None
    shown = {"agency": "agency_name"}
    return [str(getattr(row, shown.get(key, key)) or "") for key in fields] if row is not None else []


def is_minor(case_id: str, decision: Act) -> bool:
    """Whether the pack's definition `minor` holds of the case: when it was decided, or as it stands now. An unknown age is no ground."""
    book, marking = record.marking(case_id)
    before = [act for act in marking.acts if (act.at, act.case_seq or 0) <= (decision.at, decision.case_seq or 0)]
    decided = fold(book, before, marking.people)
    return any(ground.holds for ground in (*book.grounds("minor", decided), *book.grounds("minor", marking)))


def _plain(text: list[dict[str, Any]]) -> str:
    return "\n".join("".join(Run(run.get("text", ""), gone=run.get("gone", "")).text for run in block["runs"]) for block in text)

"""The disclosure desk. Every irreversible step has a full page that repeats what it acts on."""

from __future__ import annotations

import uuid
from typing import Any

import uuid6
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiezhi.apps.accounts import permissions
from xiezhi.apps.disclosure import queries, service
from xiezhi.apps.disclosure.errors import DisclosureError
from xiezhi.apps.disclosure.models import Draft, State
from xiezhi.apps.disclosure.reading import FIELDS
from xiezhi.apps.disclosure.reading_page import labels_zh, preview_of
from xiezhi.apps.paperwork import service as paperwork
from xiezhi.apps.record import queries as record
from xiezhi.apps.registry import queries as registry
from xiezhi.core.law.errors import InputError
from xiezhi.core.law.pack import load_pack
from xiezhi.core.typeset import TypesetError
from xiezhi.site import clock

LONG = {"facts", "basis", "content"}
WORDS = {"result_withheld": "不予公示", "publication_withdrawn": "撤回公示"}


@login_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """待公示 by legal limit, and the drafts that wait for a second person or for publication."""
    owed = queries.to_publish(request.user, request.GET.get("after", ""))
    waiting, asked = queries.drafts(request.user), queries.requests(request.user)
    names = registry.names({*(draft.drafter for draft in waiting), *(row.drafter for row in asked)})
    packs = record.packs_of(row.case for row in owed.rows)
    person = getattr(request.user, "person_id", None)
    context = {
        "owed": [(row, load_pack(packs[row.case]) if row.case in packs else None) for row in owed.rows],
        "drafts": [{"row": draft, "drafter": names.get(draft.drafter, draft.drafter), "own": draft.drafter == person} for draft in waiting],
        "requests": [
            {
                "row": row,
                "zh": WORDS[row.act],
                "subject": subject,
                "drafter": names.get(row.drafter, row.drafter),
                "own": row.drafter == person,
            }
            for row, subject in zip(asked, queries.subjects(asked), strict=True)
        ],
        "corrections": queries.corrections_to_answer(request.user),
        "now": clock.now(),
        "calendar": registry.calendar(),
        "after": owed.after,
    }
    return render(request, "disclosure/desk.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def prepare(request: HttpRequest, case_id: str) -> HttpResponse:
    """Original left, public right; saving makes a draft that another person approves."""
    proposal = _proposal(request, case_id)
    page = next((row for row in queries.of_case(case_id) if row.state == State.PUBLIC), None)
    kind, what = _owing(case_id, page, proposal, request.GET.get("as", ""))
    error = ""
    given = {key: request.POST.get(key, "") for key in FIELDS} if request.method == "POST" else proposal.summary
    form = request.POST.get("form", page.form if page is not None else "full_text" if proposal.text else "summary")
    if request.method == "POST":
        try:
            draft = service.draft(
                request.user,
                case_id,
                given,
                form,
                clock.now(),
                kind=kind,
                reason=request.POST.get("reason", ""),
                what=what,
                show_changed=request.POST.getlist("show_changed"),
            )
            return redirect("disclosure:draft", draft.pk)
        except DisclosureError as refused:
            error = refused.message_zh
    labels = labels_zh()
    fields = [
        {
            "id": key,
            "zh": labels.get(key, key),
            "original": proposal.original.get(key, ""),
            "value": given.get(key, ""),
            "long": key in LONG,
            "shown": key in request.POST.getlist("show_changed"),
        }
        for key in FIELDS
    ]
    context = {
        "proposal": proposal,
        "fields": fields,
        "form": form,
        "error": error,
        "page": page,
        "kind": kind,
        "what": what,
        **_limits(case_id),
        "reason": request.POST.get("reason", ""),
        "case_id": case_id,
    }
    return render(request, "disclosure/prepare.html", context, status=422 if error else 200)


@login_required
@require_safe
def draft_page(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """The exact public page of a draft, with what may be done about it."""
    return _draft_page(request, _draft(request, draft_id))


@login_required
@require_POST
def approve(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    draft = _draft(request, draft_id)
    return _decide(
        request,
        draft,
        lambda: service.approve(request.user, draft.pk, request.POST.get("digest", ""), act_id_of(request), clock.now()),
        "已核发。可以发布了。",
    )


@login_required
@require_POST
def send_back(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    draft = _draft(request, draft_id)
    try:
        service.send_back(request.user, draft.pk, request.POST.get("note", ""))
    except DisclosureError as refused:
        return _draft_page(request, draft, error=refused.message_zh, status=422)
    messages.success(request, "已退回拟稿人。")
    return redirect("disclosure:desk")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """A full page that repeats object and effect; the button is the verb."""
    draft = _draft(request, draft_id)
    permissions.require(request.user, permissions.act_action(draft.kind), agency=draft.agency)
    if request.method != "POST":
        return render(request, "disclosure/publish.html", _draft_context(draft))
    return _decide(
        request,
        draft,
        lambda: service.publish(request.user, draft.pk, act_id_of(request), clock.now()),
        "已发布。",
        template="disclosure/publish.html",
    )


# ------------------------------------------------------------------ shared
def _owing(case_id: str, page: Any, proposal: Any, asked: str) -> tuple[str, str]:
    """(act, what) of the draft: first the decision, then how it was performed, then corrections of what is public."""
    if page is None:
        return "result_published", "decision"
    performance = proposal.summary.get("performance", "")
    owed = any(one.expect == "result_published" for one in queries.owed_of(case_id))
    if asked != "correction" and performance and (owed or performance != page.performance):
        return "result_published", "performance"
    return "publication_updated", "decision"


def _limits(case_id: str) -> dict[str, Any]:
    return {"owed": queries.owed_of(case_id), "now": clock.now(), "calendar": registry.calendar()}


def _proposal(request: HttpRequest, case_id: str) -> Any:
    source_for(request, case_id)
    try:
        return service.propose(case_id)
    except DisclosureError as refused:
        raise Http404(refused.message_zh) from refused


def source_for(request: HttpRequest, case_id: str) -> Any:
    """The case as papers read it, for an account that may see the desk of its agency. Raises Http404, Forbidden."""
    case = record.case(case_id)
    if case is None:
        raise Http404("没有这个案件。")
    permissions.require(request.user, "disclosure.read", agency=case.agency_id)
    return paperwork.source_of(case_id)


def _draft(request: HttpRequest, draft_id: uuid.UUID) -> Draft:
    draft = queries.draft(draft_id)
    if draft is None:
        raise Http404("没有这一稿。")
    permissions.require(request.user, "disclosure.read", agency=draft.agency)
    return draft


def _draft_context(draft: Draft) -> dict[str, Any]:
    names = registry.names({draft.drafter, draft.approver})
    return {
        "draft": draft,
        "page": preview_of(draft),
        "drafter": names.get(draft.drafter, draft.drafter),
        "approver": names.get(draft.approver, draft.approver),
        "shown_words": "、".join(labels_zh().get(key, key) for key in draft.show_changed),
        "act_id": uuid6.uuid7(),
        "page_id": queries.page_id(draft.case, draft.what),
        **_limits(draft.case),
    }


def _draft_page(request: HttpRequest, draft: Draft, *, error: str = "", reasons: Any = (), status: int = 200) -> HttpResponse:
    context = {
        **_draft_context(draft),
        "error": error,
        "reasons": reasons,
        "own": draft.drafter == getattr(request.user, "person_id", None),
    }
    return render(request, "disclosure/draft.html", context, status=status)


def _decide(request: HttpRequest, draft: Draft, act: Any, done: str, template: str = "") -> HttpResponse:
    try:
        answer = act()
    except (DisclosureError, InputError, TypesetError) as refused:
        if template:
            return render(request, template, {**_draft_context(draft), "error": refused.message_zh}, status=422)
        return _draft_page(request, draft, error=refused.message_zh, status=422)
    if not hasattr(answer, "entry"):
        if template:
            return render(request, template, {**_draft_context(draft), "reasons": answer.reasons}, status=422)
        return _draft_page(request, draft, reasons=answer.reasons, status=422)
    messages.success(request, f"{done}已记入第 {answer.case_seq} 条。")
    return redirect("portal:publication", queries.page_id(draft.case, draft.what)) if template else redirect("disclosure:draft", draft.pk)


def act_id_of(request: HttpRequest) -> uuid.UUID:
    """The id that the page was given: a second click sends it again and changes nothing."""
    try:
        return uuid.UUID(request.POST.get("act_id", ""))
    except ValueError:
        return uuid6.uuid7()

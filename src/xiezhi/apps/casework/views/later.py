"""What comes after an act: 更正 and 补充, one entry's own page, and the files of a case."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from xiezhi.apps.accounts.permissions import Forbidden, act_action, require
from xiezhi.apps.casework import doubts, entrypage, service, words
from xiezhi.apps.casework.forms import people as persons
from xiezhi.apps.casework.forms.act import values_of
from xiezhi.apps.casework.forms.attach import KINDS_LATER, Context, attach_form, gaps_of
from xiezhi.apps.casework.forms.later import CorrectForm
from xiezhi.apps.casework.models import CaseFile
from xiezhi.apps.casework.pages import INVALID, landing, of_case, people_for, posted, reason_rows, sent_files, status_of
from xiezhi.apps.record import queries as record
from xiezhi.apps.record.service import Receipt, uncorrectable
from xiezhi.core.law.errors import InputError
from xiezhi.site import clock


def _entry(file: CaseFile, entry: uuid.UUID) -> tuple[list[Any], Any]:
    """All entries of the case, and the one that is named."""
    entries = record.history(file.case)
    for one in entries:
        if one.id == entry:
            return entries, one
    raise Http404("本案没有这一条记录。请回案件页从时间线上选择。")


def _effective(file: CaseFile, entry: uuid.UUID) -> tuple[Any, Any]:
    """The compiled rules and the effective act of an entry; 404 where the entry is no act, or voided."""
    book, marking = record.marking(file.case)
    for act in marking.acts:
        if act.id == str(entry):
            return book, act
    raise Http404("这一条不是可以更正或者补充的行为，或者已经作废。")


@require_http_methods(["GET", "HEAD", "POST"])
@of_case
def correct(request: HttpRequest, file: CaseFile, entry: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    require(user, "record.correct", agency=file.agency)
    book, act = _effective(file, entry)
    require(user, act_action(act.kind), agency=file.agency)
    if why := uncorrectable(act.kind):
        raise Forbidden(f"{why}。")
    vocabulary, now = book.pack.vocabulary, clock.now()
    data, _files = posted(request)
    form = CorrectForm(
        data,
        act=act,
        vocabulary=vocabulary,
        values=lambda spec: values_of(spec, vocabulary),
        people=persons.approvers(people_for(file.agency)),
        heads=persons.heads(people_for(file.agency), but=user.person_id),
        now=now,
    )
    page = {
        "file": file,
        "pack": book.pack,
        "heading": f"更正第 {act.case_seq} 条：{vocabulary.acts[act.kind].zh}",
        "hint": "只改有误的内容。原记录保留，更正另记一条，写明谁改的、谁同意的；写更正的人和同意的负责人不能是同一人。",
        "button": "记入更正",
    }
    return _answered(request, form, page, lambda: service.correct(user, entry, form, now, agency=file.agency, act=act.kind))


@require_http_methods(["GET", "HEAD", "POST"])
@of_case
def attach(request: HttpRequest, file: CaseFile, entry: uuid.UUID) -> HttpResponse:
    book, act = _effective(file, entry)
    require(request.user, act_action(act.kind), agency=file.agency)
    vocabulary, now = book.pack.vocabulary, clock.now()
    data, files = posted(request)
    about = Context(
        documents=vocabulary.documents,
        gaps=gaps_of(act),
        keys={key: vocabulary.key(key) for key in vocabulary.acts[act.kind].data},
        now=now,
    )
    kinds = [kind for kind in KINDS_LATER.values() if kind.id != "explanation" or about.gaps]
    page = {
        "file": file,
        "pack": book.pack,
        "heading": f"补充第 {act.case_seq} 条：{vocabulary.acts[act.kind].zh}",
        "hint": "后到的材料记在原来的行为名下，原记录不变。先选补什么，再填这一种要填的内容。",
        "button": "记入补充",
        "kinds": kinds,
    }
    what = request.POST.get("what_kind") or request.GET.get("what", "")
    if what not in {kind.id for kind in kinds}:
        return render(request, "casework/attach.html", page, status=INVALID if request.method == "POST" else 200)
    form = attach_form(what, about, data, files)
    page |= {"chosen": what, "template": "casework/attach.html", "sent": sent_files(files)}

    def asked() -> list[doubts.Doubt]:
        return doubts.of_attachment(
            doubts.Asking(request.user, form, book.pack, file.procedure, now), file.case, entry, form.what(_unstored)
        )

    def write() -> Any:
        return service.attach(request.user, entry, form, now, agency=file.agency, act=act.kind)

    return _answered(request, form, page, write, asked)


def _unstored(file: Any) -> dict[str, Any]:
    """What is known of a file before it is stored."""
    return {"name": file.name, "sha256": ""}


def _answered(
    request: HttpRequest, form: Any, page: dict[str, Any], write: Callable[[], Any], asked: Callable[[], list[Any]] = list
) -> HttpResponse:
    """Show the form; when it was sent, is valid and leaves no doubts (`asked`), write and go back to the case, or show why not."""
    context: dict[str, Any] = {"form": form, "act_zh": page["heading"], **page}
    status = 200
    if request.method == "POST":
        status = INVALID
        if form.is_valid() and (open_doubts := asked()):
            context["doubts"] = open_doubts
        elif form.is_valid():
            try:
                answer = write()
            except InputError as error:
                form.add_error(None, error.message_zh)
            else:
                if isinstance(answer, Receipt):
                    return landing(page["file"].case, answer)
                status = status_of(answer.reasons)
                context["refusal_reasons"] = reason_rows(answer.reasons, page["pack"].vocabulary)
    return render(request, page.get("template", "casework/later.html"), context, status=status)


@require_safe
@of_case
def entry(request: HttpRequest, file: CaseFile, entry: uuid.UUID) -> HttpResponse:
    """One entry: what was written, what a correction replaced, and its receipt."""
    entries, one = _entry(file, entry)
    book, _marking = record.marking(file.case)
    vocabulary = book.pack.vocabulary
    heading, rows = entrypage.rows_of(one, entries, vocabulary)
    context = {"file": file, "entry": one, "heading": heading, "rows": rows, "receipt": record.receipt(entry)}
    context["deleted_at"] = words.moment((one.body.get("deleted") or {}).get("at", ""))
    return render(request, "casework/entry.html", context)

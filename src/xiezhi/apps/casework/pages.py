"""What the pages of casework share, and those of review with them: the case that an address names, a posted form of an act,
a refusal in words. The third door of casework beside service and queries; it writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from xiezhi.apps.accounts.permissions import require
from xiezhi.apps.casework import deadlines, doubts, queries, words
from xiezhi.apps.casework.casepage import build
from xiezhi.apps.casework.forms import ActForm, form_for, line_of
from xiezhi.apps.casework.models import CaseFile
from xiezhi.apps.paperwork import queries as paper
from xiezhi.apps.paperwork import service as paperwork
from xiezhi.apps.record.service import Receipt
from xiezhi.apps.registry import queries as registry
from xiezhi.core.law.errors import InputError
from xiezhi.core.typeset.errors import TypesetError

__all__ = [
    "CONFLICT",
    "INVALID",
    "CaseFile",
    "answered",
    "build",
    "deadlines",
    "doubts",
    "form_context",
    "form_for",
    "landing",
    "line_of",
    "of_case",
    "open_case",
    "own_origin",
    "people_for",
    "posted",
    "preview",
    "reason_rows",
    "sent_files",
    "status_of",
    "wants_more_rows",
    "words",
]

# A refused act conflicts with the state of its case; what cannot be judged for want of a fact can be amended in the form.
CONFLICT, AMEND = 409, 422
INVALID = AMEND

View = Callable[..., HttpResponse]


def open_case(case_id: str, user: Any, action: str = "case.read") -> CaseFile:
    """The case, or 404 in words. Raises Forbidden when the user may not do `action` for its agency."""
    file = queries.case(case_id)
    if file is None:
        raise Http404("没有这个案件。链接可能不完整，请回工作台按案号查找。")
    require(user, action, agency=file.agency)
    return file


def of_case(view: View) -> View:
    """A page of one case: signed in, found, readable."""

    @login_required
    @wraps(view)
    def wrapped(request: HttpRequest, case_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, open_case(case_id, request.user), *args, **kwargs)

    return wrapped


def reason_rows(reasons: Iterable[Any], vocabulary: Any, form: Any = None) -> list[dict[str, Any]]:
    """Each reason of a refusal: what, why, what to do, who; missing facts with the field in which they can be stated."""
    rows = []
    for reason in reasons:
        missing = [_missing(key, vocabulary, form) for key in reason.missing_facts or ()]
        fix = reason.fix_zh or ("补上缺少的事实，再提交一次。" if missing else _fallback(reason.kind))
        rows.append(
            {
                "message_zh": reason.message_zh,
                "cites": tuple(reason.cites or ()),
                "missing": missing,
                "fix": fix,
                "who": words.role(reason.hands or "officer"),
            }
        )
    return rows


def _missing(key: str, vocabulary: Any, form: Any) -> tuple[str, str]:
    spec = vocabulary.key(key)
    name = f"data-{key}"
    has = form is not None and name in form.fields
    return (spec.zh if spec else key, form[name].auto_id if has else "")


def _fallback(kind: str) -> str:
    return {
        "needs_reason": "在“说明理由”里写明原因后再提交。",
        "missing": "补上缺少的文书、签名或者内容，再提交一次。",
        "conflict": "换由符合条件的人员办理。",
    }.get(kind, "先办完前面的程序，再办这一步。")


def status_of(reasons: Iterable[Any]) -> int:
    """422 when the form itself can be amended so that the act is judged anew, else 409."""
    kinds = {reason.kind for reason in reasons}
    return AMEND if kinds <= {"unknown_fact", "missing", "needs_reason"} else CONFLICT


def people_for(agency: str) -> list[Any]:
    """The agency's people as choices of a form."""
    return [registry.as_core(row) for row in registry.people_of(agency)]


def form_context(form: ActForm, zh: str, back: str, back_words: str = "返回案件") -> dict[str, Any]:
    """What `_actform.html` needs."""
    return {
        "form": form,
        "sheet": form.sheet,
        "groups": form.groups(),
        "document_rows": form.document_rows(),
        "act_zh": zh,
        "button": f"记入案件：{zh}",
        "back": back,
        "sent": sent_files(form.files),
        "back_words": back_words,
        "other_open": bool(form["other_document"].value() or form["other_document"].errors) or not form.sheet.documents,
        "recordings_open": form.sheet.recorded or any(row.is_bound and row.has_changed() for row in form.recordings.forms),
    }


def posted(request: HttpRequest) -> tuple[Any, Any]:
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def sent_files(files: Any) -> list[str]:
    """The names of the files that came with a form: a form shown again holds none of them, and the page says so."""
    return [file.name for name in files for file in files.getlist(name)] if files else []


def wants_more_rows(request: HttpRequest) -> bool:
    """Whether the form was sent only to have one more row of recordings."""
    return "more_recordings" in request.POST


def own_origin() -> str:
    """The installation's own address, for codes on documents where no public address is set; never what a request's Host head says."""
    return str(settings.OWN_ADDRESS)


def preview(request: HttpRequest, form: Any, line: Callable[[], dict[str, Any]], now: datetime) -> Any:
    """The document that was asked for, as a draft in the browser; None where the form, now with the errors, is to be shown."""
    document = request.POST["preview"]
    if document == "other":
        document = form.cleaned_data.get("other_document") or ""
    if document not in form.vocabulary.documents:
        form.add_error(None, "请先选择要预览的文书。")
        return None
    stated = line()
    found = answered(form, lambda: paperwork.preview(document, stated["case"], stated, now))
    return paper.shown_pdf(found, f"{form.document_zh(document)}（草稿）.pdf") if found is not None else None


def landing(case: str, answer: Receipt) -> HttpResponseRedirect:
    """Back to the case, at the new entry."""
    return HttpResponseRedirect(f"{reverse('casework:case', args=[case])}?recorded={answer.case_seq}#n{answer.case_seq}")


def answered(form: Any, write: Callable[[], Any]) -> Any:
    """The record's answer; what cannot be a line of history becomes an error of the form, and the answer is None."""
    try:
        return write()
    except InputError as error:
        field = f"data-{error.field.removeprefix('data.')}" if error.field else ""
        form.add_error(field if field in form.fields else None, error.message_zh)
    except TypesetError as error:
        form.add_error(None, error.message_zh)
    return None

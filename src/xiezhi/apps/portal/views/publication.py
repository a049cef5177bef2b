"""The page of one result, and what can be taken away from it."""

from __future__ import annotations

from typing import Any

import uuid6
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from xiezhi.apps.disclosure import queries
from xiezhi.apps.disclosure.queries import Publication
from xiezhi.apps.disclosure.reading_page import corrections, history_of, page_of
from xiezhi.apps.paperwork import queries as paperwork
from xiezhi.apps.portal import checking, proving
from xiezhi.apps.portal.drawing import qr_of
from xiezhi.apps.record import queries as record
from xiezhi.apps.registry import queries as registry
from xiezhi.core.law.vocabulary import load_vocabulary
from xiezhi.site import clock

UNKNOWN = "没有这个编号的公示。可能编号抄错了，也可能这个结果还没有公示。可以到首页按文书号或者企业名称搜索。"


@require_safe
def publication(request: HttpRequest, page_id: str) -> HttpResponse:
    row = _row(page_id)
    agency = registry.agency(row.agency)
    procedure = load_vocabulary().procedures.get(row.procedure)
    context: dict[str, Any] = {
        "row": row,
        "agency": agency,
        "procedure": procedure.zh if procedure else "",
        "history": history_of(row),
        "check_script": checking.script(),
        "qr": qr_of(request.build_absolute_uri(request.path)),
    }
    if row.state != "public":
        return render(request, "portal/withdrawn.html", context)
    context |= {
        "page": page_of(row),
        "proof": proving.prove(row),
        "downloads": True,
        "act_id": uuid6.uuid7(),
        "pdf": bool(row.pdf) and paperwork.has_file(row.pdf),
        "corrections": corrections(row),
        "checkpoint": record.checkpoint(),
    }
    return render(request, "portal/publication.html", context)


@require_safe
def as_json(request: HttpRequest, page_id: str) -> JsonResponse:
    """The public fields; of a withdrawn page only that it was withdrawn."""
    row = _row(page_id)
    body: dict[str, Any] = {
        "id": row.id,
        "url": request.build_absolute_uri(reverse("portal:publication", args=[row.id])),
        "state": row.state,
        "published_at": row.published_at.isoformat(),
    }
    if row.state == "public":
        proof = proving.prove(row)
        body |= {
            "procedure": row.procedure,
            "summary": proving.columns(row),
            "form": row.form,
            "text": row.text,
            "pdf_sha256": row.pdf,
            "changes": [_change(one) for one in row.changes],
            "log": {"state": proof.state, "index": proof.index, "entry": proof.entry},
        }
    else:
        body |= {
            "number": row.number,
            "withdrawn_at": row.withdrawn_at.isoformat() if row.withdrawn_at else None,
            "reason": row.withdrawn_reason,
        }
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False, "indent": 1})


def _change(change: dict[str, Any]) -> dict[str, Any]:
    return {key: change[key] for key in ("at", "kind", "reason", "changed")}


@require_safe
def pdf(request: HttpRequest, page_id: str) -> FileResponse:  # noqa: ARG001
    row = _row(page_id)
    if row.state != "public" or not row.pdf:
        raise Http404("这条公示没有可以下载的文书。")
    try:
        file = paperwork.open_file(row.pdf)
    except paperwork.NotStoredError as error:
        raise Http404(error.message_zh) from error
    return FileResponse(
        file, as_attachment=True, filename=paperwork.shown_name(f"{row.number or row.id}.pdf"), content_type="application/pdf"
    )


@require_safe
def proof(request: HttpRequest, page_id: str) -> HttpResponse:  # noqa: ARG001
    """The proof file of the newest entry that the page shows."""
    row = _row(page_id)
    found = proving.bundle(row.act) if row.state == "public" else None
    if found is None:
        raise Http404("这条公示的证明还没有生成：记录刚写入，几秒钟后进入签名检查点。请稍后再来。")
    response = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="{row.id}.proof.json"'
    return response


def _row(page_id: str) -> Publication:
    row = queries.publication(page_id.lower(), clock.now()) if page_id.isalnum() and page_id.isascii() else None
    if row is None:
        raise Http404(UNKNOWN)
    return row

"""A file of a case, for those who may read the case."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from xiezhi.apps.accounts import permissions
from xiezhi.apps.paperwork import queries
from xiezhi.apps.paperwork.models import Document


@login_required
@require_safe
def download(request: HttpRequest, case_id: str, sha256: str) -> FileResponse:
    """The file under its own name. A document that we have set opens as a page; all else is a download: nothing that came from
    outside is shown by our address.
    """
    agency, listed, own = _listed(case_id, sha256)
    if agency is None:
        raise Http404("没有这个案件。")
    permissions.require(request.user, "case.read", agency=agency)
    if listed is None:
        raise Http404("这个案件里没有这个文件。")
    try:
        file = queries.open_file(sha256)
    except queries.NotStoredError as error:
        raise Http404(error.message_zh) from error
    name = queries.shown_name(str(listed.get("name") or "")) or "文件"
    if own:
        return queries.shown_pdf(file, name)
    response = FileResponse(file, as_attachment=True, filename=name, content_type=queries.media_type(name, file.read(16)))
    file.seek(0)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _listed(case_id: str, sha256: str) -> tuple[str | None, dict[str, Any] | None, bool]:
    """The case's agency, what the case says of the file (None for each that there is not), and whether we have set it ourselves."""
    from xiezhi.apps.record import queries as record

    made = Document.objects.filter(case=case_id, sha256=sha256).first()
    if made is not None:
        return made.agency, {"name": made.name}, True
    case = record.case(case_id)
    if case is None:
        return None, None, False
    for entry in record.history(case_id):
        for file in entry.body.get("files") or ():
            if file.get("sha256") == sha256:
                return case.agency_id, dict(file), False
    return case.agency_id, None, False

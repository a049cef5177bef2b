"""下载案卷证明包: a case as one zip that anybody can check; that it was taken, and by whom, goes on the record of the case."""

from __future__ import annotations

import errno
import logging
import tempfile
import time
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from xiezhi.apps.accounts.permissions import require
from xiezhi.apps.accounts.signing import own_person
from xiezhi.apps.casework.models import CaseFile
from xiezhi.apps.casework.pages import of_case
from xiezhi.apps.evidence.queries import CaseFiles, UnknownStoreError
from xiezhi.apps.paperwork.queries import NotStoredError
from xiezhi.apps.record import queries as record
from xiezhi.apps.record import service
from xiezhi.apps.record.service import LogRefused
from xiezhi.site import clock

log = logging.getLogger(__name__)

PATIENCE = 5.0  # seconds for the log to number the entry that closes the bundle


@require_http_methods(["GET", "HEAD", "POST"])
@of_case
def take(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """What a bundle is, and with POST the bundle."""
    user: Any = request.user
    require(user, "case.bundle", agency=file.agency)
    if request.method != "POST":
        return _page(request, file)
    store = CaseFiles()
    try:
        closing = service.close_bundle(file.case, store, clock.now(), media=request.POST.get("media") == "on", by=[own_person(user)])
        _await(closing)
        return _sent(closing, file, store)
    except LogRefused as refusal:
        return _page(request, file, str(refusal))
    except (OSError, UnknownStoreError, NotStoredError) as error:
        log.error("the bundle of %s could not be made: %s", file.case, error)  # noqa: TRY400 - the message is the whole story
        return _page(request, file, _why(error))


def _page(request: HttpRequest, file: CaseFile, wrong: str = "") -> HttpResponse:
    made = [one for one in record.notes(file.case, "custody") if one.kind == "bundle_made"]
    return render(request, "casework/bundle.html", {"file": file, "made": made[-10:], "wrong": wrong}, status=503 if wrong else 200)


def _why(error: Exception) -> str:
    if isinstance(error, UnknownStoreError):
        return "有文件的存放位置不在设置中，证明包没有生成。请联系系统管理员。"
    if isinstance(error, NotStoredError):
        return "有文件在存储中没有找到，证明包没有生成。请联系系统管理员核查，或者再试一次。"
    if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
        return "服务器磁盘空间不足，证明包没有生成。请联系系统管理员。"
    return "存储暂时不能读写，证明包没有生成。请稍后再试，或者联系系统管理员。"


def _await(closing: Any) -> None:
    until = time.monotonic() + PATIENCE
    while record.index_of(closing) is None and time.monotonic() < until:
        time.sleep(0.05)


def _sent(closing: Any, file: CaseFile, store: CaseFiles) -> HttpResponse:
    """The zip, from a file that is gone from the folder before the first byte is sent: nothing is left behind, whatever happens."""
    passing = Path(settings.XIEZHI_HOME) / "run"
    passing.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=passing, prefix="bundle-") as folder:
        target = Path(folder) / "case.zip"
        service.write_bundle(closing, target, store)
        content = target.open("rb")
    response = FileResponse(
        content, as_attachment=True, filename=f"案卷证明包-{file.number or file.case}.zip", content_type="application/zip"
    )
    response["Cache-Control"] = "private, no-store"
    return cast("HttpResponse", response)  # sent as any other

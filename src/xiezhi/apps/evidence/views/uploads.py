"""tus 1.0: creation, checksum, expiration and termination. The session signs in; writing asks for the CSRF token in X-CSRFToken."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import http_date
from django.views.decorators.http import require_http_methods

from xiezhi.apps.evidence import uploading
from xiezhi.apps.evidence.models import Upload
from xiezhi.core.law.errors import InputError
from xiezhi.site import clock

VERSION = "1.0.0"
CHECKSUM_MISMATCH, LOCKED, PRECONDITION, UNSUPPORTED, GONE_OR_NONE = 460, 423, 412, 415, 404


def _answer(status: int, words: str = "", **heads: Any) -> HttpResponse:
    response = HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
    if not words:
        del response["Content-Type"]
    response["Tus-Resumable"] = VERSION
    response["Cache-Control"] = "no-store"
    for name, value in heads.items():
        response[name.replace("_", "-")] = str(value)
    return response


def _tus(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Signed in, and of our version of the protocol. No redirect to a sign-in page: a program asks."""

    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return _answer(401, "请先登录。")
        if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
            return _answer(PRECONDITION, f"这里用的是 tus {VERSION}。", Tus_Version=VERSION)
        try:
            return view(request, *args, **kwargs)
        except InputError as error:
            return _answer(422, f"{error.message_zh}。")

    return wrapped


def _metadata(head: str) -> dict[str, str]:
    """`Upload-Metadata`: key and base64 value, by commas. Raises InputError."""
    found = {}
    for pair in filter(None, (part.strip() for part in head.split(","))):
        key, _, value = pair.partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode("utf-8")
            if "\0" in found[key]:
                raise InputError(f"Upload-Metadata: {key!r} holds a NUL", f"Upload-Metadata 里的“{key[:40]}”有无法显示的字符", field=key)
        except (binascii.Error, UnicodeDecodeError):
            raise InputError(
                f"Upload-Metadata: {key!r} is not base64 of UTF-8", f"Upload-Metadata 里的“{key[:40]}”不是 base64", field=key
            ) from None
    return found


@require_http_methods(["POST", "OPTIONS"])
@_tus
def collection(request: HttpRequest) -> HttpResponse:
    """Creation, and what this server can."""
    if request.method == "OPTIONS":
        return _answer(
            204,
            Tus_Version=VERSION,
            Tus_Max_Size=uploading.LARGEST,
            Tus_Extension="creation,checksum,expiration,termination",
            Tus_Checksum_Algorithm=",".join(uploading.CHECKSUMS),
        )
    length = request.headers.get("Upload-Length", "")
    if not length.isdecimal() or len(length) > 20:
        return _answer(400, "Upload-Length 应当写明文件的字节数。")
    row = uploading.begin(request.user, int(length), _metadata(request.headers.get("Upload-Metadata", "")), clock.now())
    return _answer(201, Location=reverse("evidence:upload", args=[row.id]), Upload_Expires=_expires(row), Upload_Offset=0)


def _expires(row: Upload) -> str:
    return http_date(row.expires_at.timestamp())


@require_http_methods(["HEAD", "PATCH", "DELETE"])
@_tus
def one(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002 - the address's word
    """Offset, more bytes, cancel."""
    now = clock.now()
    row = uploading.own(request.user, id, now)
    if row is None:
        return _answer(GONE_OR_NONE, "没有这个上传，或者已经过期。请重新开始。")
    if request.method == "DELETE":
        uploading.drop(row)
        return _answer(204)
    if request.method == "PATCH":
        return _patch(request, row)
    # It was complete when the server was stopped.
    if row.offset == row.length and row.recording is None and uploading.finish(row, request.user, now) is None:
        return _answer(GONE_OR_NONE, "这个文件不是录像、录音或者照片，没有入库。")
    return _answer(200, Upload_Offset=row.offset, Upload_Length=row.length, Upload_Expires=_expires(row), **_digest(row))


def _patch(request: HttpRequest, row: Upload) -> HttpResponse:
    if request.content_type != "application/offset+octet-stream":
        return _answer(UNSUPPORTED, "Content-Type 应当是 application/offset+octet-stream。")
    if request.headers.get("Upload-Offset") != str(row.offset):
        return _answer(409, f"服务器已收到 {row.offset} 字节，请从这里继续。", Upload_Offset=row.offset)
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if length > row.length - row.offset:
        return _answer(413, "送来的比写明的长度多。")
    checksum = None
    if stated := request.headers.get("Upload-Checksum"):
        name, _, value = stated.partition(" ")
        if name not in uploading.CHECKSUMS:
            return _answer(400, f"不认识校验算法“{name[:20]}”，可以用 {'、'.join(uploading.CHECKSUMS)}。")
        try:
            checksum = (name, base64.b64decode(value, validate=True))
        except binascii.Error:
            return _answer(400, "Upload-Checksum 的值不是 base64。")
    try:
        offset = uploading.add(row, request.read, length, checksum)
    except uploading.BusyError:
        return _answer(LOCKED, "这个文件正由另一个请求上传，请稍后再试。")
    except uploading.ChecksumError:
        return _answer(CHECKSUM_MISMATCH, "收到的内容与校验值不符，没有保留，请重新发送这一段。")
    except OSError:
        return _answer(507, "服务器没有存下这一段，可能是磁盘已满。请联系管理员，之后从断点继续。")
    if offset == row.length and uploading.finish(row, request.user, clock.now()) is None:
        return _answer(422, "这个文件不是录像、录音或者照片，没有入库。文书请在案件页补充。")
    return _answer(204, Upload_Offset=offset, Upload_Expires=_expires(row), **_digest(row))


def _digest(row: Upload) -> dict[str, str]:
    """Once it is in the store: what the sender may compare before it deletes its own copy."""
    return {"Xiezhi_SHA256": row.sha256, "Xiezhi_Recording": str(row.recording)} if row.sha256 else {}

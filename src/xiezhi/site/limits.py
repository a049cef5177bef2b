"""What a request may weigh: refused by its head, before a byte of its body is read."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from xiezhi.site import errors

NUL = "%00"
DESK = "/desk/"


class RequestSizeMiddleware:
    """Refuses a body over `settings.REQUEST_LIMIT` bytes (413), one of unknown length (411), and a NUL in the address (400)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._refusal(request) or self.get_response(request)

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        stated = request.META.get("CONTENT_LENGTH") or ""
        if stated and not stated.isdecimal():
            return errors.plain(
                request, 400, "请求无法读取", f"请求头 Content-Length 写的是「{stated[:40]}」，应为数字。", "请返回上一页重试。"
            )
        if int(stated or 0) > settings.REQUEST_LIMIT:
            return errors.too_large(request, int(stated), settings.REQUEST_LIMIT)
        if not stated and "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
            return errors.plain(request, 411, "请求没有写明长度", "上传时没有写明内容的长度，系统没有读取。", "请用浏览器的表单重新上传。")
        if NUL in request.META.get("QUERY_STRING", "") or "\0" in request.path_info:
            return errors.plain(
                request, 400, "网址无法读取", "网址里有一个空字符（%00），没有任何页面这样编址。", "请检查网址，或从首页重新查找。"
            )
        return None


class PublicSizeMiddleware:
    """Refuses (413) what is over `settings.PUBLIC_REQUEST_LIMIT` bytes and not for the desk, or not from a signed-in account.

    It stands behind authentication and before anything reads a body: a stranger cannot fill the disk, nor by a made-up cookie.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        size = int(request.META.get("CONTENT_LENGTH") or 0)
        if size > settings.PUBLIC_REQUEST_LIMIT and not (request.path_info.startswith(DESK) and request.user.is_authenticated):
            return errors.too_large(request, size, settings.PUBLIC_REQUEST_LIMIT)
        return self.get_response(request)

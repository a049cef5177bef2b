"""An account whose first password others know does nothing at the desk before it has one of its own."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

DESK = "/desk/"


class FirstPasswordMiddleware:
    """Leads every address of the desk but the password's own to that page; the public pages and signing out stay as they are."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(DESK) or not getattr(request.user, "must_change_password", False):
            return self.get_response(request)
        own = reverse("accounts:password")
        if request.path_info == own:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            messages.error(request, "没有保存：请先换成自己的密码，再重新提交。")
        return redirect(own)

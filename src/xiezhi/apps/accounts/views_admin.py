"""The administrator's pages: who has an account, with which roles; open, close, reset, unlock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiezhi.apps.accounts import queries, service
from xiezhi.apps.accounts.access import account, needs
from xiezhi.apps.accounts.forms import NewAccountForm, RolesForm
from xiezhi.apps.accounts.models import User
from xiezhi.site.clock import now
from xiezhi.site.keyset import page

STATES = {"open": "在用", "closed": "停用"}


@needs("account.manage")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    asked, state = _asked(request, "q"), _asked(request, "state")
    found = page(queries.found(asked, state), ("username",), _asked(request, "after"))
    locked = queries.locked([row.username for row in found.rows], now())
    rows = [(row, row.username in locked) for row in found.rows]
    return render(request, "accounts/accounts.html", {"page": found, "rows": rows, "q": asked, "state": state, "states": STATES})


@needs("account.manage")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open an account; its first password stands on the answer and nowhere else."""
    form = NewAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen, person = form.cleaned_data, form.cleaned_data["person"]
        try:
            made, password = service.issue(
                account(request), chosen["username"], now(), person_id=person.pk, agency_id=person.agency_id, roles=chosen["roles"]
            )
        except service.AccountError as error:
            form.add_error(None, error.message_zh)
        else:
            return _told_once(request, made, password)
    return render(request, "accounts/new_account.html", {"form": form}, status=422 if form.is_bound else 200)


@needs("account.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, key: int) -> HttpResponse:
    """One account; posting sets its roles."""
    row = get_object_or_404(User, pk=key)
    form = RolesForm(request.POST if request.method == "POST" else None, initial={"roles": row.roles})
    if request.method == "POST" and form.is_valid():
        return _done(request, row, lambda: service.set_roles(account(request), row, form.cleaned_data["roles"], now()), "角色已改。")
    return _page(request, row, form, 422 if form.is_bound else 200)


@needs("account.manage")
@require_POST
def close(request: HttpRequest, key: int) -> HttpResponse:
    row = get_object_or_404(User, pk=key)
    return _done(request, row, lambda: service.close(account(request), row, now()), "账号已停用，已经登录的也退出了。")


@needs("account.manage")
@require_POST
def reopen(request: HttpRequest, key: int) -> HttpResponse:
    row = get_object_or_404(User, pk=key)
    return _done(request, row, lambda: service.reopen(account(request), row, now()), "账号已恢复。")


@needs("account.manage")
@require_POST
def unlock(request: HttpRequest, key: int) -> HttpResponse:
    row = get_object_or_404(User, pk=key)
    return _done(request, row, lambda: service.unlock(account(request), row, now()), "账号已解锁，可以再试登录。")


@needs("account.manage")
@never_cache
@require_POST
def reset(request: HttpRequest, key: int) -> HttpResponse:
    row = get_object_or_404(User, pk=key)
    try:
        password = service.reset_password(account(request), row, now())
    except service.AccountError as error:
        messages.error(request, error.message_zh)
        return redirect("accounts:account", row.pk)
    return _told_once(request, row, password)


def _done(request: HttpRequest, row: User, act: Callable[[], None], words: str) -> HttpResponse:
    try:
        act()
    except service.AccountError as error:
        messages.error(request, error.message_zh)
    else:
        messages.success(request, words)
    return redirect("accounts:account", row.pk)


def _page(request: HttpRequest, row: User, form: RolesForm, status: int) -> HttpResponse:
    context: dict[str, Any] = {
        "row": row,
        "form": form,
        "own": row.pk == account(request).pk,
        "locked": row.username in queries.locked([row.username], now()),
        "changes": queries.changes(row),
    }
    return render(request, "accounts/account.html", context, status=status)


def _told_once(request: HttpRequest, row: User, password: str) -> HttpResponse:
    return render(request, "accounts/first_password.html", {"row": row, "password": password})


def _asked(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\0", "").strip()[:100]

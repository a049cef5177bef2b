"""How a view asks the matrix: signed in, and the action held by one of the account's roles."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase

from xiezhi.apps.accounts.models import User
from xiezhi.apps.accounts.permissions import Forbidden, require

View = Callable[..., HttpResponseBase]


def account(request: HttpRequest) -> User:
    """The signed-in account of the request. Raises Forbidden for a visitor."""
    if not isinstance(request.user, User):
        raise Forbidden("这一步要先登录。")
    return request.user


def needs(action: str) -> Callable[[View], View]:
    """Let a view be reached only by accounts that may do the action for some agency.

    A visitor is sent to sign in and back; the wrong role gets the 403 page with words. A view that shows one agency's
    row asks again with `require(user, action, agency=row.agency_id)`.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            require(request.user, action)
            return view(request, *args, **kwargs)

        return guarded

    return wrap

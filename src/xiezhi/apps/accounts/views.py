"""Sign in, sign out, one's own page, and how pages are displayed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from xiezhi.apps.accounts.access import account
from xiezhi.apps.accounts.forms import DisplayForm, OwnPasswordForm, SignInForm
from xiezhi.apps.accounts.permissions import actions, scopes
from xiezhi.apps.registry.queries import certificate_state
from xiezhi.core.law.clock import day_of
from xiezhi.site.clock import now
from xiezhi.site.context import DISPLAY_COOKIE, SIZES, THEMES, Display

# Set at sign-in and dropped at sign-out: it tells "your session ended" from "you have not signed in".
SIGNED_IN_COOKIE = "xz_signed_in"
YEAR_SECONDS = 365 * 24 * 3600


class SignIn(LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        ended = SIGNED_IN_COOKIE in self.request.COOKIES and bool(self.get_redirect_url())
        return super().get_context_data(**kwargs, session_ended=ended, came_from=self.get_redirect_url())

    def get_success_url(self) -> str:
        user = self.request.user
        if user.is_authenticated and user.must_change_password:
            return str(reverse_lazy("accounts:password"))
        return super().get_success_url()

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        response.set_cookie(SIGNED_IN_COOKIE, "1", max_age=30 * 24 * 3600, httponly=True, samesite="Lax", secure=self.request.is_secure())
        return response


class SignOut(LogoutView):
    http_method_names = ["post", "options"]
    next_page = "/sign-in?out=1"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post(request, *args, **kwargs)
        response.delete_cookie(SIGNED_IN_COOKIE)
        return response


class OwnPassword(PasswordChangeView):
    template_name = "accounts/password.html"
    form_class = OwnPasswordForm
    success_url = reverse_lazy("accounts:me")

    def form_valid(self, form: Any) -> HttpResponse:
        form.user.must_change_password = False
        messages.success(self.request, "密码已改。别的设备上的登录已失效。")
        return super().form_valid(form)


@login_required
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    user = account(request)
    held = [(action.zh, scopes(user, action.id)) for action in actions().values() if scopes(user, action.id)]
    return render(
        request,
        "accounts/me.html",
        {
            "person": user.person,
            "certificate": certificate_state(user.person, day_of(now())) if user.person else "none",
            "held": [(zh, "全区" if "district" in where else "本机关") for zh, where in held],
        },
    )


@login_required
@require_POST
def choose_role(request: HttpRequest) -> HttpResponse:
    """Switch the role that pages show first. It gives and takes no permission."""
    role = request.POST.get("role", "")
    if role in account(request).roles:
        request.session["role"] = role
        messages.success(request, "身份已切换。")
    else:
        messages.error(request, "您没有这个角色。角色由管理员设定。")
    return redirect("accounts:me")


@require_GET
def display(request: HttpRequest) -> HttpResponse:
    """Keep the chosen size, contrast or theme in a cookie and go back to where the visitor was."""
    form = DisplayForm(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    chosen = Display.of(request)
    if asked["size"] in SIZES:
        chosen = replace(chosen, size=asked["size"], contrast="")
    if asked["contrast"] in ("high", "normal"):
        chosen = replace(chosen, contrast="high" if asked["contrast"] == "high" else "")
    if asked["theme"] in THEMES:
        chosen = replace(chosen, theme=asked["theme"])
    back = asked["next"]
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = redirect(back)
    response.set_cookie(DISPLAY_COOKIE, chosen.text(), max_age=YEAR_SECONDS, httponly=True, samesite="Lax", secure=request.is_secure())
    return response

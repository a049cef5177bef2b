from __future__ import annotations

from django.urls import URLPattern, path
from django.views.generic import TemplateView

from xiezhi.apps.accounts import views, views_admin

app_name = "accounts"
urlpatterns: list[URLPattern] = [
    path("sign-in", views.SignIn.as_view(), name="sign_in"),
    path("sign-out", views.SignOut.as_view(), name="sign_out"),
    path("display", views.display, name="display"),
    path("accessibility", TemplateView.as_view(template_name="accounts/accessibility.html"), name="accessibility"),
    path("desk/me/", views.me, name="me"),
    path("desk/me/password", views.OwnPassword.as_view(), name="password"),
    path("desk/me/role", views.choose_role, name="role"),
    path("desk/accounts/", views_admin.index, name="accounts"),
    path("desk/accounts/new", views_admin.new, name="new_account"),
    path("desk/accounts/<int:key>/", views_admin.show, name="account"),
    path("desk/accounts/<int:key>/close", views_admin.close, name="close"),
    path("desk/accounts/<int:key>/reopen", views_admin.reopen, name="reopen"),
    path("desk/accounts/<int:key>/reset", views_admin.reset, name="reset"),
    path("desk/accounts/<int:key>/unlock", views_admin.unlock, name="unlock"),
]

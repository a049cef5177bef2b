"""Sign-in and password forms, in Chinese."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm

LIMIT = settings.AXES_FAILURE_LIMIT
LOCKED_MINUTES = round(settings.AXES_COOLOFF_TIME * 60)


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": f"账号或者密码不对。请核对大小写后再试；连续输错 {LIMIT} 次，账号会锁 {LOCKED_MINUTES} 分钟。",
        "inactive": "这个账号已停用。要恢复，请找本单位管理员。",
    }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["username"].label = "账号"
        self.fields["username"].error_messages["required"] = "请填账号。"
        self.fields["password"].label = "密码"
        self.fields["password"].error_messages["required"] = "请填密码。"


class OwnPasswordForm(PasswordChangeForm):
    error_messages = {
        **PasswordChangeForm.error_messages,
        "password_incorrect": "原密码不对，请重新输入。",
        "password_mismatch": "两次输入的新密码不一样。",
    }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for name, label in {"old_password": "原密码", "new_password1": "新密码", "new_password2": "再输一遍新密码"}.items():
            self.fields[name].label = label
            self.fields[name].help_text = ""
            self.fields[name].error_messages["required"] = f"请填{label}。"
        self.fields["new_password1"].help_text = "至少 10 个字符，不用常见密码，不含账号。"


class DisplayForm(forms.Form):
    """Not shown: reads the parameters of /display."""

    size = forms.CharField(required=False)
    contrast = forms.CharField(required=False)
    theme = forms.CharField(required=False)
    next = forms.CharField(required=False)

"""Sign-in and password forms, in Chinese."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm

from xiezhi.apps.accounts import queries
from xiezhi.apps.accounts.models import User
from xiezhi.apps.accounts.roles import Role
from xiezhi.apps.registry.queries import people_rows

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


ACCOUNT_NAME = re.compile(r"[a-z][a-z0-9._-]{1,29}")


class _PersonChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.agency.name}，{obj.pk}）"


class RolesForm(forms.Form):
    roles = forms.MultipleChoiceField(
        label="角色",
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="角色决定能办什么。负责人、审核人、公示员签署时，还要在人员库里登记有相应的职责。",
    )


class NewAccountForm(RolesForm):
    person = _PersonChoice(
        label="人员",
        queryset=people_rows().none(),
        empty_label="请选择",
        help_text="列出的是还没有账号的人员；没有列出的，先到“登记”里新增。账号属于这个人所在的机关。",
        error_messages={"required": "请选这个账号是谁的。", "invalid_choice": "这个人已经有账号，或者没有登记。"},
    )
    username = forms.CharField(
        label="账号",
        max_length=30,
        help_text="小写字母开头，只用小写字母、数字、点和短横，2 到 30 个字符。登录时填它，不能再改。",
        error_messages={"required": "请填账号。"},
    )
    field_order = ["person", "username", "roles"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = queries.people_without_account()  # type: ignore[attr-defined]

    def clean_username(self) -> str:
        name = str(self.cleaned_data["username"]).strip()
        if not ACCOUNT_NAME.fullmatch(name):
            raise forms.ValidationError("账号要以小写字母开头，只用小写字母、数字、点和短横，2 到 30 个字符。")
        if User.objects.filter(username__iexact=name).exists():
            raise forms.ValidationError(f"账号 {name} 已经有了。请换一个。")
        return name

"""What the lists and single pages of the registry have in common."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from xiezhi.apps.accounts.permissions import may

# Address name, words, action that shows it.
TABS = [
    ("registry:agencies", "机关", "registry.read"),
    ("registry:people", "人员", "registry.read"),
    ("registry:powers", "事项", "registry.read"),
    ("registry:parties", "当事人", "party.read"),
    ("registry:law", "法规包", "registry.read"),
    ("registry:calendar", "工作日历", "registry.read"),
]


def asked(request: HttpRequest, name: str) -> str:
    """A parameter of the address, trimmed; NUL, which the database refuses, is dropped."""
    return request.GET.get(name, "").replace("\0", "").strip()[:100]


def frame(request: HttpRequest, here: str, **more: Any) -> dict[str, Any]:
    """The context that every page of the registry needs."""
    tabs = [(name, words, name == here) for name, words, action in TABS if may(request.user, action)]
    return {"tabs": tabs, "q": asked(request, "q"), "may_write": may(request.user, "registry.write"), **more}

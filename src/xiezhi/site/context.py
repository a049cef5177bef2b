"""What every page's frame shows: names, the menu, the display settings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from xiezhi.apps.accounts.models import User
from xiezhi.apps.accounts.permissions import may
from xiezhi.apps.accounts.roles import Role
from xiezhi.apps.registry import queries as registry

# Address, words, action that opens it, icon.
STAFF_MENU = [
    ("/desk/", "工作台", "case.read", "list"),
    ("/desk/review/", "审核", "review.read", "scale"),
    ("/desk/disclosure/", "公示", "disclosure.read", "eye"),
    ("/desk/evidence/", "音像", "evidence.read", "eye"),
    ("/desk/registry/", "登记", "registry.read", "building"),
    ("/desk/accounts/", "账号", "account.manage", "user"),
]
PUBLIC_MENU = [
    ("/search", "执法结果", "list"),
    ("/powers", "执法事项", "book"),
    ("/officers", "查执法人员", "user"),
    ("/verify", "核验记录", "seal"),
]
OWN_PAGES = "/desk/me/"
SIZES = {"standard": "标准", "large": "大字", "xlarge": "特大"}
THEMES = {"auto": "跟随系统", "light": "浅色", "dark": "深色"}
DISPLAY_COOKIE = "xz_display"


@dataclass(frozen=True, slots=True)
class Display:
    size: str = "standard"
    contrast: str = ""  # "high" or nothing
    theme: str = "auto"

    @classmethod
    def of(cls, request: HttpRequest) -> Display:
        """Read the cookie `size.contrast.theme`; anything odd in it counts as nothing."""
        parts = [*request.COOKIES.get(DISPLAY_COOKIE, "").split("."), "", "", ""]
        return cls(
            size=parts[0] if parts[0] in SIZES else "standard",
            contrast="high" if parts[1] == "high" else "",
            theme=parts[2] if parts[2] in THEMES else "auto",
        )

    def text(self) -> str:
        return f"{self.size}.{self.contrast or 'normal'}.{self.theme}"


@cache
def _scripts() -> tuple[str, ...]:
    """The built scripts that exist: pages work without any, so none is required."""
    return tuple(name for name in ("xz.js",) if finders.find(name))


def _current(path: str, addresses: list[str]) -> str:
    """The menu address that the path lies under: the longest one. One's own page lies under none."""
    if path.startswith(OWN_PAGES):
        return ""
    return max((one for one in addresses if path == one or path.startswith(one.rstrip("/") + "/")), key=len, default="")


def staff_menu(request: HttpRequest) -> list[dict[str, Any]]:
    user = _account(request)
    if user is None:
        return []
    rows = [row for row in STAFF_MENU if may(user, row[2])]
    here = _current(request.path, [row[0] for row in rows])
    return [{"url": url, "words": words, "icon": icon, "here": url == here} for url, words, _, icon in rows]


def public_menu(request: HttpRequest) -> list[dict[str, Any]]:
    here = _current(request.path, [row[0] for row in PUBLIC_MENU])
    return [{"url": url, "words": words, "icon": icon, "here": url == here} for url, words, icon in PUBLIC_MENU]


def current_role(request: HttpRequest) -> str:
    """The role in which a user of several roles now works: what the session says, else the first."""
    user = _account(request)
    if user is None or not user.roles:
        return ""
    chosen: str = request.session.get("role", "")
    first: str = user.roles[0]
    return chosen if chosen in user.roles else first


def _account(request: HttpRequest) -> User | None:
    user = getattr(request, "user", None)
    return user if isinstance(user, User) else None


def site(request: HttpRequest) -> dict[str, Any]:
    """Context of every template. Nothing here costs a query unless a template reads `site_district` for a visitor."""
    user = _account(request)
    role = current_role(request)

    def district() -> Any:
        return user.agency.district if user and user.agency else registry.shown_district()

    def log_trouble() -> Any:
        """For who looks after the installation: what the night's look at the record found, where it found something."""
        if user is None or not may(user, "account.manage"):
            return None
        from xiezhi.apps.record import queries as record

        last = record.last_inspection()
        return last if last is not None and not last.whole else None

    return {
        "site_name": "獬豸",
        "log_trouble": SimpleLazyObject(log_trouble),
        "site_district": SimpleLazyObject(district),
        "display": Display.of(request),
        "sizes": SIZES,
        "themes": THEMES,
        "scripts": _scripts(),
        "staff_menu": staff_menu(request),
        "may_search": bool(user and may(user, "case.read")),
        "public_menu": public_menu(request),
        "user_roles": [{"id": one, "words": Role(one).label, "here": one == role} for one in user.roles] if user else [],
        "current_role": role,
        "current_role_words": Role(role).label if role else "",
    }

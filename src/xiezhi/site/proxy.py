"""Who asked, where a TLS proxy stands in front: its word is taken where it is trusted, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT", "HTTP_FORWARDED")


class TrustedProxyMiddleware:
    """Puts the visitor's address and scheme in the place of the proxy's, from `settings.TRUSTED_PROXIES` alone.

    X-Forwarded-For is read from its end: the first address that is no trusted proxy is the visitor's, and what stands before it
    anybody may have written. X-Forwarded-Proto gives the scheme. From everyone else these heads are dropped, so that nothing
    further in can believe them. Locking out after wrong passwords and the limits of public forms count by this address.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = {name: request.META.pop(name, "") for name in FORWARDED}
        if _trusted(request.META.get("REMOTE_ADDR", "")):
            request.META["REMOTE_ADDR"] = _visitor(said["HTTP_X_FORWARDED_FOR"]) or request.META["REMOTE_ADDR"]
            if said["HTTP_X_FORWARDED_PROTO"].strip().lower() == "https":
                request.META["wsgi.url_scheme"] = "https"
        return self.get_response(request)


def _visitor(chain: str) -> str:
    """The last address of the chain that is no trusted proxy; empty when there is none that can be read."""
    for one in reversed([part.strip() for part in chain.split(",")]):
        try:
            ip_address(one)
        except ValueError:
            return ""
        if not _trusted(one):
            return one
    return ""


def _trusted(text: str) -> bool:
    try:
        asked = ip_address(text)
    except ValueError:
        return False
    return any(asked in network for network in settings.TRUSTED_PROXIES)

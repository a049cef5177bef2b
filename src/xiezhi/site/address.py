"""Where this installation is reached: what an operator says in the environment, and what follows from it for cookies and hosts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import urlsplit

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
YEAR = 365 * 24 * 3600  # seconds

Network = IPv4Network | IPv6Network


class AddressError(ValueError):
    """A setting cannot be read; the text names it and says what was expected."""


@dataclass(frozen=True, slots=True)
class Address:
    """`public` without a slash at the end, empty where none is set; `own` is where the supervisor listens, for this machine alone."""

    public: str
    own: str
    hosts: tuple[str, ...]
    proxies: tuple[Network, ...]

    @property
    def secure(self) -> bool:
        """Whether people come by TLS: then cookies are never sent without it."""
        return self.public.startswith("https://")

    @property
    def origins(self) -> tuple[str, ...]:
        """Origins whose forms are taken, besides the one that the request names itself."""
        parts = urlsplit(self.public)
        return (f"{parts.scheme}://{parts.netloc}",) if self.public else ()


def address(environment: Mapping[str, str]) -> Address:
    """Read XIEZHI_PUBLIC_URL, XIEZHI_HOSTS, XIEZHI_TRUSTED_PROXY, XIEZHI_BIND and PORT. Raises AddressError."""
    public = _public(environment.get("XIEZHI_PUBLIC_URL", "").strip())
    bind = environment.get("XIEZHI_BIND") or "127.0.0.1"
    own = own_address(bind, environment.get("PORT") or "8000")
    return Address(
        public, own, _hosts(environment.get("XIEZHI_HOSTS", ""), public, bind), _proxies(environment.get("XIEZHI_TRUSTED_PROXY", ""))
    )


def own_address(bind: str, port: int | str) -> str:
    """The supervisor's own address, as a person at this machine opens it."""
    shown = "localhost" if bind in (*EVERYWHERE, "127.0.0.1", "::1") else bind
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"


def _public(text: str) -> str:
    if not text:
        return ""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise AddressError(f"XIEZHI_PUBLIC_URL is {text!r}; expected such as https://xzzf.example.cn, the address that the public opens")
    return text.rstrip("/")


def _hosts(text: str, public: str, bind: str) -> tuple[str, ...]:
    """Names under which the site answers. Open to all only where somebody bound it to every interface and named nothing."""
    named = tuple(name.strip() for name in text.split(",") if name.strip())
    host = urlsplit(public).hostname if public else None
    if not named and not host and bind in EVERYWHERE:
        return ("*",)
    bound = () if bind in (*EVERYWHERE, "127.0.0.1", "::1") else (f"[{bind}]" if ":" in bind else bind,)
    return tuple(dict.fromkeys([*named, *([host] if host else []), *bound, *LOOPBACK]))


def _proxies(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(one.strip()) for one in text.split(",") if one.strip())
    except ValueError as error:
        raise AddressError(
            f"XIEZHI_TRUSTED_PROXY is {text!r} ({error}); expected addresses or networks with commas: 127.0.0.1,10.1.0.0/24"
        ) from error

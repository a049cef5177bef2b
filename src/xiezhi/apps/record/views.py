"""The public log under /log/: static by nature, so that anyone can mirror it (C2SP tlog-tiles)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from xiezhi.core.ledger.errors import TileError
from xiezhi.core.ledger.tiles import bundle, parse_index, tile_path
from xiezhi.core.ledger.tree import HASH_LENGTH

from . import queries, stamps, witnesses
from .tiles import read_entries, read_tile

TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
DEEPEST = 63

_briefly = cache_control(public=True, max_age=1, must_revalidate=True)


def _open(response: HttpResponse) -> HttpResponse:
    """Verifiers run anywhere, also in a page of another site."""
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _missing(what: str) -> HttpResponse:
    return HttpResponse(f"{what} 不存在。\n{what} is not there.\n", status=404, content_type=TEXT)


FRONT = """公示日志（C2SP tlog-tiles）：只能追加，任何人都可以下载、核验、留存。
The public log (C2SP tlog-tiles): append-only, for anyone to fetch, verify and keep.

  checkpoint                     签名检查点  the signed head
  checkpoint.witnessed           见证人联签的最新检查点  the newest head cosigned by witnesses
  stamps/<size>.note, .tsr       时间戳      time stamps (RFC 3161)
  key                            验证公钥    the verifier key
  policy                         信任策略    keys, witnesses, quorum (C2SP tlog-policy)
  tile/<L>/<N>[.p/<W>]           哈希瓦片    tiles of hashes
  tile/entries/<N>[.p/<W>]       日志条目    entries
"""


@require_safe
def front(_: HttpRequest) -> HttpResponse:
    """What stands under this address."""
    return _open(HttpResponse(FRONT, content_type=TEXT))


@require_safe
@_briefly
def checkpoint(_: HttpRequest) -> HttpResponse:
    """The signed head."""
    note = queries.checkpoint_note()
    if note is None:
        return HttpResponse("日志尚未启动。\nThe log has not begun.\n", status=503, content_type=TEXT, headers={"Retry-After": "1"})
    return _open(HttpResponse(note, content_type=TEXT))


@require_safe
@_briefly
def witnessed(_: HttpRequest) -> HttpResponse:
    """The newest head that witnesses have cosigned: not always the newest of all."""
    note = witnesses.witnessed_note()
    return _open(HttpResponse(note, content_type=TEXT)) if note else _missing("checkpoint.witnessed")


@require_safe
def stamp(_: HttpRequest, size: str, kind: str) -> HttpResponse:
    """A time stamp: the note of a checkpoint, or the authority's reply over its bytes (RFC 3161)."""
    data = stamps.file(int(size), kind)
    if data is None:
        return _missing(f"stamps/{size}.{kind}")
    return _open(HttpResponse(data, content_type=TEXT if kind == "note" else "application/timestamp-reply"))


@require_safe
@_briefly
def key(_: HttpRequest) -> HttpResponse:
    """The verifier key."""
    text = queries.verifier_key()
    return _open(HttpResponse(f"{text}\n", content_type=TEXT)) if text else _missing("key")


@require_safe
@_briefly
def second_key(_: HttpRequest) -> HttpResponse:
    """The ML-DSA-44 key, where the log has one."""
    text = queries.second_key()
    return _open(HttpResponse(text, content_type=TEXT)) if text else _missing("key.mldsa44")


@require_safe
@_briefly
def policy(_: HttpRequest) -> HttpResponse:
    """The trust policy: keys of the log with the sizes of their time, witnesses, quorum."""
    text = queries.policy_text()
    return _open(HttpResponse(text, content_type=TEXT)) if text else _missing("policy")


@require_safe
def tile(_: HttpRequest, level: str, path: str) -> HttpResponse:
    """A tile of hashes."""
    try:
        index, width = parse_index(path)
    except TileError:
        return _missing(f"tile/{level}/{path}")
    if str(int(level)) != level or int(level) > DEEPEST or index >= 1 << 62:
        return _missing(f"tile/{level}/{path}")
    data = read_tile(int(level), index, width)
    if len(data) != width * HASH_LENGTH:
        return _missing(tile_path(int(level), index, width))
    return _immutable(data)


@require_safe
def entries(_: HttpRequest, path: str) -> HttpResponse:
    """A bundle of entries, 33 bytes each."""
    try:
        index, width = parse_index(path)
    except TileError:
        return _missing(f"tile/entries/{path}")
    found = read_entries(index, width) if index < 1 << 54 else []
    if len(found) != width:
        return _missing(f"tile/entries/{path}")
    return _immutable(bundle(found))


def _immutable(data: bytes) -> HttpResponse:
    response = _open(HttpResponse(data, content_type=BYTES))
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response

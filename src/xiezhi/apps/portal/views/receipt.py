"""The receipt of a public result as JSON, for the check that runs in the visitor's browser. Asked by GET alone; no file ever comes here."""

from __future__ import annotations

import re

from django.http import HttpRequest, JsonResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from xiezhi.apps.portal import receipts
from xiezhi.site import clock

LONGEST = 200
FRESH = 10  # seconds: a withdrawal is to be seen soon
_DIGEST = re.compile(r"[0-9a-f]{64}")


@require_safe
def receipt(request: HttpRequest) -> JsonResponse:
    """`sha256`: of a document; `q`: number, page id or entry. Either may miss; the fingerprint is tried first."""
    sha256 = request.GET.get("sha256", "").strip().lower()
    asked = request.GET.get("q", "").replace("\0", "").strip()
    if sha256 and not _DIGEST.fullmatch(sha256):
        return _answer({"state": "refused", "words": "sha256 应为 64 位十六进制数字。"}, status=400)
    if not (sha256 or asked) or len(asked) > LONGEST:
        return _answer({"state": "refused", "words": f"请给出 sha256 或者 q（不超过 {LONGEST} 字）。"}, status=400)
    row = receipts.find(sha256, asked, clock.now())
    if row is None:
        return _answer({"state": "unknown", "words": "没有公示用过这个指纹或者文书号。"}, status=404)
    return _answer(receipts.receipt(row, sha256))


def _answer(body: dict[str, object], status: int = 200) -> JsonResponse:
    response = JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
    patch_cache_control(response, public=True, max_age=FRESH)
    response["Access-Control-Allow-Origin"] = "*"
    return response

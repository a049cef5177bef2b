"""The checker that runs without us, as a file to keep."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from xiezhi.core.ledger import alone


@require_safe
def checker(_request: HttpRequest) -> HttpResponse:
    """verify.py: one readable file that needs Python and the package `cryptography`, nothing of ours."""
    response = HttpResponse(Path(alone.__file__).read_text(encoding="utf-8"), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="verify.py"'
    return response

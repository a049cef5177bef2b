"""Acts that have a page of their own: the address of the raw form leads there, so that nothing is published unseen."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import resolve

from xiezhi.apps.disclosure.own_pages import own_page

CASEWORK = "xiezhi.apps.casework.urls"


def act(request: HttpRequest, case_id: str, act: str) -> HttpResponseBase:
    """The desk's page where it has one for this act of this case; else casework's form."""
    if request.user.is_authenticated and (address := own_page(case_id, act)) is not None:
        return redirect(address)
    form = resolve(f"/cases/{case_id}/acts/{act}/", urlconf=CASEWORK)
    response: HttpResponseBase = form.func(request, **form.kwargs)
    return response

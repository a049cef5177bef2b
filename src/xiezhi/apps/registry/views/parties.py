from __future__ import annotations

import uuid

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from xiezhi.apps.accounts.access import account, needs
from xiezhi.apps.accounts.permissions import may, require, visible_agency
from xiezhi.apps.registry import queries, service
from xiezhi.apps.registry.forms import PartyForm
from xiezhi.apps.registry.views.listing import asked, frame
from xiezhi.site.clock import now
from xiezhi.site.keyset import page


@needs("party.read")
def index(request: HttpRequest) -> HttpResponse:
    rows = queries.party_rows(visible_agency(request.user, "party.read"))
    if text := asked(request, "q"):
        rows = rows.filter(Q(name__icontains=text) | Q(code__startswith=text.upper()))
    found = page(rows, ("name", "id"), asked(request, "after"))
    return render(
        request, "registry/parties.html", frame(request, "registry:parties", page=found, may_register=may(request.user, "party.write"))
    )


@needs("party.read")
def show(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(queries.party_rows(visible_agency(request.user, "party.read")), pk=key)
    own = may(request.user, "party.write", agency=row.agency_id)
    return render(request, "registry/party.html", frame(request, "registry:parties", row=row, may_register=own))


@needs("party.write")
def edit(request: HttpRequest, key: uuid.UUID | None = None) -> HttpResponse:
    row = get_object_or_404(queries.party_rows(visible_agency(request.user, "party.read")), pk=key) if key else None
    if row is not None:
        require(request.user, "party.write", agency=row.agency_id)
    form = PartyForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        own = {} if row else {"agency": account(request).agency}
        saved = service.save_party(now=now(), party_id=key, **form.cleaned_data, **own)
        messages.success(request, f"已保存：{saved.name}。")
        return redirect("registry:party", saved.pk)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "registry/form.html", frame(request, "registry:parties", form=form, row=row, noun="当事人"), status=status)

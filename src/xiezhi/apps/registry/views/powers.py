from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from xiezhi.apps.accounts.access import needs
from xiezhi.apps.registry import queries, service
from xiezhi.apps.registry.forms import PowerForm
from xiezhi.apps.registry.models import Power, PowerKind
from xiezhi.apps.registry.views.listing import asked, frame
from xiezhi.site.keyset import page


@needs("registry.read")
def index(request: HttpRequest) -> HttpResponse:
    rows = Power.objects.select_related("agency")
    if text := asked(request, "q"):
        rows = rows.filter(Q(name__icontains=text) | Q(code__istartswith=text))
    if kind := asked(request, "kind"):
        rows = rows.filter(kind=kind)
    if agency := asked(request, "agency"):
        rows = rows.filter(agency_id=agency)
    found = page(rows, ("code", "id"), asked(request, "after"))
    shown = {"page": found, "kinds": PowerKind.choices, "kind": kind, "agencies": queries.agencies(), "agency": agency}
    return render(request, "registry/powers.html", frame(request, "registry:powers", **shown))


@needs("registry.read")
def show(request: HttpRequest, key: int) -> HttpResponse:
    row = get_object_or_404(Power.objects.select_related("agency"), pk=key)
    return render(request, "registry/power.html", frame(request, "registry:powers", row=row))


@needs("registry.write")
def edit(request: HttpRequest, key: int | None = None) -> HttpResponse:
    row = get_object_or_404(Power, pk=key) if key else None
    form = PowerForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        try:
            saved = form.store()
        except service.RegistryError as error:
            form.add_error(None, error.message_zh)
        else:
            messages.success(request, f"已保存：{saved.name}。")
            return redirect("registry:power", saved.pk)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "registry/form.html", frame(request, "registry:powers", form=form, row=row, noun="事项"), status=status)

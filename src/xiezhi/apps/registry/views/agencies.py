from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from xiezhi.apps.accounts.access import needs
from xiezhi.apps.registry import queries, service
from xiezhi.apps.registry.forms import AgencyForm
from xiezhi.apps.registry.models import Agency
from xiezhi.apps.registry.queries import PackHead
from xiezhi.apps.registry.views.listing import asked, frame
from xiezhi.core.law.clock import day_of
from xiezhi.site.clock import now
from xiezhi.site.keyset import page


@needs("registry.read")
def index(request: HttpRequest) -> HttpResponse:
    rows = Agency.objects.select_related("parent")
    if text := asked(request, "q"):
        rows = rows.filter(Q(name__icontains=text) | Q(short_name__icontains=text) | Q(code__istartswith=text) | Q(word__icontains=text))
    found = page(queries.by_name(rows), queries.BY_NAME, asked(request, "after"))
    return render(request, "registry/agencies.html", frame(request, "registry:agencies", page=found))


@needs("registry.read")
def show(request: HttpRequest, key: str) -> HttpResponse:
    row = get_object_or_404(Agency.objects.select_related("parent", "district"), pk=key)
    today = queries.pack_of(row.pk, now())
    found = {
        "pack": queries.pack_heads().get(today) or PackHead(today, today, ()),
        "coming": [one for one in queries.adoptions_of(row.pk) if one.since > day_of(now())],
        "row": row,
        "children": list(queries.by_name(row.children.all())),
        "powers": queries.powers_of(row.pk),
    }
    return render(request, "registry/agency.html", frame(request, "registry:agencies", **found))


@needs("registry.write")
def edit(request: HttpRequest, key: str = "") -> HttpResponse:
    row = get_object_or_404(Agency, pk=key) if key else None
    form = AgencyForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        district = queries.district()
        if district is None:
            form.add_error(None, "还没有设定本区。请先运行 xiezhi up 完成初始设置。")
        else:
            try:
                saved = service.save_agency(data.pop("id"), district=district, **data)
            except service.RegistryError as error:
                form.add_error("parent", error.message_zh)
            else:
                messages.success(request, f"已保存：{saved.name}。")
                return redirect("registry:agency", saved.pk)
    return render(request, "registry/form.html", frame(request, "registry:agencies", form=form, row=row, noun="机关"), status=_status(form))


def _status(form: AgencyForm) -> int:
    return 422 if form.is_bound and form.errors else 200

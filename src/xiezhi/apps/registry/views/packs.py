"""Under which pack an agency works, since when, and the change to another one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from xiezhi.apps.accounts.access import account, needs
from xiezhi.apps.registry import queries, service
from xiezhi.apps.registry.forms import PackForm
from xiezhi.apps.registry.models import Agency
from xiezhi.apps.registry.views.listing import frame
from xiezhi.core.law.clock import day_of
from xiezhi.site.clock import now


@needs("registry.write")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, key: str) -> HttpResponse:
    row = get_object_or_404(Agency, pk=key)
    form = PackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            made = service.adopt_pack(
                row.pk, chosen["pack"], chosen["since"], basis=chosen["basis"], by=account(request).shown_name, now=now()
            )
        except service.RegistryError as error:
            form.add_error("since" if "日期" in error.message_zh else "pack", error.message_zh)
        else:
            messages.success(request, f"已定：{made.since.isoformat()} 起新立的案件按新规则包办。已经立案的不变。")
            return redirect("registry:agency_pack", row.pk)
    heads, today = queries.pack_heads(), day_of(now())
    adopted = queries.adoptions_of(row.pk)
    found = {
        "row": row,
        "form": form,
        "now_under": queries.pack_of(row.pk, now()),
        "rows": [(one, heads[one.pack].zh if one.pack in heads else one.pack, one.since > today) for one in adopted],
        "first": heads[row.pack].zh if row.pack in heads else row.pack,
        "heads": list(heads.values()),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "registry/agency_pack.html", frame(request, "registry:agencies", **found), status=status)


@needs("registry.write")
@require_POST
def drop(request: HttpRequest, key: str, adoption: int) -> HttpResponse:
    row = get_object_or_404(Agency, pk=key)
    try:
        service.drop_adoption(row.pk, adoption, now())
    except service.RegistryError as error:
        messages.error(request, error.message_zh)
    else:
        messages.success(request, "已取消这次更换。")
    return redirect("registry:agency_pack", row.pk)

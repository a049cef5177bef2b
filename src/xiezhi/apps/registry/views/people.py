from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from xiezhi.apps.accounts.access import needs
from xiezhi.apps.registry import queries, service
from xiezhi.apps.registry.forms import PERSON_ROLES, PersonForm
from xiezhi.apps.registry.models import Person
from xiezhi.apps.registry.views.listing import asked, frame
from xiezhi.core.law.clock import day_of
from xiezhi.site.clock import now
from xiezhi.site.keyset import page

STATES = {
    "valid": "有效",
    "soon": "60 天内到期",
    "expired": "已过期",
    "suspended": "暂扣",
    "cancelled": "注销",
    "revoked": "吊销",
    "none": "没有执法证",
}


@needs("registry.read")
def index(request: HttpRequest) -> HttpResponse:
    today = day_of(now())
    rows = Person.objects.select_related("agency")
    if text := asked(request, "q"):
        rows = rows.filter(Q(name__icontains=text) | Q(certificate_no__startswith=text))
    if agency := asked(request, "agency"):
        rows = rows.filter(agency_id=agency)
    wanted = asked(request, "state")
    rows = queries.in_certificate_state(rows, wanted, today) if wanted in STATES else rows
    found = page(queries.by_name(rows), queries.BY_NAME, asked(request, "after"))
    shown = [(row, queries.shown_certificate_state(row, today)) for row in found.rows]
    more = {"page": found, "rows": shown, "wanted": wanted, "choices": STATES, "agencies": queries.agencies(), "agency": agency}
    return render(request, "registry/people.html", frame(request, "registry:people", **more))


@needs("registry.read")
def show(request: HttpRequest, key: str) -> HttpResponse:
    row = get_object_or_404(Person.objects.select_related("agency"), pk=key)
    words = dict(PERSON_ROLES)
    found = {
        "row": row,
        "state": queries.shown_certificate_state(row, day_of(now())),
        "role_words": [words.get(role, role) for role in row.roles],
    }
    return render(request, "registry/person.html", frame(request, "registry:people", **found))


@needs("registry.write")
def edit(request: HttpRequest, key: str = "") -> HttpResponse:
    row = get_object_or_404(Person, pk=key) if key else None
    form = PersonForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            saved = service.save_person(data.pop("id"), **data)
        except service.RegistryError as error:
            form.add_error("certificate_no", error.message_zh)
        else:
            messages.success(request, f"已保存：{saved.name}。")
            return redirect("registry:person", saved.pk)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "registry/form.html", frame(request, "registry:people", form=form, row=row, noun="人员"), status=status)

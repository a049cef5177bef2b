"""/desk/ : what is to be done, the tightest deadline first."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from xiezhi.apps.accounts.permissions import may, require, visible_agency
from xiezhi.apps.casework import deadlines, pending, queries, words
from xiezhi.apps.casework.models import CaseFile
from xiezhi.apps.casework.workbench import GROUPS, Place, is_waiting
from xiezhi.apps.disclosure import queries as disclosure
from xiezhi.apps.evidence import queries as evidence
from xiezhi.apps.registry import queries as registry
from xiezhi.core.law.vocabulary import load_vocabulary
from xiezhi.site import clock

SIZES = (20, 50, 100)


def _put_up(user: Any) -> list[tuple[Any, str]]:
    """What the disclosure clerk put up to this head, with its subject in words; one's own is another's to approve."""
    if not may(user, "disclosure.read"):
        return []
    rows = [row for row in disclosure.requests(user) if row.state == "submitted" and row.drafter != user.person_id]
    return list(zip(rows, disclosure.subjects(rows), strict=True))


def _asked_access(user: Any) -> list[tuple[Any, CaseFile | None]]:
    """Requests of parties to see a file, each with its case."""
    rows = evidence.access_waiting(user)
    files = queries.cases({row.case for row in rows})
    return [(row, files.get(row.case)) for row in rows]


def _asked(request: HttpRequest) -> dict[str, Any]:
    """What the address asks for; anything odd counts as nothing."""
    size = request.GET.get("size", "")
    return {
        "q": request.GET.get("q", "").strip()[:100],
        "who": "mine" if request.GET.get("who") == "mine" else "",
        "stage": request.GET.get("stage", "")[:40],
        "state": request.GET.get("state", "") if request.GET.get("state") in {"late", "closed"} else "",
        "size": int(size) if size in {"20", "50", "100"} else 50,
        "after": request.GET.get("after", "")[:400],
    }


def _groups(rows: list[CaseFile], user: Any, *, found: bool) -> list[dict[str, Any]]:
    """Neighbouring rows of one group together, in the order of the list; search results and closed cases are one group."""
    now, calendar, hands = clock.now(), registry.calendar(), words.hands_of(user.roles)
    names = {agency.id: agency.short_name or agency.name for agency in registry.agencies()} if visible_agency(user) is None else {}
    groups: list[dict[str, Any]] = []
    for row in rows:
        waiting = is_waiting(row, hands)
        group = "found" if found else deadlines.group(row.next_due, now, calendar, waiting=waiting)
        if not groups or groups[-1]["id"] != group:
            groups.append({"id": group, "zh": GROUPS.get(group, "案件"), "rows": []})
        shown = deadlines.shown(row.next_due, now, calendar, provisional=row.provisional)
        groups[-1]["rows"].append({"file": row, "shown": shown, "hands": words.role(row.hands), "agency": names.get(row.agency, "")})
    return groups


@require_safe
@login_required
def workbench(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    if not may(user, "case.read") and may(user, "registry.read"):
        return redirect("registry:index")  # an administrator's first page is the registry
    require(user, "case.read")
    asked = _asked(request)
    filtered = any(asked[name] for name in ("q", "who", "stage", "state"))
    if asked["q"]:
        rows, after = queries.search(user, asked["q"]), ""
    else:
        narrowing = {name: asked[name] for name in ("who", "stage", "state", "size")}
        page = queries.workbench(user, clock.now(), **narrowing, after=Place.read(asked["after"]) if asked["after"] else None)
        rows, after = page.rows, page.after
    first_page = not filtered and not asked["after"]
    context = {
        "pending": pending.pending(user, clock.now(), registry.calendar()) if pending.is_head(user) and first_page else None,
        "put_up": _put_up(user) if pending.is_head(user) and first_page else (),
        "asked_access": _asked_access(user) if pending.is_head(user) and first_page else (),
        "disposals": evidence.disposals_waiting(user) if pending.is_head(user) and first_page else (),
        "groups": _groups(rows, user, found=bool(asked["q"]) or asked["state"] == "closed"),
        "asked": asked,
        "after": after,
        "filtered": filtered,
        "may_file": may(user, "case.file", agency=user.agency_id),
        "scope_words": "全区" if visible_agency(user) is None else "本机关",
        "stages": [(phase.id, phase.zh) for phase in load_vocabulary().phases.values()],
        "sizes_offered": SIZES,
    }
    return render(request, "casework/workbench.html", context)

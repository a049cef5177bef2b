"""Which page of the desk an act of disclosure is done on, so that no result is published, approved or withdrawn by a bare form."""

from __future__ import annotations

from django.urls import reverse

from xiezhi.apps.disclosure import queries
from xiezhi.apps.disclosure.actions.draft import DECISIONS
from xiezhi.apps.disclosure.models import CorrectionRequest, Draft, DraftState, State
from xiezhi.apps.record import queries as record

ACTS = frozenset(
    {
        "result_published",
        "publication_approved",
        "publication_updated",
        "publication_withdrawn",
        "result_withheld",
        "correction_answered",
    }
)


def own_page(case_id: str, act: str) -> str | None:
    """The address where `act` is done in this case; None where the act's plain form is right (nothing decided: a notice, a plan)."""
    if act not in ACTS or record.case(case_id) is None:
        return None
    if act == "correction_answered":
        asked = CorrectionRequest.objects.filter(case=case_id, answered_at=None).order_by("asked_at", "id").first()
        return reverse("disclosure:correction", args=[asked.id]) if asked is not None else None
    if act == "publication_withdrawn":
        page = next((row for row in queries.of_case(case_id) if row.state in (State.PUBLIC, State.EXPIRED)), None)
        return reverse("disclosure:withdraw", args=[page.id]) if page is not None else reverse("disclosure:desk")
    if act == "result_withheld":  # never by a bare form: a leader approves it
        return reverse("disclosure:withhold", args=[case_id])
    _book, marking = record.marking(case_id)
    if not any(one.kind in DECISIONS for one in marking.acts):
        return None
    # What has been drawn up is approved and published from its own page, which shows it word for word.
    draft = Draft.objects.filter(case=case_id, state__in=[DraftState.SUBMITTED, DraftState.APPROVED]).order_by("-id").first()
    if act in {"publication_approved", "result_published"} and draft is not None:
        ready = act == "result_published" and draft.state == DraftState.APPROVED
        return reverse("disclosure:publish" if ready else "disclosure:draft", args=[draft.pk])
    return reverse("disclosure:prepare", args=[case_id]) + ("?as=correction" if act == "publication_updated" else "")

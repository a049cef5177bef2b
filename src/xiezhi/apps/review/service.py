"""The front door of review: writes. Review has no tables; its acts are acts of the case.

submit(user, file, form, now)      送法制审核, from a form of casework
conclude(user, file, form, now)    the reviewer's outcome with checklist, opinion and opinion document
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from xiezhi.apps.accounts.permissions import act_action, require
from xiezhi.apps.accounts.signing import own_person, require_own_hand
from xiezhi.apps.casework import service as casework
from xiezhi.apps.record import queries as records
from xiezhi.apps.record import service as record
from xiezhi.core.law.errors import InputError

__all__ = ["conclude", "submit"]

# Which outcomes come with a written opinion document (xuecheng/review/13).
WITH_OPINION = frozenset({"review_passed", "review_rejected", "review_returned"})


def submit(user: Any, file: Any, form: Any, now: datetime, *, origin: str = "") -> Any:
    """Submit the case of `file` for review. Raises Forbidden; answers Receipt or Refusal."""
    return casework.record_act(user, file.case, file.agency, form, now, origin=origin)


def conclude(user: Any, file: Any, form: Any, now: datetime) -> Any:
    """Record the outcome that a valid ReviewForm states, with the opinion document set from it.

    The document is made only for an outcome that the rules permit: a refused one leaves no paper. Raises Forbidden, TypesetError.
    """
    act = form.cleaned_data["outcome"]
    require(user, act_action(act), agency=file.agency)
    line = form.line(user, file, now)
    require_own_hand(user, act, line["by"])
    earlier = record.answer_of(form.cleaned_data["id"])
    if earlier is not None:
        return _same(earlier, line)
    make = ["review_opinion"] if act in WITH_OPINION else []
    line["documents"] = make
    return casework.perform(line, form.cleaned_data["id"], now, make=make, entered_by=own_person(user))


def _same(earlier: Any, line: dict[str, Any]) -> Any:
    """The receipt of a second click. Raises InputError when the form was changed after it had been recorded."""
    entry = next(one for one in records.history(earlier.case) if one.id == earlier.act_id)
    if entry.kind == line["act"] and entry.body.get("data") == line["data"]:
        return earlier
    raise InputError(
        "this form is on the record already, with other content",
        f"这份审核结论已经记入第 {earlier.case_seq} 条，内容与这次不同。请回案件页查看，要改须另行办理。",
        field="id",
    )

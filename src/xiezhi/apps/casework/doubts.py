"""What is asked back before an act is written: the same was written minutes ago, or the law will find fault with it.

A form's id stands in the form: a page that the browser kept sends the same id, and the record answers as the first time. A page that
was fetched anew has another id; so what one person writes twice within minutes is asked about, and written only when confirmed.
Nothing here refuses: that is for the rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse

from xiezhi.apps.accounts.signing import own_person
from xiezhi.apps.casework import queries, words
from xiezhi.apps.casework.forms.people import certificate
from xiezhi.apps.record import queries as records
from xiezhi.apps.record import service as record
from xiezhi.core.law.clock import day_of, parse_time
from xiezhi.core.procedure.step import Permitted

MINUTES = timedelta(minutes=30)
# Two acts of one kind and content are the same one when their times are: stated alike, or both the moment at which the form was opened.
APART = timedelta(minutes=10)
LOOKED_AT = 10  # cases of the same party in which a repetition is looked for
SURE = "sure"
TWICE, FAULTS = "twice", "faults"
# Drawn by the product, or given anew with each form: no part of what was said.
_OWN = frozenset({"case.number", "decision_no", "party.id", "summary"})


@dataclass(frozen=True, slots=True)
class Said:
    """One thing to consider: words, the clauses behind them, an address that shows it."""

    zh: str
    cites: tuple[str, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True)
class Doubt:
    """`key` is what the form sends back when the person is sure; `ask` the words of the box."""

    key: str
    zh: str
    said: tuple[Said, ...]
    ask: str


@dataclass(frozen=True, slots=True)
class Asking:
    """Who sends which valid form, under which pack and procedure, and when."""

    user: Any
    form: Any
    pack: Any
    procedure: str
    now: datetime


def of_filing(asking: Asking, line: dict[str, Any]) -> list[Doubt]:
    """Doubts about a case's first act that are not confirmed in the form."""
    if record.answer_of(asking.form.cleaned_data["id"]) is not None:
        return []
    return _open(asking, [_filed_before(asking, line), _faults(asking, line)])


def of_act(asking: Asking, line: dict[str, Any]) -> list[Doubt]:
    """Doubts about an act of a case that is on the record already."""
    history = records.history(line["case"])
    if any(entry.id == asking.form.cleaned_data["id"] for entry in history):
        return []
    found = [_written_before(asking, [entry for entry in history if entry.kind == line["act"]], line)]
    if line["act"] == "case_filed":
        found.append(_faults(asking, line))
    return _open(asking, found)


def of_attachment(asking: Asking, case: str, of: UUID, body: Mapping[str, Any]) -> list[Doubt]:
    """Doubts about what is attached to the act `of`."""
    history = records.history(case)
    if any(entry.id == asking.form.cleaned_data["id"] for entry in history):
        return []
    alike = [entry for entry in history if (entry.of, entry.kind) == (of, body["kind"])]
    return _open(asking, [_written_before(asking, alike, body)])


def _open(asking: Asking, found: Iterable[Doubt | None]) -> list[Doubt]:
    data = asking.form.data
    sure = set(data.getlist(SURE)) if hasattr(data, "getlist") else set()
    return [doubt for doubt in found if doubt is not None and doubt.key not in sure]


def _filed_before(asking: Asking, line: Mapping[str, Any]) -> Doubt | None:
    party = str(line["data"].get("party", {}).get("name", ""))
    rows = [row for row in queries.search(asking.user, party) if row.party == party and row.agency == line["agency"]] if party else []
    for row in rows[:LOOKED_AT]:
        first = next(iter(records.history(row.case)), None)
        if first is not None and first.kind == line["act"] and _is_repeated(asking, first, line):
            what = "登记线索" if line["act"] == "lead_registered" else "立案"
            shown = Said(
                f"{words.moment(first.recorded_at)} 已经{what}：{row.number or '尚未编号'}《{row.title}》，当事人、事项和内容相同。",
                url=reverse("casework:case", args=[row.case]),
            )
            return Doubt(TWICE, "同样的内容刚刚办过", (shown,), f"不是重复提交，确要再{what}一件")
    return None


def _written_before(asking: Asking, alike: Iterable[Any], line: Mapping[str, Any]) -> Doubt | None:
    """`alike` are the entries of this kind that the case holds."""
    for entry in alike:
        if entry.kind_of != "correction" and not entry.voided and _is_repeated(asking, entry, line):
            zh = asking.pack.vocabulary.acts[entry.kind].zh if entry.kind_of == "act" else "补充"
            shown = Said(
                f"{words.moment(entry.recorded_at)} 已经记入同样内容的“{zh}”，是本案第 {entry.case_seq} 条。",
                url=f"{reverse('casework:case', args=[entry.body['case']])}#n{entry.case_seq}",
            )
            return Doubt(TWICE, "同样的内容刚刚记过", (shown,), "不是重复提交，确要再记一条")
    return None


def _is_repeated(asking: Asking, entry: Any, line: Mapping[str, Any]) -> bool:
    """Whether this person wrote the same content within MINUTES, whatever time of the act the form proposed."""
    if entry.id == asking.form.cleaned_data["id"]:
        return False  # of two clicks at once the other one, written since
    if entry.body.get("entered_by") != own_person(asking.user) or asking.now - entry.recorded_at > MINUTES:
        return False
    parts = ("documents", "recordings", "signed") if entry.kind_of == "attachment" else ("documents",)
    if entry.kind_of == "act" and entry.case_seq > 1 and not _is_same_time(entry, line, asking.now):
        return False
    same = all(_plain(entry.body.get(part) or [], part) == _plain(line.get(part) or [], part) for part in parts)
    return same and _flat(entry.body.get("data") or {}) == _flat(line.get("data") or {})


def _is_same_time(entry: Any, line: Mapping[str, Any], now: datetime) -> bool:
    at = parse_time(str(line["at"]))
    live = entry.recorded_at - entry.at < MINUTES and now - at < APART
    return abs(at - entry.at) < timedelta(minutes=1) or (live and abs(at - entry.at) < APART)


def _plain(value: Any, part: str) -> Any:
    """A part of an entry in comparable form; a recording without the id and the time of storing that each form gives it."""
    if part != "recordings":
        return value
    return [{name: one[name] for name in one if name not in {"id", "stored_at", "captured_by"}} for one in value]


def _flat(data: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in data.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            found |= _flat(value, f"{name}.")
        elif name not in _OWN and value not in (None, "", []):
            found[name] = str(value)
    return found


def _faults(asking: Asking, line: dict[str, Any]) -> Doubt | None:
    """What the rules find in this act, and who of its officers could not act in the investigation that follows."""
    verdict = record.check(line, asking.now)
    if not isinstance(verdict, Permitted):
        return None  # the record refuses in words of its own
    said = [Said(finding.message_zh, tuple(finding.cites)) for finding in verdict.findings if finding.severity != "pending"]
    said += officers_wanting(line, asking.form.people, asking.pack, asking.procedure)
    return Doubt(FAULTS, "立案前请核对", tuple(said), "已经核对，情况属实，照此记入") if said else None


def officers_wanting(line: Mapping[str, Any], people: Sequence[Any], pack: Any, procedure: str) -> list[Said]:
    """The pack's rules on officers (number, certificate) of this procedure that the persons in `by` would break on the day of acting."""
    known, at = {person.id: person for person in people}, parse_time(str(line["at"]))
    day = day_of(at)
    chosen = [known[one] for one in line["by"] if one in known]
    fit = [person for person in chosen if person.certified(day)]
    lapsed = "；".join(f"{person.name}：{certificate(person, day)[1]}" for person in chosen if person not in fit)
    found: dict[str, Said] = {}
    for rule in pack.rules:
        if not _asks_officers(rule, procedure) or not pack.in_force(rule, at):
            continue
        able = sum(1 for person in fit if set(person.roles) & set(rule.role))
        if able < rule.count:
            why = f"选了 {len(chosen)} 人，其中当日持有效执法证的执法人员 {able} 人{f'（{lapsed}）' if lapsed else ''}"
            found.setdefault(rule.breach or rule.id, Said(f"{rule.zh}。{why}。", tuple(rule.cites)))
    return list(found.values())


def _asks_officers(rule: Any, procedure: str) -> bool:
    """Whether a rule asks for a number of certified officers whenever this procedure is acted in."""
    if rule.kind != "person" or rule.yields_to or rule.field or rule.when:
        return False
    of_procedure = not rule.procedures or procedure in rule.procedures
    return bool(of_procedure and rule.count and rule.certificate and "officer" in (rule.role or ()))

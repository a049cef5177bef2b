"""Why an act is refused: what, by which article, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xiezhi.core.law.clock import day_of
from xiezhi.core.law.rules import Rule
from xiezhi.core.procedure.finding import Finding
from xiezhi.core.procedure.say import fact_en, listed, listed_zh

if TYPE_CHECKING:
    from xiezhi.core.procedure.book import Book


@dataclass(frozen=True, slots=True)
class Reason:
    """`kind` is the finding's kind (forbidden, missing, conflict, data ...), or `unknown_fact`, or `needs_reason`.

    `fix_zh`/`fix` say what to do, `hands` which role can do it, `missing_facts` which facts must be stated.
    """

    rule: str
    kind: str
    cites: tuple[str, ...]
    message_zh: str
    message: str
    fix_zh: str | None = None
    fix: str | None = None
    hands: str | None = None
    missing_facts: tuple[str, ...] = ()


def reason_of(book: Book, finding: Finding) -> Reason:
    """A blocking finding as a reason of refusal."""
    rule = book.rule(finding.rule, day_of(finding.at))
    return Reason(finding.rule, finding.kind, finding.cites, finding.message_zh, finding.message, rule.fix, rule.fix_en, rule.hands)


def needs_reason(book: Book, finding: Finding) -> Reason:
    """A warning: the act may be done when its reason is stated."""
    rule = book.rule(finding.rule, day_of(finding.at))
    return Reason(
        finding.rule,
        "needs_reason",
        finding.cites,
        f"{finding.message_zh}；确需办理的，应当说明理由",
        f"{finding.message}; it may be done when the reason is stated",
        rule.fix or "填写理由后再办理",
        rule.fix_en or "state the reason",
        rule.hands,
        ("reason",),
    )


def unknown_reason(book: Book, rule: Rule, names: tuple[str, ...]) -> Reason:
    """A blocking rule that cannot be judged, because a fact is not stated."""
    asked_zh = listed_zh(names, book.vocabulary)
    asked = listed(map(fact_en, names))
    return Reason(
        rule.id,
        "unknown_fact",
        rule.cites,
        f"无法判断是否符合规定，请先填写：{asked_zh}（{rule.zh}）",
        f"cannot be judged without: {asked} ({rule.en or rule.id})",
        f"填写{asked_zh}",
        f"state {asked}",
        rule.hands,
        names,
    )

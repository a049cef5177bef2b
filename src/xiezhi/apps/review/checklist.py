"""The pack's checklist, and which of its items a machine finding concerns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

# A finding's kind points at an item; the rule's subject points more closely. A hint for a person, never a verdict.
BY_KIND = {
    "conflict": "personnel",
    "forbidden": "procedure",
    "late": "procedure",
    "overdue": "procedure",
    "gap": "evidence",
    "missing": "documents",
    "data": "facts",
}


def items_of(pack: Any, procedure: str) -> list[tuple[str, str]]:
    """(id, words) of the review checklist of this pack for this procedure; the vocabulary's items where the pack has none."""
    vocabulary = pack.vocabulary
    review = pack.checklists.get("review") or {}
    items = review.get("items", review) if isinstance(review, dict) else review
    by_procedure = review.get(procedure) if isinstance(review, dict) else None
    found = []
    for item in by_procedure or items or ():
        key = item if isinstance(item, str) else item.get("id", "")
        zh = "" if isinstance(item, str) else item.get("zh", "")
        if key in vocabulary.review_items:
            found.append((key, zh or vocabulary.review_items[key]))
    return found or list(vocabulary.review_items.items())


def suspected_by_item(findings: Iterable[Any], items: Iterable[tuple[str, str]]) -> dict[str, list[Any]]:
    """Findings under the item that they concern; those without one of their own under the last item."""
    keys = [key for key, _ in items]
    found: dict[str, list[Any]] = {}
    for finding in findings:
        if finding.severity == "pending":
            continue
        key = BY_KIND.get(finding.kind, "other")
        found.setdefault(key if key in keys else keys[-1], []).append(finding)
    return found

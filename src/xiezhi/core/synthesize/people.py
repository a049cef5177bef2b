"""Who acts in synthetic histories. The skeletons name one person of each part (`o1`, `r1` ...); several stand ready to play it."""

from __future__ import annotations

from typing import Any

from xiezhi.core.procedure.history import Person, person_from_row

EXPIRED = "x1"
"""An officer whose certificate is no longer valid."""

_PARTS: dict[str, tuple[list[str], int]] = {
    "o1": (["officer"], 12),
    "o2": (["officer"], 12),
    "o3": (["officer"], 4),
    "r1": (["reviewer"], 4),
    "r2": (["reviewer"], 2),
    "r3": (["reviewer"], 2),
    "p1": (["presider"], 3),
    "l1": (["leader"], 2),
    "l2": (["leader"], 2),
    "d1": (["disclosure_clerk"], 2),
    "k1": (["archivist"], 2),
    "g1": (["government_reviewer"], 2),
    "gl1": (["government_leader"], 1),
    "gl2": (["government_leader"], 1),
}
PARTS: dict[str, tuple[str, ...]] = {part: tuple(f"{part}-{number}" for number in range(1, many + 1)) for part, (_, many) in _PARTS.items()}
"""The players of each part. No two parts share a player, so that persons who must differ always do."""


def people_rows() -> list[dict[str, Any]]:
    """The rows of the people file that belongs to every synthetic log."""
    rows = [_row(player, _PARTS[part][0]) for part, players in PARTS.items() for player in players]
    return [*rows, {**_row(EXPIRED, ["officer"]), "certificate_to": "2016-12-31"}]


def people() -> dict[str, Person]:
    return {row["id"]: person_from_row(row) for row in people_rows()}


def _row(player: str, roles: list[str]) -> dict[str, Any]:
    return {
        "id": player,
        "name": f"虚构{player}",
        "roles": roles,
        "certificate_no": f"XG-{player}",
        "certificate_status": "valid",
        "certificate_from": "2016-01-01",
        "certificate_to": "2099-12-31",
        "legal_qualification": True,
        "first_reviewer_since": "2016-09-01",
    }

"""Who is in the demo district: read from `district.yaml`, typed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

PASSWORD = "xiezhi-demo"  # noqa: S105 - printed at start on purpose: the demo holds nothing but fiction


@cache
def district() -> dict[str, Any]:
    """The whole file, dates as text."""
    text = (Path(__file__).parent / "district.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader makes only text, lists and maps
    return data


@dataclass(frozen=True, slots=True)
class Staff:
    """The people of one agency who do the acts of its cases (person ids)."""

    agency: str
    sector: str
    officers: tuple[str, str]
    reviewer: str
    leaders: tuple[str, ...]
    clerk: str
    archivist: str
    presider: str | None


def staff(agency: str) -> Staff:
    """Who acts in the cases of `agency`. Raises KeyError for an agency without enforcement staff."""
    people = [p for p in district()["people"] if p["agency"] == agency]

    def with_role(role: str) -> list[str]:
        return [p["id"] for p in people if role in p["roles"] and p.get("to") != "EXPIRED"]

    officers = with_role("officer")
    return Staff(
        agency=agency,
        sector=next(a["sector"] for a in district()["agencies"] if a["id"] == agency),
        officers=(officers[0], officers[1]),
        reviewer=next(p["id"] for p in people if p["roles"] == ["reviewer"]),
        leaders=tuple(with_role("leader")),
        clerk=with_role("disclosure_clerk")[0],
        archivist=with_role("archivist")[0],
        presider=next(iter(with_role("presider")), None),
    )


SIGN_INS: list[tuple[str, str, str]] = [(entry["username"], PASSWORD, entry["zh"]) for entry in district()["sign_ins"]]
"""(user name, password, who that is) for every demo account."""

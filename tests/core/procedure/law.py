"""A small law for tests: rules as YAML text become a book, short lines become acts."""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from textwrap import dedent, indent

import yaml

from xiezhi.core.law.calendar import Calendar
from xiezhi.core.law.pack import load_pack
from xiezhi.core.law.vocabulary import load_vocabulary
from xiezhi.core.procedure.book import Book
from xiezhi.core.procedure.fold import fold
from xiezhi.core.procedure.history import act_from_line, person_from_row
from xiezhi.core.procedure.judge import judge
from xiezhi.core.procedure.step import step

VOCABULARY = load_vocabulary()
CALENDAR = Calendar.load()
PACK = """
id: law
version: "1"
level: 法律
zh: 试验法
instruments:
  - {id: law/old, zh: 旧法, from: 2010-01-01, to: 2021-06-30}
  - {id: law/a, zh: 试验法, from: 2010-01-01, to: null}
  - {id: law/new, zh: 新法, from: 2021-07-01, to: null}
"""
CLAUSES = """
document: {key: law, title: 试验法, parts: {old: 旧法, a: 试验法, new: 新法}}
clauses:
""" + "".join(f"  - {{id: law/{part}/{n}, source: 第{n}条, says: 规定}}\n" for part in ("old", "a", "new") for n in range(1, 10))


def book(rules: str, *, params: str = "", definitions: str = "", acts: str = "") -> Book:
    """The book of a pack that holds these rules. A rule without `cite`, `zh` gets its own."""
    folder = Path(tempfile.mkdtemp(prefix="xz-law-")) / "law"
    (folder / "rules").mkdir(parents=True)
    (folder / "pack.yaml").write_text(PACK, encoding="utf-8")
    (folder / "clauses.yaml").write_text(CLAUSES, encoding="utf-8")
    (folder / "rules" / "all.yaml").write_text("".join(map(_rule, _items(rules))), encoding="utf-8")
    for name, text in (("params", params), ("definitions", definitions), ("acts", acts)):
        if text:
            (folder / f"{name}.yaml").write_text(dedent(text), encoding="utf-8")
    return Book(load_pack(folder), CALENDAR)


def _items(rules: str) -> list[str]:
    return ["- " + item for item in ("\n" + dedent(rules)).split("\n- ")[1:]]


def _rule(text: str) -> str:
    stated = yaml.safe_load(text)[0]
    extra = {key: value for key, value in (("cite", "[law/a/1]"), ("zh", stated["id"]), ("en", stated["id"])) if key not in stated}
    if text.startswith("- {"):
        return text.rstrip()[:-1] + "".join(f", {key}: {value}" for key, value in extra.items()) + "}\n"
    return text.rstrip() + "\n" + indent("".join(f"{key}: {value}\n" for key, value in extra.items()), "  ")


def at(text: str) -> datetime:
    """`2024-03-01` (10 o'clock) or `2024-03-01 15:30`, in China."""
    return datetime.fromisoformat((text if " " in text else text + " 10:00").replace(" ", "T") + ":00+08:00")


def act(kind: str, when: str, *, until: str | None = None, case: str = "C", **more):
    """One act: act("decision_made", "2024-03-01", penalty={"fine": 100}, by=["o1"])."""
    fields = {
        key: more.pop(key)
        for key in ("by", "documents", "signed", "recordings", "agency", "visit", "id", "procedure", "case_seq")
        if key in more
    }
    line = {"case": case, "act": kind, "at": at(when).isoformat(), "procedure": "penalty", **fields, "data": more}
    if until:
        line["until"] = at(until).isoformat()
    return act_from_line(line, VOCABULARY)


def recording(start: str, end: str, *, kind="video", stored: str | None = None, gaps=()):
    return {
        "id": "r",
        "kind": kind,
        "from": at(start).isoformat(),
        "to": at(end).isoformat(),
        "stored_at": at(stored).isoformat() if stored else None,
        "gaps": [{"from": at(a).isoformat(), "to": at(b).isoformat(), "explained": how} for a, b, how in gaps],
    }


def person(identity: str, **more):
    row = {
        "id": identity,
        "name": identity,
        "roles": "officer",
        "certificate_status": "valid",
        "certificate_from": "2016-01-01",
        "certificate_to": "2028-12-31",
    }
    return person_from_row({**row, **more})


def people(*listed):
    return {one.id: one for one in listed}


OFFICERS = people(person("o1"), person("o2"), person("r1", roles="reviewer"), person("l1", roles="leader"))


def findings(law: Book, *acts, people=OFFICERS, as_of="2030-01-01", pending=False):
    """(severity, kind, rule, place) of each finding, pending ones left out unless asked for."""
    marking = fold(law, acts, people)
    found = judge(law, marking, at(as_of))
    return [(f.severity, f.kind, f.rule, f.act) for f in found if pending or f.severity != "pending"]


def broken(law: Book, *acts, **more):
    """The rules broken, in order."""
    return [rule for _, _, rule, _ in findings(law, *acts, **more)]


def try_step(law: Book, acts, new, people=OFFICERS):
    return step(law, acts, people, new, new.at + timedelta(minutes=1))

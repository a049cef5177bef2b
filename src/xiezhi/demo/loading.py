"""Putting the demo district into an empty installation: registry, accounts, then every case through the record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.db import transaction

from xiezhi.apps.accounts import service as accounts
from xiezhi.apps.disclosure import service as disclosure
from xiezhi.apps.paperwork import service as paperwork
from xiezhi.apps.record import queries as recorded
from xiezhi.apps.record import service as record
from xiezhi.apps.registry import queries as registry
from xiezhi.apps.registry import service as registering
from xiezhi.core.law.clock import SHANGHAI, day_of, parse_time
from xiezhi.demo.people import PASSWORD, district
from xiezhi.demo.stories import STORIES, Story, write
from xiezhi.demo.timeline import Line, Timeline

_DEMO = UUID("5f0c2c1e-2f5b-5b8e-9d0f-4b6a6d656d6f")  # names what the demo invents, so that two loads agree


def load_district(now: datetime) -> int:
    """Registry, accounts and cases; the number of cases. Nothing where there are agencies already."""
    if registry.agencies():
        return 0
    with transaction.atomic():
        _registry(now)
        _accounts()
        return _cases(now)


def party_id(slug: str) -> UUID:
    return uuid5(_DEMO, slug)


def _registry(now: datetime) -> None:
    data = district()
    place = data["district"]
    registering.set_district(place["code"], place["name"], host="云溪区司法局", phone="0000-8120004", site_code="0000000000")
    for agency in data["agencies"]:
        registering.save_agency(
            agency["id"], district_id=place["code"], parent_id=agency.get("parent"), name=agency["name"], short_name=agency["short"],
            word=agency["word"], pack=agency["pack"], sector=agency["sector"], level=agency["level"], address=agency["address"],
            phone=agency["phone"], confirmed_on=date(2023, 1, 1),
        )  # fmt: skip
        if coming := agency.get("next_pack"):
            registering.adopt_pack(
                agency["id"], coming, date(day_of(now).year + 1, 1, 1), basis="云溪区城市管理局关于施行本局三项制度的通知",
                by="系统管理员", now=now,
            )  # fmt: skip
    for person in data["people"]:
        _person(person, day_of(now))
    for power in data["powers"]:
        _power(power)
    met = {story.party: story.agency for story in reversed(STORIES)}  # the agency that had to do with the party first
    for party in data["parties"]:
        birth = party["code"][6:14] if party["kind"] == "citizen" else ""
        registering.save_party(
            now=now, party_id=None, id=party_id(party["id"]), kind=party["kind"], name=party["name"], code=party["code"],
            agency_id=met.get(party["id"]), address=party["address"], phone=party["phone"], legal_rep=party.get("rep", ""),
            birth_date=datetime.strptime(birth, "%Y%m%d").date() if birth else None,  # noqa: DTZ007 - a calendar day has no zone
        )  # fmt: skip


def _person(person: dict[str, Any], today: date) -> None:
    fields: dict[str, Any] = {"name": person["name"], "agency_id": person["agency"], "roles": person["roles"]}
    if number := person.get("certificate"):
        # One certificate ran out a fortnight ago, so that the demo shows what follows from that.
        to = today - timedelta(days=14) if person["to"] == "EXPIRED" else date.fromisoformat(person["to"])
        fields |= {
            "certificate_no": number, "certificate_status": "valid", "certificate_from": date.fromisoformat(person["from"]),
            "certificate_to": to, "scope": "本机关职权范围内的行政执法",
        }  # fmt: skip
    if person.get("legal"):
        fields |= {"legal_qualification": True, "first_reviewer_since": date.fromisoformat(person["since"])}
    registering.save_person(person["id"], **fields)


def _power(power: dict[str, Any]) -> None:
    on_spot = power["kind"] == "penalty_summary"
    registering.save_power(
        power["agency"], power["code"], name=power["name"], kind="penalty", basis=power["basis"], unit="综合行政执法大队",
        procedure="简易程序：表明身份、告知、听取陈述申辩、当场决定、当场交付、备案" if on_spot
        else "普通程序：立案、调查取证、告知、听取陈述申辩或者听证、法制审核、决定、送达、公示、执行、归档",
        time_limit="当场作出" if on_spot else "自立案之日起九十日内作出决定",
        remedy="六十日内向云溪区人民政府申请行政复议，或者六个月内向人民法院提起行政诉讼",
        hearing_threshold="对公民罚款一万元以上、对法人或者其他组织罚款十万元以上", active=True,
    )  # fmt: skip


def _accounts() -> None:
    people = {person["id"]: person for person in district()["people"]}
    for entry in district()["sign_ins"]:
        accounts.open_account(
            entry["username"], PASSWORD, person_id=entry["person"], agency_id=people[entry["person"]]["agency"], roles=entry["roles"],
            must_change_password=False,
        )  # fmt: skip


@dataclass(slots=True)
class _Numbers:
    """Numbers are asked for while stories are written and drawn afterwards in the order of their days, as an agency would."""

    asked: list[tuple[date, str, str, str]] = field(default_factory=list)  # day, token, agency, word

    def ask(self, agency: str, word: str, day: date) -> str:
        token = f"@{len(self.asked):04d}@"
        self.asked.append((day, token, agency, word))
        return token

    def drawn(self) -> dict[str, str]:
        """Token -> number."""
        return {
            token: paperwork.next_number(agency, word, datetime.combine(day, time(12), SHANGHAI))
            for day, token, agency, word in sorted(self.asked)
        }


def _cases(now: datetime) -> int:
    calendar = registry.calendar()
    numbers = _Numbers()
    timelines = [
        write(story, str(uuid5(_DEMO, f"case-{place}")), day_of(now), calendar, numbers.ask) for place, story in enumerate(STORIES)
    ]
    lines = _with_numbers(timelines, numbers.drawn())
    _public_documents(lines)
    record.load_histories(_by_case(lines))
    for timeline in timelines:
        _documents(timeline.case)
    return len(timelines)


def _with_numbers(timelines: list[Timeline], drawn: dict[str, str]) -> list[Line]:
    text = json.dumps([line for timeline in timelines for line in timeline.lines], ensure_ascii=False)
    for token, number in drawn.items():
        text = text.replace(token, number)
    lines: list[Line] = json.loads(text)
    for line in lines:
        party = line.get("data", {}).get("party")
        if party and "id" in party:
            party["id"] = str(party_id(party["id"]))
    return lines


def _public_documents(lines: list[Line]) -> None:
    """Give the newest publication of each case the document that the desk would have made, in place."""
    newest = {line["case"]: line for line in lines if line["act"] == "result_published" and line.get("data", {}).get("summary")}
    for case, line in newest.items():
        file = disclosure.public_file(case, line["data"]["what"], line["data"]["summary"], parse_time(line["at"]))
        line["data"]["pdf"] = file["sha256"]
        line["files"] = [file]


def _by_case(lines: list[Line]) -> Iterator[Line]:
    """Lines of one case together and in time order, each with its own id."""
    for place, line in enumerate(sorted(lines, key=lambda one: (one["case"], one["at"]))):
        yield {"id": str(uuid5(_DEMO, f"{line['case']}-{place}")), **line}


def _documents(case: str) -> None:
    """The decision and the notice as papers, attached to their acts as they would be by the officer who made them."""
    wanted = {
        "decision_made": ("decision", "on_spot_decision"),
        "penalty_proposed": ("penalty_notice",),
        "review_passed": ("review_opinion",),
    }
    for entry in recorded.history(case):
        for document in wanted.get(entry.kind, ()):
            if document in entry.body.get("documents", []):
                at = entry.at if isinstance(entry.at, datetime) else parse_time(str(entry.at))
                made = paperwork.make(document, case, {**entry.body, "act": entry.kind}, at, origin=settings.OWN_ADDRESS)
                record.attach(entry.id, {"kind": "document", "files": [made.file], "at": at}, uuid5(_DEMO, f"{entry.id}-{document}"), at)


__all__ = ["STORIES", "Story", "load_district", "party_id"]

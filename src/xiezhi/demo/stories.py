"""The demo's cases: what each is about, how far it has come, and what has gone wrong in it.

A story names its last stretch of procedure and how many working days have passed since. Its first day follows from that and from today.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from xiezhi.core.law.calendar import Calendar
from xiezhi.demo import ordinary as acts
from xiezhi.demo import sidetracks
from xiezhi.demo.people import district, staff
from xiezhi.demo.timeline import Timeline

STAGES = [
    "lead", "filed", "investigated", "noticed", "defence_over", "submitted", "reviewed", "discussed", "decided", "served", "published",
    "performed", "closed", "archived",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Story:
    """One case of the demo.

    `stage`: the last stretch done. `idle`: working days since. `fine` in yuan. `twist`: what is special (see `_TWISTS` and sidetracks).
    """

    agency: str
    power: int
    party: str
    fine: int
    stage: str
    idle: int = 0
    hearing: bool = False
    twist: str = ""
    place: str = ""
    facts: str = ""


Numbering = Callable[[str, str, date], str]
"""(agency id, 立 or 罚决 or 罚当, day) -> the next number of that series."""

STORIES: list[Story] = [
    # 城市管理局: the agency that the sign-ins look at first
    Story(
        "yx-cg",
        0,
        "q-qinghe",
        6000,
        "submitted",
        1,
        place="云溪区星河路 41 号门前",
        facts="占用城市道路堆放砂石约 21.6 平方米，未办理占用许可。",
    ),
    Story("yx-cg", 0, "q-anju", 52000, "submitted", 8, place="云溪区安居里东门", facts="占用人行道搭建围挡约 60 平方米，未办理占用许可。"),
    Story("yx-cg", 1, "q-yuanfeng", 5000, "performed", 3, place="云溪区星河路", facts="运输建筑垃圾时车厢未盖严，砂土撒落路面约 40 米。"),
    Story("yx-cg", 1, "q-lvzhou", 3000, "published", 6, place="云溪区北环路", facts="运输渣土时沿途遗撒，污染路面约 120 米。"),
    Story("yx-cg", 1, "q-lvzhou", 60000, "archived", 20, place="云溪区望江路", facts="三辆渣土车未密闭运输，沿途遗撒约 2 公里。"),
    Story(
        "yx-cg",
        2,
        "q-huiguang",
        120000,
        "archived",
        30,
        hearing=True,
        place="云溪区南屏大厦楼顶",
        facts="擅自设置大型户外广告 180 平方米。",
    ),
    Story("yx-cg", 2, "q-huiguang", 80000, "reviewed", 1, place="云溪区澄江路 30 号", facts="擅自设置大型户外广告 96 平方米。"),
    Story(
        "yx-cg", 2, "q-huiguang", 55000, "reviewed", 2, twist="returned", place="云溪区平湖路口", facts="擅自设置大型户外广告 48 平方米。"
    ),
    Story(
        "yx-cg",
        2,
        "q-yuanfeng",
        90000,
        "reviewed",
        3,
        twist="rejected",
        place="云溪区桂阳街 9 号",
        facts="擅自设置大型户外广告 110 平方米。",
    ),
    Story(
        "yx-cg",
        0,
        "q-mingtang",
        800,
        "investigated",
        1,
        twist="gap",
        place="云溪区文昌巷 22 号门前",
        facts="店外占道摆放桌椅约 12 平方米。",
    ),
    Story("yx-cg", 0, "q-zhangmou", 500, "noticed", 2, place="云溪区安居里 3 幢前", facts="占用公共道路堆放装修材料约 6 平方米。"),
    Story("yx-cg", 0, "q-limou", 6500, "noticed", 1, place="云溪区澄江路 66 号", facts="占用城市道路停放施工机械，拒不移走。"),
    Story("yx-cg", 1, "q-zhucheng", 4000, "decided", 2, place="云溪区平湖路", facts="工地出入口车辆带泥上路，污染路面约 80 米。"),
    Story("yx-cg", 1, "q-zhucheng", 4500, "decided", 10, place="云溪区北环路", facts="渣土运输未按核准路线行驶并遗撒。"),
    Story("yx-cg", 1, "q-yuanfeng", 3500, "served", 3, place="云溪区望江路", facts="运输建筑垃圾沿途遗撒约 30 米。"),
    Story("yx-cg", 0, "q-qinghe", 2000, "served", 9, place="云溪区星河路 45 号", facts="占用人行道堆放水泥约 9 平方米。"),
    Story("yx-cg", 0, "q-anju", 3000, "closed", 4, place="云溪区安居里西门", facts="占用人行道堆放绿化土方约 30 平方米。"),
    Story("yx-cg", 0, "q-mingtang", 600, "closed", 28, place="云溪区文昌巷 22 号", facts="店外经营占用人行道约 8 平方米。"),
    Story("yx-cg", 0, "q-mingtang", 700, "archived", 40, place="云溪区文昌巷 24 号", facts="店外堆放货物占用人行道约 7 平方米。"),
    Story(
        "yx-cg",
        0,
        "q-qinghe",
        1500,
        "archived",
        55,
        twist="late_recording",
        place="云溪区星河路 43 号",
        facts="占用车行道卸货超过核准时间。",
    ),
    Story("yx-cg", 1, "q-lvzhou", 2500, "archived", 60, place="云溪区北环路", facts="渣土车未密闭运输。"),
    Story(
        "yx-cg",
        1,
        "q-lvzhou",
        3000,
        "published",
        12,
        twist="withdrawn",
        place="云溪区北环路",
        facts="渣土运输遗撒，后经复核违法主体认定有误。",
    ),
    Story("yx-cg", 0, "q-minor", 100, "served", 3, twist="minor", place="云溪区文昌巷 9 号", facts="在人行道堆放杂物不听劝阻。"),
    Story("yx-cg", 2, "q-huiguang", 8000, "filed", 2, place="云溪区文昌巷口", facts="擅自设置灯箱广告 6 处。"),
    Story("yx-cg", 0, "q-anju", 1000, "filed", 1, place="云溪区安居里南门", facts="占用消防通道堆放垃圾桶。"),
    Story("yx-cg", 1, "q-zhucheng", 2000, "lead", 1, place="云溪区平湖路 200 号", facts="群众反映工地车辆带泥上路。"),
    Story("yx-cg", 0, "q-qinghe", 1000, "lead", 2, place="云溪区星河路 41 号", facts="巡查发现门前再次堆放砂石。"),
    Story(
        "yx-cg",
        0,
        "q-limou",
        900,
        "investigated",
        3,
        twist="dropped",
        place="云溪区澄江路 66 号",
        facts="占道停放施工机械，经查已办理占用许可。",
    ),
    Story("yx-cg", 3, "q-zhangmou", 100, "archived", 5, twist="summary", place="云溪区安居里 3 幢", facts="随意倾倒生活垃圾一袋。"),
    Story("yx-cg", 3, "q-limou", 150, "archived", 15, twist="summary", place="云溪区澄江路 70 号", facts="向绿化带倾倒餐厨垃圾。"),
    Story("yx-cg", 3, "q-mingtang", 200, "archived", 25, twist="summary", place="云溪区文昌巷 22 号", facts="将餐厨垃圾倒入雨水口。"),
    # 市场监督管理局
    Story("yx-sj", 0, "q-xiaman", 60000, "submitted", 2, place="云溪区桂阳街 58 号", facts="销售标签不符合规定的预包装食品 320 份。"),
    Story("yx-sj", 0, "q-xiaman", 70000, "archived", 25, place="云溪区桂阳街 58 号", facts="销售超过保质期的食品 46 份。"),
    Story("yx-sj", 0, "q-mingtang", 3000, "published", 4, place="云溪区文昌巷 22 号", facts="使用过期调味料加工食品。"),
    Story("yx-sj", 0, "q-mingtang", 2000, "investigated", 2, place="云溪区文昌巷 22 号", facts="未公示食品经营许可证。"),
    Story("yx-sj", 1, "q-huiguang", 40000, "published", 8, place="云溪区南屏大厦 901 室", facts="网站宣称“全区第一”，无依据。"),
    Story("yx-sj", 1, "q-anju", 20000, "performed", 5, place="云溪区安居里 1 号", facts="宣传物业服务获奖，实未获奖。"),
    Story("yx-sj", 1, "q-yuanfeng", 30000, "archived", 18, place="云溪区望江路 7 号", facts="虚构装修案例进行宣传。"),
    Story("yx-sj", 1, "q-xiaman", 25000, "archived", 33, place="云溪区桂阳街 58 号", facts="宣传食品具有保健功能。"),
    Story("yx-sj", 0, "q-xiaman", 4000, "noticed", 3, place="云溪区桂阳街 60 号", facts="未按规定贮存食品。"),
    Story("yx-sj", 0, "q-limou", 5500, "submitted", 1, place="云溪区澄江路 66 号", facts="无证销售散装熟食。"),
    Story("yx-sj", 0, "q-zhangmou", 800, "decided", 1, place="云溪区安居里", facts="流动摊点销售不合格食品 12 份。"),
    Story("yx-sj", 1, "q-lvzhou", 10000, "filed", 3, place="云溪区北环路 120 号", facts="招投标材料宣传虚假业绩。"),
    Story("yx-sj", 0, "q-qinghe", 1000, "lead", 1, place="云溪区星河路 41 号", facts="举报销售不合格饮料。"),
    Story(
        "yx-sj", 1, "q-zhucheng", 35000, "served", 4, twist="secret", place="云溪区平湖路 200 号", facts="宣传材料涉及未公开的工艺参数。"
    ),
    Story("yx-sj", 0, "q-xiaman", 15000, "closed", 6, place="云溪区桂阳街 58 号", facts="从业人员无健康证明。"),
    # 住房和城乡建设局
    Story(
        "yx-zj",
        0,
        "q-zhucheng",
        150000,
        "archived",
        12,
        hearing=True,
        place="云溪区平湖路 200 号",
        facts="未取得施工许可证擅自开工建设 3 号楼。",
    ),
    Story("yx-zj", 0, "q-zhucheng", 85000, "reviewed", 1, place="云溪区北环路 18 号", facts="未取得施工许可证擅自进行基坑施工。"),
    Story("yx-zj", 0, "q-yuanfeng", 20000, "published", 5, place="云溪区望江路 7 号", facts="未取得施工许可证改造厂房。"),
    Story("yx-zj", 1, "q-zhucheng", 30000, "performed", 2, place="云溪区平湖路 200 号", facts="工地裸土未覆盖约 900 平方米。"),
    Story("yx-zj", 1, "q-zhucheng", 20000, "archived", 28, place="云溪区平湖路 200 号", facts="土方作业未采取湿法作业。"),
    Story("yx-zj", 1, "q-yuanfeng", 10000, "archived", 36, place="云溪区望江路 7 号", facts="未设置车辆冲洗设施。"),
    Story("yx-zj", 1, "q-anju", 12000, "archived", 44, place="云溪区安居里 1 号", facts="外墙修缮未设防尘网。"),
    Story("yx-zj", 1, "q-lvzhou", 15000, "discussed", 1, twist="grave", place="云溪区北环路 120 号", facts="消纳场扬尘污染，屡查屡犯。"),
    Story("yx-zj", 0, "q-anju", 10000, "investigated", 1, place="云溪区安居里 1 号", facts="未取得施工许可证加建门房。"),
    Story("yx-zj", 1, "q-zhucheng", 18000, "noticed", 4, place="云溪区平湖路 210 号", facts="工地围挡低于标准。"),
    Story("yx-zj", 1, "q-yuanfeng", 12000, "decided", 3, place="云溪区望江路 9 号", facts="拆除作业未洒水降尘。"),
    Story("yx-zj", 0, "q-huiguang", 10000, "filed", 2, place="云溪区南屏大厦", facts="楼顶加建未取得施工许可证。"),
    Story("yx-zj", 1, "q-lvzhou", 8000, "lead", 1, place="云溪区北环路 122 号", facts="巡查发现裸土未覆盖。"),
    Story("yx-zj", 1, "q-zhucheng", 16000, "served", 2, place="云溪区平湖路 200 号", facts="未公示扬尘防治责任人。"),
    Story("yx-zj", 0, "q-zhucheng", 25000, "archived", 50, place="云溪区平湖路 220 号", facts="未取得施工许可证搭建临时用房。"),
]


def needs_review(story: Story) -> bool:
    """Whether the story's author meant it to go through legal review: the demo says so, the engine judges."""
    if story.agency == "yx-sj" and story.twist != "summary":
        return True  # market supervision reviews every ordinary case
    citizen = _party(story.party)["kind"] == "citizen"
    return (
        story.fine >= (5000 if citizen else 50000) or story.hearing or story.twist in ("returned", "rejected") or story.stage == "submitted"
    )


def _party(party_id: str) -> dict[str, Any]:
    return next(p for p in district()["parties"] if p["id"] == party_id)


def write(story: Story, case: str, today: date, calendar: Calendar, number: Numbering) -> Timeline:
    """The history of one story, up to its stage. `case` is the case's id; numbers are drawn in the order in which acts need them."""
    power = [p for p in district()["powers"] if p["agency"] == story.agency][story.power]
    procedure = power["kind"]
    last = _last_day(story)
    start = calendar.add_workdays(today, -(last + story.idle + 1))
    t = Timeline(case=case, procedure=procedure, staff=staff(story.agency), start=start, calendar=calendar)
    matter = acts.Matter(
        title=power["title"], number="" if story.stage == "lead" or story.twist == "summary" else number(story.agency, "立", start), party=_party(story.party), power=power,
        fine=story.fine, place=story.place, facts=story.facts, hearing=story.hearing,
        grave=story.hearing or story.twist == "grave" or story.fine >= 50000,
    )  # fmt: skip
    if story.twist == "summary":
        sidetracks.summary(t, matter, number(story.agency, "罚当", start))
        return t
    for stretch in _stretches(story, t, matter, number):
        stretch()
    return t


def _shift(story: Story) -> int:
    return 12 if story.hearing else 0


_DAYS = {
    "lead": 0, "filed": 0, "investigated": 5, "noticed": 6, "defence_over": 12, "submitted": 13, "reviewed": 15, "discussed": 16, "decided": 17,
    "served": 19, "published": 20, "performed": 26, "closed": 27, "archived": 35,
}  # fmt: skip


def _last_day(story: Story) -> int:
    if story.twist == "summary":
        return 10
    late = _shift(story) if STAGES.index(story.stage) >= STAGES.index("defence_over") else 0
    return _DAYS[story.stage] + late


def _stretches(story: Story, t: Timeline, matter: acts.Matter, number: Numbering) -> Iterator[Callable[[], None]]:
    reach = STAGES.index(story.stage)
    shift = _shift(story)

    def reached(stage: str) -> bool:
        return STAGES.index(stage) <= reach

    yield lambda: acts.lead(t, matter)
    if reached("filed"):
        yield lambda: acts.filing(t, matter)
    if reached("investigated"):
        late = 60 * 50 if story.twist == "late_recording" else 300
        gap = (12, 23) if story.twist == "gap" else None
        yield lambda: acts.investigation(t, matter, stored_after=late, gap=gap)
    if story.twist == "dropped":
        yield lambda: sidetracks.drop(t, day=6)
        return
    if reached("noticed"):
        yield lambda: acts.notice(t, matter)
    if reached("defence_over"):
        yield lambda: acts.rectified(t)
        yield (lambda: acts.hearing(t)) if story.hearing else (lambda: acts.no_defence(t))
    reviewed = needs_review(story)
    if reviewed and reached("submitted"):
        yield lambda: acts.submit_review(t, day=13 + shift)
    if reviewed and reached("reviewed"):
        outcome = {"returned": acts.return_review, "rejected": acts.reject_review}.get(story.twist, acts.pass_review)
        yield lambda: outcome(t, day=15 + shift)
    if (matter.grave or reviewed) and reached("discussed"):
        yield lambda: acts.discuss(t, day=16 + shift)
    if reached("decided"):
        decision = number(story.agency, "罚决", t.at(17 + shift, "16:00").date())
        yield lambda: acts.decide(t, matter, decision, day=17 + shift)
    if reached("served"):
        yield lambda: acts.serve_decision(t, day=19 + shift)
    if story.twist in ("minor", "secret"):
        yield lambda: sidetracks.withhold(t, story.twist, day=20 + shift)
        return
    if reached("published"):
        yield lambda: acts.publish(t, "decision", 20 + shift, "15:00", summary=sidetracks.summary_of(t, matter))
        yield lambda: acts.credit(t, day=20 + shift)
    if story.twist == "withdrawn":
        yield lambda: sidetracks.revoke_and_withdraw(t, day=25 + shift)
        return
    if reached("performed"):
        yield lambda: acts.perform_penalty(t, day=24 + shift)
        yield lambda: acts.publish(t, "performance", 26 + shift, "10:00", summary=sidetracks.summary_of(t, matter))
    if reached("closed"):
        yield lambda: acts.close(t, day=27 + shift)
    if reached("archived"):
        yield lambda: acts.archive(t, day=35 + shift)

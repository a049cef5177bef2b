"""What the page of a case's recordings shows: per act what the law wants recorded and what is there, the bar of the whole act, each recording."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from xiezhi.apps.casework.casepage import stage_finder
from xiezhi.apps.evidence import custody, handing, viewings
from xiezhi.apps.evidence.gaps import LASTING, OwedGap, numbers_of
from xiezhi.apps.evidence.gaps import owed as owed_gaps
from xiezhi.apps.evidence.models import AccessGrant, Custody, Derivative, Recording
from xiezhi.apps.evidence.wanted import Want, media_of, words_of

Segment = tuple[str, float, float]


@dataclass(slots=True)
class ActShown:
    """One act. `wanted`: the media that the pack asks for and how that stands; `there`: how much of text, picture, sound and film there is."""

    id: str
    kind: str
    zh: str
    number: int
    begin: datetime
    end: datetime
    stage: str
    wanted: list[Want]
    there: dict[str, int]
    segments: tuple[Segment, ...]
    label: str
    rows: list[Recording]
    unknown: list[Any]
    gaps: list[OwedGap]
    files: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class CaseRecordings:
    acts: list[ActShown]
    unclaimed: list[Recording]
    events: list[Any]


def of_case(case: str, picture: Any, now: datetime) -> CaseRecordings:
    """Everything of the page, from one reading of the case and three queries."""
    rows = {str(row.id): row for row in Recording.objects.filter(case=case).select_related("file").order_by("begin", "number")}
    marking, book = picture.marking, picture.book
    handed = handing.by_recording(marking, now)
    broken: dict[int | None, dict[str, str]] = defaultdict(dict)
    for finding in marking.findings:
        broken[finding.act] |= dict.fromkeys((finding.rule, *finding.rules), finding.kind)
    posters = set(
        Derivative.objects.filter(source__recordings__case=case, kind="poster", failed="", gone_at=None).values_list("source", flat=True)
    )
    for row in rows.values():
        row.hand_in = handed.get(str(row.id))  # type: ignore[attr-defined]
        row.poster = row.file_id in posters  # type: ignore[attr-defined]
    owed = owed_gaps(case, marking, book.pack, picture.entries)
    stage_of = stage_finder(picture.explanation.stages, book.pack.vocabulary)
    files = {str(entry.id): list(entry.body.get("files") or ()) for entry in picture.entries}
    for entry in picture.entries:
        if entry.of is not None and str(entry.of) in files:
            files[str(entry.of)] += list(entry.body.get("files") or ())
    numbers = numbers_of(picture.entries)
    acts: list[ActShown] = []
    claimed: set[str] = set()
    for place, act in enumerate(marking.acts):
        wanted = media_of(act, marking, book.pack, broken[place])
        if not wanted and not act.recordings:
            continue
        own = [rows[one.id] for one in act.recordings if one.id in rows]
        claimed.update(str(row.id) for row in own)
        gaps = [gap for gap in owed if gap.act == str(act.id)]
        shown = _shown(act, wanted, book.pack, stage_of, own, gaps, files.get(str(act.id), []))
        shown.number = numbers.get(str(act.id), 0)
        acts.append(shown)
    return CaseRecordings(acts, [row for key, row in rows.items() if key not in claimed], events_of(case=case))


def _shown(  # noqa: PLR0917 - the parts of one row
    act: Any, wanted: list[Want], pack: Any, stage_of: Any, own: list[Recording], owed: list[OwedGap], files: list[dict[str, Any]]
) -> ActShown:
    kinds = [one.kind for one in act.recordings]
    segments, label = bar(act)
    return ActShown(
        id=str(act.id),
        kind=act.kind,
        zh=pack.vocabulary.acts[act.kind].zh,
        number=0,
        begin=act.at,
        end=act.end,
        stage=stage_of(act.kind)[1],
        wanted=wanted,
        there={"text": len(act.documents), "photo": kinds.count("photo"), "audio": kinds.count("audio"), "video": kinds.count("video")},
        segments=segments,
        label=label,
        rows=own,
        unknown=[one for one in act.recordings if one.id not in {str(row.id) for row in own}],
        gaps=owed,
        files=files,
    )


def wanted_words(wanted: Any) -> str:
    """The media of a row of av.yaml in words."""
    return words_of(wanted.get("media") or ())


def bar(act: Any) -> tuple[tuple[Segment, ...], str]:
    """The whole act as a continuity bar over all recorders: recorded, explained, gap; and the same in a sentence."""
    lasting = [one for one in act.recordings if one.kind in LASTING]
    whole = (act.end - act.at).total_seconds()
    if not lasting or whole <= 0:
        return (), ""
    recorded, explained = [], []
    for one in lasting:
        reached = one.start
        for gap in sorted(one.gaps, key=lambda gap: gap.start):
            if gap.start > reached:
                recorded.append((reached, gap.start))
            if gap.explained:
                explained.append((gap.start, gap.end))
            reached = max(reached, gap.end)
        if one.end > reached:
            recorded.append((reached, one.end))
    edges = sorted({act.at, act.end, *(edge for span in (*recorded, *explained) for edge in span if act.at < edge < act.end)})
    found: list[Segment] = []
    lost = {"gap": 0.0, "explained": 0.0}
    for a, b in itertools.pairwise(edges):
        state = "recorded" if _in(recorded, a, b) else "explained" if _in(explained, a, b) else "gap"
        if state in lost:
            lost[state] += (b - a).total_seconds()
        start, width = (a - act.at).total_seconds() / whole, (b - a).total_seconds() / whole
        if found and found[-1][0] == state:
            found[-1] = (state, found[-1][1], found[-1][2] + width)
        else:
            found.append((state, start, width))
    said = [f"没有录到 {lost['gap']:.0f} 秒"] if lost["gap"] else []
    said += [f"中断 {lost['explained']:.0f} 秒已经说明"] if lost["explained"] else []
    words = "，".join(said) or "全程有记录"
    return tuple(found), f"{_clock(act.at)} 到 {_clock(act.end)}，{len(lasting)} 段录像录音，{words}"


def _in(spans: Iterable[tuple[datetime, datetime]], a: datetime, b: datetime) -> bool:
    # Two seconds are a seam between files, as the rules on coverage allow.
    return any(start <= a and end >= b for start, end in spans) or (
        b - a <= timedelta(seconds=2) and any(end == a for _start, end in spans)
    )


def _clock(value: datetime) -> str:
    from django.utils.timezone import localtime

    return f"{localtime(value):%H:%M:%S}"


@dataclass(frozen=True, slots=True)
class Event:
    at: datetime
    zh: str
    who: str
    what: str


def events_of(*, case: str = "", recording: UUID | None = None, limit: int = 100) -> list[Event]:
    """Who did what with the recordings, the latest first."""
    from xiezhi.apps.registry import queries as registry

    rows = Custody.objects.filter(recording=recording) if recording else Custody.objects.filter(case=case)
    found = list(rows.order_by("-id")[:limit])
    names = registry.names({row.by for row in found if row.by})
    grants = {str(row.detail["grant"]) for row in found if row.detail.get("grant")}
    applicants = {str(key): name for key, name in AccessGrant.objects.filter(pk__in=grants).values_list("pk", "applicant")}
    titles = dict(Recording.objects.filter(pk__in={row.recording for row in found if row.recording}).values_list("id", "name"))
    looking = [
        Event(
            row.began,
            "正在查看",
            _who(row, names, {str(row.grant_id): row.grant.applicant} if row.grant else {}),
            " ".join(filter(None, (row.recording.name if row.recording else "文书", viewings.spoken(row)))),
        )
        for row in viewings.open_ones(case=case, recording=recording)
    ]
    told: list[Event] = []
    for run in _runs(found):
        row, words = run[-1], [custody.WHAT.get(one.what, one.what) for one in run]
        counted = [f"{zh}{f' {words.count(zh)} 份' if words.count(zh) > 1 else ''}" for zh in dict.fromkeys(words)]
        title = titles.get(row.recording, "") if row.recording else ""
        told.append(Event(row.at, "、".join(counted), _who(row, names, applicants), " ".join(filter(None, (title, _part(row))))))
    return looking + told


# What one taking in, or one turn of the worker, does to a file: shown as one line.
_ONE_GO = (frozenset({"received", "hashed", "probed", "stored", "class_set"}), frozenset({"derived"}))
_AT_ONCE = timedelta(minutes=5)


def _runs(found: Iterable[Custody]) -> list[list[Custody]]:
    """The rows (latest first) in runs, each in order of time."""
    runs: list[list[Custody]] = []
    for row in found:
        last = runs[-1][0] if runs else None
        if (
            last is not None
            and (last.recording, last.sha256, last.by, last.account) == (row.recording, row.sha256, row.by, row.account)
            and any({last.what, row.what} <= go for go in _ONE_GO)
            and last.at - row.at <= _AT_ONCE
        ):
            runs[-1].insert(0, row)
        else:
            runs.append([row])
    return runs


def _who(row: Any, names: dict[str, str], applicants: dict[str, str]) -> str:
    grant = row.detail.get("grant") if isinstance(row, Custody) else row.grant_id
    applicant = applicants.get(str(grant), "")
    nobody = "系统" if isinstance(row, Custody) and row.what == "derived" else "命令行"
    return names.get(row.by) or row.account or row.by or applicant or nobody


def _part(row: Custody) -> str:
    pages = row.detail.get("pages")
    return str(row.detail.get("shown") or (f"第 {'、'.join(pages)} 页" if pages else ""))

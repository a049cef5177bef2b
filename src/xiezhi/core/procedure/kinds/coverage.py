"""coverage: audio-visual recordings of an act. Missing altogether is `missing`, an unexplained hole is a `gap`."""

from __future__ import annotations

from datetime import timedelta

from xiezhi.core.law.clock import SHANGHAI
from xiezhi.core.law.rules import Coverage
from xiezhi.core.procedure.coverage import uncovered
from xiezhi.core.procedure.finding import Fault
from xiezhi.core.procedure.guard import Scene, Unknown
from xiezhi.core.procedure.tools import Check, Tools

_MEDIA = {"photo": "照片", "audio": "录音", "video": "录像"}


def coverage(rule: Coverage, tools: Tools) -> Check:
    excused = tools.optional(rule.unless)
    tolerance = timedelta(seconds=rule.tolerance)
    nothing = Fault(
        "missing", "no recording: " + " or ".join(rule.media), "缺少音像记录：" + "或者".join(_MEDIA.get(kind, kind) for kind in rule.media)
    )

    def check(scene: Scene) -> Fault | Unknown | None:
        act = scene.this
        taken = [recording for recording in act.recordings if recording.kind in rule.media]
        fault: Fault | None = None
        if not taken:
            fault = None if rule.if_any else nothing
        elif rule.whole:
            holes = uncovered(act.at, act.end, taken, tolerance)
            if holes:
                fault = _gap(f"{holes[0][0].astimezone(SHANGHAI):%H:%M}", sum(((b - a) for a, b in holes), timedelta(0)))
        if fault is None or excused is None:
            return fault
        answer = excused(scene)
        if answer is True:
            return None
        return fault if answer is False else answer

    return check


def _gap(start: str, length: timedelta) -> Fault:
    minutes = length / timedelta(minutes=1)
    return Fault("gap", f"{minutes:.0f} minutes without recording, from {start}", f"自{start}起共{minutes:.0f}分钟没有音像记录且未作说明")

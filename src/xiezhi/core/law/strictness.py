"""Whether a rule asks for less than the rule it takes the place of. What cannot be compared (guards) is left to the reason given."""

from __future__ import annotations

from xiezhi.core.law.rules import Companion, Coverage, Duty, Lead, Limit, Person, Rule, TermText

_LIVE = {"record": 0, "warn": 1, "block": 2}
# Keys that an overlay may set with `tightens: true`; everything else needs a rule of its own or `replaces` with a reason.
TIGHTENABLE = (
    "id", "kind", "cite", "zh", "en", "fix", "fix_en", "reason", "live", "severity", "from", "to", "within", "at_least", "at_most",
    "documents", "signatures", "fields", "service", "who", "whole", "tolerance", "tightens",
)  # fmt: skip


def losses(base: Rule, own: Rule) -> list[str]:
    """What `own` gives up of `base`, in words; empty when nothing comparable is lost."""
    lost: list[str] = []
    if type(base) is not type(own):
        return [f"it is a {own.kind} and no longer a {base.kind}"]
    if base.live and (own.live is None or _LIVE[own.live] < _LIVE[base.live]):
        lost.append(f"'live' was {base.live}")
    if base.severity == "violation" and own.severity == "warning":
        lost.append("'severity' was violation")
    if base.procedures == () and own.procedures != ():
        lost.append("it applied to every procedure")
    elif not set(base.procedures) <= set(own.procedures) and own.procedures != ():
        lost.append("it applied to more procedures")
    if not set(getattr(base, "on", ())) <= set(getattr(own, "on", ())):
        lost.append("it hung on more acts")
    lost.extend(_own_losses(base, own))
    return lost


def _own_losses(base: Rule, own: Rule) -> list[str]:
    match base, own:
        case Duty(), Duty():
            return _term(base.within, own.within, longer_is_weaker=True)
        case Lead(), Lead():
            return [
                *_term(base.at_least, own.at_least, longer_is_weaker=False),
                *_term(base.at_most, own.at_most, longer_is_weaker=True),
            ]
        case Limit(), Limit():
            return ["the limit was lower"] if _more(own.at_most, base.at_most) else []
        case Companion(), Companion():
            return _companion(base, own)
        case Coverage(), Coverage():
            lost = ["the whole act had to be covered"] if base.whole and not own.whole else []
            return [*lost, *(["the tolerance was smaller"] if own.tolerance > base.tolerance else [])]
        case Person(), Person():
            return _person(base, own)
        case _:
            return []


def _more(one: int | str, other: int | str) -> bool:
    return isinstance(one, int) and isinstance(other, int) and one > other


def _term(base: TermText | None, own: TermText | None, *, longer_is_weaker: bool) -> list[str]:
    if base is None:
        return []
    if own is None:
        return ["it had a term"]
    if base.unit != own.unit:
        return (
            []
            if base.unit == "workday" and own.unit == "day" and longer_is_weaker and not _more(own.amount, base.amount)
            else ["its unit was " + base.unit]
        )
    if longer_is_weaker and _more(own.amount, base.amount):
        return [f"its term was {base.amount} {base.unit}"]
    if not longer_is_weaker and _more(base.amount, own.amount):
        return [f"its term was {base.amount} {base.unit}"]
    return []


def _companion(base: Companion, own: Companion) -> list[str]:
    lost = [f"it asked for {' or '.join(group)}" for group in base.documents if not any(set(mine) <= set(group) for mine in own.documents)]
    if (base.officers or 0) > (own.officers or 0):
        lost.append(f"it asked for {base.officers} officers' signatures")
    if base.party and (not own.party or not set(own.party) <= set(base.party)):
        lost.append("it asked more of the party's signature")
    if base.witness and not own.witness:
        lost.append("it asked for a witness")
    lost.extend(f"it asked for '{key}'" for key in base.fields if key not in own.fields)
    if base.service and not own.service:
        lost.append("it asked for service")
    return lost


def _person(base: Person, own: Person) -> list[str]:
    lost: list[str] = []
    if (base.count or 0) > (own.count or 0):
        lost.append(f"it asked for {base.count} persons")
    lost.extend(
        f"it asked for a {name}" for name in ("role", "certificate", "qualification") if getattr(base, name) and not getattr(own, name)
    )
    if base.role and own.role and not set(own.role) <= set(base.role):
        lost.append("it asked for fewer roles")
    if not set(base.apart_from) <= set(own.apart_from):
        lost.append("it kept more persons apart")
    return lost

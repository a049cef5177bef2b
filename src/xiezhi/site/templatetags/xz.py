"""Tags of every page: dates, sums, states, icons, citations, fields. A built-in: pages need no `load`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from xiezhi.site import words

register = template.Library()

# State -> icon. A state is word, icon, colour and shape together, never colour alone (design language 5.4).
STATE_ICONS = {"late": "alert", "soon": "clock", "stop": "stop", "ok": "check", "sealed": "seal", "gone": "undo", "missing": "alert"}

# ------------------------------------------------------------------ words
register.filter("day", words.day_zh)
register.filter("moment", words.moment_zh)
register.filter("money", words.money_zh)
register.simple_tag(words.span_zh, name="span")


@register.filter
def day_year(value: Any) -> str:
    return words.day_zh(value, year=True)


@register.filter
def moment_year(value: Any) -> str:
    return words.moment_zh(value, year=True)


@register.filter
def stop(value: Any) -> str:
    """A sentence with one full stop at its end, whether or not it came with one."""
    text = str(value or "").rstrip()
    return text if not text or text[-1] in "。！？" else text.rstrip("；;.") + "。"


@register.filter
def fingerprint(value: str | bytes | None) -> str:
    """The first sixteen digits of a hash in fours, and the last four."""
    text = value.hex() if isinstance(value, bytes) else str(value or "")
    if len(text) <= 20:
        return text
    return " ".join(text[i : i + 4] for i in range(0, 16, 4)) + " … " + text[-4:]


# ------------------------------------------------------------------ states and icons
@register.simple_tag
@lru_cache(maxsize=512, typed=True)
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the page's sprite. Without a label it is decoration beside a word."""
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="#i-{}"></use></svg>', label, name)
    return format_html('<svg class="icon" aria-hidden="true"><use href="#i-{}"></use></svg>', name)


@register.simple_tag
@lru_cache(maxsize=2048, typed=True)  # typed: what is marked safe is never taken for what is not
def tag(kind: str, text: str, mark: str = "") -> SafeString:
    """A state: late | soon | ok | stop | sealed | gone | draft | line | missing. `mark` names another icon than the state's own."""
    name = mark or STATE_ICONS.get(kind, "")
    return format_html('<span class="tag {}">{}{}</span>', kind, icon(name) if name else "", text)


@register.simple_tag(takes_context=True)
def deadline(
    context: Context, due: datetime | None, now: datetime | None = None, calendar: Any = None, opened: datetime | None = None
) -> str:
    """还剩 3 个工作日 / 已超 6 小时, as a state. `now` and `calendar` may stand in the context."""
    moment = now or context.get("now")
    if due is None or moment is None:
        return ""
    said = words.deadline(due, moment, calendar or context.get("calendar"), opened)
    return tag(said.kind, said.words, "" if said.kind == "late" else "clock")


@register.simple_tag
def redacted(what: str, why: str = "") -> SafeString:
    """A black box of fixed width: its length tells nothing (design language 5.21)."""
    label = f"{what} · {why}" if why else what
    return format_html('<span class="redacted"><span class="vh">此处隐去：</span>{}</span>', label)


# ------------------------------------------------------------------ citations
@lru_cache(maxsize=4096)
def _cite(clause_ids: tuple[str, ...], pack: Any) -> SafeString:
    """A citation of one article; of several clauses of it, each text stands under the one name."""
    known = [(one, pack.clauses.get(one) if pack is not None else None) for one in clause_ids]
    if known[0][1] is None:
        return format_html('<span class="cite plain">{}</span>', clause_ids[0])
    texts = format_html_join(
        "",
        '<p>{}</p><p class="muted">{}</p>',
        (
            (
                getattr(clause, "says", "") or "条文原文请查所列出处。",
                f"{source}（{one}）" if (source := getattr(clause, "source", "")) else one,
            )
            for one, clause in known
        ),
    )
    return format_html(
        '<details class="cite"><summary>{}</summary><div class="article">{}</div></details>', pack.cite_zh(clause_ids[0]), texts
    )


@register.simple_tag(takes_context=True)
def cite(context: Context, clause_id: str, pack: Any = None) -> SafeString:
    """A citation that opens its article in place. `pack` may stand in the context."""
    return _cite((clause_id,), pack or context.get("pack"))


@register.simple_tag(takes_context=True)
def cites(context: Context, clause_ids: Iterable[str], pack: Any = None) -> SafeString:
    return _cites(tuple(clause_ids), pack or context.get("pack"))


@lru_cache(maxsize=4096)
def _cites(clause_ids: tuple[str, ...], pack: Any) -> SafeString:
    named: dict[str, list[str]] = {}
    for one in dict.fromkeys(clause_ids):
        known = pack is not None and pack.clauses.get(one) is not None
        named.setdefault(pack.cite_zh(one) if known else one, []).append(one)
    return format_html('<span class="cites">{}</span>', format_html_join("", "{}", ((_cite(tuple(ids), pack),) for ids in named.values())))


# ------------------------------------------------------------------ figures
@register.simple_tag
def continuity(segments: Iterable[tuple[str, float, float]], label: str) -> SafeString:
    """A recording's continuity bar. Segments: (recorded | gap | explained | trimmed, start, width), shares of 0..1."""
    parts = format_html_join(
        "",
        '<rect class="{}" x="{}" y="0" width="{}" height="18"></rect>',
        ((kind, f"{start * 1000:.1f}", f"{width * 1000:.1f}") for kind, start, width in segments),
    )
    return format_html(
        '<svg class="continuity" role="img" aria-label="{}" viewBox="0 0 1000 18" preserveAspectRatio="none">'
        '<rect class="empty" width="1000" height="18"></rect>{}</svg>',
        label,
        parts,
    )


@register.simple_tag
def usedbar(used: float, limit: float, label: str) -> SafeString:
    """How much of a limit was used; over the limit in the colour of lateness."""
    share = min(1.0, used / limit) if limit else 1.0
    return format_html(
        '<svg class="usedbar" role="img" aria-label="{}" viewBox="0 0 1000 12" preserveAspectRatio="none">'
        '<rect class="empty" width="1000" height="12"></rect><rect class="{}" width="{}" height="12"></rect></svg>',
        label,
        "over" if used > limit else "used",
        f"{share * 1000:.0f}",
    )


# ------------------------------------------------------------------ forms and links
@register.inclusion_tag("parts/field.html")
def field(bound: BoundField, label: str = "") -> dict[str, Any]:
    """Label, hint, error, control: in this order (design language 5.26)."""
    return {"field": bound, "label": label or bound.label, "type": getattr(bound.field.widget, "input_type", "")}


@register.inclusion_tag("parts/errors.html")
def errors(form: BaseForm) -> dict[str, Any]:
    """The summary above a form: every error, linked to its field."""
    named = [(form[name], found) for name, found in form.errors.items() if name != "__all__"] if form.is_bound else []
    general = list(form.non_field_errors()) if form.is_bound else []
    return {"general": general, "named": named, "count": len(general) + len(named)}


@register.simple_tag(takes_context=True)
def link_with(context: Context, **changes: Any) -> SafeString:
    """The page's own address with some of its parameters changed; None or "" drops one."""
    params = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            params.pop(name, None)
        else:
            params[name] = str(value)
    address: SafeString = mark_safe("?" + params.urlencode().replace("&", "&amp;"))  # noqa: S308 - percent-encoded, ampersands escaped
    return address

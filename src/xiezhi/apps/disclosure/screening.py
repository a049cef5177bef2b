"""Words that become public besides the summary: reasons and answers, looked through for what must not be public."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xiezhi.apps.disclosure import composing
from xiezhi.apps.disclosure.errors import LeakError
from xiezhi.apps.registry import queries as registry


def screen(source: Any, *texts: str, removed: Sequence[tuple[str, str]] = (), where: str = "理由") -> None:
    """Refuse words that hold a private value of the case, or a number of a person or an account. Raises LeakError naming `where`.

    `source` is the case's CaseSource; `removed` are values taken out of the summary and the text besides. The agency's own telephone
    may be told.
    """
    known = composing.private_values(source.facts, composing.policy_of(source.pack)).known
    agency = registry.agency(source.agency_id)
    own = {agency.phone} if agency else set()
    found = [
        one for one in composing.exposed("\n".join(texts), [*((kind, value) for value, kind in known.items()), *removed]) if one not in own
    ]
    if found:
        raise LeakError(found, where)

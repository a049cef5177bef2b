"""A Python function written line by line from parts that are all made here.

The source holds names of our own and operators alone. Whatever comes from a pack (the name of a fact, a text, a list) is an object in the
function's namespace and never part of the source, so that no pack can write Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from xiezhi.core.procedure.guard.values import Unknown

_PLAIN = (str, int, type(None))


class Writer:
    """Lines with their depth. `scopes` are the values that a name already holds where the next line stands: none is read twice."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {}
        self._known: dict[Any, str] = {}
        self._lines: list[tuple[int, str]] = []
        self._depth = 0
        self._scopes: list[dict[Any, str]] = [{}]
        self._count = 0
        self._bought = 0

    def constant(self, value: Any) -> str:
        """The name under which the function finds an object."""
        key = (type(value), value) if isinstance(value, _PLAIN) else id(value)
        name = self._known.get(key)
        if name is None:
            name = self._known[key] = f"k{len(self.names)}"
            self.names[name] = value
        return name

    def fresh(self) -> str:
        self._count += 1
        return f"v{self._count}"

    def put(self, text: str) -> None:
        """A line that costs something, or has an effect."""
        self._bought += 1
        self._lines.append((self._depth, text))

    def held(self, text: str) -> str:
        """The name that holds the value of this expression of finished names. It must be cheap and without effect: it may be read early."""
        name = self.find(text)
        if name is None:
            name = self.fresh()
            self._lines.append((self._depth, f"{name} = {text}"))
            self._scopes[-1][text] = name
        return name

    def known(self, key: Any, name: str) -> None:
        """From here on `name` holds the value that `key` stands for."""
        self._scopes[-1][key] = name

    def find(self, key: Any) -> str | None:
        """The name that holds this value, None where it would have to be asked."""
        return next((scope[key] for scope in reversed(self._scopes) if key in scope), None)

    @contextmanager
    def under(self, head: str) -> Iterator[None]:
        """The lines written inside stand under this head."""
        self.put(head)
        self._depth += 1
        self._scopes.append({})
        before = len(self._lines)
        try:
            yield
            if len(self._lines) == before:
                self._lines.append((self._depth, "pass"))
        finally:
            self._scopes.pop()
            self._depth -= 1

    def apart(self, write: Callable[[], Any]) -> tuple[Any, Part]:
        """What `write` answers, and its lines, which stand nowhere yet."""
        lines, bought = self._lines, self._bought
        self._lines, self._bought = [], 0
        self._scopes.append({})
        try:
            answer = write()
            part = Part([(depth - self._depth, text) for depth, text in self._lines], self._scopes[-1], cheap=self._bought == 0)
        finally:  # where nothing can be written, no line of it stays
            self._scopes.pop()
            self._lines, self._bought = lines, bought
        return answer, part

    def insert(self, part: Part, *, shared: bool = False) -> None:
        """Write the lines of a part here. `shared`: what it read holds for what follows."""
        self._lines.extend((self._depth + depth, text) for depth, text in part.lines)
        if not part.cheap:
            self._bought += 1
        if shared:
            self._scopes[-1].update(part.scope)

    def source(self, arguments: str) -> str:
        return f"def written({arguments}):\n" + "".join(f"{' ' * (depth + 1)}{text}\n" for depth, text in self._lines)

    def function(self, arguments: str, name: str) -> Any:
        """The function with these lines. `name` is what a traceback shows."""
        namespace = {**self.names, "Unknown": Unknown}
        exec(compile(self.source(arguments), f"<{name}>", "exec"), namespace)  # noqa: S102  names of our own and operators alone, see above
        return namespace["written"]


class Part:
    """Lines with depths from where they will stand, and what they read. `cheap`: nothing but reading."""

    __slots__ = ("cheap", "lines", "scope")

    def __init__(self, lines: list[tuple[int, str]], scope: dict[Any, str], *, cheap: bool) -> None:
        self.lines = lines
        self.scope = scope
        self.cheap = cheap

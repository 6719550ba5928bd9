"""Regular expressions that people write in their settings, made safe to run on hostile text.

Python's matcher backtracks, so that an innocent looking pattern may take hours. We refuse a pattern whose
worst number of ways to match is large, and run the rest on short overlapping windows: the time is then
linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from re import _constants as _op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from analyst.core.errors import UsageProblem

WINDOW = 256  # characters looked at together
LONGEST = 128  # a match up to this length is always found
_WAYS = 1000  # one open-ended repeat and a few optional parts


class SafePattern:
    """A compiled pattern that substitutes in linear time."""

    def __init__(self, compiled: re.Pattern[str]) -> None:
        self._compiled = compiled

    def spans(self, text: str) -> list[tuple[int, int]]:
        """The half-open spans of the matches, in order and without overlap. A match reaching past a window is cut."""
        if len(text) <= WINDOW:
            return [m.span() for m in self._compiled.finditer(text) if m.end() > m.start()]
        found: list[tuple[int, int]] = []
        position, last = 0, 0
        while position < len(text):
            end = min(position + WINDOW, len(text))
            for match in self._compiled.finditer(text, max(position, last), end):
                if match.end() == match.start():
                    continue
                if match.start() >= position + LONGEST and end < len(text):
                    break  # the next window sees all of it
                found.append(match.span())
                last = match.end()
            position += LONGEST
        return found

    def sub(self, replace: Callable[[str], str], text: str) -> str:
        """The text with every match replaced by `replace(match)`."""
        parts: list[str] = []
        at = 0
        for start, end in self.spans(text):
            parts += [text[at:start], replace(text[start:end])]
            at = end
        return "".join([*parts, text[at:]])


def compile_safely(name: str, pattern: str) -> SafePattern:
    """The pattern ready to use. Raises UsageProblem when it is no regular expression or could run away."""
    where = f"The redaction pattern '{name}'"
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,30}", name):
        raise UsageProblem(f"{where} has a name that cannot stand in a placeholder.", "Use a short lower-case word.")
    try:
        compiled = re.compile(pattern)
        ways = _ways(_parser.parse(pattern))
    except (re.error, RecursionError, OverflowError) as error:
        raise UsageProblem(f"{where} is not a regular expression: {error}.") from error
    if ways > _WAYS:
        raise UsageProblem(
            f"{where} could take very long on some texts, so it is not used.",
            "Keep at most one open-ended repeat (*, + or {n,}) and none inside another; give the others a limit "
            "such as {1,20}.",
        )
    if compiled.match(""):
        raise UsageProblem(f"{where} matches nothing at all.", "Make it require at least one character.")
    if compiled.search("[") or compiled.search(f"[{name}-1]"):
        raise UsageProblem(f"{where} would match its own placeholder [{name}-1].", "Make it more specific.")
    return SafePattern(compiled)


def _ways(node: Any) -> int:
    """An upper bound of the number of ways in which the parsed pattern can match from one position."""
    ways = 1
    for kind, value in node:
        ways = min(ways * _item_ways(kind, value), 10**9)
    return ways


def _item_ways(kind: Any, value: Any) -> int:
    if kind in (_op.MAX_REPEAT, _op.MIN_REPEAT, _op.POSSESSIVE_REPEAT):
        low, high, body = value
        inner = _ways(body)
        high = min(int(high), WINDOW)
        if inner == 1:
            return int(high - min(low, high) + 1)
        return int(min(sum(min(inner ** min(k, 60), 10**9) for k in range(low, high + 1)), 10**9))
    if kind is _op.SUBPATTERN:
        return _ways(value[-1])
    if kind is _op.BRANCH:
        return sum(_ways(branch) for branch in value[1])
    if kind in (_op.ASSERT, _op.ASSERT_NOT):
        return _ways(value[1])
    if kind is _op.ATOMIC_GROUP:
        return _ways(value)
    if kind in (_op.GROUPREF, _op.GROUPREF_EXISTS):
        return 10**9  # back-references defeat the bound
    return 1

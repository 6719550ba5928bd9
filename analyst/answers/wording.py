"""How numbers and names are written in sentences. One place, so that the same thing always reads the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analyst.core.query import Where
from analyst.core.values import Estimate

MINUS = "\N{MINUS SIGN}"
METRIC_NAMES = {"nps": "NPS", "csat": "CSAT", "ces": "CES"}
METRIC_UNITS = {
    "nps": "promoters minus detractors, -100 to +100",
    "csat": "percent satisfied (top box)",
    "ces": "percent who found it easy",
}
SIGNAL_WORDS = {
    "rage_tap": "rage taps",
    "dead_tap": "dead taps",
    "ui_freeze": "freezes",
    "crash": "crashes",
    "error": "errors",
}
ALMOST_ONLY = 20  # times as common: from here on people hear "almost only"
DIMENSION_WORDS = {"app_version": "version"}


def count(number: float) -> str:
    """1,034"""
    return f"{number:,.0f}"


def signed(number: float, digits: int = 1) -> str:
    """+3.2 or −12.4; zero carries no sign."""
    rounded = round(number, digits)
    if rounded == 0:
        return f"{0:.{digits}f}"
    return f"{'+' if rounded > 0 else MINUS}{abs(rounded):.{digits}f}"


def size(number: float, digits: int = 1) -> str:
    """The number without its sign: 12.4"""
    return f"{abs(number):.{digits}f}"


def score(number: float, metric: str) -> str:
    """A score's level: NPS carries its sign, a percentage does not."""
    return signed(number) if metric == "nps" else f"{number:.1f}"


def percent(share: float, digits: int = 0) -> str:
    """31% from .31; small shares get a digit more so that they do not read as nothing."""
    if 0 < abs(share) < 0.01:
        digits = max(digits, 1)
    return f"{100 * share:.{digits}f}%"


def points_of_share(difference: float) -> str:
    """+3.1 pp from .031"""
    return f"{signed(100 * difference)} pp"


def interval(estimate: Estimate, scale: float = 1.0, digits: int = 1) -> str:
    """−18.0 to −6.8; empty where there is no interval."""
    if estimate.low is None or estimate.high is None:
        return ""
    return f"{signed(scale * estimate.low, digits)} to {signed(scale * estimate.high, digits)}"


def times(ratio: float) -> str:
    """2.4×; a ratio against next to nothing is not worth digits."""
    return f"{ratio:.1f}×" if ratio < ALMOST_ONLY else f"over {ALMOST_ONLY}×"


def dimension(name: str) -> str:
    """A segment dimension in words: version for app_version."""
    return DIMENSION_WORDS.get(name, name.replace("_", " "))


def group(where: Where) -> str:
    """platform android, version 4.2.0; a value that the row lacked reads 'without a plan'."""
    return ", ".join(
        f"without a {dimension(name)}" if value == "(missing)" else f"{dimension(name)} {value}"
        for name, value in where
    )


def friction(screen: str, signal: str) -> str:
    """rage taps on Payment"""
    return f"{SIGNAL_WORDS.get(signal, signal.replace('_', ' '))} on {screen}"


def capital(text: str) -> str:
    """The first letter upper case, the rest as it is: names keep theirs, and so does iOS."""
    return text if text[:2] in ("iO", "iP") else text[:1].upper() + text[1:]


def gathered(where: Where, ratio: float) -> str:
    """'8.8× as common in version 4.2.0 as elsewhere', or 'almost only in version 4.2.0'."""
    if ratio >= ALMOST_ONLY:
        return f"almost only in {group(where)}"
    return f"{times(ratio)} as common in {group(where)} as elsewhere"


def place(where: Where, ratio: float) -> str:
    """The same for a table's cell: 'version 4.2.0 (8.8×)' or 'almost only version 4.2.0'."""
    return f"almost only {group(where)}" if ratio >= ALMOST_ONLY else f"{group(where)} ({times(ratio)})"


def listed(parts: list[str]) -> str:
    """a, b and c"""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def tie(fixes: Sequence[str]) -> str:
    """'not clearly ahead of or behind fix-1a2b3c4d', or how many where they are many."""
    if len(fixes) <= 2:
        return f"not clearly ahead of or behind {listed(list(fixes))}"
    return f"not clearly ahead of or behind {len(fixes)} others"


def calendar_entry(change: Mapping[str, str]) -> str:
    """2026-11-09: Release 4.2.0 (android)"""
    detail = change.get("platform") or change.get("kind", "change")
    return f"{change.get('at', '')}: {change.get('title', '')} ({detail})"

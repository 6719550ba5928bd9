"""One trouble is told once: a theme tied to its screen is no complaint of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analyst.core.values import Estimate
from analyst.findings import ScreenLink
from analyst.fixes.ranking import _explained


@dataclass(frozen=True)
class _Candidate:
    screen: str
    themes: tuple[str, ...]


def _link(theme: str, screen: str) -> ScreenLink:
    return ScreenLink(theme, screen, "ui_freeze", Estimate(3.0, 2.0, 4.0, 50, "ratio"), 0.3, 0.1, True)


def test_themes_tied_most_to_the_screen_are_explained_and_others_are_not() -> None:
    links = [_link("pay", "Payment"), _link("bank", "Payment"), _link("late", "Tracking"), _link("late", "Payment")]
    exposed: Any = [_Candidate("Payment", ("pay", "bank", "late"))]
    assert _explained(exposed, links) == ["pay", "bank"]

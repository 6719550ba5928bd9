"""A shop over half a year that ships one fix: Payment froze for Android users, and people scored low for it.

Web users never froze; nobody but Android users gains. The fix comes on SHIPPED, in version 5.0 for Android.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from analyst.core.query import Query
from analyst.core.runfolder import Run
from analyst.core.values import Estimate
from analyst.core.windows import Window
from analyst.fixes.types import Fix
from tests.runs.small_run import write_run

START, SHIPPED = date(2026, 3, 2), date(2026, 6, 29)
WEEKS = 34
HARM = 70.0


@dataclass(frozen=True)
class Story:
    """What happens from SHIPPED on: the friction's share of what it was, whether the score follows, when it is back."""

    left: float = 0.1
    follows: bool = True
    back: date | None = None
    since: date = START
    slow: bool = False  # the version spreads over ten weeks


def moment(day: date) -> datetime:
    """Midnight in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def write_story(folder: Path, story: Story = Story(), a_week: int = 220, seed: int = 3) -> Run:
    """Publish the run."""
    rng = np.random.default_rng(seed)
    responses: list[dict[str, Any]] = []
    sessions: list[dict[str, Any]] = []
    exposures: list[dict[str, Any]] = []
    opinions: list[dict[str, Any]] = []
    n = a_week * WEEKS
    for i in range(n):
        at = moment(START) + timedelta(days=float(rng.uniform(0, 7 * WEEKS)))
        user = f"u{rng.integers(0, 4000):04}"
        android = int(user[1:]) % 5 < 2
        pays = int(user[1:]) % 10 < 7
        platform = "android" if android else "web"
        share = 0.0 if at.date() < story.since else 0.55
        if at.date() >= SHIPPED and not (story.back and at.date() >= story.back):
            share *= story.left
        froze = android and pays and rng.random() < share
        hurts = froze if story.follows or at.date() < SHIPPED else android and pays and rng.random() < 0.55
        level = 35 - HARM * hurts + 8 * (int(user[1:]) % 3 - 1)
        y = float(rng.choice([100.0, 0.0, -100.0], p=_answer(level)))
        began = at - timedelta(hours=6)
        old = began.date() < SHIPPED or (story.slow and rng.random() > (at.date() - SHIPPED).days / 70)
        version = None if not android else "4.9" if old else "5.0"
        common = {"seg_platform": platform, "seg_plan": "pro" if int(user[1:]) % 4 else "free"}
        responses.append(
            {
                "response_id": f"r{i:05}", "source": "t", "source_id": str(i), "kind": "nps", "y": y,
                "score": {100.0: 10.0, 0.0: 8.0, -100.0: 3.0}[y], "scale_min": 0.0, "scale_max": 10.0,
                "submitted_at": at, "user_id": user if rng.random() < 0.97 else None,
                "text": "the pay button froze" if froze else None, **common,
            }
        )  # fmt: skip
        sessions.append(
            {"session_id": f"s{i:05}", "user_id": user, "started_at": began, "app_version": version, **common}
        )
        seen = [
            ("Home", "visit"),
            *([("Payment", "visit")] if pays else []),
            *([("Payment", "ui_freeze")] if froze else []),
        ]
        exposures += [
            {"session_id": f"s{i:05}", "user_id": user, "screen": screen, "signal": signal, "count": 1, "at": began}
            for screen, signal in seen
        ]
        if froze:
            opinions.append(
                {
                    "opinion_id": f"o{i:05}", "response_id": f"r{i:05}", "field": "text", "start": 0, "end": 20,
                    "text": "the pay button froze", "theme_id": "freeze", "state": "core", "sentiment": "negative",
                }
            )  # fmt: skip
    themes = [{"theme_id": "freeze", "label": "Pay button", "kind": "discovered"}]
    return write_run(
        folder, segments=("plan", "platform"), responses=responses, sessions=sessions, exposures=exposures,
        opinions=opinions, themes=themes,
    )  # fmt: skip


def _answer(level: float) -> list[float]:
    middle = max(-0.9, min(0.9, level / 100))
    passive = min(0.2, (1 - abs(middle)) * 0.9)
    promoter = (1 - passive + middle) / 2
    return [promoter, passive, 1 - passive - promoter]


def found_in() -> Query:
    """The week before the shipping, against the four before it."""
    window = Window("2026-W26", moment(SHIPPED - timedelta(days=7)), moment(SHIPPED), "week")
    return Query("nps", window, Window("before", moment(SHIPPED - timedelta(days=35)), window.start, "span"))


def the_fix(lift: float = 10.0) -> Fix:
    """What a list would say of it: four in ten answers are of those it is for, half of them met it, at 70 points."""
    return Fix(
        fix_id="fix-0badcafe", title="Payment on Android: the screen freezes", action="", screen="Payment",
        signal="ui_freeze", where=(("app_version", "4.9"), ("platform", "android")), reach=None,
        lift=Estimate(lift, lift / 2, lift * 1.5, 200), grade="A", confidence=0.9, effort=2.0, effort_assumed=True,
        priority=1.0, rank=1, themes=["freeze"], signals=["ui_freeze"],
    )  # fmt: skip

"""A small shop with known troubles, as a published run: what people met, what they said, how they scored.

Payment freezes for free-plan users of the current window and hurts (theme `cards`); the Recipes heart is tapped and
harms nobody; dead taps on Slots hurt quietly, in both windows; deliveries are late, which no session shows.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from analyst.core.query import Query
from analyst.core.runfolder import Run
from analyst.core.windows import parse_window, zone
from analyst.findings import ThemeName, exposure_gaps, screen_links, theme_findings
from analyst.fixes import Evidence, Fix, rank_fixes
from analyst.runs.counting import connect
from analyst.runs.frame import design_frame
from tests.runs.small_run import write_run

LATE = datetime(2026, 12, 1, tzinfo=UTC)
WORDS = {"cards": "my card was declined and it froze", "late": "it came two hours late", "recipes": "love the recipes"}
PAYMENT, SLOTS, DELIVERY = -60.0, -30.0, -50.0
FROZE = 0.5 * 0.35  # of the current window's answers: half are on the free plan


def query() -> Query:
    """Two weeks of November against the two before."""
    window, baseline = (parse_window(t, zone("UTC")) for t in ("2026-11-09..2026-11-22", "2026-10-26..2026-11-08"))
    return Query("nps", window, baseline)


def ranked_shop(folder: Path, n: int, seed: int) -> tuple[list[Fix], float]:
    """The fixes of a shop, lifts before realisation, and the share of current answers that met Payment's freeze."""
    connection = connect(write_shop(folder, n=n, seed=seed))
    asked = query()
    frame = design_frame(connection, asked, join_days=14, until=LATE)
    rows = connection.execute("SELECT theme_id, label, kind FROM themes").fetchall()
    names = {row[0]: ThemeName(*row) for row in rows}
    links, gaps = screen_links(frame, names), exposure_gaps(frame)
    evidence = Evidence(names, theme_findings(frame, asked, names), [], links, gaps)
    fixes = rank_fixes(connection, frame, asked, evidence, until=LATE, join_days=14, realisation=1.0)
    connection.close()
    return fixes, FROZE


def write_shop(folder: Path, n: int = 3000, seed: int = 0) -> Run:
    """Publish the shop's run."""
    rng = np.random.default_rng(seed)
    responses: list[dict[str, Any]] = []
    sessions: list[dict[str, Any]] = []
    exposures: list[dict[str, Any]] = []
    opinions: list[dict[str, Any]] = []
    for i in range(n):
        now = i % 2 == 0
        when = datetime(2026, 11, 9 if now else 1, tzinfo=UTC) + timedelta(days=float(rng.uniform(0.5, 7.5)))
        plan = "free" if rng.random() < 0.5 else "pro"
        froze = now and plan == "free" and rng.random() < 2 * FROZE
        slots, heart, late = rng.random() < 0.12, rng.random() < 0.25, rng.random() < 0.08
        level = 40 + PAYMENT * froze + SLOTS * slots + DELIVERY * late
        y = float(rng.choice([100.0, 0.0, -100.0], p=_answer(level)))
        user, began = f"u{i:05}", when - timedelta(hours=5)
        seen = rng.random() < 0.85
        responses.append(
            {
                "response_id": f"r{i:05}", "source": "t", "source_id": str(i), "kind": "nps", "y": y,
                "score": {100.0: 10.0, 0.0: 8.0, -100.0: 3.0}[y], "scale_min": 0.0, "scale_max": 10.0,
                "submitted_at": when, "user_id": user, "seg_plan": plan,
            }
        )  # fmt: skip
        if seen:
            sessions.append(
                {
                    "session_id": f"s{i:05}", "user_id": user, "started_at": began, "seg_plan": plan,
                    "replay_url": f"https://replay.example.com/{i}" if i % 3 else None,
                }
            )  # fmt: skip
            met = [("Payment", "ui_freeze", froze), ("Payment", "rage_tap", froze and rng.random() < 0.8),
                   ("Slots", "dead_tap", slots), ("Recipes", "rage_tap", heart)]  # fmt: skip
            rows = [(screen, "visit") for screen in ("Payment", "Slots", "Recipes")]
            rows += [(screen, signal) for screen, signal, did in met if did]
            exposures += [
                {"session_id": f"s{i:05}", "user_id": user, "screen": c, "signal": s, "count": 2, "at": began}
                for c, s in rows
            ]  # fmt: skip
        said = [theme for theme, chance in (("cards", 0.6 * froze), ("late", 0.7 * late), ("recipes", 0.08))
                if rng.random() < chance]  # fmt: skip
        text = ". ".join(WORDS[theme] for theme in said) or ("fine" if rng.random() < 0.4 else None)
        responses[-1]["text"] = text
        for theme in said or (["sys-praise"] if text else []):
            bad = theme in ("cards", "late")
            opinions.append(
                {
                    "opinion_id": f"o{len(opinions):06}", "response_id": f"r{i:05}", "field": "text",
                    "text": WORDS.get(theme, "fine"), "theme_id": theme, "state": "core",
                    "sentiment": "negative" if bad else "positive",
                }
            )  # fmt: skip
    themes = [
        {"theme_id": "cards", "label": "Card declined", "kind": "discovered"},
        {"theme_id": "late", "label": "Late delivery", "kind": "discovered"},
        {"theme_id": "recipes", "label": "Recipes", "kind": "discovered"},
        {"theme_id": "sys-praise", "label": "General praise", "kind": "system"},
    ]
    return write_run(
        folder, responses=responses, sessions=sessions, exposures=exposures, opinions=opinions, themes=themes
    )


def _answer(level: float) -> list[float]:
    middle = max(-0.9, min(0.9, level / 100))
    passive = min(0.2, (1 - abs(middle)) * 0.9)
    promoter = (1 - passive + middle) / 2
    return [promoter, passive, 1 - passive - promoter]

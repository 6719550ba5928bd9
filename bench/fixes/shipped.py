"""Shipped fixes with known effect: how often is a fix called confirmed that did nothing, and one that worked?

    python -m bench.fixes.shipped [--seeds 200] [--out bench/fixes/results]

A company of people who answer every few weeks. Some open the screen the fix is for; half of those meet its friction.
A fix is registered on what was seen before it, with its true lift promised, and judged on the date promised. Nothing of
the analysis is told which arm it is in.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from analyst.core.query import Query
from analyst.core.values import Estimate
from analyst.core.windows import Window
from analyst.fixes.contrast import Panel
from analyst.fixes.looks import Look
from analyst.fixes.shipping import BASELINE_DAYS, Shipping, registration
from analyst.fixes.types import Fix
from analyst.fixes.verify import conclude, deciding_day, run_checks
from analyst.fixes.watching import Target, Visits, Watched, day_number
from bench.main_job import machine

START = date(2026, 1, 5)
BEFORE, AFTER = 26, 30  # weeks
PEOPLE, ANSWERS, SESSIONS = 6000, 500, 700  # people; answers and sessions on the screen a week
MET = 0.5  # of the target's sessions, and of its answers
HARM = 50.0  # points, of those who met it
REALISATION = 0.5
JOIN_DAYS = 14
ARMS = ("nothing works", "friction falls, score does not", "works as promised")
SCENARIOS = ("plain", "season", "drift", "mix shift", "people answer often", "picked for its worst week")
BROKEN = ("target improves by itself",)
GATES = {"without effect": 0.05, "with effect": 0.80}


@dataclass(frozen=True)
class World:
    """What one seed made: the answers, the sessions, the day it shipped and the week it was found in."""

    watched: Watched
    visits: Visits
    shipped: date
    found: date


def make_world(scenario: str, arm: str, seed: int) -> World:
    """One company: `scenario` says what else moves, `arm` what the fix does."""
    rng = np.random.default_rng([seed, SCENARIOS.index(scenario) if scenario in SCENARIOS else 99])
    people = 900 if scenario == "people answer often" else PEOPLE
    plan = rng.choice(3, size=people, p=[0.5, 0.3, 0.2])
    device = rng.choice(4, size=people, p=[0.4, 0.3, 0.2, 0.1])
    likes = rng.normal(0, 30, size=people)
    opens = rng.random(people) < np.array([0.42, 0.25, 0.2])[plan] + 0.05 * (device == 0)
    weeks, n = BEFORE + AFTER, ANSWERS * (BEFORE + AFTER)
    day = rng.integers(0, 7 * weeks, size=n)
    who = rng.integers(0, people, size=n)
    shipped = 7 * BEFORE
    if scenario == "mix shift":  # from shipping on, other plans answer more
        late = (day >= shipped) & (plan[who] == 0) & (rng.random(n) < 0.45)
        who = np.where(late, rng.choice(np.flatnonzero(plan == 2), size=n), who)
    treated = opens[who]
    base = np.array([10.0, 22.0, 38.0])[plan[who]] + np.array([0.0, 4.0, -6.0, 8.0])[device[who]] + likes[who]
    if scenario == "season":
        base += 10 * np.sin(2 * np.pi * day / 182) + 5 * (day % 7 >= 5)
    if scenario == "drift":
        base -= 0.5 * day / 7
    if scenario in BROKEN:
        base = base + np.where(treated, 0.6 * day / 7, 0.0)
    noise = rng.random(n)
    before_y = _answers(base - HARM * (treated & (rng.random(n) < MET)), noise)
    if scenario == "picked for its worst week":
        shipped = 7 * (1 + _worst_week(before_y, day, treated))
    works = arm == ARMS[2]
    met = rng.random(n) < np.where(works & (day >= shipped), MET * (1 - REALISATION), MET)
    y = np.where(day < shipped, before_y, _answers(base - HARM * (treated & met), noise))
    panel = Panel(y, np.ones(n), treated, day_number(START) + day, who, np.stack([plan[who], device[who]], axis=1))
    said = (rng.random(n) < 0.4, (rng.random(n) < 0.3) & treated & met)
    falls = arm != ARMS[0]
    v = SESSIONS * weeks
    on = rng.integers(0, 7 * weeks, size=v)
    rate = np.where(falls & (on >= shipped), MET * (1 - REALISATION), MET)
    visits = Visits((rng.random(v) < rate).astype(float), rng.integers(0, people, size=v), day_number(START) + on,
                    np.ones(v, dtype=bool))  # fmt: skip
    share = float(treated.mean())
    at = START + timedelta(days=shipped)
    return World(Watched(panel, *said, share, "people who saw Payment"), visits, at, at - timedelta(days=7))


def _answers(level: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """+100, 0 or -100 with mean `level`; a fifth are passives where the mean allows."""
    mean = np.clip(level / 100, -0.95, 0.95)
    passive = np.minimum(0.2, (1 - np.abs(mean)) * 0.9)
    promoter = (1 - passive + mean) / 2
    return np.where(noise < promoter, 100.0, np.where(noise < promoter + passive, 0.0, -100.0))


def _worst_week(y: np.ndarray, day: np.ndarray, treated: np.ndarray) -> int:
    """The week, of the last twelve before shipping could be, in which the target scored lowest."""
    return min(range(BEFORE - 12, BEFORE), key=lambda w: float(y[treated & (day // 7 == w)].mean()))


def true_lift() -> float:
    """Points that one answer of the target gains: those no longer met by it, times the harm."""
    return MET * REALISATION * HARM


def register_world(world: World) -> Shipping:
    """The registration that a person would get, with the true lift promised."""
    share, raw = world.watched.share, true_lift()
    lift = Estimate(raw * share, raw * share * 0.5, raw * share * 1.5, 200)
    fix = Fix(
        fix_id="fix-bench", title="Payment", action="", screen="Payment", signal="ui_freeze", where=(), reach=None,
        lift=lift, grade="A", confidence=0.9, effort=2.0, effort_assumed=True, priority=1.0, rank=1, themes=["t"],
    )  # fmt: skip
    window = Window("found", _moment(world.found), _moment(world.shipped), "week")
    query = Query("nps", window, Window("before", _moment(START), window.start, "span"))
    past, seen = world.watched.panel.day < day_number(world.shipped), world.visits.day < day_number(world.shipped)
    return registration(
        fix, query, Target("Payment", ("ui_freeze",), ("t",), (), "nps"), _visits(world.visits, seen),
        _watched(world.watched, past), shipped=world.shipped, version=None, number=1, now=_moment(world.shipped),
        since=max(START, world.shipped - timedelta(days=BASELINE_DAYS)), history=START, join_days=JOIN_DAYS,
        realisation=REALISATION, notes=[],
    )  # fmt: skip


def judge(world: World, shipping: Shipping) -> Look:
    """The look on the date promised, seeing nothing after it."""
    today = shipping.review + timedelta(days=1)
    watched = _watched(world.watched, world.watched.panel.day < day_number(today))
    visits = _visits(world.visits, world.visits.day < day_number(today))
    end, missing = deciding_day(shipping, shipping.shipped, visits, watched, today)
    checks, tried, score = run_checks(shipping, shipping.shipped, end or today, visits, watched)
    return conclude(
        shipping, checks, tried, score, now=_moment(today), until=end or today, decisive=end is not None,
        notes=[missing],
    )  # fmt: skip


def naive(world: World, shipping: Shipping) -> bool:
    """Common practice: the score of those it is for, since shipping against the week it was found in, beyond chance."""
    panel = world.watched.panel
    found = panel.treated & (panel.day >= day_number(world.found)) & (panel.day < day_number(world.shipped))
    since = panel.treated & (panel.day >= day_number(world.shipped)) & (panel.day < day_number(shipping.review))
    a, b = panel.y[since], panel.y[found]
    return bool((a.mean() - b.mean()) > 1.96 * np.sqrt(a.var() / len(a) + b.var() / len(b)))


def _visits(visits: Visits, rows: np.ndarray) -> Visits:
    return Visits(visits.hit[rows], visits.person[rows], visits.day[rows], visits.inside[rows])


def _watched(watched: Watched, rows: np.ndarray) -> Watched:
    return replace(
        watched, panel=watched.panel.only(rows), commented=watched.commented[rows], mentions=watched.mentions[rows]
    )


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def measure(scenario: str, arm: str, seeds: int) -> dict[str, Any]:
    """One cell of the table over `seeds` companies."""
    verdicts: dict[str, int] = {}
    effects, covered, weeks, fooled, unplanned = [], [], [], 0, 0
    truth = true_lift() if arm == ARMS[2] else 0.0
    for seed in range(seeds):
        world = make_world(scenario, arm, seed)
        shipping = register_world(world)
        if shipping.score.n is None:
            unplanned += 1
        found = judge(world, shipping)
        verdicts[found.verdict] = verdicts.get(found.verdict, 0) + 1
        weeks.append((shipping.review - shipping.shipped).days / 7)
        fooled += naive(world, shipping)
        check = found.check("score")
        if check and check.change:
            effects.append(check.change.value)
            covered.append((check.change.low or 0) <= truth <= (check.change.high or 0))
    return {
        "scenario": scenario, "arm": arm, "seeds": seeds,
        "confirmed": verdicts.get("confirmed", 0) / max(1, seeds - unplanned),
        "verdicts": {name: count / seeds for name, count in sorted(verdicts.items())}, "truth": truth,
        "mean_effect": float(np.mean(effects)), "cover": float(np.mean(covered)),
        "weeks_to_review": float(np.median(weeks)), "practice": fooled / seeds, "score_never": unplanned / seeds,
    }  # fmt: skip


def report(cells: list[dict[str, Any]], seeds: int) -> str:
    """The results as Markdown."""
    here = machine()
    device = f"{here['processor']}, {here['cores']} cores, Python {here['python']}"
    lines = [
        "# Shipped fixes, judged on the date promised", "",
        f"`python -m bench.fixes.shipped --seeds {seeds}`, on {device}. "
        f"{seeds} companies a row; {ANSWERS} answers a week; the fix is for the third that opens a screen; the lift "
        f"promised is {true_lift():.1f} points among them. Common practice compares the score of those it is for since "
        "shipping with the week in which the fix was found. Confirmed is among those to whom a date was promised: "
        "where too little was seen before shipping, none is.", "",
        "| what else moves | the fix | confirmed | practice says so | score effect (truth) | 95% cover | other "
        "verdicts | weeks to review | no date for the score |",
        "|---|---|---:|---:|---:|---:|---|---:|---:|",
    ]  # fmt: skip
    for cell in cells:
        others = ", ".join(f"{k.replace('_', ' ')} {v:.3f}" for k, v in cell["verdicts"].items() if k != "confirmed")
        lines.append(
            f"| {cell['scenario']} | {cell['arm']} | {cell['confirmed']:.3f} | {cell['practice']:.3f} | "
            f"{cell['mean_effect']:.1f} ({cell['truth']:.1f}) | {cell['cover']:.3f} | {others} | "
            f"{cell['weeks_to_review']:.0f} | {cell['score_never']:.3f} |"
        )
    lines += ["", *_gates(cells)]
    return "\n".join(lines) + "\n"


def _gates(cells: list[dict[str, Any]]) -> list[str]:
    fair = [cell for cell in cells if cell["scenario"] in SCENARIOS]
    worst = max((cell["confirmed"] for cell in fair if cell["truth"] == 0), default=0.0)
    least = min((cell["confirmed"] for cell in fair if cell["truth"] > 0), default=1.0)
    return [
        "| gate | wanted | worst row |", "|---|---:|---:|",
        f"| without effect called confirmed | at most {GATES['without effect']:.2f} | {worst:.3f} |",
        f"| with true lift confirmed on the date promised | at least {GATES['with effect']:.2f} | {least:.3f} |", "",
        "“Target improves by itself” breaks what a difference in differences assumes; it is no part of the gates and "
        "shows what the placebo catches of it.",
    ]  # fmt: skip


def main() -> None:
    """Measure every cell and write results.json and Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    cells = []
    for scenario, arm in [(scenario, arm) for scenario in (*SCENARIOS, *BROKEN) for arm in ARMS]:
        cells.append(measure(scenario, arm, options.seeds))  # kept as they come: the whole takes a while
        (options.out / "shipped.json").write_text(json.dumps(cells, indent=1) + "\n", encoding="utf-8")
    (options.out / "shipped.md").write_text(report(cells, options.seeds), encoding="utf-8")


if __name__ == "__main__":
    main()

"""The rows of one company: its themes, its movements, its rankings, each against the truth."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.companies.opinions import match, theme_values
from eval.companies.queries import Asked, movement_queries, ranking_queries
from eval.companies.truth import CompanyTruth, TrueFix, graded
from eval.measures import movement as moving
from eval.measures import ranking as ranked
from eval.rankers import NAMES, native_orders, pool_orders
from eval.results import Row, value

if TYPE_CHECKING:
    from analyst.fixes.types import Fix
    from analyst.runs.view import View
    from eval.analysts import Analyst

SUITE = "companies"
SHOWN = 5
Values = dict[str, tuple[float, float]]


def company_rows(name: str, view: View, home: Path, truth: CompanyTruth, analyst: Analyst) -> Iterator[Row]:
    """Every row of the company `name` in `home`."""
    matched = match(view, home / "truth")
    values = {measure: value(number) for measure, number in theme_values(matched).items()}
    yield Row(SUITE, "themes", f"{name}/themes", name, values, {"themes": len(matched.labels)})
    for asked in movement_queries(view, truth):
        yield _movement_row(name, view, asked, truth, analyst)
    for asked in ranking_queries(view, truth):
        yield _ranking_row(name, view, asked, truth, matched.names, analyst)


def _movement_row(name: str, view: View, asked: Asked, truth: CompanyTruth, analyst: Analyst) -> Row:
    from analyst.answers.gather import Gatherer

    movement = analyst.movement(Gatherer(view, asked.query))
    change = truth.change(asked.query)
    now, before = truth.spreads(asked.query)
    visible = moving.smallest_visible(*now, *before)
    true = moving.true_class(change, visible)
    said = [frozenset(segment.where) for segment in movement.segments]
    wanted = [frozenset(plan.where) - set(asked.query.where) for plan in truth.causes(asked.query)]
    # Segments are looked for only where there is something to see: a cause below what can be seen demands none.
    overlap = moving.segment_overlap(said, wanted if true == "moved" else [])
    interval = movement.change
    values = {
        "verdict_right": value(moving.verdict_right(true, movement.verdict)),
        "false_alarm": value(moving.false_alarm(true, movement.verdict, len(said))),
        "segment_f1": value(overlap.f1, overlap.weight),
        "change_covered": value(moving.covered(change, interval.low, interval.high) if interval else None),
    }
    # What a measure is not about is left out; what it is about and could not be told stays, as untold.
    if true == "between":
        del values["verdict_right"]
    if true != "still":
        del values["false_alarm"]
    if true == "between" or not overlap.weight:
        del values["segment_f1"]
    details = {
        "truth": true,
        "true_change": round(change, 2),
        "visible": round(visible, 2) if math.isfinite(visible) else None,
        "verdict": movement.verdict,
        "how": movement.how,
        "change": round(interval.value, 2) if interval else None,
        "segments": [dict(sorted(where)) for where in said],
        "true_segments": [dict(sorted(where)) for where in wanted],
    }
    return Row(SUITE, "movement", f"{name}/{asked.name}", name, values, details)


def _ranking_row(
    name: str, view: View, asked: Asked, truth: CompanyTruth, names: Mapping[str, str], analyst: Analyst
) -> Row:
    from analyst.answers.gather import Gatherer

    found = Gatherer(view, asked.query)
    fixes = analyst.fixes(found)
    known = truth.fixes(asked.query.window, asked.query.where)
    grades = graded(known)
    could = {fix.fix_id: meanings(fix, names, known) for fix in fixes}
    ours = claimed([could[fix.fix_id] for fix in fixes])
    values = _ranking_values(ours, grades, known)
    pool, native = pool_orders(fixes, found), native_orders(found)
    for rival in NAMES:
        for kind, orders in (
            ("pool", [[could[fix.fix_id] for fix in order] for order in pool[rival]]),
            ("native", [[listed(item, names, known) for item in order] for order in native[rival]]),
        ):
            gains = [ranked.gains_of(claimed(order), grades) for order in orders]
            scores = [ranked.ndcg(each, list(grades.values())) for each in gains]
            values[f"{kind}: {rival}"] = value(sum(scores) / len(scores))
    lifts = {one.fix_id: one.lift for one in known}
    details: dict[str, Any] = {
        "ranking": [fix.fix_id for fix in fixes],
        "fixes": [
            {
                "title": fix.title,
                "grade": fix.grade,
                "lift": round(fix.lift.value, 2),
                "means": means,
                "true_lift": round(lifts.get(means or "", 0.0), 2),
                "relevance": grades.get(means or "", 0.0),
            }
            for fix, means in list(zip(fixes, ours, strict=True))[:SHOWN]
        ],
        "best": [{"id": one.fix_id, "lift": round(one.lift, 2), "relevance": grades[one.fix_id]} for one in known[:6]],
    }
    return Row(SUITE, "ranking", f"{name}/{asked.name}", name, values, details)


def _ranking_values(ours: Sequence[str | None], grades: Mapping[str, float], known: Sequence[TrueFix]) -> Values:
    gains, ideal = ranked.gains_of(ours, grades), list(grades.values())
    lifts = {one.fix_id: 0.0 if one.decoy else max(0.0, one.lift) for one in known}
    possible = any(gain >= ranked.RELEVANT for gain in ideal)
    return {
        "fix_ndcg_5": value(ranked.ndcg(gains, ideal)),
        "fix_ndcg_5_lift": value(ranked.ndcg(ranked.gains_of(ours, lifts), list(lifts.values()))),
        "fix_mrr": value(ranked.reciprocal_rank(gains, possible=possible)),
        "fix_precision_3": value(ranked.precision(gains, possible=possible)),
        "fix_recall_5": value(ranked.recall(gains, ideal)),
        "fix_err_5": value(ranked.err(gains, possible=any(ideal))),
        "fix_judged_5": value(ranked.judged_at(ours, grades)),
    }


def claimed(order: Sequence[Sequence[TrueFix]]) -> list[str | None]:
    """The canonical id of each item of a list, given the true fixes that it could mean, best first.

    An item means the first of them that no item above it stands for; where all are taken it repeats the first, and
    where it could mean none it is None. One rule for everybody's lists.
    """
    taken: set[str] = set()
    found: list[str | None] = []
    for could in order:
        mine = next((one for one in could if one.fix_id not in taken), could[0] if could else None)
        found.append(mine.fix_id if mine is not None else None)
        if mine is not None:
            taken.add(mine.fix_id)
    return found


def meanings(fix: Fix, names: Mapping[str, str], known: Sequence[TrueFix]) -> list[TrueFix]:
    """The true fixes that a recommendation could mean: those of its screen and signal, of its theme where there are
    such; without a screen, what its theme could mean. `known` comes the largest lift first, and so does the result."""
    if fix.screen is not None:
        themes = {names.get(theme) for theme in fix.themes}
        there = [k for k in known if k.screen == fix.screen and fix.signal in k.signals]
        return [k for k in there if k.theme in themes] or there
    return listed(f"theme:{fix.themes[0]}", names, known) if fix.themes else []


def listed(item: str, names: Mapping[str, str], known: Sequence[TrueFix]) -> list[TrueFix]:
    """The true fixes that a listed theme (`theme:ID`) or screen (`screen:NAME`) could mean, the largest lift first."""
    kind, _, name = item.partition(":")
    if kind == "screen":
        return [k for k in known if k.screen == name]
    theme = names.get(name)
    return [k for k in known if theme is not None and k.theme == theme]

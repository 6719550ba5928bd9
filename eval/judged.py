"""The labelled set as a suite: opinions, movements and recommendations of the company that ships, judged beforehand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from eval.measures import movement as moving
from eval.measures import ranking as ranked
from eval.rankers import NAMES, native_orders, pool_orders
from eval.results import Measure, Row, value
from eval.sets.fixes import FixSet, doc_of, gains, ideal_gains, listed_doc, read_fixes
from eval.sets.movements import LabelledMovement, read_movements
from eval.sets.opinions import LabelledOpinion, read_opinions
from eval.sets.truth import Truth, read_truth

if TYPE_CHECKING:
    from analyst.core.query import Query
    from analyst.core.windows import Window
    from analyst.runs.view import View
    from eval.analysts import Analyst
    from eval.companies.manifest import Split

SUITE = "labelled"
MEASURES = (
    Measure("judged_theme_right", "labelled opinions whose theme is right, each weighted by how many it stands for"),
    Measure("judged_sentiment_right", "labelled opinions, good or bad, whose sentiment is right"),
    Measure("judged_verdict_right", "labelled movements whose verdict is right, where one can be demanded"),
    Measure("judged_false_alarm", "still movements called moved, or with a group named", better="lower"),
    Measure("judged_group_found", "moved scores whose main cause's group is among those named"),
    Measure(
        "judged_fix_ndcg_5", "ranking of fixes against two labellers' grades: nDCG at 5, linear gain, a matter once"
    ),
    Measure("judged_fix_share", "of the first five recommendations, the share that was judged"),
    *(
        Measure(f"judged {kind}: {rival}", f"the same nDCG at 5 of a rival ({kind} list): by {rival}", reference=True)
        for kind in ("pool", "native")
        for rival in NAMES
    ),
)
MOODS = {"positive": "+", "negative": "-", "neutral": "0", "unknown": "0"}
DEPTH = 10


def labelled_rows(view: View, split: Split, analyst: Analyst, truth_folder: Path | None = None) -> Iterator[Row]:
    """Every row of the labelled set's `split` on the analysed company that ships (seed 7, full size).

    `truth_folder` is where its truth lies, sample-truth in its workspace where none is given. Raises UndertoneError
    where the set or the truth is missing.
    """
    truth = read_truth(view, truth_folder)
    yield from opinion_rows(view, read_opinions(split), truth)
    for one in read_movements(split):
        yield movement_row(view, one, analyst)
    yield from ranking_rows(view, read_fixes(split), truth, analyst)


def opinion_rows(view: View, labelled: Sequence[LabelledOpinion], truth: Truth) -> Iterator[Row]:
    """For every labelled opinion whether its theme and sentiment are right, weighted by what it stands for.

    The theme is right where the found theme is, by most of its opinions, the labelled one; an opinion without a theme
    is wrong, unless nobody could understand it.
    """
    found: dict[str, list[tuple[int, int, str, str]]] = defaultdict(list)
    for source_id, start, end, theme, mood in view.connection.execute(
        """
        SELECT r.source_id, o.start, o."end", coalesce(o.theme_id, ''), o.sentiment
        FROM opinions o JOIN responses r USING (response_id) WHERE o.field = 'text'
        """
    ).fetchall():
        found[source_id].append((start, end, theme, mood))
    for one in labelled:
        near = [o for o in found[one.response_id] if min(o[1], one.end) > max(o[0], one.start)]
        best = max(near, key=lambda o: min(o[1], one.end) - max(o[0], one.start), default=None)
        theme = truth.true_of.get(best[2], "") if best else ""
        mood = MOODS.get(best[3], "0") if best else "0"
        values = {"judged_theme_right": value(float(theme == one.theme), one.weight)}
        if one.sentiment != "0":
            values["judged_sentiment_right"] = value(float(mood == one.sentiment), one.weight)
        details = {"text": one.text, "theme": one.theme, "found": theme, "sentiment": one.sentiment, "found_mood": mood}
        yield Row(SUITE, "opinion", one.opinion_id, one.response_id, values, details)


def movement_row(view: View, one: LabelledMovement, analyst: Analyst) -> Row:
    """Verdict, false alarm, and whether the main cause's group is among those named, of one movement."""
    from analyst.answers.gather import Gatherer

    movement = analyst.movement(Gatherer(view, query_of(view, one)))
    groups = [frozenset(segment.where) for segment in movement.segments]
    values = {}
    if one.expected != "between":
        values["judged_verdict_right"] = value(moving.verdict_right(one.expected, movement.verdict))
    if one.expected == "still":
        values["judged_false_alarm"] = value(moving.false_alarm(one.expected, movement.verdict, len(groups)))
    if one.expected == "moved" and one.main_where and one.cause != "mix":
        values["judged_group_found"] = value(float(frozenset(one.main_where) in groups))
    details = {
        "expected": one.expected,
        "change": one.change,
        "verdict": movement.verdict,
        "how": movement.how,
        "cause": one.cause,
        "segments": [dict(sorted(group)) for group in groups],
    }
    return Row(SUITE, "movement", one.movement_id, one.window, values, details)


def query_of(view: View, one: LabelledMovement) -> Query:
    """The movement as a query of the run."""
    from analyst.core.query import Query
    from analyst.core.windows import parse_window, zone

    tz = zone(view.settings.timezone)
    return Query(one.metric, parse_window(one.window, tz), _span(view, one.baseline), one.where)


def _span(view: View, label: str) -> Window:
    """A window from its label; `a..b` runs from the first day of a to the last of b, as baselines are named."""
    from analyst.core.windows import parse_window, span, zone
    from eval.sets.counted import days_of

    if ".." not in label:
        return parse_window(label, zone(view.settings.timezone))
    first, last = days_of(label)
    return span(first.isoformat(), last.isoformat(), zone(view.settings.timezone))


def ranking_rows(view: View, labelled: FixSet, truth: Truth, analyst: Analyst) -> Iterator[Row]:
    """Our recommendations and the rivals' for every judged question: nDCG at 5 with the decided grades as linear gain.

    Something that nobody judged gains nothing, and `judged_fix_share` says how much was judged; the same matter named
    twice gains once. Rivals order our own recommendations (pool) or list their own themes and screens (native).
    """
    from analyst.answers.gather import Gatherer
    from analyst.runs.view import WindowChoice, choose_query

    for name, grades in labelled.qrels.items():
        asked = labelled.queries[name]["metadata"]
        label = asked["window"]
        choice = WindowChoice(week=label) if "W" in label else WindowChoice(month=label)
        found = Gatherer(view, choose_query(view, asked["metric"], choice, tuple(sorted(asked["where"].items()))))
        fixes = analyst.fixes(found)[:DEPTH]
        ideal = ideal_gains(grades, labelled.matters)

        def ndcg(order: Sequence[str], grades: Mapping[str, int] = grades, ideal: list[float] = ideal) -> float:
            return ranked.ndcg(gains(order, grades, labelled.matters), ideal)

        ours = [doc_of(fix, truth) for fix in fixes]
        values = {
            "judged_fix_ndcg_5": value(ndcg(ours)),
            "judged_fix_share": value(ranked.judged_at(ours, {doc: float(grade) for doc, grade in grades.items()})),
        }
        pool, native = pool_orders(fixes, found), native_orders(found)
        for rival in NAMES:
            listed = {
                "pool": [[doc_of(fix, truth) for fix in order] for order in pool[rival]],
                "native": [[listed_doc(item, truth) for item in order] for order in native[rival]],
            }
            for kind, orders in listed.items():
                values[f"judged {kind}: {rival}"] = value(fmean(ndcg(order) for order in orders))
        details = {"question": labelled.queries[name]["text"], "ranking": ours, "grades": dict(grades)}
        yield Row(SUITE, "ranking", name, name, values, details)

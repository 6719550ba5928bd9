"""Why the score moved: the verdict first, then where the movement lies."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analyst.core.errors import UsageProblem
from analyst.core.query import where_text
from analyst.core.values import Estimate, Quote
from analyst.findings.axes import make_axes
from analyst.findings.drill import risen_screens, risen_themes
from analyst.findings.hidden import hidden_segment, own_change
from analyst.findings.ledger import Sums, ledger, summarise
from analyst.findings.model import Cells, make_cells
from analyst.findings.segments import DRAWS, Search, search
from analyst.findings.shrink import SURE, shrink
from analyst.findings.types import LedgerTerm, MovedHow, Movement, QuoteLookup, SegmentFinding, Verdict
from analyst.metrics import answers_needed, change_estimate, sample, score_estimate, smallest_visible
from analyst.metrics.intervals import Z95
from analyst.runs.counting import MISSING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analyst.core.query import Query
    from analyst.metrics import Sample
    from analyst.runs.frame import DesignFrame

MIN_WINDOW = 30
NEWCOMER_SHARE = 0.1  # of the window's answers, from which a level that was not there before is told
MANY_LEVELS = 200
BLIND = 40.0  # a test that could not see a change of this many points says nothing
QUOTES = 3
SEGMENTS_SHARE = 0.25  # found segments must bring this much of the change, in its direction, to be its explanation


def why(
    frame: DesignFrame,
    query: Query,
    *,
    min_window: int = MIN_WINDOW,
    min_people: int = 5,
    changes: Sequence[dict[str, str]] = (),
    quotes: QuoteLookup | None = None,
    draws: int = DRAWS,
    seed: int = 7,
) -> Movement:
    """Explain the change of the score between the two windows of `frame`.

    Verdicts in order: too_little_data (either window under `min_window` answers, or a smallest visible change over
    40 points) · moved, and within it broad, concentrated or mix_only · masked (the total is within chance, a segment
    is not) · noise. The ledger's terms add up to the change exactly. Same frame and seed, same movement. `changes` is
    the calendar to lay beside it; `quotes` fetches exact words of the themes that rose inside a segment.

    Raises UsageProblem when the windows of `query` overlap. Never raises for data that cannot answer: that is a
    verdict.
    """
    if query.window.start < query.baseline.end and query.baseline.start < query.window.end:
        raise UsageProblem(
            f"The windows {query.window.label} and {query.baseline.label} overlap.",
            "Choose a baseline that ends before the window begins.",
        )
    now = _sample(frame, query, frame.post)
    before = _sample(frame, query, ~frame.post)
    change = change_estimate(now, before)
    mde = smallest_visible(now, before)
    empty = Movement(
        metric=query.metric,
        window=query.window.label,
        baseline=query.baseline.label,
        where=query.where,
        verdict="too_little_data",
        how=None,
        change=change,
        current=score_estimate(now),
        before=score_estimate(before),
        mde=mde,
        needed_n=answers_needed(now.variance, before.variance, change.value) if change else None,
        changes=list(changes),
    )
    if change is None or mde is None or min(now.n, before.n) < min_window or mde > BLIND:
        return replace(empty, caveats=[_too_little(now, before, min_window, mde)])
    axes = make_axes(frame)
    cells = make_cells(frame, axes)
    found = search(cells, min_people=min_people, draws=draws, seed=seed)
    terms = ledger(cells, found.fit)
    sums = summarise(cells, found.fit, terms)
    segments = _findings(frame, query, cells, found, terms, quotes)
    verdict, how = _verdict(change, sums, bool(found.fit.segments))
    told = {(release.dimension, release.value) for release in axes.releases}
    return replace(
        empty,
        verdict=verdict,
        how=how,
        ledger=terms,
        segments=segments,
        hidden=hidden_segment(frame, query, change, segments, found.chance.checked),
        checked=found.chance.checked,
        left_out={d: why_not for d, why_not in axes.left_out.items() if d not in dict(query.where)},
        caveats=_caveats(cells, query, found, sums, change) + newcomers(frame, told),
    )


def _sample(frame: DesignFrame, query: Query, rows: NDArray[np.bool_]) -> Sample:
    return sample(query.metric, frame.y[rows], frame.weight[rows], frame.person[rows])


def _verdict(change: Estimate, sums: Sums, any_segment: bool) -> tuple[Verdict, MovedHow | None]:
    """The first that holds, after too little data was ruled out."""
    if not change.excludes_zero():
        return ("masked" if any_segment else "noise"), None
    direction = 1.0 if change.value > 0 else -1.0
    if any_segment and direction * sums.segments >= SEGMENTS_SHARE * abs(change.value):
        return "moved", "concentrated"
    common, mix = direction * sums.common, direction * sums.mix
    if sums.mix_stands and mix > 0 and not (sums.common_stands and common > 0):
        return "moved", "mix_only"
    if sums.common_stands and common > 0:
        return "moved", "broad"
    return "moved", "broad" if common >= mix else "mix_only"


def _findings(
    frame: DesignFrame,
    query: Query,
    cells: Cells,
    found: Search,
    terms: list[LedgerTerm],
    quotes: QuoteLookup | None,
) -> list[SegmentFinding]:
    """One finding per segment of the model, the largest contribution first."""
    model = found.fit
    total = float(cells.weight[cells.post].sum())
    findings = []
    for k, segment in enumerate(model.segments):
        effect, error = model.effect(k)
        low, high = effect - Z95 * error, effect + Z95 * error
        unsure = found.p_family[k] > SURE and error > 0
        if unsure:
            effect, low, high = shrink(effect, error, found.chance.limit)
        inside = segment.member & cells.post
        rows = segment.member[cells.row]
        themes = risen_themes(frame, rows)
        findings.append(
            SegmentFinding(
                where=segment.where,
                effect=Estimate(effect, low, high, int(cells.count[inside].sum())),
                share=float(cells.weight[inside].sum()) / total,
                contribution=terms[k].points,
                checked=found.chance.checked,
                p_family=found.p_family[k],
                shrunken=unsure,
                change=own_change(frame, query, rows),
                themes=themes,
                screens=risen_screens(frame, rows),
                quotes=_quotes(frame, rows & frame.post, themes, quotes),
            )
        )
    return sorted(findings, key=lambda finding: (-abs(finding.contribution), finding.where))


def _quotes(frame: DesignFrame, rows: NDArray[np.bool_], themes: list[str], quotes: QuoteLookup | None) -> list[Quote]:
    """Words from the middle of the finding: people of the segment who mention what rose there."""
    if quotes is None:
        return []
    found: list[Quote] = []
    for theme in themes:
        mentioned = np.asarray(frame.mentions[:, [frame.theme_ids.index(theme)]].todense()).ravel() > 0
        found += quotes(theme, [str(i) for i in frame.response_id[rows & mentioned]], QUOTES)
    return found[:QUOTES]


def _too_little(now: Sample, before: Sample, min_window: int, mde: float | None) -> str:
    for name, window in (("current window", now), ("baseline", before)):
        if window.n == 0:
            return f"The {name} holds no answer."
    for name, window in (("current window", now), ("baseline", before)):
        if window.n < min_window:
            return f"The {name} holds {window.n} answers; at least {min_window} are needed."
    return f"With {now.n} answers now and {before.n} before, no change below {mde or 0:.0f} points could be seen."


def newcomers(frame: DesignFrame, releases: Set[tuple[str, str]] = frozenset()) -> list[str]:
    """A sentence on every level that makes up a good part of the window and was hardly there before.

    A level that is wholly new (`releases`: dimension, value) gets a term of its own in the ledger where it can be
    compared with what it replaced. Any other (a country, a shop, a channel) has nothing to be compared with: it is
    pooled, and its arrival is part of the change without being a shift.
    """
    said = []
    n_now, n_before = int(frame.post.sum()), int((~frame.post).sum())
    for at, dimension in enumerate(frame.dimensions):
        if len(frame.levels[at]) > MANY_LEVELS:
            continue
        now = np.bincount(frame.codes[frame.post, at], minlength=len(frame.levels[at]))
        before = np.bincount(frame.codes[~frame.post, at], minlength=len(frame.levels[at]))
        for code, level in enumerate(frame.levels[at]):
            told = (dimension, level) in releases or level == MISSING
            if not told and now[code] >= NEWCOMER_SHARE * n_now and before[code] <= 0.01 * n_before:
                said.append(
                    f"{dimension} = {level} is new: {before[code]:,} answers before, {now[code]:,} now. There is "
                    "nothing to compare it with, and its arrival is part of the change."
                )
    return said


def _caveats(cells: Cells, query: Query, found: Search, sums: Sums, change: Estimate) -> list[str]:
    """What a careful analyst would add, each a sentence."""
    said = []
    if query.window.days % 7 or query.baseline.days % 7:
        said.append("The windows do not hold whole weeks, so a weekday rhythm may show as a change.")
    if query.baseline.days < query.window.days:
        said.append(
            f"The baseline ({query.baseline.days} days) is shorter than the window ({query.window.days} days): it is "
            "the baseline that limits what can be seen."
        )
    if not change.excludes_zero() and sums.common_stands and sums.mix_stands and sums.common * sums.mix < 0:
        said.append("A shift of everybody and a change of who answered cancel each other.")
    if any(p > SURE for p in found.p_family):
        said.append("An effect found this close to the limit of chance is likely smaller than it looked.")
    for segment in found.fit.segments:
        if segment.is_release:
            said.append(
                f"{where_text(segment.where)} did not exist before: its users are compared with those of the versions "
                "it replaced, and people who update early may differ from those who wait."
            )
    repeats = len(cells.y) - int(cells.person.max(initial=-1)) - 1
    if repeats > 0.2 * len(cells.y):
        said.append(f"{repeats} of {len(cells.y)} answers are further answers of the same people.")
    return said

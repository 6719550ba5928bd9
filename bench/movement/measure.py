"""One planted week given to `why`, and how well the answer fits the truth."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from analyst.core.query import Query
from analyst.core.windows import Window
from analyst.findings import Movement, why
from analyst.runs.frame import DesignFrame
from bench.movement.scenarios import Answers, Scenario, Where

START = datetime(2026, 11, 9, tzinfo=UTC)
QUERY = Query(
    "nps",
    Window("2026-W46", START, datetime(2026, 11, 16, tzinfo=UTC), "week"),
    Window("2026-W42..2026-W45", datetime(2026, 10, 12, tzinfo=UTC), START, "span"),
)


@dataclass(frozen=True)
class Judged:
    """One run. `hits`, `false_names` and `missed` count segments exactly; `alike` the true ones that a named one
    shares at least .8 (Jaccard) of the answers with. `effects` are (found, low, high, true) of the exact hits in
    points; `signs` whether each named segment's sign is right where something true lies in it."""

    hits: int
    false_names: int
    missed: int
    alike: int
    verdict: str
    verdict_right: bool
    mix_right: bool
    change: tuple[float, float, float]
    expected: float
    effects: tuple[tuple[float, float, float, float], ...]
    signs: tuple[bool, ...]
    ledger_error: float
    release_named: bool
    themes: tuple[str, ...]
    seconds: float


def frame_of(answers: Answers) -> DesignFrame:
    """The design frame that a run would give for these answers."""
    n = len(answers.y)
    levels, codes = [], []
    for name in sorted(answers.values):
        names, code = np.unique(answers.values[name], return_inverse=True)
        order = np.lexsort((names, -np.bincount(code)))
        place = np.empty(len(names), dtype=np.int32)
        place[order] = np.arange(len(names), dtype=np.int32)
        levels.append(tuple(str(names[i]) for i in order))
        codes.append(place[code])
    themes = tuple(sorted(answers.mentions))
    said = np.stack([answers.mentions[t] for t in themes], axis=1) if themes else np.zeros((n, 0), dtype=bool)
    nothing: NDArray[np.int64] = np.zeros(n, dtype=np.int64)
    return DesignFrame(
        response_id=np.arange(n).astype(str), y=answers.y, weight=np.ones(n), post=answers.post,
        person=answers.person, day=answers.day, score=np.where(answers.y > 0, 10.0, np.where(answers.y < 0, 3.0, 8.0)),
        dimensions=tuple(sorted(answers.values)), levels=tuple(levels), codes=np.stack(codes, axis=1),
        commented=said.any(axis=1), theme_ids=themes, mentions=sparse.csr_matrix(said.astype(float)),
        negative=sparse.csr_matrix((n, len(themes))), sessions=nothing, frictions=(),
        exposed=sparse.csr_matrix((n, 0)),
    )  # fmt: skip


def judge(scenario: Scenario, answers: Answers) -> Judged:
    """Explain the planted week and compare the answer with the truth."""
    frame = frame_of(answers)
    begun = time.process_time()
    found = why(frame, QUERY)
    seconds = time.process_time() - begun
    named = {segment.where: segment for segment in found.segments}
    truth = set(scenario.causes)
    members = {where: frame.rows_of(where) & answers.post for where in {*named, *truth}}
    change = found.change
    assert change is not None and change.low is not None and change.high is not None
    effects = []
    true = _true_effects(answers, members, scenario.causes)
    for where in sorted(truth & set(named)):
        effect = named[where].effect
        assert effect.low is not None and effect.high is not None
        effects.append((effect.value, effect.low, effect.high, true[where]))
    return Judged(
        hits=len(truth & set(named)),
        false_names=len(set(named) - truth - set(scenario.also)),
        missed=len(truth - set(named)),
        alike=sum(any(_jaccard(members[t], members[m]) >= 0.8 for m in named) for t in truth),
        verdict=found.verdict if found.how is None else f"{found.verdict} {found.how}",
        verdict_right=(found.verdict, found.how) == (scenario.verdict, scenario.how),
        mix_right=scenario.mix is None or _mix_names(found, scenario.mix),
        change=(change.value, change.low, change.high),
        expected=float(answers.expected[answers.post].mean() - answers.expected[~answers.post].mean()),
        effects=tuple(effects),
        signs=tuple(_signs(found, answers, members)),
        ledger_error=abs(sum(t.points for t in found.ledger) - change.value) if found.ledger else 0.0,
        release_named=any(t.kind == "release" and t.where in truth for t in found.ledger),
        themes=tuple(t for s in found.segments for t in s.themes),
        seconds=seconds,
    )


def _jaccard(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    return float((a & b).sum()) / max(1, int((a | b).sum()))


def _true_effects(
    answers: Answers, members: dict[Where, NDArray[np.bool_]], causes: tuple[Where, ...]
) -> dict[Where, float]:
    """What each planted segment adds to the planted points of its members, the others held fixed (least squares)."""
    if not causes:
        return {}
    now = answers.post
    design = np.stack([np.ones(int(now.sum())), *(members[c][now].astype(float) for c in causes)], axis=1)
    beta = np.linalg.lstsq(design, answers.shift[now], rcond=None)[0]
    return {cause: float(beta[1 + i]) for i, cause in enumerate(causes)}


def _signs(found: Movement, answers: Answers, members: dict[Where, NDArray[np.bool_]]) -> list[bool]:
    """Whether each named segment moved in the direction said; a segment in which nothing was planted is wrong."""
    right = []
    for segment in found.segments:
        inside = members[segment.where]
        true = answers.shift[inside].mean() - answers.shift[answers.post & ~inside].mean()
        right.append(bool(true * segment.effect.value > 0))
    return right


def _mix_names(found: Movement, dimension: str) -> bool:
    """Whether the ledger's largest mix term is the one that was planted."""
    mix = [term for term in found.ledger if term.kind == "mix"]
    return bool(mix) and max(mix, key=lambda term: abs(term.points)).dimension == dimension

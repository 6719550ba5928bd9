"""What there is: how many answers and sessions, from when to when, and how much of it can be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyst.answers import wording as w
from analyst.answers.facts import Claim, Number
from analyst.answers.joins import join_claims
from analyst.answers.telling import words
from analyst.answers.telling.recorder import Recorder
from analyst.core.query import METRICS

if TYPE_CHECKING:
    from analyst.answers.asking.plan import Plan
    from analyst.answers.telling.desk import Desk


def tell(plan: Plan, desk: Desk) -> list[Claim]:
    """The window's own numbers first, then the whole run."""
    found, rec = desk.gather(plan.query), Recorder(desk, plan.query)
    coverage = found.coverage
    fact = rec.coverage(coverage)
    when, group = words.within(plan.query.window), words.among(plan.query.where)
    commented, opinions = w.count(coverage.commented), words.plural(coverage.opinions, "opinion")
    answers = words.plural(coverage.responses, f"{rec.metric} answer")
    text = f"{answers} {when}{group}, {commented} of them with a comment"
    claims = [
        Claim(f"{text}.", (fact,), part="verdict"),
        Claim(
            f"Their comments hold {opinions}, {w.count(coverage.placed)} of them placed in a theme.",
            (fact,),
            part="where",
        ),
    ]
    if not coverage.opinions:
        claims.pop()
    if coverage.sessions and not plan.query.where:
        claims.append(Claim(f"{w.count(coverage.sessions)} sessions are known {when}.", (fact,), part="where"))
    claims += [Claim(c.text, c.facts, c.cites, "where") for c in join_claims(found.join, desk.book)[:1]]
    return [*claims, *_whole(desk, rec)]


def _whole(desk: Desk, rec: Recorder) -> list[Claim]:
    """All answers of the run by metric, with the first and last day."""
    rows = desk.view.connection.execute(
        """
        SELECT kind, count(*), strftime(min(submitted_at), '%Y-%m-%d'), strftime(max(submitted_at), '%Y-%m-%d')
        FROM responses WHERE y IS NOT NULL AND submitted_at IS NOT NULL AND submitted_at < ? GROUP BY kind
        """,
        [desk.view.until],
    ).fetchall()
    known = sorted((row for row in rows if row[0] in METRICS), key=lambda row: METRICS.index(row[0]))
    if not known:
        return []
    first, last = min(row[2] for row in known), max(row[3] for row in known)
    told = w.listed([f"{w.count(n)} {w.METRIC_NAMES[kind]}" for kind, n, _, _ in known])
    fact = desk.book.add(
        f"All dated answers: {told}, {first} to {last}",
        [Number(float(n), "count", f"{w.METRIC_NAMES[kind]} answers") for kind, n, _, _ in known],
        n=sum(row[1] for row in known),
        window=f"{first}..{last}",
        command="undertone export responses responses.parquet",
        names=tuple(w.METRIC_NAMES[row[0]] for row in known),
        allows=["all"],
    )
    return [Claim(f"The whole run holds {told} answers, from {first} to {last}.", (fact,), part="aside")]

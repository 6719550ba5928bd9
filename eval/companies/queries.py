"""What each company is asked: which movements to explain and for whom, when and where to rank fixes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyst.core.query import METRICS, Metric, Query, Where
from analyst.core.windows import week_of, zone
from analyst.runs.view import WindowChoice, choose_query
from eval.companies.truth import CompanyTruth

if TYPE_CHECKING:
    from analyst.runs.view import View

BASELINE_WEEKS = 4
QUIET = 2  # quiet weeks per company
MONTH = "2026-10"  # a whole month before the last week's cause


@dataclass(frozen=True)
class Asked:
    """A query under the name that its row gets."""

    name: str
    query: Query


def movement_queries(view: View, truth: CompanyTruth) -> list[Asked]:
    """The last week by each metric, the last week of one group, and the quietest weeks before it."""
    last = _week(view, truth, truth.spec.weeks - 1)
    asked = [Asked(f"{metric}/{last}", _query(view, metric, last)) for metric in METRICS]
    group = group_of(truth)
    asked.append(Asked(f"nps/{last}/{_told(group)}", _query(view, "nps", last, group)))
    earlier = [_query(view, "nps", _week(view, truth, i)) for i in range(BASELINE_WEEKS, truth.spec.weeks - 1)]
    calm = sorted(earlier, key=lambda query: (abs(truth.change(query)), query.window.start))[:QUIET]
    asked += [Asked(f"nps/{query.window.label}", query) for query in sorted(calm, key=lambda q: q.window.start)]
    return asked


def ranking_queries(view: View, truth: CompanyTruth) -> list[Asked]:
    """Everybody in the last week, one group in it, and everybody in the month before."""
    last = _week(view, truth, truth.spec.weeks - 1)
    group = group_of(truth)
    return [
        Asked(f"fixes/{last}", _query(view, "nps", last)),
        Asked(f"fixes/{last}/{_told(group)}", _query(view, "nps", last, group)),
        Asked(f"fixes/{MONTH}", choose_query(view, "nps", WindowChoice(month=MONTH))),
    ]


def group_of(truth: CompanyTruth) -> Where:
    """The company's group to ask about: the platform or country of its main cause, else the platform of its first
    standing trouble that has one, else Android."""
    plans = sorted(truth.spec.plans, key=lambda plan: not plan.cause)
    for plan in plans:
        for dimension, value in plan.where:
            if dimension in ("platform", "country"):
                return ((dimension, value),)
    return (("platform", "android"),)


def _told(where: Where) -> str:
    return ",".join(f"{dimension}={value}" for dimension, value in where)


def _week(view: View, truth: CompanyTruth, number: int) -> str:
    return week_of(truth.spec.monday(number), zone(view.settings.timezone)).label


def _query(view: View, metric: Metric, label: str, where: Where = ()) -> Query:
    return choose_query(view, metric, WindowChoice(week=label), where)

"""What the makers know: opinions, causes, fixes, and expected scores per week, with and without the causes."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from analyst.sample.answers import Answers, Sessions
from analyst.sample.catalogue import STORY, THEMES
from analyst.sample.comments import Comment
from analyst.sample.people import Bools, Floats, People
from analyst.sample.scores import Scored, cost, expected_y, theme_cost
from analyst.sample.spec import CompanySpec, Plan
from analyst.sample.tables import Table, session_id, write_table

OPINIONS = ("response_id", "start", "end", "theme", "sentiment", "screen")
FRICTIONS = ("session_id", "screen", "story", "theme", "harmful")
WEEKS = ("week", "monday", "answers", "nps", "expected_nps", "expected_nps_without_causes")


def write_truth(
    folder: Path,
    spec: CompanySpec,
    people: People,
    answers: Answers,
    sessions: Sessions,
    scored: Scored,
    ids: Sequence[str],
    comments: Sequence[Comment],
) -> None:
    """Write opinions.csv, frictions.csv, themes.csv, weeks.csv, causes.json and fixes.json into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        (identity, o.start, o.end, o.theme, o.sentiment, o.screen or "")
        for identity, comment in zip(ids, comments, strict=True)
        for o in comment.opinions
    ]
    write_table(folder / "opinions.csv", Table(OPINIONS, rows))
    write_table(folder / "frictions.csv", friction_table(spec, people, sessions))
    themes = [(theme.name, theme.description, theme.kind) for theme in THEMES]
    write_table(folder / "themes.csv", Table(("theme", "description", "kind"), themes))
    write_table(folder / "weeks.csv", week_table(spec, people, answers, scored))
    _write_json(folder / "causes.json", causes(spec, people, answers, scored))
    _write_json(folder / "fixes.json", fixes(spec, people, answers, scored))


def friction_table(spec: CompanySpec, people: People, sessions: Sessions) -> Table:
    """What went wrong in which recorded session, and whether it did harm."""
    rows = [
        (session_id(int(i)), STORY[plan.subject].screen, plan.subject, plan.theme, int(plan.points is not None))
        for i in np.flatnonzero(people.consent[sessions.user] & sessions.hits.any(axis=1))
        for plan in (spec.plans[number] for number in np.flatnonzero(sessions.hits[i]))
    ]
    return Table(FRICTIONS, rows)


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", "utf-8")


def points(value: float) -> float:
    """Points to two decimals, never -0."""
    return round(value, 2) + 0.0


def iso_week(spec: CompanySpec, week: int) -> str:
    """A week as 2026-W46."""
    year, number, _ = spec.monday(week).isocalendar()
    return f"{year}-W{number:02d}"


def without_causes(spec: CompanySpec, people: People, answers: Answers, scored: Scored) -> tuple[Floats, Bools]:
    """Latent means without any cause, and which answers would still exist (no campaign, no newcomers)."""
    planted = np.array([plan.cause for plan in spec.plans])
    return scored.mean + scored.met @ (scored.harm * planted), ~people.campaign[answers.user]


def week_table(spec: CompanySpec, people: People, answers: Answers, scored: Scored) -> Table:
    """Per week: NPS answers, NPS as scored, as expected, and as expected had nothing gone wrong."""
    free, stay = without_causes(spec, people, answers, scored)
    rows = []
    for week in range(spec.weeks):
        here = nps_rows(answers, week, week)
        score = scored.score[here]
        rows.append(
            (
                iso_week(spec, week),
                spec.monday(week).isoformat(),
                int(here.sum()),
                f"{100 * float((score >= 9).mean() - (score <= 6).mean()):.2f}",
                f"{float(expected_y(scored.mean[here]).mean()):.2f}",
                f"{float(expected_y(free[here & stay]).mean()):.2f}",
            )
        )
    return Table(WEEKS, rows)


def nps_rows(answers: Answers, first: int, last: int) -> Bools:
    """The NPS answers of weeks first to last."""
    return np.asarray((answers.kind == 0) & (answers.week >= first) & (answers.week <= last))


def causes(spec: CompanySpec, people: People, answers: Answers, scored: Scored) -> list[dict[str, object]]:
    """The planted causes with their true effects.

    ``effect`` is the change of expected NPS in ``weeks`` against the same people without the cause, over the
    answers' noise; ``effect_realised`` the same with the very draws that made the scores; ``effect_by_week``
    the expected one for every week. A campaign's effect is the same weeks without the people it brought.
    """
    found = [_planted(spec, answers, scored, number) for number, plan in enumerate(spec.plans) if plan.cause]
    if spec.campaign:
        found.append(_campaign(spec, people, answers, scored))
    found.append(_chatter(spec))
    return found


def _planted(spec: CompanySpec, answers: Answers, scored: Scored, number: int) -> dict[str, object]:
    plan = spec.plans[number]
    expected, realised = cost(scored, nps_rows(answers, *plan.weeks), number)
    return {
        "id": plan.plan_id,
        "what": plan.what,
        "kind": "friction" if plan.kind == "friction" else "experience",
        "theme": plan.theme,
        "screen": plan.screen,
        "where": dict(plan.where),
        "weeks": [iso_week(spec, week) for week in range(plan.weeks[0], plan.weeks[1] + 1)],
        "from": plan.start.isoformat() if plan.start else None,
        "until": plan.end.isoformat() if plan.end else None,
        "gradual": plan.ramp,
        "effect": points(-expected),
        "effect_realised": points(-realised),
        "effect_by_week": _by_week(
            spec, [cost(scored, nps_rows(answers, week, week), number)[0] for week in range(spec.weeks)]
        ),
    }


def _by_week(spec: CompanySpec, costs: Sequence[float]) -> dict[str, float]:
    return {iso_week(spec, week): points(-value) for week, value in enumerate(costs)}


def _campaign(spec: CompanySpec, people: People, answers: Answers, scored: Scored) -> dict[str, object]:
    assert spec.campaign is not None
    first = spec.campaign.first_week
    old = ~people.campaign[answers.user]

    def loss(rows: Bools, y: Floats) -> float:
        return float(y[rows & old].mean() - y[rows].mean()) if (rows & old).any() else 0.0

    expected = expected_y(scored.mean)
    realised = np.where(scored.score >= 9, 100.0, np.where(scored.score <= 6, -100.0, 0.0))
    window = nps_rows(answers, first, first + 1)
    return {
        "id": "mix",
        "what": f"A campaign on {spec.campaign.channel} brings free-plan customers who score lower from the start",
        "kind": "mix",
        "theme": None,
        "screen": None,
        "where": {"plan": "free", "channel": spec.campaign.channel},
        "weeks": [iso_week(spec, first), iso_week(spec, first + 1)],
        "from": spec.monday(first).isoformat(),
        "until": None,
        "gradual": False,
        "effect": points(-loss(window, expected)),
        "effect_realised": points(-loss(window, realised)),
        "effect_by_week": _by_week(spec, [loss(nps_rows(answers, week, week), expected) for week in range(spec.weeks)]),
    }


def _chatter(spec: CompanySpec) -> dict[str, object]:
    return {
        "id": "decoy",
        "what": f"{spec.chatter.theme.replace('_', ' ').capitalize()} redesigned: spoken of more, harmless",
        "kind": "decoy",
        "theme": spec.chatter.theme,
        "screen": None,
        "where": {},
        "weeks": [iso_week(spec, week) for week in range(spec.chatter.first_week, spec.weeks)],
        "from": spec.monday(spec.chatter.first_week).isoformat(),
        "until": None,
        "gradual": False,
        "effect": 0.0,
        "effect_realised": 0.0,
        "effect_by_week": _by_week(spec, [0.0] * spec.weeks),
    }


def fixes(spec: CompanySpec, people: People, answers: Answers, scored: Scored) -> list[dict[str, object]]:
    """What could be mended and what it would bring, best first; harmless signals with a lift of 0.

    ``lift`` is the rise of expected NPS in the last week had nobody met the thing; ``lift_all_weeks`` the same
    over every week. ``exposed_share`` is the share of NPS answers whose writer met it in the 14 days before
    (friction) or lately (experience). Themes outside the app carry the cost of all bad experiences with them.
    """
    last = nps_rows(answers, spec.weeks - 1, spec.weeks - 1)
    every = nps_rows(answers, 0, spec.weeks - 1)
    found = [
        _friction_fix(plan, number, scored, last, every)
        for number, plan in enumerate(spec.plans)
        if plan.kind == "friction" and plan.end is None
    ]
    for column, theme in enumerate(THEMES):
        if theme.kind != "subject" or theme.bad[0] <= 0:
            continue
        extra = [
            number for number, plan in enumerate(spec.plans) if plan.kind == "experience" and plan.subject == theme.name
        ]
        met = scored.bad[:, column] | scored.met[:, extra].any(axis=1)
        found.append(
            {
                "id": f"theme_{theme.name}",
                "kind": "experience",
                "theme": theme.name,
                "screen": None,
                "signals": [],
                "where": {},
                "what": theme.description,
                "exposed_share": round(float(met[last].mean()), 4),
                "exposed_share_all_weeks": round(float(met[every].mean()), 4),
                "lift": points(theme_cost(scored, last, column, extra)),
                "lift_all_weeks": points(theme_cost(scored, every, column, extra)),
                "decoy": False,
            }
        )
    return sorted(found, key=lambda fix: (-float(str(fix["lift"])), str(fix["id"])))


def _friction_fix(plan: Plan, number: int, scored: Scored, last: Bools, every: Bools) -> dict[str, object]:
    met = scored.met[:, number]
    return {
        "id": plan.plan_id,
        "kind": "friction",
        "theme": plan.theme,
        "screen": plan.screen,
        "signals": [name for name, _ in STORY[plan.subject].signals],
        "where": dict(plan.where),
        "what": plan.what,
        "exposed_share": round(float(met[last].mean()), 4),
        "exposed_share_all_weeks": round(float(met[every].mean()), 4),
        "lift": points(cost(scored, last, number)[0]),
        "lift_all_weeks": points(cost(scored, every, number)[0]),
        "decoy": plan.points is None,
    }

"""Two public sets read as a customer's feedback: what Undertone says of their largest rating moves.

    python bench/cases.py [TEAMS_WORKSPACE AIRLINE_WORKSPACE]      writes bench/results/cases.md

Without workspaces the public sets are imported and analysed in temporary ones. Figures, labels and versions only: no
text of a review, tweet or release note is written anywhere. Of the app's reviews the three largest monthly moves are
told: a month with at least 30 ratings against the four months before it, in order of |z|, months near a larger move
passed over. Of the tweets, 22 and 23 February 2015 against the five days before.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from main_job import MAPS, RESULTS, machine, public_data, timed

from analyst.answers.gather import Gatherer
from analyst.answers.ledger import ledger_rows
from analyst.answers.wording import group, place
from analyst.core.clock import system_clock
from analyst.core.errors import CannotTell
from analyst.core.settings import load_settings
from analyst.findings import ThemeFinding
from analyst.metrics.intervals import Z95
from analyst.runs.counting import scores_by_period
from analyst.runs.view import View, WindowChoice, choose_query, open_view

MOVES = 3
METRIC = "csat"


TEAMS = (("teams_reviews.csv.gz", "teams"), ("app_release_notes.csv", "release_notes"))
AIRLINE = (("airline_tweets.parquet", "airline"),)
AIRLINE_WINDOW = WindowChoice(first="2015-02-22", last="2015-02-23", versus="2015-02-17..2015-02-21")


def prepare(workspace: Path, files: tuple[tuple[str, str], ...]) -> None:
    """Import the files of one set and analyse."""
    data = public_data()
    if data is None:
        raise SystemExit("The public sets are absent: set UNDERTONE_PUBLIC_DATA to their folder.")
    for file, mapping in files:
        timed(["import", str(data / file), "--map", str(MAPS / f"{mapping}.toml")], workspace)
    timed(["analyze"], workspace)


def largest_moves(view: View) -> list[Gatherer]:
    """The months that moved most against the four before, by |z|, no two within four months of each other."""
    months = scores_by_period(view.connection, METRIC, "month", view.settings.timezone, view.until)
    found = []
    for month in months:
        if month.n < view.settings.min_window:
            continue
        try:
            gathered = Gatherer(view, choose_query(view, METRIC, WindowChoice(month=month.period)))
        except CannotTell:
            continue
        change = gathered.movement.change
        if change is not None and change.low is not None and change.high is not None:
            found.append((abs(change.value) / max((change.high - change.low) / (2 * Z95), 1e-9), gathered))
    chosen: list[Gatherer] = []
    for _, gathered in sorted(found, key=lambda pair: -pair[0]):
        start = gathered.query.window.start
        if all(abs((start - other.query.window.start).days) > 125 for other in chosen):
            chosen.append(gathered)
    return sorted(chosen[:MOVES], key=lambda g: g.query.window.start)


def describe(found: Gatherer) -> list[str]:
    """One move as Markdown: verdict, ledger, themes that rose or fell, releases."""
    movement = found.movement
    change, now, before = movement.change, movement.current, movement.before
    assert change and now and before and change.low is not None and change.high is not None
    verdict = movement.verdict.replace("_", " ") + (f", {movement.how}" if movement.how else "")
    limits = f"({change.low:+.1f} to {change.high:+.1f})"
    lines = [
        f"### {movement.window} against {movement.baseline}",
        "",
        f"Verdict: {verdict}. CSAT {now.value:.1f} against {before.value:.1f}: {change.value:+.1f} {limits}, {now.n:,} "
        f"ratings against {before.n:,}; smallest visible change {movement.mde or 0:.1f}.",
        "",
        f"Segments found: {len(movement.segments)} of {movement.checked} checked.{_segments(found)}",
        "",
        "| term | points |",
        "|---|---:|",
        *(f"| {row.label} | {row.estimate.value:+.1f} |" for row in ledger_rows(movement)),
        "",
        "| theme that rose or fell | share | before | change (95% interval) | score gap | detractors most in |",
        "|---|---:|---:|---|---:|---|",
    ]
    moved = [theme for theme in found.themes if theme.trend.excludes_zero()]
    for theme in sorted(moved, key=lambda t: -t.trend.value):
        gap = f"{theme.gap.value:+.1f}" if theme.gap else ""
        low, high = 100 * (theme.trend.low or 0), 100 * (theme.trend.high or 0)
        lines.append(
            f"| {theme.label} | {100 * theme.share.value:.1f}% | {100 * theme.share_before.value:.1f}% | "
            f"{100 * theme.trend.value:+.1f} pp ({low:+.1f} to {high:+.1f}) | {gap} | {_most_in(theme)} |"
        )
    versions = [change["version"] for change in movement.changes if change["kind"] == "release" and change["version"]]
    lines += ["", f"Releases in the window and the week before: {', '.join(versions) or 'none in the calendar'}.", ""]
    lines += ["Top fixes: " + "; ".join(f"{fix.title} (grade {fix.grade})" for fix in found.fixes[:5]) + ".", ""]
    return lines


def _segments(found: Gatherer) -> str:
    told = [f"{group(s.where)} {s.effect.value:+.1f}" for s in found.movement.segments]
    return f" They moved, against everybody else: {', '.join(told)}." if told else ""


def _most_in(theme: ThemeFinding) -> str:
    held = [lift for lift in theme.segments if lift.significant]
    return place(held[0].where, held[0].lift.value) if held else ""


def answers_by(dimension: str, found: Gatherer) -> list[str]:
    """How many answered in each window, by level of `dimension`."""
    frame = found.frame
    at = frame.dimensions.index(dimension)
    lines = [f"| {dimension} | ratings before | ratings now |", "|---|---:|---:|"]
    for code, level in enumerate(frame.levels[at]):
        inside = frame.codes[:, at] == code
        lines.append(f"| {level} | {int((inside & ~frame.post).sum()):,} | {int((inside & frame.post).sum()):,} |")
    return [*lines, ""]


def opened(workspace: Path) -> View:
    """The analysed workspace."""
    return open_view(load_settings(workspace=workspace), system_clock)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="undertone-case-") as folder:
        if len(sys.argv) == 3:
            teams, airline = Path(sys.argv[1]), Path(sys.argv[2])
        else:
            teams, airline = Path(folder) / "teams", Path(folder) / "airline"
            prepare(teams, TEAMS)
            prepare(airline, AIRLINE)
        about, view = machine(), opened(teams)
        lines = [
            "# Two public sets, as computed",
            "",
            f"Made by `python bench/cases.py` on {about['processor']}, {about['cores']} cores.",
            "",
            "## App Store reviews of Microsoft Teams",
            "",
            counted(view),
            "",
        ]
        for found in largest_moves(view):
            lines += describe(found)
        view = opened(airline)
        lines += ["## Tweets to six airlines", "", counted(view), ""]
        found = Gatherer(view, choose_query(view, METRIC, AIRLINE_WINDOW))
        lines += [*describe(found), *answers_by("airline", found)]
    text = "\n".join(lines)
    (RESULTS / "cases.md").write_text(text, encoding="utf-8")
    print(text)


def counted(view: View) -> str:
    """How much was read."""
    counts = view.run.manifest["counts"]
    return f"{counts['responses']:,} responses, {counts['opinions']:,} opinions, {counts['themes']} themes."


if __name__ == "__main__":
    main()

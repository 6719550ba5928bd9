"""`undertone eval label`: judge opinions or fixes by hand, and what that says of every theme."""

from __future__ import annotations

import math
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from analyst.cli.console import print_json, say, show
from analyst.cli.options import (
    JsonOption,
    MetricOption,
    MonthOption,
    NowOption,
    Session,
    WeekOption,
    WhereOption,
    WorkspaceOption,
    open_session,
)
from analyst.cli.theme_edits import editor_name
from analyst.core.errors import UsageProblem

if TYPE_CHECKING:
    from analyst.runs.view import View
    from eval.agreement import Agreement
    from eval.labelling.estimates import Share, ThemeQuality
    from eval.labelling.judgements import Judgement
    from eval.labelling.workspace import Queue

ENOUGH = 150  # judgements from which most themes of a usual run have an interval worth reading


def label(
    what: Annotated[str, typer.Option("--what", help="What to judge: opinions or fixes.")] = "opinions",
    who: Annotated[str | None, typer.Option("--who", help="Your name [default: the user's].")] = None,
    size: Annotated[int, typer.Option("--size", min=1, max=5000, help="How many the sample holds.")] = ENOUGH,
    seed: Annotated[int, typer.Option("--seed", help="Two people with one seed judge the same sample.")] = 7,
    theme: Annotated[
        list[str] | None, typer.Option("--theme", help="Judge only what is in this theme; repeatable.")
    ] = None,
    bar: Annotated[float, typer.Option("--bar", min=0.01, max=0.99, help="Is the precision above this?")] = 0.8,
    report: Annotated[bool, typer.Option("--report", help="Only say what the judgements so far tell.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Move corrected opinions into their right themes.")] = False,
    take: Annotated[Path | None, typer.Option("--import", help="Add the judgements of this CSV file.")] = None,
    export: Annotated[Path | None, typer.Option("--export", help="Write all judgements to this CSV file.")] = None,
    metric: MetricOption = None,
    week: WeekOption = None,
    month: MonthOption = None,
    where: WhereOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    now: NowOption = None,
) -> None:
    """Judge opinions (is the theme right?) or fixes (how good, 0 to 3), one at a time; stop and go on as you like."""
    from analyst.runs.view import open_view
    from eval.labelling import judgements as kept
    from eval.labelling.workspace import judgements_file

    if what not in ("opinions", "fixes"):
        raise UsageProblem(f"'{what}' cannot be judged.", "Use --what opinions or --what fixes.")
    session = open_session(workspace, now)
    view = open_view(session.settings, session.clock)
    file = judgements_file(session.settings)
    if take is not None:
        added = kept.read_csv(take)
        for one in added:
            kept.append(file, one)
        say(f"{len(added)} judgements read from {take}.")
    name = editor_name(who)
    if not (report or take or export):
        _judge(session, view, what, name, size, seed, theme or [], (metric, week, month, where or []), file)
    standing = kept.read(file)
    if export is not None:
        say(f"{kept.write_csv(export, standing)} judgements written to {export}.")
    moved = _corrected(session, view, standing, name, apply, as_json)
    _report(view, standing, bar, moved, as_json)


def _judge(
    session: Session,
    view: View,
    what: str,
    name: str,
    size: int,
    seed: int,
    themes: list[str],
    asked: tuple[str | None, str | None, str | None, list[str]],
    file: Path,
) -> None:
    """Show what is left of the sample and keep every answer."""
    from analyst.runs.naming import find_theme, listed_themes
    from analyst.themes.edits import hands
    from eval.labelling import judgements as kept
    from eval.labelling.session import FIX_KEYS, OPINION_KEYS, Judge, judge

    log = hands(view.edits)
    listed = listed_themes(view.connection, log)

    def named(text: str) -> str:
        return find_theme(text, listed, log).theme_id

    standing = kept.read(file)
    if what == "opinions":
        from eval.labelling.workspace import opinion_queue

        queue = opinion_queue(view, standing, name, size, seed, [named(one) for one in themes])
    else:
        queue = _fix_queue(view, standing, name, size, asked)
    if not queue.items:
        say(f"{name} has judged all {queue.done} of this sample; a larger --size goes on.")
        return
    say(OPINION_KEYS if what == "opinions" else FIX_KEYS)
    here = Judge(name, view.run.run_id, lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    made = judge(queue.items, here, _read, say, lambda one: kept.append(file, one), named, done=queue.done)
    say(f"\n{made} judged, kept in {file}; the same command goes on from here.")


def _fix_queue(
    view: View,
    standing: list[Judgement],
    name: str,
    size: int,
    asked: tuple[str | None, str | None, str | None, list[str]],
) -> Queue:
    from analyst.answers.gather import Gatherer
    from analyst.core.query import parse_where
    from analyst.runs.view import WindowChoice, choose_query
    from eval.labelling.workspace import fix_queue

    metric, week, month, where = asked
    query = choose_query(view, metric, WindowChoice(week=week, month=month), parse_where(where))
    return fix_queue(Gatherer(view, query).fixes, query, standing, name, size)


def _read(prompt: str) -> str | None:
    """A line of standard input; None at its end. The prompt goes where people look, not into results."""
    sys.stderr.write(prompt)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not sys.stdin.isatty():
        sys.stderr.write("\n")
    return line if line else None


def _corrected(
    session: Session, view: View, standing: list[Judgement], name: str, apply: bool, as_json: bool
) -> list[str]:
    """Move what was called wrong into the themes named for it, with --apply or a yes; what was done, in sentences."""
    from analyst.records import open_store
    from analyst.runs.editing import Desk
    from eval.labelling.estimates import corrections
    from eval.labelling.workspace import apply_corrections, current_themes

    wanted = corrections(standing)
    now = current_themes(view, wanted.keys())
    waiting = {opinion: theme for opinion, theme in wanted.items() if now.get(opinion, theme) != theme}
    if not waiting:
        return []
    if not apply:
        if not sys.stdin.isatty() or as_json:
            verb = "opinion is" if len(waiting) == 1 else "opinions are"
            say(f"{len(waiting)} {verb} in another theme than judged; --apply puts that right.")
            return []
        answer = _read(f"Move what was corrected ({len(waiting)}) into the right themes? y or n: ")
        if (answer or "").strip().casefold() not in ("y", "yes"):
            return []
    with open_store(session.settings.database_url) as store:
        done, _ = apply_corrections(Desk(store, session.settings, session.clock, name), view, waiting)
    for sentence in done:
        say(sentence)
    return done


def _report(view: View, standing: list[Judgement], bar: float, moved: list[str], as_json: bool) -> None:
    from eval.labelling.estimates import between, between_grades, qualities
    from eval.labelling.judgements import of

    found = qualities(standing, bar)
    labels = dict(view.connection.execute("SELECT theme_id, label FROM themes").fetchall())
    people = sorted({one.who for one in standing})
    pairs = [(a, b) for place, a in enumerate(people) for b in people[place + 1 :]]
    agreed = [(a, b, "themes", between(standing, a, b)) for a, b in pairs]
    agreed += [(a, b, "fixes", between_grades(standing, a, b)) for a, b in pairs]
    counted = [one for one in of(standing, "opinion") if one.counts]
    graded = [one for one in of(standing, "fix") if one.grade is not None]
    if as_json:
        print_json(
            {
                "judged": {"opinions": len(counted), "fixes": len(graded), "people": people},
                "bar": bar,
                "themes": [_told(one, labels) for one in found],
                "agreement": [{"people": [a, b], "of": of_, **_plain(asdict(k))} for a, b, of_, k in agreed if k],
                "grades": [{"fix": g.id, "question": g.shown, "who": g.who, "grade": g.grade} for g in graded],
                "moved": moved,
            }
        )
        return
    _print(found, labels, bar, len(counted), [(a, b, of_, k) for a, b, of_, k in agreed if k])
    if graded:
        say(f"{len(graded)} grades of fixes, {sum(g.grade or 0 for g in graded) / len(graded):.2f} of 3 on average.")


def _print(
    found: list[ThemeQuality],
    labels: dict[str, str],
    bar: float,
    counted: int,
    agreed: list[tuple[str, str, str, Agreement]],
) -> None:
    from analyst.cli.tables import grid

    if not found:
        say("No opinion in a theme was judged yet.")
    else:
        table = grid(
            "Theme", "Judged", "Precision", "95 %", "Recall", "95 %", f"Precision above {bar:g}?", right=(1, 2, 4)
        )
        for one in found:
            precision, recall = one.precision, one.recall
            table.add_row(
                labels.get(one.theme_id, one.theme_id),
                str(precision.n),
                _number(precision),
                _span(precision),
                _number(recall),
                _span(recall),
                _settled(one),
            )
        show(table)
        say(f"From {counted} judged opinions, weighted by how often each kind of opinion was drawn.")
        if counted < ENOUGH:
            say(f"From about {ENOUGH} judgements on most themes have an interval worth reading.")
    for a, b, of_, k in agreed:
        kappa = (
            "cannot be told" if math.isnan(k.kappa) else f"{k.kappa:.2f} (95 % interval {k.low:.2f} to {k.high:.2f})"
        )
        say(f"{a} and {b} on {of_}: {k.percent:.0%} the same of {k.n}; kappa {kappa}.")


def _settled(one: ThemeQuality) -> str:
    if one.above != "open":
        return one.above
    return "at the bar: no number would settle it" if one.more is None else f"about {one.more} more would settle it"


def _number(share: Share) -> str:
    return "" if math.isnan(share.value) else f"{share.value:.2f}"


def _span(share: Share) -> str:
    return "" if math.isnan(share.value) else f"{share.low:.2f} to {share.high:.2f}"


def _told(one: ThemeQuality, labels: dict[str, str]) -> dict[str, Any]:
    return {
        "theme_id": one.theme_id,
        "label": labels.get(one.theme_id),
        "precision": _plain(asdict(one.precision)),
        "recall": _plain(asdict(one.recall)),
        "above": one.above,
        "more": one.more,
    }


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: None if isinstance(v, float) and math.isnan(v) else v for name, v in row.items()}

"""The judgements of a workspace: what to show next, and what to do with what was said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analyst.core.errors import CannotTell
from eval.labelling.judgements import FILE, Judgement, of
from eval.labelling.sampling import Drawn, candidates, draw
from eval.labelling.session import Item

if TYPE_CHECKING:
    from analyst.core.query import Query
    from analyst.core.settings import Settings
    from analyst.fixes.types import Fix
    from analyst.runs.editing import Desk
    from analyst.runs.view import View

NO_THEME_SHOWN = "in no theme"


@dataclass(frozen=True)
class Queue:
    """What is left to judge, in order, and how much of the sample was judged before."""

    items: list[Item]
    done: int


def judgements_file(settings: Settings) -> Path:
    """Where the workspace keeps its judgements."""
    return settings.workspace / FILE


def opinion_queue(
    view: View, judged: Sequence[Judgement], who: str, size: int, seed: int, themes: Collection[str] = ()
) -> Queue:
    """The opinions that `who` has still to judge of a sample of `size`, within `themes` where some are given.

    What was skipped comes again. Raises CannotTell where the run has no survey comment to judge.
    """
    found = [one for one in candidates(view) if not themes or one.theme_id in themes]
    if not found:
        raise CannotTell("There is no opinion to judge here.", "Import comments and run `undertone analyze`.")
    drawn = draw(found, size, seed)
    behind = {one.id for one in of(judged, "opinion", who) if one.verdict != "skipped"}
    left = [one for one in drawn if one.opinion_id not in behind]
    return Queue(_opinion_items(view, left), len(drawn) - len(left))


def _opinion_items(view: View, drawn: Sequence[Drawn]) -> list[Item]:
    ids = [one.opinion_id for one in drawn]
    rows = view.connection.execute(
        """
        SELECT o.opinion_id, o.field, o.start, o."end", o.text, r.title, r.text, r.score, t.label, t.keywords
        FROM opinions o JOIN responses r USING (response_id) LEFT JOIN themes t ON t.theme_id = o.theme_id
        WHERE list_contains(?, o.opinion_id)
        """,
        [ids],
    ).fetchall()
    told = {}
    for opinion_id, field, start, end, said, title, text, score, label, keywords in rows:
        whole = (title if field == "title" else text) or said
        theme = NO_THEME_SHOWN if label is None else f"in “{label}”" + _keywords(keywords)
        scored = "" if score is None else f"scored {score:g} · "
        told[opinion_id] = f"  {marked(whole, start, end)}\n  {scored}{theme}"
    return [
        Item("opinion", one.opinion_id, told[one.opinion_id], one.theme_id, one.stratum, one.size)
        for one in drawn
        if one.opinion_id in told
    ]


def marked(text: str, start: int, end: int) -> str:
    """The comment in one line with the opinion between » and «. Offsets are half-open code points."""
    parts = (text[:start], f"»{text[start:end]}«", text[end:])
    return " ".join("".join(parts).split())


def _keywords(words: Sequence[str] | None) -> str:
    return f" ({', '.join(list(words)[:5])})" if words else ""


def fix_queue(fixes: Sequence[Fix], query: Query, judged: Sequence[Judgement], who: str, size: int) -> Queue:
    """The first `size` recommendations for `query` that `who` has still to grade."""
    from analyst.core.query import where_text

    asked = query.window.label + (f" {','.join(f'{d}={v}' for d, v in query.where)}" if query.where else "")
    behind = {one.id for one in of(judged, "fix", who) if one.verdict != "skipped" and one.shown == asked}
    first = list(fixes)[:size]
    items = [
        Item(
            "fix",
            fix.fix_id,
            f"  {fix.title}\n  {fix.action}\n  for {where_text(query.where)}, {query.window.label}",
            asked,
        )
        for fix in first
        if fix.fix_id not in behind
    ]
    return Queue(items, len(first) - len(items))


def current_themes(view: View, opinions: Collection[str]) -> Mapping[str, str]:
    """The theme that each of `opinions` is in now, empty for none."""
    rows = view.connection.execute(
        "SELECT opinion_id, coalesce(theme_id, '') FROM opinions WHERE list_contains(?, opinion_id)", [list(opinions)]
    ).fetchall()
    return dict(rows)


def apply_corrections(desk: Desk, view: View, wanted: Mapping[str, str]) -> tuple[list[str], int]:
    """Move what is not yet where `wanted` says; what was done in sentences, and how many opinions were named.

    One edit a theme, so that each can be undone by itself. An opinion or a theme that is gone from the run is passed
    over.
    """
    now = current_themes(view, wanted.keys())
    known = {theme.theme_id for theme in desk.themes}
    by_theme: dict[str, list[str]] = defaultdict(list)
    for opinion, theme in sorted(wanted.items()):
        if opinion in now and now[opinion] != theme and theme in known:
            by_theme[theme].append(opinion)
    done = []
    for theme, opinions in by_theme.items():
        outcome = desk.move(opinions, theme)
        done.append(f"{outcome.sentence} (edit {outcome.seq}).")
    return done, sum(len(opinions) for opinions in by_theme.values())

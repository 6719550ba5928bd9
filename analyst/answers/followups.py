"""What became of the fixes: the workspace's book of fixes, what calls for somebody, and the fix behind an id."""

from __future__ import annotations

import difflib
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyst.answers.facts import Claim, FactBook, Number
from analyst.core.errors import CannotTell, UndertoneError, UsageProblem
from analyst.core.query import Query
from analyst.core.windows import previous, zone
from analyst.fixes.standing import FixBook, Standing, calling
from analyst.fixes.telling import VERDICTS, standing_sentence

if TYPE_CHECKING:
    from analyst.answers.gather import Gatherer
    from analyst.core.settings import Settings
    from analyst.fixes import Fix
    from analyst.records import Store
    from analyst.runs.view import View

TITLE = "Fixes under way that call for somebody"
_FIX_ID = re.compile(r"fix-[0-9a-f]{8}")
_QUOTED = re.compile(r"[“\"]([^”\"]{3,})[”\"]")
EARLIER_WINDOWS, EARLIER_RUNS = 4, 3


@dataclass(frozen=True)
class FollowUps:
    """Fixes that are overdue, due for review, reopened or without effect; `note` says why the book cannot be read."""

    standings: list[Standing] = field(default_factory=list)
    note: str = ""


def workspace_book(settings: Settings) -> tuple[FixBook, str]:
    """The workspace's book of fixes. A store that cannot be read is a note beside an empty book, not an error: the run
    can be told without it. Where there is no store, none is made."""
    if settings.store_url is None and not _has_fixes(settings.workspace / "store.db"):
        return FixBook(), ""
    from analyst.records import open_store

    try:
        with open_store(settings.database_url) as store:
            return book_of(store), ""
    except UndertoneError as problem:
        return FixBook(), f"What became of the fixes could not be read: {problem}"


def book_of(store: Store) -> FixBook:
    """The book that `store` keeps."""
    from analyst.records.store.shipping import fix_rows

    return FixBook(*fix_rows(store))


def _has_fixes(store: Path) -> bool:
    """Whether the SQLite file says anything of fixes: most say nothing, and opening a store takes longer than a look.
    True where that cannot be seen: the store itself then says why."""
    if not store.exists():
        return False
    try:
        with closing(sqlite3.connect(f"{store.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            held = [name for name in ("fix_states", "shippings") if name in names]
            return any(connection.execute(f"SELECT EXISTS (SELECT 1 FROM {name})").fetchone()[0] for name in held)
    except sqlite3.Error:
        return True


def follow_ups(standings: Sequence[Standing], note: str = "") -> FollowUps:
    """Of `standings` those that call for somebody."""
    return FollowUps(calling(standings), note)


def follow_claim(standing: Standing, book: FactBook) -> Claim:
    """The sentence of one fix that calls for somebody, with its fact."""
    told = standing_sentence(standing)
    fact = book.add(
        f"Fix {standing.fix_id}: {told}",
        (Number(float(standing.days), "days", "days"),),
        command="undertone fixes status --json",
        names=[standing.fix_id, *follow_names(FollowUps([standing]))],
    )
    return Claim(told, (fact,), part="fix")


def follow_names(follow: FollowUps) -> list[str]:
    """Titles and owners, whose digits are no numbers, and the labels that titles quote."""
    titles = [standing.title for standing in follow.standings]
    quoted = [label for title in titles for label in _QUOTED.findall(title)]
    return [*titles, *quoted, *(standing.owner for standing in follow.standings if standing.owner)]


def standing_json(standing: Standing) -> dict[str, Any]:
    """One fix under way."""
    shipping, look = standing.shipping, standing.look
    return {
        "fix_id": standing.fix_id,
        "title": standing.title,
        "status": standing.status,
        "owner": standing.owner,
        "due": standing.due.isoformat() if standing.due else None,
        "effort": standing.effort,
        "shipped": shipping.shipped.isoformat() if shipping else None,
        "version": shipping.version if shipping else None,
        "review": shipping.review.isoformat() if shipping else None,
        "verdict": look.verdict if look else None,
        "told": VERDICTS[look.verdict] if look else None,
        "realised": look.realised.value if look and look.realised else None,
        "calls_for": standing.call,
        "days": standing.days,
    }


def find_fix(found: Gatherer, fix_id: str) -> tuple[Gatherer, Fix]:
    """The fix called `fix_id` and the findings that hold it: those of `found`, else of the four windows before, else of
    the last runs before. A fix keeps its id from run to run as long as its screen and theme do.

    Raises UsageProblem with the nearest id where no list holds it.
    """
    fix = _in_list(found.fixes, fix_id)
    if fix is not None:
        return found, fix
    for other in _elsewhere(found) if _FIX_ID.fullmatch(fix_id) else ():
        fix = _in_list(other.fixes, fix_id)
        if fix is not None:
            return other, fix
    raise unknown_fix(fix_id, {fix.fix_id: fix.title for fix in found.fixes})


def _in_list(fixes: Iterable[Fix], fix_id: str) -> Fix | None:
    return next((fix for fix in fixes if fix.fix_id == fix_id), None)


def unknown_fix(fix_id: str, titles: Mapping[str, str]) -> UsageProblem:
    """The refusal of an id that names no fix, with the nearest one."""
    near = difflib.get_close_matches(fix_id, list(titles), n=1, cutoff=0.8)
    if near:
        return UsageProblem(f"There is no fix called '{fix_id}'.", f"Did you mean {near[0]} ({titles[near[0]]})?")
    have = ", ".join(list(titles)[:5]) or "none in this window"
    return UsageProblem(f"There is no fix called '{fix_id}'.", f"`undertone fixes` lists them: {have}.")


def _elsewhere(found: Gatherer) -> Iterator[Gatherer]:
    """The same question of the windows before, and of earlier runs; what cannot be asked is passed over."""
    tz, query = zone(found.view.settings.timezone), found.query
    for back in range(EARLIER_WINDOWS):
        window = query.baseline if back == 0 and query.window.kind == "span" else previous(query.window, tz)
        query = replace(query, window=window, baseline=previous(window, tz, 4))
        yield _gatherer(found.view, query)
    from analyst.core.runfolder import list_runs, open_run
    from analyst.runs.view import View, choose_query

    runs = found.view.settings.runs
    earlier = [run_id for run_id in list_runs(runs) if run_id < found.view.run.run_id]
    for run_id in sorted(earlier, reverse=True)[:EARLIER_RUNS]:
        view = View(open_run(runs, run_id), found.view.settings, found.view.until)
        try:
            yield _gatherer(view, choose_query(view, found.query.metric, where=found.query.where))
        except UndertoneError:
            continue


def as_of(found: Gatherer, until: datetime) -> Gatherer | None:
    """The same question as it stood at `until`, seeing nothing later; None where nothing could be asked then."""
    from analyst.runs.view import View, choose_query

    view = View(found.view.run, found.view.settings, until)
    try:
        return _gatherer(view, choose_query(view, found.query.metric, where=found.query.where))
    except (CannotTell, UsageProblem):
        return None


def before_shipping(found: Gatherer, fix_id: str, shipped: datetime) -> tuple[Gatherer, Fix] | None:
    """The fix as it was expected on the day before `shipped`; None where no list of then holds it."""
    then = as_of(found, shipped)
    if then is None:
        return None
    try:
        return find_fix(then, fix_id)
    except UndertoneError:
        return None


def _gatherer(view: View, query: Query) -> Gatherer:
    from analyst.answers.gather import Gatherer

    return Gatherer(view, query)

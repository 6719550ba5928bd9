"""What became of people's edits, and what changed among the themes since the run before."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from analyst.core.errors import UndertoneError
from analyst.core.runfolder import Run, open_run
from analyst.core.tables import CORRECTED
from analyst.runs.editlog import edits_of
from analyst.runs.overlay import found_ids, present_contents
from analyst.runs.view import View
from analyst.themes.edits import (
    Action,
    Describe,
    Edit,
    Exclude,
    Feel,
    Hands,
    Include,
    Merge,
    Move,
    Pin,
    Rename,
    Seed,
    Split,
    Undo,
    Unpin,
    Unreadable,
    hands,
    undone,
)  # fmt: skip

if TYPE_CHECKING:
    from analyst.core.settings import Settings

EVENTS = "theme_events.json"
_TOLD_MOVES = 12
_EVENT_WORDS = {
    "birth": "born", "dormant": "gone quiet", "return": "back", "continue": "continued", "split": "split off",
    "merge": "merged",
}  # fmt: skip


@dataclass(frozen=True)
class ToldEdit:
    """An edit in words; `standing` says whether it holds, waits, failed or was undone, and why."""

    seq: int
    at: datetime
    who: str
    verb: str
    what: str
    standing: str


@dataclass(frozen=True)
class MovedOpinions:
    """`n` opinions that were in one theme and are in another now; `why` is edit, teaching, refit or carrying on."""

    before: str | None
    after: str | None
    n: int
    why: str


@dataclass(frozen=True)
class Changes:
    """The report: edits with their standing, what happened to themes, and opinions that changed theme."""

    run_id: str
    previous: str | None
    refit: bool
    edits: tuple[ToldEdit, ...]
    events: tuple[dict[str, Any], ...]  # {kind, theme_id, label, ...its numbers}
    moved: tuple[MovedOpinions, ...]
    compared: int  # opinions that both runs hold

    def to_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "run_id": self.run_id,
            "previous": self.previous,
            "refit": self.refit,
            "edits": [{**asdict(one), "at": one.at.isoformat()} for one in self.edits],
            "events": list(self.events),
            "moved": [asdict(one) for one in self.moved],
            "compared": self.compared,
        }

    def lines(self) -> list[str]:
        """The report in plain lines."""
        how = "fitted anew" if self.refit else "carried on with the themes of the run before"
        said = [f"Run {self.run_id}, {how if self.previous else 'the first one'}."]
        counts = Counter(str(event["kind"]) for event in self.events)
        if counts:
            said.append(
                "Themes: " + ", ".join(f"{n} {_EVENT_WORDS.get(kind, kind)}" for kind, n in counts.items()) + "."
            )
        if self.previous:  # in a first run everything is born
            said += [_event_line(event) for event in self.events if event["kind"] != "continue"]
        if self.previous:
            total = sum(one.n for one in self.moved)
            by = Counter[str]()
            for one in self.moved:
                by[one.why] += one.n
            whys = "".join(f", {n:,} by {why}" for why, n in by.most_common())
            said.append(f"Opinions in another theme than before: {total:,} of {self.compared:,}{whys}.")
            for one in self.moved[:_TOLD_MOVES]:
                said.append(f"  {one.n:,} from {one.before or 'no theme'} to {one.after or 'no theme'} ({one.why})")
        if self.edits:
            said.append("Edits:")
            said += [f"  {one.seq}  {one.what} [{one.standing}]" for one in self.edits]
        return said


def told_edits(settings: Settings, view: View | None = None) -> list[ToldEdit]:
    """Every edit of the workspace in words, in order, with its standing on the current run (or that of `view`)."""
    if view is None:
        from analyst.core.clock import system_clock
        from analyst.core.errors import NoRun
        from analyst.runs.view import open_view

        try:
            view = open_view(settings, system_clock)
        except NoRun:
            view = None
    edits = view.edits if view else edits_of(settings)
    told = hands(edits)
    gone = undone(edits)
    names = _names(view, told)
    return [
        ToldEdit(e.seq, e.at, e.who, e.action.verb, _what(e.action, names), _standing(e, edits, told, gone, view))
        for e in edits
    ]


def _names(view: View | None, told: Hands) -> dict[str, str]:
    """What each theme is called: as found, then as people call it."""
    names = {row.theme: row.name for row in told.seeds.values()}
    if view is not None:
        found = view.run.table("themes", ["theme_id", "label"]).to_pylist()
        names |= {row["theme_id"]: row["label"] for row in found}
        shown = view.connection.execute("SELECT theme_id, label FROM all_themes").fetchall()
        names |= dict(shown)
    return names


def _what(action: Action, names: Mapping[str, str]) -> str:
    def name(theme: str) -> str:
        return f"'{names.get(theme, theme)}'"

    match action:
        case Rename(theme, label):
            return f"rename {theme} to '{label}'"
        case Describe(theme, text):
            return f"describe {name(theme)}: {text}" if text else f"take the description of {name(theme)} away"
        case Merge(theme, into):
            return f"merge {name(theme)} into {name(into)}"
        case Split(theme, parts, label):
            named = ", ".join(repr(part.label) for part in parts if part.label)
            return f"split '{label or theme}' into {named or f'{len(parts)} parts'}"
        case Move(theme, opinions):
            return f"move {len(opinions)} opinions to {name(theme)}"
        case Feel(sentiment, opinions):
            return f"mark {len(opinions)} opinions as {sentiment}"
        case Seed(rows):
            return f"seed {len(rows)} themes"
        case Undo(edit):
            return f"undo edit {edit}"
        case Unreadable():
            return "an edit that cannot be read"
        case Pin(theme) | Unpin(theme) | Exclude(theme) | Include(theme):
            return f"{action.verb} {name(theme)}"


def _standing(edit: Edit, edits: list[Edit], told: Hands, gone: Mapping[int, int], view: View | None) -> str:
    if edit.seq in gone:
        return f"undone by edit {gone[edit.seq]}"
    if edit.seq in told.failed:
        return f"failed: {told.failed[edit.seq]}"
    action = edit.action
    if isinstance(action, Undo):
        return "holds"
    have = _present(view)
    if view is None or (isinstance(action, Split | Seed) and edit.seq > int(view.run.manifest.get("edit_seq", 0))):
        return "waits for the next analyze"
    match action:
        case Seed(rows):
            missing = sum(row.theme not in have for row in rows)
            return "holds" if not missing else f"{missing} of {len(rows)} themes are not in this run"
        case Split(_, parts):
            there = sum(part.theme in have for part in parts)
            return "holds" if there == len(parts) else "waits: its theme is not in this run"
        case Feel(_, opinions):
            return _held(len(opinions), _met(view, action))
        case Move(theme, opinions) if told.root(theme) in have:
            return _held(len(opinions), _met(view, action))
        case Merge(theme):
            return "holds" if theme in have else "waits: the theme to merge is not in this run"
        case Rename(theme) | Describe(theme) | Pin(theme) | Unpin(theme) | Exclude(theme) | Include(theme):
            if _replaced(edit, edits, gone):
                return "replaced by a later edit"
            if told.root(theme) != theme:
                return f"waits: the theme is merged into {told.root(theme)}"
            return "holds" if theme in have else "waits: its theme is not in this run"
        case _:
            return "waits: its theme is not in this run"


def _present(view: View | None) -> set[str]:
    """Ids that the run knows: as it found them, and as people see them."""
    if view is None:
        return set()
    return found_ids(view.run) | {
        row[0] for row in view.connection.execute("SELECT theme_id FROM all_themes").fetchall()
    }


def _met(view: View, action: Move | Feel) -> int:
    return len(present_contents(view.connection, view.run, action.opinions))


def _held(asked: int, met: int) -> str:
    return "holds" if met == asked else f"holds for {met} of {asked}; the others are not in this run"


def _replaced(edit: Edit, edits: list[Edit], gone: Mapping[int, int]) -> bool:
    if not isinstance(edit.action, Rename | Describe):
        return False
    return any(
        later.seq > edit.seq
        and later.seq not in gone
        and type(later.action) is type(edit.action)
        and later.action.theme == edit.action.theme
        for later in edits
        if isinstance(later.action, Rename | Describe)
    )


def report(view: View) -> Changes:
    """What changed between the run before and this one, and where every edit stands."""
    previous = view.run.manifest.get("previous")
    told = tuple(told_edits(view.settings, view))
    refit = bool(view.run.manifest.get("stats", {}).get("refit", False))
    before = _run_before(view, previous)
    moved, compared = _moved(view, before, refit) if before else ((), 0)
    return Changes(view.run.run_id, previous if before else None, refit, told, _events(view, before), moved, compared)


def _run_before(view: View, run_id: str | None) -> Run | None:
    if run_id is None:
        return None
    try:
        return open_run(view.settings.runs, run_id)
    except UndertoneError:  # somebody removed it
        return None


def _events(view: View, before: Run | None) -> tuple[dict[str, Any], ...]:
    """The run's events with the names of the themes they speak of; `of` is the older one of a split or a merge."""
    file = view.run.folder / EVENTS
    if not file.exists():
        return ()
    names = _names(view, hands(view.edits))
    if before is not None:
        then = before.table("themes", ["theme_id", "label"]).to_pylist()
        names = {row["theme_id"]: row["label"] for row in then} | names
    told = []
    for event in json.loads(file.read_text(encoding="utf-8")):
        old, new = event.get("old"), event.get("new")
        other = names.get(old, old) if old != new and old is not None and new is not None else None
        known = event.get("theme_id")
        told.append({**event, "label": names.get(known, known), "of": other})
    return tuple(told)


def _event_line(event: dict[str, Any]) -> str:
    numbers = ", ".join(
        f"{name} {value:.2f}" if isinstance(value, float) else f"{name} {value}"
        for name, value in event.items()
        if name not in ("kind", "theme_id", "label", "new", "old", "of") and isinstance(value, int | float) and value
    )
    kind, label, of = str(event["kind"]), event["label"], event["of"]
    if of is not None and kind.startswith("merge"):
        said = f"'{of}' {_EVENT_WORDS.get(kind, kind)} into '{label}'"
    elif of is not None and kind.startswith("split"):
        said = f"'{label}' {_EVENT_WORDS.get(kind, kind)} from '{of}'"
    else:
        said = f"'{label}' {_EVENT_WORDS.get(kind, kind)}"
    return f"  {said}" + (f" ({numbers})" if numbers else "")


def _moved(view: View, before: Run, refit: bool) -> tuple[tuple[MovedOpinions, ...], int]:
    """Opinions that both runs hold and that changed theme, by (from, to, why), most first."""
    connection = view.connection
    path = str(before.path("opinions")).replace("'", "''")
    rows = connection.execute(
        f"""
        SELECT b.theme_id, o.theme_id, o.state = '{CORRECTED}' OR b.state = '{CORRECTED}', count(*)
        FROM read_parquet('{path}') b JOIN opinions o USING (opinion_id)
        GROUP BY ALL ORDER BY count(*) DESC, 1, 2
        """
    ).fetchall()
    told = hands(view.edits)
    parted = {
        (split.action.theme, part.theme)
        for split in told.splits
        if isinstance(split.action, Split)
        for part in split.action.parts
    }
    names = {row["theme_id"]: row["label"] for row in before.table("themes", ["theme_id", "label"]).to_pylist()}
    now = _names(view, told)
    taught = bool(view.run.manifest.get("stats", {}).get("lessons"))
    counted: dict[tuple[str | None, str | None, str], int] = {}
    for old, new, corrected, n in rows:
        if old == new:
            continue
        by_hand = corrected or (old is not None and told.root(old) == new) or (old, new) in parted
        why = "edit" if by_hand else "refit" if refit else "teaching" if taught else "carrying on"
        key = (names.get(old, old), now.get(new, new), why)
        counted[key] = counted.get(key, 0) + n
    moved = [MovedOpinions(was, becomes, n, why) for (was, becomes, why), n in counted.items()]
    return tuple(sorted(moved, key=lambda one: -one.n)), sum(row[3] for row in rows)

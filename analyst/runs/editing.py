"""Edit the themes: check what is asked against the run and the log, say what it changes, write it down.

Everything is checked before it is logged. Two people at once may still contradict each other; then the later
edit is kept in the log and told as failed (see edits.hands), and nothing breaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from analyst.core.errors import NoRun, UsageProblem
from analyst.core.tables import EXCLUDED, SENTIMENTS
from analyst.runs.counting import connect
from analyst.runs.editlog import stored_edits
from analyst.runs.naming import Listed, Quoted, find_opinion, find_theme, listed_themes
from analyst.runs.view import View, open_view
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
    Part,
    Pin,
    Rename,
    Seed,
    SeedRow,
    Split,
    Undo,
    Unpin,
    clean_label,
    hands,
    made_up_id,
    meant,
    payload,
    undone,
)  # fmt: skip

if TYPE_CHECKING:
    from analyst.core.clock import Clock
    from analyst.core.settings import Settings
    from analyst.records import Store
    from analyst.themes.taxonomy import Taxonomy

MOST_PARTS = 12


@dataclass(frozen=True)
class Outcome:
    """An edit that was logged: its number, what it did in a sentence, how many opinions it changed or speaks of.

    `at_analyze` says that it takes effect with the next analyze only; `notes` are things worth knowing.
    """

    seq: int
    verb: str
    sentence: str
    opinions: int
    at_analyze: bool
    notes: tuple[str, ...] = ()


class Desk:
    """Where one person edits: the store, the run as it looks now, and their name. Use it in a `with` statement's store.

    Every verb raises UsageProblem when what is asked makes no sense, and StoreBusy when the store stays locked.
    """

    def __init__(self, store: Store, settings: Settings, clock: Clock, who: str) -> None:
        self._store, self._settings, self._clock, self._who = store, settings, clock, who

    @cached_property
    def edits(self) -> list[Edit]:
        """The log as it is now."""
        return stored_edits(self._store)

    @cached_property
    def hands(self) -> Hands:
        """What the log says."""
        return hands(self.edits)

    @cached_property
    def view(self) -> View | None:
        """The current run; None before the first analyze."""
        try:
            return open_view(self._settings, self._clock)
        except NoRun:
            return None

    @cached_property
    def themes(self) -> list[Listed]:
        """The themes that can be edited."""
        return listed_themes(self.view.connection if self.view else None, self.hands)

    def theme(self, name: str) -> Listed:
        """The theme that `name` means. Raises NoRun before the first analyze, UsageProblem for an unknown one."""
        if self.view is None and not self.themes:
            open_view(self._settings, self._clock)  # says that nothing was analysed
        return find_theme(name, self.themes, self.hands)

    def opinion(self, name: str) -> Quoted:
        """The opinion that `name` means. Raises NoRun and UsageProblem alike."""
        view = self.view or open_view(self._settings, self._clock)
        return find_opinion(name, view.connection)

    # What can be done

    def rename(self, name: str, label: str) -> Outcome:
        """Call a theme something else."""
        theme, plain = self.theme(name), clean_label(label)
        self._free(plain, theme)
        if plain == theme.label:
            raise UsageProblem(f"The theme is called '{plain}' already.")
        return self._log(Rename(theme.theme_id, plain), f"Renamed '{theme.label}' to '{plain}'", theme.n)

    def describe(self, name: str, text: str) -> Outcome:
        """Say what a theme is about; empty text takes the description away."""
        theme, plain = self.theme(name), " ".join(text.split())
        said = f"Described '{theme.label}'" if plain else f"Took the description of '{theme.label}' away"
        return self._log(Describe(theme.theme_id, plain), said, theme.n)

    def merge(self, name: str, into: str) -> Outcome:
        """Count the first theme as part of the second."""
        theme, other = self.theme(name), self.theme(into)
        self._not_system(theme, "merged into another")
        if theme.theme_id == other.theme_id:
            raise UsageProblem(
                f"'{name}' and '{into}' are one theme ('{other.label}'), which cannot be merged into itself.",
                "Name two different themes.",
            )
        if other.kind == EXCLUDED:
            raise UsageProblem(
                f"'{other.label}' is excluded, so '{theme.label}' would vanish in it.",
                f"Include it first (`undertone themes include {other.theme_id}`), or exclude '{theme.label}' instead.",
            )
        said = f"Merged '{theme.label}' ({theme.n:,}) into '{other.label}' ({other.n:,})"
        return self._log(Merge(theme.theme_id, other.theme_id), said, theme.n + other.n)

    def split(self, name: str, parts: Sequence[tuple[str, Sequence[str]]] = (), into: int | None = None) -> Outcome:
        """Take a theme apart: into `into` groups by what they say, or into named `parts` (name, example sentences)."""
        theme = self.theme(name)
        self._not_system(theme, "split")
        count = len(parts) or into or 2
        if parts and into is not None and into != len(parts):
            raise UsageProblem(f"{len(parts)} parts are named, but --into asks for {into}.", "Leave --into out.")
        if not 2 <= count <= MOST_PARTS:
            raise UsageProblem(f"A theme is split into 2 to {MOST_PARTS} parts, not {count}.")
        if theme.n < count and not theme.waiting:
            raise UsageProblem(f"'{theme.label}' holds {theme.n} opinions, too few for {count} parts.")
        labels = [clean_label(label) for label, _ in parts]
        for label in labels:
            self._free(label, theme)
            if sum(label.casefold() == other.casefold() for other in labels) > 1:
                raise UsageProblem(f"Two parts are called '{label}'.", "Give each its own name.")
        when = self._clock().isoformat()
        made = tuple(
            Part(
                theme.theme_id if place == 0 else made_up_id("split", theme.theme_id, self._who, when, str(place)),
                labels[place] if labels else "",
                tuple(_said(example, labels[place]) for example in parts[place][1]) if parts else (),
            )
            for place in range(count)
        )
        told = f" ({', '.join(repr(label) for label in labels)})" if labels else ""
        action = Split(theme.theme_id, made, theme.label)
        return self._log(action, f"Split '{theme.label}' into {count} parts{told}", theme.n, at_analyze=True)

    def pin(self, name: str) -> Outcome:
        """Keep a theme and its label whatever the next fit finds."""
        theme = self.theme(name)
        self._not_system(theme, "pinned: they always stay")
        if theme.theme_id in self.hands.pinned:
            raise UsageProblem(f"'{theme.label}' is pinned already.")
        return self._log(Pin(theme.theme_id), f"Pinned '{theme.label}'", theme.n)

    def unpin(self, name: str) -> Outcome:
        """Take a pin off."""
        theme = self.theme(name)
        if theme.theme_id not in self.hands.pinned:
            raise UsageProblem(f"'{theme.label}' is not pinned.")
        return self._log(Unpin(theme.theme_id), f"Unpinned '{theme.label}'", theme.n)

    def exclude(self, name: str) -> Outcome:
        """Tell nothing of a theme."""
        theme = self.theme(name)
        self._not_system(theme, "excluded: they hold what carries no subject, and are told last")
        if theme.kind == EXCLUDED:
            raise UsageProblem(f"'{theme.label}' is excluded already.", f"`undertone themes include {theme.theme_id}`")
        return self._log(Exclude(theme.theme_id), f"Excluded '{theme.label}'", theme.n)

    def include(self, name: str) -> Outcome:
        """Tell of an excluded theme again."""
        theme = self.theme(name)
        if theme.kind != EXCLUDED:
            raise UsageProblem(f"'{theme.label}' is not excluded.")
        return self._log(Include(theme.theme_id), f"Included '{theme.label}' again", theme.n)

    def move(self, names: Sequence[str], to: str) -> Outcome:
        """Put opinions, and all that say the same, into a theme; the next analyze learns from it."""
        theme, opinions = self.theme(to), self._opinions(names)
        if theme.kind == EXCLUDED:
            raise UsageProblem(f"'{theme.label}' is excluded.", f"`undertone themes include {theme.theme_id}` first.")
        if all(one.theme_id == theme.theme_id for one in opinions):
            raise UsageProblem(f"What you named is in '{theme.label}' already.")
        action = Move(theme.theme_id, tuple(one.said for one in opinions))
        count = self._changed(action)
        said = f"Moved {_opinions(count)} to '{theme.label}'"
        notes = (
            () if theme.waiting else ("The next `undertone analyze` learns from it, for what says nearly the same.",)
        )
        return self._log(action, said, count, at_analyze=theme.waiting, notes=notes)

    def sentiment(self, names: Sequence[str], to: str) -> Outcome:
        """Correct the sentiment of opinions, and of all that say the same."""
        feeling = to.strip().lower()
        if feeling not in SENTIMENTS:
            raise UsageProblem(f"'{to}' is not a sentiment.", f"Choose one of {', '.join(SENTIMENTS)}.")
        action = Feel(feeling, tuple(one.said for one in self._opinions(names)))
        count = self._changed(action)
        if not count:
            raise UsageProblem(f"What you named is {feeling} already.")
        return self._log(action, f"Marked {_opinions(count)} as {feeling}", count)

    def seed(self, taxonomy: Taxonomy) -> Outcome:
        """Name the themes that are to be there; those that carry the name of a known one teach it."""
        from analyst.themes.taxonomy import with_ids

        known = {theme.label: theme.theme_id for theme in self.themes}
        matched = with_ids(taxonomy, known)
        if not matched.themes:
            raise UsageProblem("This taxonomy names no theme.")
        rows = tuple(
            SeedRow(one.lasting_id, one.name, one.description, tuple(one.examples), one.area or "")
            for one in matched.themes
        )
        met = {theme.theme_id for theme in self.themes if not theme.waiting} & {row.theme for row in rows}
        said = f"Seeded {len(rows)} themes: {len(rows) - len(met)} new, {len(met)} known by that name"
        return self._log(Seed(rows), said, 0, at_analyze=True, notes=taxonomy.notes)

    def undo(self, seq: int | None = None) -> Outcome:
        """Take an edit back, by default the last that holds; undoing an undo brings the edit back."""
        gone = undone(self.edits)
        if seq is None:
            held = [e.seq for e in self.edits if e.seq not in gone and not isinstance(e.action, Undo)]
            if not held:
                raise UsageProblem("There is no edit to undo.", "`undertone themes log` lists them all.")
            seq = held[-1]
        edit = next((one for one in self.edits if one.seq == seq), None)
        if edit is None:
            raise UsageProblem(f"There is no edit {seq}.", "`undertone themes log` lists them all.")
        if seq in gone:
            raise UsageProblem(
                f"Edit {seq} is undone already, by edit {gone[seq]}.",
                f"`undertone themes undo {gone[seq]}` brings it back.",
            )
        base = meant(self.edits, seq)
        action = Undo(seq)
        later = isinstance(base, Seed) or (isinstance(base, Split) and isinstance(edit.action, Undo))
        return self._log(action, f"Undid edit {seq} ({edit.action.verb})", self._changed(action), at_analyze=later)

    # How it is done

    def _log(
        self, action: Action, sentence: str, opinions: int, *, at_analyze: bool = False, notes: Sequence[str] = ()
    ) -> Outcome:
        before = set(self.hands.failed)
        new = Edit(self._next, self._clock(), self._who, action)
        failed = hands([*self.edits, new]).failed
        if new.seq in failed:
            raise UsageProblem(f"That cannot be: {failed[new.seq]}.")
        notes = [*notes, *(f"Edit {seq} no longer holds: {why}." for seq, why in failed.items() if seq not in before)]
        seq = self._store.add_theme_edit(self._who, action.verb, payload(action), new.at)
        return Outcome(seq, action.verb, sentence, opinions, at_analyze, tuple(notes))

    @property
    def _next(self) -> int:
        return self.edits[-1].seq + 1 if self.edits else 1

    def _changed(self, action: Action) -> int:
        """How many opinions would have another theme or sentiment after `action`."""
        if self.view is None:
            return 0
        after = hands([*self.edits, Edit(self._next, self._clock(), self._who, action)])
        with connect(self.view.run, self.hands) as one, connect(self.view.run, after) as other:
            sql = "SELECT opinion_id, theme_id, sentiment FROM opinions ORDER BY opinion_id"
            old, new = one.execute(sql).fetchall(), other.execute(sql).fetchall()
        return sum(was != now for was, now in zip(old, new, strict=True))

    def _opinions(self, names: Sequence[str]) -> list[Quoted]:
        if not names:
            raise UsageProblem("No opinion is named.", "Give an opinion's id, its response's id, or its words.")
        return [self.opinion(name) for name in names]

    def _free(self, label: str, mine: Listed) -> None:
        taken = [t for t in self.themes if t.label.casefold() == label.casefold() and t.theme_id != mine.theme_id]
        if taken:
            raise UsageProblem(
                f"Another theme is called '{taken[0].label}' already ({taken[0].theme_id}).",
                f"Choose another name, or merge the two: `undertone themes merge {mine.theme_id} {taken[0].theme_id}`.",
            )

    def _not_system(self, theme: Listed, what: str) -> None:
        if theme.kind == "system":
            raise UsageProblem(f"'{theme.label}' is a system theme. System themes cannot be {what}.")


def _said(example: str, part: str) -> str:
    plain = " ".join(example.split())
    if not plain:
        raise UsageProblem(f"An example of the part '{part}' is empty.", "Leave it out, or write a sentence.")
    return plain


def _opinions(count: int) -> str:
    return f"{count:,} opinion" + ("" if count == 1 else "s")

"""What people do to themes: the edits, as they are written to the log, and what the log means when it is read.

The log only grows. An undo is an edit like any other, and an undo of an undo brings the edit back; so what holds
is always a pure function of the log (`effective`, then `hands`), and the state after an undo is the state before.

The log holds no text of a customer: an opinion is named by its id and by the hash of what it says, which survives
a new import and meets everybody who said the same. Only what an editor typed (a name, an example) is kept as text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from analyst.core.errors import UsageProblem
from analyst.core.tables import SENTIMENTS

VERSION = 1  # of the payloads; raised when an older reader would misread one
LONGEST_LABEL = 120


@dataclass(frozen=True)
class Said:
    """An opinion as the log names it: its id, and 16 hex digits of the hash of what it says."""

    opinion_id: str
    content: str


@dataclass(frozen=True)
class Part:
    """One part of a split: the id it gets; a name and sentences that belong to it, where the editor gave them."""

    theme: str
    label: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class SeedRow:
    """One theme of a seeded taxonomy, with the id it gets; `examples` are 0 to 20 sentences."""

    theme: str
    name: str
    description: str = ""
    examples: tuple[str, ...] = ()
    area: str = ""


@dataclass(frozen=True)
class Rename:
    """Call a theme something else."""

    verb: ClassVar[str] = "rename"
    theme: str
    label: str


@dataclass(frozen=True)
class Describe:
    """Say in a sentence what a theme is about."""

    verb: ClassVar[str] = "describe"
    theme: str
    text: str


@dataclass(frozen=True)
class Merge:
    """Count theme `theme` as part of `into`."""

    verb: ClassVar[str] = "merge"
    theme: str
    into: str


@dataclass(frozen=True)
class Split:
    """Take a theme apart. The first part keeps its id; `label` is what it was called before."""

    verb: ClassVar[str] = "split"
    theme: str
    parts: tuple[Part, ...]
    label: str = ""


@dataclass(frozen=True)
class Pin:
    """Keep a theme, and its label, whatever the next fit finds."""

    verb: ClassVar[str] = "pin"
    theme: str


@dataclass(frozen=True)
class Unpin:
    """Take a pin off."""

    verb: ClassVar[str] = "unpin"
    theme: str


@dataclass(frozen=True)
class Exclude:
    """Tell nothing of a theme; its opinions stay in it."""

    verb: ClassVar[str] = "exclude"
    theme: str


@dataclass(frozen=True)
class Include:
    """Tell of an excluded theme again."""

    verb: ClassVar[str] = "include"
    theme: str


@dataclass(frozen=True)
class Move:
    """These opinions, and whoever says the same, belong to `theme`."""

    verb: ClassVar[str] = "move"
    theme: str
    opinions: tuple[Said, ...]


@dataclass(frozen=True)
class Feel:
    """These opinions, and whoever says the same, are of this sentiment."""

    verb: ClassVar[str] = "sentiment"
    sentiment: str
    opinions: tuple[Said, ...]


@dataclass(frozen=True)
class Seed:
    """Themes named by people, with a few examples each: there from the next analyze on."""

    verb: ClassVar[str] = "seed"
    rows: tuple[SeedRow, ...]


@dataclass(frozen=True)
class Undo:
    """Edit number `edit` does not hold."""

    verb: ClassVar[str] = "undo"
    edit: int


@dataclass(frozen=True)
class Unreadable:
    """An entry that this version cannot read: kept, shown, without effect."""

    verb: ClassVar[str] = "unreadable"
    reason: str


Action = Rename | Describe | Merge | Split | Pin | Unpin | Exclude | Include | Move | Feel | Seed | Undo | Unreadable
_ACTIONS: tuple[type[Action], ...] = (
    Rename, Describe, Merge, Split, Pin, Unpin, Exclude, Include, Move, Feel, Seed, Undo,
)  # fmt: skip
_BY_VERB = {action.verb: action for action in _ACTIONS}
_MEMBERS = {"parts": Part, "opinions": Said, "rows": SeedRow}


@dataclass(frozen=True)
class Edit:
    """One entry of the log."""

    seq: int
    at: datetime
    who: str
    action: Action


def payload(action: Action) -> dict[str, Any]:
    """The action as it is written to the log: plain JSON with its version."""
    return {"v": VERSION, **asdict(action)}


def parse_edit(seq: int, at: datetime, who: str, verb: str, payload: dict[str, Any]) -> Edit:
    """The entry that the log holds; one that cannot be read becomes `Unreadable`, so that the rest still counts."""
    return Edit(seq, at, who, _action(verb, payload))


def _action(verb: str, payload: dict[str, Any]) -> Action:
    made = _BY_VERB.get(verb)
    version = payload.get("v")
    if made is None or (isinstance(version, int) and version > VERSION):
        return Unreadable(f"'{verb}' was written by a newer Undertone")
    values = {name: value for name, value in payload.items() if name != "v"}
    try:
        for name, member in _MEMBERS.items():
            if name in values:
                values[name] = tuple(member(**_tupled(entry)) for entry in values[name])
        action = made(**values)
    except (TypeError, ValueError):
        return Unreadable(f"this '{verb}' lacks something, or holds something that Undertone does not know")
    if any(not isinstance(value, str | int | tuple) for value in values.values()):
        return Unreadable(f"this '{verb}' holds something that Undertone does not know")
    return action


def _tupled(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}


def undone(edits: Iterable[Edit]) -> dict[int, int]:
    """The edits that do not hold, each with the number of the undo that holds against it."""
    against: dict[int, int] = {}
    for edit in sorted(edits, key=lambda one: -one.seq):  # an undo comes after what it undoes, and may be undone
        if isinstance(edit.action, Undo) and edit.seq not in against and edit.action.edit < edit.seq:
            against.setdefault(edit.action.edit, edit.seq)
    return against


def effective(edits: Iterable[Edit]) -> list[Edit]:
    """The edits that hold, in order: no undo among them, and none that one holds against."""
    known = sorted(edits, key=lambda one: one.seq)
    gone = undone(known)
    return [edit for edit in known if edit.seq not in gone and not isinstance(edit.action, Undo)]


def meant(edits: Iterable[Edit], seq: int) -> Action | None:
    """The action that edit `seq` is about in the end: an undo of an undo is about what the first one undid."""
    by_seq = {edit.seq: edit.action for edit in edits}
    action = by_seq.get(seq)
    while isinstance(action, Undo):
        seq, action = action.edit, by_seq.get(action.edit) if action.edit < seq else None
    return action


@dataclass(frozen=True)
class Hands:
    """What all edits together say, by theme id and by content hash.

    `merged` leads every merged theme straight to the one it counts as now, `moved` gives the theme of a content
    and `felt` its sentiment, each with the ids of the opinions that were named. `rejoined` are splits that do
    not hold any more: where a run has such parts, they count as the theme they came from, under its name of
    then. `failed` are edits that contradict an earlier one, with the reason.
    """

    labels: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    pinned: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    moved: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    felt: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    splits: tuple[Edit, ...] = ()
    seeds: dict[str, SeedRow] = field(default_factory=dict)
    rejoined: tuple[Split, ...] = ()
    failed: dict[int, str] = field(default_factory=dict)

    def root(self, theme: str) -> str:
        """The theme that `theme` counts as."""
        return self.merged.get(theme, theme)

    @property
    def idle(self) -> bool:
        """Whether there is nothing to lay over a run."""
        said = (self.labels, self.descriptions, self.merged, self.pinned, self.excluded, self.moved, self.felt)
        return not any(said)


def hands(edits: Iterable[Edit]) -> Hands:
    """Everything that the log says now.

    The parts of a split that was undone count as the theme they were taken from: so the undo holds at once,
    whatever the run at hand was fitted with.
    """
    known = sorted(edits, key=lambda one: one.seq)
    labels: dict[str, str] = {}
    descriptions: dict[str, str] = {}
    into: dict[str, str] = {}
    pinned: set[str] = set()
    excluded: set[str] = set()
    moved: dict[str, tuple[str, tuple[str, ...]]] = {}
    felt: dict[str, tuple[str, tuple[str, ...]]] = {}
    splits: list[Edit] = []
    seeds: dict[str, SeedRow] = {}
    failed: dict[int, str] = {}
    held = effective(known)
    rejoined = _rejoined(known, held)
    for split in rejoined:
        into.update({part.theme: split.theme for part in split.parts[1:]})
    for edit in held:
        match edit.action:
            case Rename(theme, label):
                labels[theme] = label
            case Describe(theme, text):
                descriptions[theme] = text
            case Merge(theme, other):
                if _root(into, other) == _root(into, theme):
                    failed[edit.seq] = "the two are one theme already"
                else:
                    into[_root(into, theme)] = other
            case Split(_, parts):
                splits.append(edit)
                labels.update({part.theme: part.label for part in parts if part.label})
            case Pin(theme):
                pinned.add(theme)
            case Unpin(theme):
                pinned.discard(theme)
            case Exclude(theme):
                excluded.add(theme)
            case Include(theme):
                excluded.discard(theme)
            case Move(theme, opinions):
                _note(moved, opinions, theme)
            case Feel(sentiment, opinions):
                if sentiment in SENTIMENTS:
                    _note(felt, opinions, sentiment)
                else:
                    failed[edit.seq] = f"'{sentiment}' is not a sentiment"
            case Seed(rows):
                seeds.update({row.theme: row for row in rows})
                labels.update({row.theme: row.name for row in rows})
                descriptions.update({row.theme: row.description for row in rows if row.description})
            case Unreadable(reason):
                failed[edit.seq] = reason
            case Undo():
                pass  # effective() leaves none
    merged = {theme: _root(into, theme) for theme in into}
    return Hands(
        labels=labels,
        descriptions=descriptions,
        merged=merged,
        pinned=frozenset(pinned),
        excluded=frozenset(excluded),
        moved=moved,
        felt=felt,
        splits=tuple(splits),
        seeds=seeds,
        rejoined=rejoined,
        failed=failed,
    )


def _rejoined(known: list[Edit], held: list[Edit]) -> tuple[Split, ...]:
    alive = {edit.seq for edit in held}
    return tuple(e.action for e in known if isinstance(e.action, Split) and e.seq not in alive)


def _note(noted: dict[str, tuple[str, tuple[str, ...]]], opinions: tuple[Said, ...], what: str) -> None:
    for said in opinions:
        before = noted.pop(said.content, ("", ()))[1]
        noted[said.content] = (what, tuple(dict.fromkeys([*before, said.opinion_id])))


def _root(into: dict[str, str], theme: str) -> str:
    while theme in into:
        theme = into[theme]
    return theme


def teaching(edits: Iterable[Edit]) -> list[Edit]:
    """The edits that a fit must know (splits, seeds, moves): a run made without them is not up to date."""
    return [edit for edit in effective(edits) if isinstance(edit.action, Split | Seed | Move)]


def teaching_fingerprint(edits: Iterable[Edit]) -> str:
    """A short hash of `teaching(edits)`; empty where there is none."""
    told = repr([(type(edit.action).__name__, edit.action) for edit in teaching(edits)])
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest() if teaching(edits) else ""


def content_key(hashed: int) -> str:
    """A 64-bit content hash as the log writes it."""
    return f"{hashed:016x}"


def made_up_id(*said: str) -> str:
    """A theme id from what was said of it: the same words give the same id."""
    return "t-" + hashlib.blake2b("\x1f".join(said).encode(), digest_size=4).hexdigest()


def clean_label(label: str) -> str:
    """`label` with its white space squeezed. Raises UsageProblem when it is empty or too long."""
    plain = " ".join(label.split())
    if not plain:
        raise UsageProblem("A theme needs a name of at least one character.", "Give a short phrase.")
    if len(plain) > LONGEST_LABEL:
        raise UsageProblem(
            f"This name has {len(plain)} characters; a theme's name has {LONGEST_LABEL} at most.",
            "Shorten it, and say the rest with `undertone themes describe`.",
        )
    return plain

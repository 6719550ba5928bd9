"""The log of edits: what it says, and that an undo leaves everything as it was."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyst.core.errors import UndertoneError
from analyst.themes.edits import (
    Action,
    Describe,
    Edit,
    Exclude,
    Feel,
    Include,
    Merge,
    Move,
    Part,
    Pin,
    Rename,
    Said,
    Seed,
    SeedRow,
    Split,
    Undo,
    Unpin,
    Unreadable,
    clean_label,
    effective,
    hands,
    meant,
    parse_edit,
    payload,
    teaching_fingerprint,
    undone,
)  # fmt: skip

AT = datetime(2026, 11, 16, 8, tzinfo=UTC)
THEMES = ("t-a", "t-b", "t-c", "t-d")
SAID = (Said("o1", "00ff"), Said("o2", "0aff"))


def log(*actions: Action) -> list[Edit]:
    """The actions as edits 1, 2, ..."""
    return [Edit(number, AT, "ana", action) for number, action in enumerate(actions, start=1)]


every = [
    Rename("t-a", "Näme"),
    Describe("t-a", "about"),
    Merge("t-a", "t-b"),
    Split("t-a", (Part("t-a", "Late", ("it was late",)), Part("t-x")), "Delivery"),
    Pin("t-a"),
    Unpin("t-a"),
    Exclude("t-a"),
    Include("t-a"),
    Move("t-b", SAID),
    Feel("positive", SAID),
    Seed((SeedRow("t-s", "Card", "paying", ("card declined", "no card"), "Money"),)),
    Undo(3),
]


@pytest.mark.parametrize("action", every, ids=lambda action: action.verb)
def test_an_edit_comes_back_from_the_log_as_it_went_in(action: Action) -> None:
    kept: dict[str, Any] = json.loads(json.dumps(payload(action)))
    assert parse_edit(4, AT, "ana", action.verb, kept) == Edit(4, AT, "ana", action)


@pytest.mark.parametrize(
    ("verb", "kept"),
    [
        ("rename", {"v": 99, "theme": "t-a", "label": "x"}),
        ("paint", {"v": 1}),
        ("rename", {"v": 1, "theme": "t-a"}),
        ("move", {"v": 1, "theme": "t-a", "opinions": [{"id": 1}]}),
        ("rename", {"v": 1, "theme": "t-a", "label": None}),
        ("pin", {}),
    ],
)
def test_what_cannot_be_read_is_kept_and_has_no_effect(verb: str, kept: dict[str, Any]) -> None:
    edit = parse_edit(1, AT, "ana", verb, kept)
    assert isinstance(edit.action, Unreadable)
    told = hands([edit, Edit(2, AT, "ana", Pin("t-a"))])
    assert told.pinned == {"t-a"}
    assert 1 in told.failed


def test_the_last_word_counts_and_merges_lead_to_the_end() -> None:
    told = hands(log(Rename("t-a", "One"), Rename("t-a", "Two"), Merge("t-a", "t-b"), Merge("t-b", "t-c"), Pin("t-c")))
    assert told.labels == {"t-a": "Two"}
    assert told.merged == {"t-a": "t-c", "t-b": "t-c"}
    assert told.root("t-a") == "t-c" and told.root("t-z") == "t-z"
    assert told.pinned == {"t-c"}


def test_what_is_merged_moves_as_a_whole() -> None:
    """Merging a theme that is merged already takes along what it counts as."""
    told = hands(log(Merge("t-a", "t-b"), Merge("t-a", "t-c")))
    assert told.merged == {"t-a": "t-c", "t-b": "t-c"}


@pytest.mark.parametrize(
    "actions",
    [
        (Merge("t-a", "t-a"),),
        (Merge("t-a", "t-b"), Merge("t-b", "t-a")),
        (Merge("t-a", "t-b"), Merge("t-b", "t-c"), Merge("t-c", "t-a")),
    ],
)
def test_a_circle_of_merges_is_told_and_breaks_nothing(actions: tuple[Action, ...]) -> None:
    told = hands(log(*actions))
    assert list(told.failed) == [len(actions)]
    assert all(told.root(theme) not in told.merged for theme in THEMES)


def test_a_circle_can_come_from_an_undo_of_an_undo() -> None:
    told = hands(log(Merge("t-a", "t-b"), Undo(1), Merge("t-b", "t-a"), Undo(2)))
    assert told.merged == {"t-a": "t-b"}
    assert 3 in told.failed


def test_a_correction_is_by_what_was_said_and_the_last_one_counts() -> None:
    told = hands(log(Move("t-a", SAID), Move("t-b", SAID[:1]), Feel("positive", SAID), Feel("angry", SAID)))
    assert told.moved == {"00ff": ("t-b", ("o1",)), "0aff": ("t-a", ("o2",))}
    assert told.felt["00ff"] == ("positive", ("o1",))
    assert "angry" in told.failed[4]


def test_parts_of_an_undone_split_count_as_the_theme_they_came_from() -> None:
    split = Split("t-a", (Part("t-a"), Part("t-x"), Part("t-y")), "Delivery")
    assert hands(log(split)).merged == {}
    told = hands(log(split, Undo(1)))
    assert told.merged == {"t-x": "t-a", "t-y": "t-a"}
    assert told.rejoined == (split,)
    assert hands(log(split, Undo(1), Undo(2))) == hands(log(split))


def test_only_what_a_fit_must_know_asks_for_a_new_run() -> None:
    assert teaching_fingerprint(log(Rename("t-a", "x"), Merge("t-a", "t-b"), Pin("t-c"), Exclude("t-d"))) == ""
    taught = teaching_fingerprint(log(Move("t-a", SAID)))
    assert taught and taught != teaching_fingerprint(log(Move("t-b", SAID)))
    assert teaching_fingerprint(log(Move("t-a", SAID), Undo(1))) == ""
    assert teaching_fingerprint(log(Rename("t-a", "x"), Move("t-a", SAID))) == taught


def test_what_an_undo_is_about() -> None:
    edits = log(Pin("t-a"), Undo(1), Undo(2), Undo(9))
    assert meant(edits, 3) == Pin("t-a")
    assert meant(edits, 1) == Pin("t-a")
    assert meant(edits, 4) is None and meant(edits, 77) is None


@pytest.mark.parametrize(("label", "said"), [("  \n ", "at least one character"), ("x" * 121, "121 characters")])
def test_a_name_that_is_none(label: str, said: str) -> None:
    with pytest.raises(UndertoneError, match=said):
        clean_label(label)


some_theme = st.sampled_from(THEMES)
some_action: st.SearchStrategy[Action] = st.one_of(
    st.builds(Rename, some_theme, st.sampled_from(["One", "Two"])),
    st.builds(Merge, some_theme, some_theme),
    st.builds(Pin, some_theme),
    st.builds(Unpin, some_theme),
    st.builds(Exclude, some_theme),
    st.builds(Include, some_theme),
    st.builds(Move, some_theme, st.just(SAID)),
    st.builds(Feel, st.sampled_from(["positive", "neutral"]), st.just(SAID)),
    st.builds(Split, some_theme, st.just((Part("t-a"), Part("t-p"))), st.just("x")),
    st.builds(Undo, st.integers(1, 12)),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(some_action, max_size=12), some_action)
def test_after_an_undo_everything_is_as_before(actions: list[Action], one: Action) -> None:
    before = log(*actions)
    last = len(actions) + 1
    after = log(*actions, one, Undo(last))
    was, now = hands(before), hands(after)
    if isinstance(one, Split):  # what a run made of the parts counts as the theme again: only that is new
        assert was.labels == now.labels
        return
    assert effective(before) == effective(after)
    assert was == now
    assert hands([*after, Edit(last + 2, AT, "bo", Undo(last + 1))]) == hands(log(*actions, one))


@settings(max_examples=150, deadline=None)
@given(st.lists(some_action, max_size=14))
def test_any_log_can_be_read(actions: list[Action]) -> None:
    """However contradictory: every theme leads somewhere, and what is undone has an undo that holds."""
    edits = log(*actions)
    told = hands(edits)
    assert all(told.root(told.root(theme)) == told.root(theme) for theme in THEMES)
    gone = undone(edits)
    assert all(by not in gone for by in gone.values())
    assert hands(reversed(edits)) == told

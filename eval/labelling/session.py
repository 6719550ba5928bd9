"""One thing after the other, a key each: the same loop for a terminal and for a pipe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analyst.core.errors import UsageProblem
from eval.labelling.judgements import NO_THEME, UNKNOWN, Judgement, Kind, Verdict

Read = Callable[[str], str | None]  # asks for a line; None where there is no more to read
Show = Callable[[str], None]
Record = Callable[[Judgement], None]
FindTheme = Callable[[str], str]  # what was typed, as a theme's id; raises UsageProblem

OPINION_KEYS = "y right · n wrong · u unsure · s skip · b back · q quit"
FIX_KEYS = (
    "0 useless · 1 a little · 2 good · 3 do it first (say why, if you like) · u unsure · s skip · b back · q quit"
)
WHICH_THEME = "Which theme is right? Its name or a beginning of it; - for none; empty if you cannot say: "


@dataclass(frozen=True)
class Item:
    """Something to judge: id, how it is shown, the theme or the question it stands under, what it was drawn from."""

    kind: Kind
    item_id: str
    text: str
    shown: str
    stratum: str = ""
    size: int = 0


@dataclass(frozen=True)
class Judge:
    """Who judges, on which run, and the time now as an ISO text."""

    who: str
    run: str
    now: Callable[[], str]


def judge(
    items: Sequence[Item], judge: Judge, read: Read, show: Show, record: Record, find_theme: FindTheme, *, done: int = 0
) -> int:
    """Show one item after the other and record each answer; how many were judged (skipped ones not counted).

    `done` is how many of the sample were judged before, for the count that is shown. Ends at q or at the end of the
    input; every answer is recorded as it is given, so that nothing is lost. b takes the last answer back and shows its
    item again. An answer that is no key is asked for again.
    """
    place, made = 0, 0
    answered: list[tuple[int, bool]] = []
    total = done + len(items)
    while place < len(items):
        item = items[place]
        show(f"\n{done + place + 1} of {total}\n{item.text}")
        answer = _answer(item, judge, read, show, find_theme)
        if answer is None:
            break
        if isinstance(answer, str):
            if not answered:
                show("There is nothing to take back.")
                continue
            place, counted = answered.pop()
            made -= counted
            record(_made(items[place], judge, "undone"))
            continue
        record(answer)
        counted = answer.verdict != "skipped"
        answered.append((place, counted))
        made += counted
        place += 1
    return made


def _answer(item: Item, judge: Judge, read: Read, show: Show, find_theme: FindTheme) -> Judgement | str | None:
    """The judgement, `back`, or None for quitting."""
    while True:
        line = read("> ")
        key = (line or "").strip()
        if line is None or key.casefold() == "q":
            return None
        if key.casefold() == "b":
            return "back"
        if key.casefold() in ("s", "u"):
            return _made(item, judge, "skipped" if key.casefold() == "s" else "unsure")
        if item.kind == "fix" and key[:1] in ("0", "1", "2", "3") and key[1:2] in ("", " "):
            grade = int(key[0])
            return _made(item, judge, "right" if grade >= 2 else "wrong", grade=grade, note=key[1:].strip())
        if item.kind == "opinion" and key.casefold() == "y":
            return _made(item, judge, "right", theme=item.shown)
        if item.kind == "opinion" and key.casefold() == "n":
            told, theme = _right_theme(item, read, show, find_theme)
            if told:
                return _made(item, judge, "wrong", theme=theme)
            if told is None:
                return None
            continue
        show(FIX_KEYS if item.kind == "fix" else OPINION_KEYS)


def _right_theme(item: Item, read: Read, show: Show, find_theme: FindTheme) -> tuple[bool | None, str | None]:
    """(whether it was told, the theme); told is None at the end of the input."""
    while True:
        line = read(WHICH_THEME)
        if line is None:
            return None, UNKNOWN
        name = line.strip()
        if not name:
            return True, UNKNOWN
        try:
            theme = NO_THEME if name == "-" else find_theme(name)
        except UsageProblem as problem:
            show(str(problem))
            continue
        if theme == item.shown:
            show("That is the theme it is in: answer y if it is right.")
            return False, UNKNOWN
        return True, theme


def _made(
    item: Item, judge: Judge, verdict: Verdict, *, theme: str | None = UNKNOWN, grade: int | None = None, note: str = ""
) -> Judgement:
    return Judgement(
        item.kind, item.item_id, judge.who, verdict, judge.now(), item.shown, theme, grade, item.stratum, item.size,
        judge.run, note,
    )  # fmt: skip

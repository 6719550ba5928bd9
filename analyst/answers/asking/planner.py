"""A question in plain language becomes a plan, a question back, or a refusal that says why.

Deterministic and explainable: what is named is found by words (names.py, values.py, dates.py, topics.py), the intent by
rules that each say what they saw (intents.py), and nothing that the question names is silently dropped.
"""

from __future__ import annotations

import re
from dataclasses import replace

from analyst.answers.asking import asking_back, declining
from analyst.answers.asking.fixes import find_fix
from analyst.answers.asking.known import Known, known_of
from analyst.answers.asking.languages import in_english, language_of
from analyst.answers.asking.latest import with_answers
from analyst.answers.asking.meanings import Meanings
from analyst.answers.asking.plan import AskBack, Declined, Intent, Plan, Reading
from analyst.answers.asking.reading import Read, as_words, read_question, vocabulary
from analyst.answers.asking.sides import Sides, sides_of
from analyst.answers.asking.times import span
from analyst.answers.asking.topics import find_themes, themes_by_words
from analyst.answers.asking.understood import understood, window_text
from analyst.answers.asking.values import Named, Unknown, stray_group, stray_place
from analyst.answers.asking.wanted import NothingThere, Windows, choose, must_be_many, other_window, windows_of
from analyst.answers.asking.words import cleaned, plain
from analyst.answers.wording import METRIC_NAMES
from analyst.core.errors import UndertoneError
from analyst.core.query import Metric, Query, Where
from analyst.runs.view import View

# Intents that look at people's words or at screens, for which a window of all answers is better than none.
_ANY_WINDOW: frozenset[Intent] = frozenset(("say", "quotes", "theme", "themes", "screens", "data", "fix_worked"))
# Intents that speak of one group, so that two values of a dimension are two questions.
_ONE_GROUP: frozenset[Intent] = frozenset(("say", "quotes", "theme", "themes", "screens", "fixes", "data", "benchmark"))
_SUBJECT: frozenset[Intent] = frozenset(("say", "quotes", "theme", "themes", "screens", "fixes", "fix_worked"))
_SCORES: frozenset[Intent] = frozenset(("why", "level", "for_whom", "compare", "sure"))
_ABOUT_SCORE: frozenset[Intent] = frozenset(
    ("why", "level", "for_whom", "compare", "sure", "benchmark", "fixes", "screens")
)


# Two things to be set side by side, neither of which is named.
_VAGUE = re.compile(r"\b(?:it|them|these|those|both|this|that|the other(?: one)?|one another|each other)\b")


def plan_question(question: str, view: View, meanings: Meanings | None = None) -> Reading:
    """What `question` means on the run in `view`.

    `meanings` finds themes by meaning where words find none; without it only labels and keywords are looked at. Never
    raises for any text; a store or run that cannot be read raises as everywhere.
    """
    known = known_of(view)
    text = cleaned(question)
    refused = declining.decline_text(text, known)
    if refused:
        return replace(refused, question=question[: declining.LONGEST])
    language = language_of(text)
    asked = text if language == "en" else in_english(text, language, vocabulary(known)) if language != "other" else ""
    if not asked:
        return declining.decline_language(text, known)
    words, _ = as_words(asked, known)
    by_rule = declining.decline_by_rule(asked, words, known)
    if by_rule:
        return replace(by_rule, question=text)
    read = read_question(asked, known)
    reading = _plan(replace(read, question=text if language == "en" else asked), view, known, meanings)
    return reading if language == "en" else replace(reading, question=text)


def _plan(read: Read, view: View, known: Known, meanings: Meanings | None) -> Reading:
    refused = _refused(read, known)
    if refused:
        return refused
    back = _asked_back(read, known)
    if back:
        return back
    read = replace(read, times=with_answers(read.times, read.metrics, known))
    intent = _intent(read, known)
    if intent is None:
        return declining.not_understood(read, known)
    named = tuple(asking_back.settled(one, read) for one in read.groups.named)
    sides = sides_of(named, read)
    if intent in _ONE_GROUP and sides.many:
        back = asking_back.ask_one_of(read, known)
        if back:
            return back
    if intent == "compare" and _VAGUE.search(read.text) and not (named or read.metrics or read.topic or read.times):
        return declining.not_understood(read, known)
    intent = _with_sides(intent, sides, read)
    if not read.topic and read.signals and intent in ("theme", "say", "quotes", "screens"):
        read = replace(read, topic=" ".join(signal.said for signal in read.signals if signal.plain))
    themes = find_themes(read.topic, known, meanings, named=intent == "quotes") if read.topic else ()
    stray = _stray(read, intent, sides, themes, known)
    if stray:
        return stray
    try:
        return _made(read, view, known, intent, sides, themes)
    except NothingThere as problem:
        return declining.decline_window(read, problem.message, few=problem.few, known=known)
    except UndertoneError as problem:
        return declining.decline_window(read, str(problem), few=False, known=known)


def _refused(read: Read, known: Known) -> Declined | None:
    for time in read.times:
        if time.backwards:
            return declining.decline_backwards(read, time.said, known)
        if time.future:
            return declining.decline_future(read, time.said, known)
    if declining.is_gibberish(read, known):
        return declining.not_understood(read, known)
    if read.groups.unknown:
        return declining.decline_group(read, read.groups.unknown[0], known)
    missing = [metric for metric in read.metrics if not known.metrics.get(metric)]
    if missing and len(missing) == len(read.metrics):
        return declining.decline_metric(read, missing[0], known)
    if read.screens.unknown and not read.screens.named:
        return declining.decline_screen(read, read.screens.unknown, known)
    return None


def _asked_back(read: Read, known: Known) -> AskBack | None:
    return (
        asking_back.ask_which_date(read)
        or asking_back.ask_which_group(read, known)
        or asking_back.ask_which_metric(read, known)
        or asking_back.ask_which_side(read, known)
        or asking_back.ask_screen_or_theme(read, known)
    )


def _intent(read: Read, known: Known) -> Intent | None:
    """The intent with most words for it; where none has any, what the things named suggest."""
    best = read.intents.best
    if best is not None:
        return best
    if "fix" in read.flags:
        return "fixes"
    if len(read.times) > 1 or "two_values" in read.flags:
        return "compare"
    if read.screens.named or read.signals:
        return "screens"
    if read.band:
        return "say"
    if read.groups.dimensions:
        return "for_whom"
    if read.topic and (read.about or themes_by_words(read.topic, known)):
        return "theme"
    if read.metrics or read.groups.named:
        return "level"
    return None


def _with_sides(intent: Intent, sides: Sides, read: Read) -> Intent:
    """Two groups or two windows side by side make a comparison, unless it is asked why, for whom or what to do."""
    if sides.several:
        return "for_whom"
    if sides.other is not None and intent in ("why", "level", "for_whom", "sure", "compare"):
        return "compare"
    if intent == "compare" and sides.other is None and not windows_of(read.times).pair:
        if read.groups.dimensions:
            return "for_whom"
        if not sides.where and not sides.rest:
            return next((one for one, _ in read.intents.ranking if one != "compare"), "why")
    return intent


def _stray(read: Read, intent: Intent, sides: Sides, themes: tuple[str, ...], known: Known) -> Declined | None:
    """Refuse where the question names a group or a thing that nothing here knows, and everything hangs on it."""
    said = stray_group(read.text, read.topic)
    if said and not themes_by_words(said, known):
        return declining.decline_group(read, Unknown(said), known)
    unknown = bool(read.topic) and not themes and not read.screens.maybe
    if (
        unknown
        and intent != "benchmark"
        and read.intents.weight("compare")
        and not sides.where
        and not windows_of(read.times).pair
    ):
        return declining.decline_others(read, known)
    if unknown and intent in _SCORES and stray_place(read.text, read.topic):
        return declining.decline_group(read, Unknown(stray_place(read.text, read.topic)), known)
    if intent in _ABOUT_SCORE and intent not in _SUBJECT and read.topic and not themes and not read.screens.maybe:
        weight = read.intents.weight(intent)
        if len(read.topic.split()) >= 3 or weight < 3:
            return declining.not_understood(read, known)
    return None


def _made(read: Read, view: View, known: Known, intent: Intent, sides: Sides, themes: tuple[str, ...]) -> Plan:
    windows = windows_of(read.times)
    metric: Metric | None = next((m for m in read.metrics if known.metrics.get(m)), None)
    if intent in ("say", "quotes") and read.topic and not themes and windows.now is None and not windows.pair:
        must_be_many(view, metric, sides.where, known)
        # Words that make no theme are too rare for one week: all there is is searched.
        windows = Windows(span(min(known.first.values(), default=known.today), known.today, ""), None, pair=False)
    query = choose(view, known, metric, windows, sides.shared, all_time=intent in _ANY_WINDOW)
    if sides.where != sides.shared:
        query = _for_group(view, known, query, windows, sides.where, intent)
    other = None
    if intent == "compare":
        other = _other(query, sides, windows, known)
    fix_id, fix_note = find_fix(read, view) if intent in ("fix_worked", "fixes") else (None, "")
    screen = _screen(read, intent)
    kept = themes if intent in _SUBJECT or intent in ("why", "for_whom", "compare", "level", "sure") else ()
    plan = Plan(
        question=read.question,
        intent=intent,
        query=query,
        understood="",
        other=other,
        themes=kept if not (screen and intent in ("screens",)) else (),
        screen=screen,
        signal=read.signals[0].name if read.signals else None,
        fix_id=fix_id,
        topic=read.topic if intent in _SUBJECT or kept else "",
        band=read.band,
        moving=read.moving if intent == "themes" else None,
        limit=read.limit,
    )
    assumed = _assumed(read, plan, known, windows, sides, fix_note)
    said = [f"{time.instead}." for time in read.times if time.instead]
    said.append(understood(plan, known.timezone, known.labels))
    return replace(plan, understood=" ".join(said), assumed=assumed)


def _for_group(view: View, known: Known, query: Query, windows: Windows, where: Where, intent: Intent) -> Query:
    """The same query of a group. Where no window was named and the group is too small for one week, the window in
    which it has enough answers is taken."""
    if windows.now is not None:
        return replace(query, where=where)
    try:
        found = choose(view, known, query.metric, windows, where, all_time=intent in _ANY_WINDOW)
    except NothingThere as problem:
        if problem.small:
            raise
        return replace(query, where=where)
    return found if intent != "compare" else replace(query, where=where)


def _other(query: Query, sides: Sides, windows: Windows, known: Known) -> Query:
    """The second side: another group in the same windows, or the other window."""
    if sides.other is not None:
        return replace(query, where=sides.other)
    if windows.versus is not None or windows.pair or not sides.where:
        return other_window(query, known.timezone)
    return replace(query, where=())


def _screen(read: Read, intent: Intent) -> str | None:
    """The screen that is meant; a word that is a subject too is a screen where it is asked for screens or fixes."""
    if read.screens.named:
        return read.screens.named[0]
    if intent in ("screens", "fixes", "fix_worked") and read.screens.maybe:
        return read.screens.maybe[0]
    return None


def _assumed(
    read: Read, plan: Plan, known: Known, windows: Windows, sides: Sides, fix_note: str
) -> tuple[str, ...]:  # fmt: skip
    """What was filled in or taken one way, in short sentences."""
    told: list[str] = []
    told += [time.note for time in read.times if time.instead]
    for was, became in read.mended.items():
        told.append(f"“{was}” was read as “{became}”")
    told += [time.note for time in read.times if time.note]
    told += [named.note for named in read.groups.named if isinstance(named, Named) and named.note]
    if not read.metrics and plan.intent in _ABOUT_SCORE and len(known.metrics) > 1:
        told.append(f"{METRIC_NAMES[plan.query.metric]} was taken, the score with the most answers")
    if (windows.now is None or not windows.now.said) and plan.intent not in ("fix_worked",):
        window = window_text(plan.query.window, known.timezone)
        kind = {"week": "the last complete week", "month": "the last complete month"}.get(
            plan.query.window.kind, "all of it"
        )
        told.append(
            f"no time was named: {window} was taken, {kind}{' with enough answers' if kind != 'all of it' else ''}"
        )
    if sides.note:
        told.append(sides.note)
    elif plan.intent == "compare" and plan.other is not None and sides.where and not plan.other.where:
        told.append("no second group was named: everybody else was taken")
    if plan.topic and not plan.themes and plan.intent in ("say", "quotes", "theme"):
        told.append(f"no theme of that name was found: the comments were searched for “{plan.topic}”")
    told += [note for note in (read.limit_note, fix_note) if note]
    return tuple(dict.fromkeys(told))


def explained(question: str, view: View) -> list[str]:
    """Which words spoke for which intent, for people who wonder: "why +5: why did"."""
    known = known_of(view)
    read = read_question(cleaned(question), known)
    return [
        f"{one.intent} +{one.weight}: {plain(one.words) if one.words.islower() else one.words}"
        for one in read.intents.spoke
    ]

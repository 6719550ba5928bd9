"""Where two readings would be answered differently: which, as questions that are clear."""

from __future__ import annotations

import re

from analyst.answers.asking.known import Known
from analyst.answers.asking.plan import AskBack
from analyst.answers.asking.reading import Read
from analyst.answers.asking.topics import themes_by_words
from analyst.answers.asking.values import Named, by_dimension
from analyst.answers.asking.words import plain
from analyst.answers.wording import DIMENSION_WORDS, METRIC_NAMES, listed
from analyst.core.query import METRICS

_MOST = 4
_BARE = re.compile(
    r"^(?:so |and |hey |please )*(?:how (?:is|are|was|about|does|do)|what about|what is (?:up|going on|wrong"
    r"|happening|the matter) with"
    r"|tell me (?:more )?about|whats up with|anything (?:about|on)|is|are|what of|any problems? with|look (?:at"
    r"|into)|thoughts on)\b"
)


def replaced(question: str, said: str, by: str) -> str:
    """`question` with the words `said` replaced, wherever case and typing let them be found; else nothing."""
    match = re.search(rf"(?<!\w){re.escape(said)}(?!\w)", question, re.IGNORECASE)
    return question[: match.start()] + by + question[match.end() :] if match else ""


def ask_which_date(read: Read) -> AskBack | None:
    """A date such as 5/10 is two days."""
    for time in read.times:
        if time.readings:
            readings = [replaced(read.question, time.said, reading) for reading in time.readings]
            if all(readings):
                return AskBack(read.question, f"“{time.said}” can be two days.", tuple(readings))
    return None


def ask_which_group(read: Read, known: Known) -> AskBack | None:
    """A word that is a value of two dimensions, or several values of one."""
    for named in read.groups.named:
        choices = _open_choices(named, read)
        if len(choices) < 2:
            continue
        readings = []
        for dimension, value in choices[:_MOST]:
            name = DIMENSION_WORDS.get(dimension, dimension.replace("_", " "))
            readings.append(replaced(read.question, named.said, f"{name} {value}"))
        if not all(readings):
            readings = [
                f"What do customers with {DIMENSION_WORDS.get(d, d.replace('_', ' '))} {v} say?"
                for d, v in choices[:_MOST]
            ]
        kinds = listed([f"{DIMENSION_WORDS.get(d, d.replace('_', ' '))} {v}" for d, v in choices[:_MOST]])
        return AskBack(read.question, f"“{named.said}” can be {kinds}.", tuple(readings))
    return None


def _open_choices(named: Named, read: Read) -> list[tuple[str, str]]:
    """What `named` may mean, where the dimension does not stand beside it."""
    place = read.groups.named.index(named)
    for dimension, value in named.choices:
        words = {plain(dimension.replace("_", " ")), DIMENSION_WORDS.get(dimension, "")} - {""}
        if any(re.search(rf"\b{re.escape(word)} VALUE{place}\b", read.text) for word in words):
            return [(dimension, value)]
    return list(named.choices)


def settled(named: Named, read: Read) -> Named:
    """`named` with the dimension that stands beside it."""
    choices = _open_choices(named, read)
    return Named(*choices[0], named.said, (), named.note) if len(choices) == 1 else named


def ask_screen_or_theme(read: Read, known: Known) -> AskBack | None:
    """ "How is search doing?": the screen, or what people say of it."""
    if (
        len(read.screens.maybe) != 1
        or read.screens.named
        or read.signals
        or (read.about and not _BARE.match(read.plain))
    ):
        return None
    screen = read.screens.maybe[0]
    if re.search(
        r"\b(?:problems?|issues?|complaints?|themes?|mention\w*|said|say|broken|slow|buggy|laggy|down|stuck"
        r"|work\w*|fixed|solved|resolved|bug|bugs|fail\w*|fix|fixes)\b",
        read.plain,
    ):
        return None
    alone = set(read.topic.split()) <= set(plain(screen).split()) | {"doing"}
    if (
        not alone
        or not (_BARE.match(read.plain) or read.plain == plain(screen))
        or not themes_by_words(plain(screen), known)
    ):
        return None
    if read.metrics or read.groups.dimensions:
        return None
    return AskBack(
        read.question,
        f"{screen} is a screen, and a subject that people speak of.",
        (
            f"How is the {screen} screen doing{_tail(read)}?",
            f"What do customers say about {screen.lower()}{_tail(read)}?",
        ),
    )


def _tail(read: Read) -> str:
    """The groups and the time of the question, to be said again in another."""
    groups = [
        f"{DIMENSION_WORDS.get(one.dimension, one.dimension.replace('_', ' '))} {one.value}"
        for one in read.groups.named
    ]
    time = f" {read.times[0].said}" if read.times and not read.times[0].event else ""
    return (f" for {' and '.join(groups)}" if groups else "") + time


def ask_which_metric(read: Read, known: Known) -> AskBack | None:
    """Two scores in one question are two questions."""
    have = [metric for metric in read.metrics if known.metrics.get(metric)]
    if len(have) < 2:
        return None
    readings = []
    for kept in have:
        text = read.question
        for metric in have:
            if metric != kept:
                text = _without(text, METRIC_NAMES[metric])
        readings.append(text)
    if len(set(readings)) < len(readings) or any(
        METRIC_NAMES[m].casefold() not in r.casefold() for m, r in zip(have, readings, strict=True)
    ):
        readings = [f"Why did {METRIC_NAMES[metric]} move?" for metric in have]
    return AskBack(read.question, "One score at a time can be explained.", tuple(readings))


def _without(text: str, name: str) -> str:
    pattern = rf"(?:,? (?:and|or|vs\.?|versus|with|to|against|than|,) )?\b{name}\b(?: (?:and|or|vs\.?|versus) )?"
    return " ".join(re.sub(pattern, " ", text, flags=re.IGNORECASE).replace(" ?", "?").split())


def ask_one_of(read: Read, known: Known) -> AskBack | None:
    """Several values of one dimension in a question that takes one group: one question for each."""
    for values in by_dimension(read.groups.named).values():
        if len(values) < 2:
            continue
        readings = []
        for kept in values[:_MOST]:
            text = read.question
            for value in values:
                if value is not kept:
                    text = re.sub(
                        rf"(?:,? ?(?:and|or|vs\.?|versus|,) )?(?<!\w){re.escape(value.said)}(?!\w)(?: ?(?:,|and|or"
                        rf"|vs\.?|versus) )?",
                        " ", text, flags=re.IGNORECASE,
                    )  # fmt: skip
            readings.append(" ".join(text.replace(" ?", "?").split()))
        if len(set(readings)) < len(readings) or any(
            v.said not in r.casefold() for v, r in zip(values, readings, strict=False)
        ):
            name = DIMENSION_WORDS.get(values[0].dimension, values[0].dimension.replace("_", " "))
            readings = [f"What do customers with {name} {value.value} say?" for value in values[:_MOST]]
        return AskBack(read.question, "One group at a time can be listened to.", tuple(readings))
    return None


def ask_which_side(read: Read, known: Known) -> AskBack | None:
    """ "Web or app": the app runs on several platforms."""
    platforms = [named for named in read.groups.named if named.dimension == "platform" and named.value == "web"]
    others = [value for value in known.values.get("platform", ()) if value != "web"]
    if (
        not platforms
        or len(others) < 2
        or not re.search(
            r"\b(?:or|vs|than|with|and|against) (?:the )?(?:mobile |in )?apps?\b|\bapps? (?:or|vs|and|than) ", read.text
        )
    ):
        return None
    when = " ".join(time.said for time in read.times[:1])
    readings = tuple(f"Compare web and {other}{f' {when}' if when else ''}" for other in others[:_MOST])
    return AskBack(read.question, f"The app runs on {listed(others)}.", readings)


def metric_names(known: Known) -> str:
    """The scores of the run, as people call them."""
    return listed([METRIC_NAMES[m] for m in METRICS if known.metrics.get(m)])

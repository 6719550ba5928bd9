"""Cut a verbatim into sentences and clauses, each an exact substring known by its offsets.

Sentences come first (punctuation, line breaks, emoji), then cuts at words that turn or add a thought
("but", "although", "and also") and, in English, at a plain "and" or comma; each is accepted only where both
sides can stand alone. Every step is linear in the length of the text. English, German and Spanish have markers;
other languages get sentences only.

How far apart the two sides' vectors lie was tried as a further condition. On MAMS it did hardly better than cutting
as often at random, and it takes two to three more texts to embed a comment, so there is none: bench/themes/opinions.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from analyst.themes.lexicon import word_lists
from analyst.themes.polarity import polarity
from analyst.themes.words import content_tokens, spans, tokens

Span = tuple[int, int]
MAX_WORDS = 60  # longer pieces say more than one thing, and an encoder reads only so far
_WINDOW = 400  # characters looked at on each side of a marker
_MIN_SIDE = 3  # content words each side of a cut needs ...
_MIN_SIDE_FLIP = 2  # ... or this many when praise turns into complaint: "good food but slow service"
_JUDGES = 0.2  # polarity, either way, from which a side says of something whether it is good or bad

_ABBREVIATIONS = word_lists("abbreviations")["all"]
_EMOJI = r"\U0001F300-\U0001FAFF\u2600-\u27BF\u2190-\u21FF\u2B00-\u2BFF\uFE0F\u200D"
_BREAK = re.compile(
    r"(?P<line>[ \t]*[\r\n\u2028\u2029\x0b\x0c]+)"
    r"|(?P<remark>(?<![\s\S])\s*[(（\[【][^()（）\[\]【】\n]{2,40}[)）\]】](?=\s*\w))"
    r"|(?P<wide>[。！？।؟۔]+[\"'”’」』）)\]]*)"
    r"|(?P<stop>[.!?…]+[\"'”’»)\]]*)(?=\s|[" + _EMOJI + r"]|$)"
    r"|(?P<glued>(?<=[a-zäöüñáéíóú]{2})[.!?]+)(?=[A-ZÄÖÜÑ¿¡][a-zäöüñáéíóú' ])"
    r"|(?P<semi>;)(?=\s)"
    r"|(?P<emoji>[" + _EMOJI + r"]+)(?=\s+[A-ZÄÖÜÑ¿¡])"
)
_LAST_WORD = re.compile(r"[\w.]+$")

# Words that start a new thought. Strong ones turn it round; weak ones may only add to it.
_MARKERS: dict[str, tuple[str, str]] = {
    "en": (
        r"but|however|although|though|even though|except(?: that| for)?|yet|unfortunately|sadly|only (?:issue|problem|"
        r"thing|downside|complaint|drawback)|my only|the only|on the other hand|while|whereas|apart from|"
        r"other than that|i (?:just )?wish|wish (?:it|there|you|they)|would be (?:nice|great|better|good|"
        r"helpful)|it would be",
        r"and also|and then|and (?:the|i|it|they|you|we|my|there|that|your|now|please)|also|plus|so i|because|"
        r"then (?:i|it|the)|please|can you|could you",
    ),
    "de": (
        r"aber|jedoch|allerdings|obwohl|trotzdem|dennoch|leider|außer|nur dass|das einzige|während|ansonsten|"
        r"wäre (?:schön|toll|gut|super)|es wäre",
        r"und (?:auch|außerdem|dann|die|der|das|ich|es|man)|außerdem|zudem|bitte|weil|dann",
    ),
    "es": (
        r"pero|sin embargo|aunque|excepto|salvo|lamentablemente|desgraciadamente|lo único|mientras que|por lo demás|"
        r"sería (?:bueno|genial|mejor)|ojalá|me gustaría",
        r"y (?:también|además|luego|el|la|los|las|no|me|se)|además|también|por favor|porque",
    ),
}


# "and" or a comma joins two opinions only where each side judges something, or each is a sentence of its own.
_JOINTS = r"|[,\s]\s*(?P<joint>\band\b)|(?P<comma>,)(?=\s)"
_FINITE = re.compile(
    r"\b(?:is|are|was|were|am|has|have|had|does|did|can|cannot|could|will|would|should|must|might|may|gets|got|"
    r"makes|made|takes|took|comes|came|goes|went|works|worked|needs|looks|looked|feels|felt|tastes|tasted|seems|"
    r"seemed|keeps|kept|gives|gave|says|said|told|tells|knows|knew|thinks|thought|loves|loved|likes|liked|hates|"
    r"hated|wants|wanted|tried|asked|ordered|arrived|crashe[sd]|fails|failed|stopped|\w+n['’]t)\b|['’](?:s|re|m)\b|"
    r"\b(?:i|we|they|he|she|it|you)\s+\w",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"(?:and\s+)?(?:also\s+|then\s+|even\s+)?(?:the|a|an|my|our|your|their|his|her|its|this|that|these|those|i|we|they|he|"
    r"she|it|you|there|no|some|everything|nothing|everyone|nobody|service|staff|food|prices?)\b",
    re.IGNORECASE,
)
_HANGING = re.compile(r"(?:and\s+)?(?:with|when|which|who|where|if|or)\b", re.IGNORECASE)  # hangs on what went before


def _compile(strong: str, weak: str, joints: str = "") -> re.Pattern[str]:
    return re.compile(rf"[,\s(–—-]\s*(?:(?P<strong>\b(?:{strong})\b)|(?P<weak>\b(?:{weak})\b)){joints}", re.IGNORECASE)


_CUTS = {language: _compile(*pair, _JOINTS if language == "en" else "") for language, pair in _MARKERS.items()}


def cut(text: str, language: str = "en") -> list[Span]:
    """The opinions' offsets in `text`: half-open, in code points, in order, without overlap.

    Each span starts and ends on a character that is not white space. Text without any word gives one span
    around whatever is there; empty text gives none.
    """
    pieces = _glue(text, sentences(text), language)
    cuts = [part for piece in pieces for part in _clauses(text, piece, language)]
    return [part for piece in cuts for part in _shorten(text, piece)]


def sentences(text: str, *, semicolons: bool = True) -> list[Span]:
    """Offsets of the sentences of `text`, trimmed of white space, none empty; `semicolons` part them too."""
    found: list[Span] = []
    start = 0
    for match in _BREAK.finditer(text):
        if match.lastgroup == "semi" and not semicolons:
            continue
        if match.lastgroup == "stop" and not _ends_sentence(text, start, match):
            continue
        if piece := _trim(text, start, match.end()):
            found.append(piece)
        start = match.end()
    if piece := _trim(text, start, len(text)):
        found.append(piece)
    return found


def _ends_sentence(text: str, start: int, match: re.Match[str]) -> bool:
    if match[0] != ".":
        return True
    # Only the tail is looked at: slicing from the sentence's start would be quadratic in a text of dots.
    word = _LAST_WORD.search(text, max(start, match.start() - 12), match.start())
    if word is None:
        return True
    last = word[0].lower()
    if last in _ABBREVIATIONS or (len(last) == 1 and last.isalpha() and word[0].isupper()):
        return False
    return not (
        last.isdigit() and len(last) < 3 and text[match.start() - len(last) - 1 : match.start() - len(last)] in "\n"
    )


def _trim(text: str, start: int, end: int) -> Span | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


def _glue(text: str, pieces: list[Span], language: str) -> list[Span]:
    """Join pieces without any content word ("So.", "Why?", ":(") to the piece before them, or the one after."""
    joined: list[Span] = []
    waiting: int | None = None
    for start, end in pieces:
        if content_tokens(tokens(text[start:end]), language):
            joined.append((start if waiting is None else waiting, end))
            waiting = None
        elif joined and "\n" not in text[joined[-1][1] : start]:
            joined[-1] = (joined[-1][0], end)
        elif waiting is None:
            waiting = start
    if waiting is not None:
        last = pieces[-1][1]
        if joined and waiting > joined[-1][0]:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((waiting, last))
    return joined


def _clauses(text: str, piece: Span, language: str) -> list[Span]:
    """Cut one sentence at its markers, left to right, wherever both sides can stand alone."""
    pattern = _CUTS.get(language)
    start, end = piece
    if pattern is None or end - start < 12:
        return [piece]
    places = [_place(match) for match in pattern.finditer(text, start, end)]
    found: list[Span] = []
    for (here, kind), near, far in zip(places, *_next_places(places, end), strict=True):
        # Windows, so that a text of nothing but markers stays linear; what decides lies near the cut anyway.
        left = text[max(start, here - _WINDOW) : here]
        right = text[here : min(far, here + _WINDOW)]
        if _stands_alone(left, right, text[here : min(near, here + _WINDOW)], kind, language) and (
            span := _trim_joint(text, start, here)
        ):
            found.append(span)
            start = here
    if rest := _trim(text, start, end):
        found.append(rest)
    return found


def _place(match: re.Match[str]) -> tuple[int, str]:
    """Where the right side of a marker begins, and what kind of marker it is."""
    kind = match.lastgroup or "weak"
    if kind == "comma":
        place = match.end()
        while match.string[place : place + 1].isspace():
            place += 1
        return place, "joint"
    return match.start(kind), kind


def _next_places(places: list[tuple[int, str]], end: int) -> tuple[list[int], list[int]]:
    """For each place, where the next one of any kind lies, and how far its right side reaches.

    A weak marker's right side may be completed by the next one ("and it / because ..."), a strong one's not.
    """
    near, far = [end] * len(places), [end] * len(places)
    following = marker = end
    for at in range(len(places) - 1, -1, -1):
        here, kind = places[at]
        near[at], far[at] = following, marker if kind == "strong" else end
        following = here
        if kind != "joint":
            marker = here
    return near, far


def _stands_alone(left: str, right: str, near: str, kind: str, language: str) -> bool:
    """Whether both sides of a place can be read alone; `near` is the right side up to the next place."""
    weight: Callable[[str], int] = lambda part: len(content_tokens(tokens(part), language))  # noqa: E731
    lighter = min(weight(left), weight(right))
    if lighter < _MIN_SIDE_FLIP:
        return False
    if kind == "strong" and lighter >= _MIN_SIDE:
        return True
    if language != "en":
        return False
    if kind != "joint" and polarity(left) * polarity(right) < -0.02:
        return True
    if kind == "strong" or weight(near) < _MIN_SIDE_FLIP or _HANGING.match(near):
        return False
    if abs(polarity(left)) >= _JUDGES and abs(polarity(near)) >= _JUDGES:
        return True
    return bool(_SUBJECT.match(near) and _FINITE.search(left) and _FINITE.search(near))


def _trim_joint(text: str, start: int, end: int) -> Span | None:
    """The left side of a cut without the comma, dash or bracket that joined it to the right."""
    while end > start and (text[end - 1].isspace() or text[end - 1] in ",(–—-"):
        end -= 1
    return (start, end) if end > start else None


def _shorten(text: str, piece: Span) -> list[Span]:
    """Cut a piece of more than MAX_WORDS words at a comma near the limit, else between two words.

    Where words are written without spaces, two characters count as one.
    """
    words = [part for start, end in spans(text[piece[0] : piece[1]]) for part in _words(text, piece[0], start, end)]
    if len(words) <= MAX_WORDS and piece[1] - piece[0] <= MAX_WORDS * 20:
        return [piece]
    if len(words) <= MAX_WORDS:
        return _slices(piece, MAX_WORDS * 20)
    found: list[Span] = []
    start, first = piece[0], 0
    while len(words) - first > MAX_WORDS:
        last = first + MAX_WORDS - 1
        for place in range(last, first + MAX_WORDS // 2, -1):
            if _COMMA.search(text, words[place][1], words[place + 1][0]):
                last = place
                break
        if span := _trim(text, start, words[last + 1][0]):
            found += _slices(span, MAX_WORDS * 20)
        start, first = words[last + 1][0], last + 1
    return [*found, *_slices((start, piece[1]), MAX_WORDS * 20)]


_COMMA = re.compile(r"[,，、،]")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")  # Japanese, Chinese, Thai


def _words(text: str, at: int, start: int, end: int) -> list[Span]:
    """A word, or its pairs of characters in a script without spaces; offsets into `text`, `at` added."""
    if end - start <= 2 or not _UNSPACED.match(text, at + start):
        return [(at + start, at + end)]
    return [(at + place, at + min(place + 2, end)) for place in range(start, end, 2)]


def _slices(piece: Span, longest: int) -> list[Span]:
    """Text without spaces (another script, or a hostile row) in pieces of at most `longest` characters."""
    start, end = piece
    return [(at, min(at + longest, end)) for at in range(start, end, longest)]

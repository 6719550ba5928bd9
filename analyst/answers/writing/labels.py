"""Names for themes, proposed by a model: one contrastive request for a set of siblings, checked word by word.

A proposal is only that. It is applied as an ordinary rename under the model's name, so that it is in the log of edits
and can be undone; a theme that a person named keeps its name.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analyst.llm import LlmClient
    from prompts import ThemeLabels

SIBLINGS = 10  # themes of one request: more would not fit a small context with their opinions
EXAMPLES = 5  # opinions of each theme that are shown
KEYWORDS = 8
_EXAMPLE_LENGTH = 160  # characters of one opinion that a model sees


@dataclass(frozen=True)
class NamedTheme:
    """A theme to be named: its id, area, present label, keywords, and opinions with the records they stand in.

    `kept` where a person named it."""

    theme_id: str
    area: str
    label: str
    keywords: Sequence[str]
    opinions: Sequence[str]
    evidence: Sequence[str] = ()
    kept: bool = False


@dataclass(frozen=True)
class Proposal:
    """What a model would call a theme. `label` is empty where nothing usable came, and `why` says why."""

    theme_id: str
    ours: str
    label: str = ""
    why: str = ""

    @property
    def differs(self) -> bool:
        """Whether it is a usable name other than the present one."""
        return bool(self.label) and self.label != self.ours


@dataclass(frozen=True)
class Proposals:
    """All proposals in the order of the themes, who made them, and what it took."""

    proposals: list[Proposal]
    writer: str
    prompt: str
    calls: tuple[str, ...] = ()
    tokens: tuple[int, int] = (0, 0)
    notes: tuple[str, ...] = field(default_factory=tuple)


def propose_labels(themes: Sequence[NamedTheme], client: LlmClient) -> Proposals:
    """Names for `themes` from the model behind `client`, one request a set of siblings.

    Never raises for what a model or an endpoint does; a set whose request failed keeps its names.
    """
    from analyst.llm import LlmFailed
    from prompts import ThemeLabels, load_prompt

    prompt = load_prompt("theme_labels")
    found: dict[str, Proposal] = {}
    notes: list[str] = []
    calls: list[str] = []
    spent = [0, 0]
    taken = {theme.label.casefold(): theme.theme_id for theme in themes if theme.kept}
    for siblings in sibling_sets([theme for theme in themes if not theme.kept]):
        ids = {f"t{place}": theme for place, theme in enumerate(siblings, 1)}
        reply = client.structured(
            prompt.render(themes=[_told(short, theme) for short, theme in ids.items()]),
            ThemeLabels,
            task=prompt.task,
            prompt_hash=prompt.hash,
            evidence=[one for theme in siblings for one in theme.evidence],
            check=lambda labels, ids=ids: _problems(labels, ids, taken),  # type: ignore[misc]
            max_tokens=prompt.max_tokens,
        )
        calls += reply.calls
        spent = [spent[0] + reply.usage.input_tokens, spent[1] + reply.usage.output_tokens]
        if isinstance(reply, LlmFailed):
            notes.append(str(reply))
            if reply.reason != "invalid":
                break  # the next set would meet the same endpoint
            continue
        for proposal in _judged(reply.value, ids, taken):
            found[proposal.theme_id] = proposal
            if proposal.label:
                taken[proposal.label.casefold()] = proposal.theme_id
    kept = [_standing(theme, found) for theme in themes]
    name = f"{prompt.name} sha256:{prompt.hash}"
    return Proposals(kept, client.endpoint.model, name, tuple(calls), (spent[0], spent[1]), tuple(notes))


def _standing(theme: NamedTheme, found: Mapping[str, Proposal]) -> Proposal:
    why = "a person named it" if theme.kept else "the model gave no name"
    return found.get(theme.theme_id) or Proposal(theme.theme_id, theme.label, "", why)


def sibling_sets(themes: Sequence[NamedTheme]) -> Iterator[list[NamedTheme]]:
    """Themes of one area together, at most SIBLINGS a set; areas of a single theme go together, since a name that is
    chosen alone tells nothing apart."""
    areas: defaultdict[str, list[NamedTheme]] = defaultdict(list)
    for theme in themes:
        areas[theme.area].append(theme)
    alone = [members[0] for members in areas.values() if len(members) == 1]
    for members in [*(m for m in areas.values() if len(m) > 1), alone]:
        count = -(-len(members) // SIBLINGS)
        for place in range(count):
            yield members[place::count]


def _told(short: str, theme: NamedTheme) -> dict[str, Any]:
    return {
        "theme_id": short,
        "keywords": list(theme.keywords[:KEYWORDS]),
        "opinions": [text[:_EXAMPLE_LENGTH] for text in theme.opinions[:EXAMPLES]],
    }


def _judged(labels: ThemeLabels, ids: Mapping[str, NamedTheme], taken: Mapping[str, str]) -> Iterator[Proposal]:
    for one in labels.labels:
        theme = ids.get(one.theme_id)
        if theme is not None:
            wrong = label_faults(one.label, theme, taken)
            yield Proposal(theme.theme_id, theme.label, "" if wrong else one.label.rstrip("."), "; ".join(wrong))


def _problems(labels: ThemeLabels, ids: Mapping[str, NamedTheme], taken: Mapping[str, str]) -> list[str]:
    """What the repair turn is told."""
    found = []
    for one in labels.labels:
        if one.theme_id not in ids:
            found.append(f"there is no theme {one.theme_id}")
        else:
            found += [f"{one.theme_id}: {wrong}" for wrong in label_faults(one.label, ids[one.theme_id], taken)]
    named = {one.theme_id for one in labels.labels}
    return [*found, *(f"the theme {short} has no label" for short in ids if short not in named)]


def label_faults(label: str, theme: NamedTheme, taken: Mapping[str, str]) -> list[str]:
    """What is wrong with `label` as a name of `theme`: words that nobody used, or one opinion alone; digits; another
    theme's name."""
    from analyst.core.errors import UsageProblem
    from analyst.themes.edits import clean_label
    from analyst.themes.words import is_stop_word

    faults = []
    try:
        clean_label(label)
    except UsageProblem as problem:
        faults.append(problem.message)
    invented = [word for word in _words(label) if not is_stop_word(word) and not _is_used(word, _known(theme))]
    if invented:
        faults.append(f"no opinion says {', '.join(repr(word) for word in invented)}")
    content = [word for word in _words(label) if not is_stop_word(word)]
    if not invented and not any(_is_used(word, _shared(theme)) for word in content):
        faults.append("one opinion alone says it")
    if any(character.isdigit() for character in label):
        faults.append("it holds a digit")
    if any(mark in label for mark in '/\\@<>[]{}|`*_"“”'):
        faults.append("it holds a mark that no name needs")
    holder = taken.get(label.rstrip(".").casefold())
    if holder is not None and holder != theme.theme_id:
        faults.append("another theme has this name")
    return faults


def _words(text: str) -> list[str]:
    from analyst.themes.words import tokens

    return tokens(text)


def _known(theme: NamedTheme) -> frozenset[str]:
    from analyst.themes.keywords import stem

    said = [*theme.opinions[:EXAMPLES], *theme.keywords[:KEYWORDS], theme.label]
    return frozenset(stem(word) for text in said for word in _words(text))


def _shared(theme: NamedTheme) -> frozenset[str]:
    """Stems that more than one opinion says, or the keywords or the present label: a name of none of these would be
    what one customer says, or demands."""
    from analyst.themes.keywords import stem

    said = Counter(word for text in theme.opinions[:EXAMPLES] for word in {stem(word) for word in _words(text)})
    named = [stem(word) for text in (*theme.keywords[:KEYWORDS], theme.label) for word in _words(text)]
    return frozenset([*named, *(word for word, opinions in said.items() if opinions > 1)])


def _is_used(word: str, known: Collection[str]) -> bool:
    """Whether a word, or another form of it (freeze, freezing), is among `known` stems."""
    from analyst.themes.keywords import stem

    plain = stem(word)
    if plain in known:
        return True
    root = _root(plain)
    return len(root) > 3 and any(_root(other) == root for other in known)


def _root(word: str) -> str:
    for ending in ("ing", "ed", "er", "ly", "e", "y"):
        if len(word) - len(ending) > 3 and word.endswith(ending):
            return word.removesuffix(ending)
    return word

"""Title and action of a fix, worded by a model from the fix's own evidence; lift, rank and grade stay code's."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analyst.answers.facts import Allowance, Claim, Evidence, Fact, Number, Pack, Unit
from analyst.answers.writing.material import Material, material
from analyst.answers.writing.worded import Worded, worded
from analyst.core.query import where_text
from analyst.fixes.wording import HAPPENS, SIGNAL_NAMES, short_where

if TYPE_CHECKING:
    from analyst.core.values import Quote
    from analyst.fixes import Fix
    from analyst.llm import LlmClient
    from prompts import FixWording

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“])")
_NUMBER = re.compile(r"(?<![\w.])([+\-−]?)(\d[\d,]*(?:\.\d+)?)(%?)(?![\w.]*\d)")
_DATED = re.compile(r"\d{4}-W\d{2}|\d{4}-\d{2}-\d{2}|\b\d+(?:\.\d+){2,}\b|\b\d{1,2} [A-Z][a-z]{2}\b|95%")
_POINTS = re.compile(r"points|interval")


@dataclass(frozen=True)
class WordedFixes:
    """The fixes in the model's words where these stood, in ours elsewhere; `notes` say of which and why."""

    fixes: list[Fix]
    notes: tuple[str, ...] = ()
    reworded: int = 0


def word_fixes(
    fixes: Sequence[Fix], client: LlmClient, labels: Mapping[str, str], names: Collection[str] = ()
) -> WordedFixes:
    """Title and action of each of `fixes` in the model's words, one request a fix. `labels` by theme id; `names` are
    all names that the run knows. After a failure of the endpoint itself the rest is not asked for."""
    done: list[Fix] = []
    notes: list[str] = []
    down = False
    for fix in fixes:
        found = Worded() if down else _word(fix, client, labels, names)
        own = _reworded(fix, found)
        done.append(own)
        if own is fix and not down:
            why = found.note or f"left out was {'; '.join(found.dropped)}."
            notes.append(f"Fix {fix.rank} is in our own words: {why}")
            down = not found.dropped and not found.claims
    return WordedFixes(done, tuple(notes), sum(one is not fix for one, fix in zip(done, fixes, strict=True)))


def _word(fix: Fix, client: LlmClient, labels: Mapping[str, str], names: Collection[str]) -> Worded:
    from prompts import FixWording, load_prompt

    prompt = load_prompt("fix_wording")
    themes = [labels[theme] for theme in fix.themes if theme in labels]
    facts = fix_facts(fix, themes)
    shown: list[Quote] = [*fix.suggestions, *fix.quotes]
    given = material(facts.values(), {quote.response_id: quote.text for quote in shown})
    evidence = {quote.response_id: Evidence(quote.response_id, "response", quote.text) for quote in shown}
    about = {
        "screen": fix.screen,
        "signal": ", ".join(SIGNAL_NAMES.get(signal, signal) for signal in fix.signals) or None,
        "group": short_where(fix.where) or "everybody",
        "themes": themes,
    }
    return worded(
        client,
        prompt,
        prompt.render(fix=about, facts=given.facts, quotes=given.quotes),
        FixWording,
        lambda wording: _claims(wording, given),
        Pack(facts, evidence, frozenset(names)),
        evidence=given.evidence,
    )


def _claims(wording: FixWording, given: Material) -> list[Claim]:
    """The title, then the action a sentence each."""
    facts, cites = tuple(wording.facts), tuple(given.real(short) for short in wording.quotes)
    return [Claim(text, facts, cites, "fix") for text in (wording.title, *_SENTENCE.split(wording.action))]


def _reworded(fix: Fix, found: Worded) -> Fix:
    """`fix` with what stood: both title and action, or neither, so that one never speaks past the other."""
    if not found.complete:
        return fix
    title, *action = (claim.text for claim in found.claims)
    return replace(fix, title=title.rstrip("."), action=" ".join(action)) if action else fix


def fix_facts(fix: Fix, themes: Sequence[str]) -> dict[str, Fact]:
    """Title, action and evidence of `fix` as facts f1, f2, ..., each with the numbers that its sentence holds."""
    group = [value for _, value in fix.where]
    signals = [word for signal in fix.signals for word in (SIGNAL_NAMES.get(signal, signal), HAPPENS.get(signal, ""))]
    spoken = [short_where(fix.where), where_text(fix.where) if fix.where else "", fix.since or ""]
    names = tuple(dict.fromkeys(filter(None, [fix.screen or "", *group, *spoken, *signals, *themes, fix.fix_id])))
    allowed: frozenset[Allowance] = frozenset({"together", "first"} if fix.rank == 1 else {"together"})
    sentences = [f"{fix.title}.", *_SENTENCE.split(fix.action), *fix.facts]
    return {
        f"f{place}": Fact(
            f"f{place}",
            sentence,
            tuple(numbers_in(sentence)),
            None,
            "everyone",
            "",
            "undertone fixes --json",
            names,
            allows=allowed,
        )
        for place, sentence in enumerate(sentences, 1)
    }


def numbers_in(sentence: str) -> list[Number]:
    """The numbers of one of our own sentences, with the unit that stands by them; dates and versions are none."""
    bare = _DATED.sub(lambda match: " " * len(match[0]), sentence)
    found = []
    for match in _NUMBER.finditer(bare):
        sign = -1.0 if match[1] in ("-", "−") else 1.0
        value = sign * float(match[2].replace(",", ""))
        if match[3]:
            found.append(Number(value / 100, "share"))
        else:
            near = bare[max(0, match.start() - 30) : match.end() + 12]
            unit: Unit = "points" if "." in match[2] and _POINTS.search(near) else "any"
            found.append(Number(value, unit))
    return found

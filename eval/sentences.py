"""How well the grounding check tells true sentences from faulty ones, on sentences written by hand.

A folder of sentences holds `packs.json` (facts, evidence and names, taken from the sample company) and JSON lines files
(`dev.jsonl`, `test.jsonl`): the sentence, what it cites in its pack, whether it is grounded, and where it is not, the
rule that it breaks.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analyst.answers.facts import Claim, Evidence, Fact, Number, Pack
from analyst.answers.grounding import Fault, check
from analyst.core.errors import UsageProblem
from analyst.metrics import wilson

FOLDER = Path(__file__).parent / "labelled" / "sentences"


@dataclass(frozen=True)
class Sentence:
    """A labelled sentence: `rule` is the one that it was written to break, empty where it is grounded."""

    sentence_id: str
    claim: Claim
    pack: Pack
    grounded: bool
    rule: str


@dataclass(frozen=True)
class Rate:
    """`hits` of `n`, with Wilson's 95 % interval of the share."""

    hits: int
    n: int

    @property
    def share(self) -> float | None:
        """0..1; None without any."""
        return self.hits / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval; (0, 1) without any."""
        return wilson(self.hits / self.n if self.n else 0.0, self.n)


@dataclass(frozen=True)
class SentenceRates:
    """`caught`: faulty sentences refused. `passed`: grounded ones kept. `by_rule`: caught by the rule they were written
    to break, whichever rule caught them; `named`: caught by that very rule. `missed` and `refused` list the errors,
    the latter with the reasons."""

    caught: Rate
    passed: Rate
    by_rule: Mapping[str, Rate]
    named: Rate
    missed: tuple[Sentence, ...] = ()
    refused: tuple[tuple[Sentence, tuple[Fault, ...]], ...] = field(default=())


def load_sentences(path: Path) -> list[Sentence]:
    """The sentences of a JSON lines file, with the packs beside it.

    Raises UsageProblem where the file or its packs are missing or name a pack that there is not.
    """
    beside = path.parent / "packs.json"
    for needed in (path, beside):
        if not needed.exists():
            raise UsageProblem(f"There is no {needed.name} in {needed.parent}.", "Name a file of labelled sentences.")
    packs = {name: pack_of(told) for name, told in json.loads(beside.read_text(encoding="utf-8")).items()}
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        row = json.loads(line)
        if row["pack"] not in packs:
            raise UsageProblem(f"{path.name}, line {number}: there is no pack called '{row['pack']}'.")
        claim = Claim(row["text"], tuple(row["facts"]), tuple(row["cites"]), row["part"])
        found.append(Sentence(row["id"], claim, packs[row["pack"]], row["grounded"], row["rule"]))
    return found


def pack_of(told: Mapping[str, Any]) -> Pack:
    """A pack from its JSON form."""
    facts = {
        fact_id: Fact(
            fact_id,
            fact["text"],
            tuple(Number(**number) for number in fact["numbers"]),
            fact["n"],
            fact["where"],
            fact["window"],
            fact.get("command", ""),
            tuple(fact["names"]),
            fact["direction"],
            frozenset(fact["allows"]),
        )
        for fact_id, fact in told["facts"].items()
    }
    evidence = {
        one: Evidence(one, row["kind"], row["text"], row["score"], row["at"]) for one, row in told["evidence"].items()
    }
    return Pack(facts, evidence, frozenset(told["names"]))


def measure(path: Path = FOLDER / "dev.jsonl") -> SentenceRates:
    """The check on every sentence of the file at `path`."""
    return rates(load_sentences(path))


def rates(sentences: Iterable[Sentence]) -> SentenceRates:
    """The check on `sentences`."""
    hits: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    kept = grounded = named = 0
    missed: list[Sentence] = []
    refused: list[tuple[Sentence, tuple[Fault, ...]]] = []
    for sentence in sentences:
        faults = check(sentence.claim, sentence.pack)
        if sentence.grounded:
            grounded += 1
            kept += not faults
            if faults:
                refused.append((sentence, faults))
            continue
        sizes[sentence.rule] += 1
        hits[sentence.rule] += bool(faults)
        named += any(fault.rule == sentence.rule for fault in faults)
        if not faults:
            missed.append(sentence)
    faulty = sizes.total()
    by_rule = {rule: Rate(hits[rule], sizes[rule]) for rule in sorted(sizes)}
    return SentenceRates(
        Rate(hits.total(), faulty), Rate(kept, grounded), by_rule, Rate(named, faulty), tuple(missed), tuple(refused)
    )

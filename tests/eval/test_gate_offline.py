"""The offline gate on the quick part of dev, and deliberately broken analysts that it must stop.

The companies are made once and kept between sessions in .pytest_cache; another code makes them anew.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from analyst.answers.answer import Answer
from analyst.answers.asking.plan import Reading
from analyst.answers.facts import Claim
from analyst.answers.gather import Gatherer
from analyst.core.progress import Silent
from analyst.findings.types import Movement
from analyst.fixes.types import Fix
from analyst.runs.view import View
from eval.analysts import Analyst, Ask
from eval.gate import gate
from eval.results import Options, Suite
from eval.runs import EvalRun, evaluate
from eval.suites.companies import Companies
from eval.suites.questions import Questions
from eval.suites.sentences import Sentences

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("evaluation")]


@pytest.fixture(scope="session")
def keep(model_cache: Path) -> Path:
    """Where the companies stay."""
    return model_cache.parent / "undertone-companies"


class Recording(Analyst):
    """The real analyst, whose answers are kept so that a broken one can spoil them without asking again."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, Answer] = {}
        self.readings: dict[str, Reading] = {}

    def asking(self, view: View) -> tuple[Ask, Callable[[str], Reading]]:
        ask, plan = super().asking(view)

        def asked(question: str) -> Answer:
            self.answers[question] = ask(question)
            return self.answers[question]

        def planned(question: str) -> Reading:
            self.readings[question] = plan(question)
            return self.readings[question]

        return asked, planned


class Shuffled(Analyst):
    """Recommends the right things in any order."""

    def fixes(self, found: Gatherer) -> list[Fix]:
        return random.Random(3).sample(found.fixes, len(found.fixes))


class AlwaysMoved(Analyst):
    """Cries wolf every week."""

    def movement(self, found: Gatherer) -> Movement:
        return replace(found.movement, verdict="moved", how="broad")


class Spoiling(Analyst):
    """Gives the recorded answers, each claim put through `spoil`."""

    def __init__(self, recorded: Recording, spoil: Callable[[Claim], Claim]) -> None:
        super().__init__()
        self.recorded, self.spoil = recorded, spoil

    def asking(self, view: View) -> tuple[Ask, Callable[[str], Reading]]:
        def asked(question: str) -> Answer:
            answer = self.recorded.answers[question]
            return replace(answer, claims=tuple(self.spoil(claim) for claim in answer.claims))

        return asked, lambda question: self.recorded.readings[question]


def invented(claim: Claim) -> Claim:
    """The claim with its quotes replaced by words that nobody said."""
    return replace(claim, text=re.sub(r"“[^”]+”", "“I danced for joy in the pouring rain”", claim.text))


def miscounted(claim: Claim) -> Claim:
    """The claim with every decimal a little off."""
    return replace(claim, text=re.sub(r"(\d+)\.(\d)\b(?!\.)", lambda m: f"{int(m[1]) + 3}.{m[2]}", claim.text))


def _run(suite: Suite, analyst: Analyst, keep: Path, cache: Path) -> EvalRun:
    return evaluate([suite], [Options("quick", analyst, keep, cache)], Silent(), command="test")


@pytest.fixture(scope="session")
def recorded() -> Recording:
    return Recording()


@pytest.fixture(scope="session")
def asked(recorded: Recording, keep: Path, model_cache: Path) -> EvalRun:
    """The real analyst on the questions of dev."""
    return _run(Questions(), recorded, keep, model_cache)


def _failed(run: EvalRun) -> set[str]:
    return {failure.measure for failure in gate(run)}


def test_the_gate_is_open_on_companies(keep: Path, model_cache: Path) -> None:
    assert gate(_run(Companies(), Analyst(), keep, model_cache)) == []


def test_a_shuffled_ranking_is_stopped(keep: Path, model_cache: Path) -> None:
    assert "fix_ndcg_5" in _failed(_run(Companies(), Shuffled(), keep, model_cache))


def test_one_that_always_sees_a_movement_is_stopped(keep: Path, model_cache: Path) -> None:
    assert {"false_alarm", "verdict_right"} <= _failed(_run(Companies(), AlwaysMoved(), keep, model_cache))


def test_the_gate_is_open_on_questions(asked: EvalRun) -> None:
    assert gate(asked) == []


def test_the_gate_is_open_on_sentences(keep: Path) -> None:
    assert gate(evaluate([Sentences()], [Options("quick", Analyst(), keep)], Silent(), command="test")) == []


def test_invented_quotes_are_stopped(asked: EvalRun, recorded: Recording, keep: Path, model_cache: Path) -> None:
    spoiled = _run(Questions(), Spoiling(recorded, invented), keep, model_cache)
    assert {"answer_quotes", "answer_unsupported"} <= _failed(spoiled)


def test_wrong_numbers_are_stopped(asked: EvalRun, recorded: Recording, keep: Path, model_cache: Path) -> None:
    spoiled = _run(Questions(), Spoiling(recorded, miscounted), keep, model_cache)
    assert {"answer_numbers", "answer_unsupported"} <= _failed(spoiled)

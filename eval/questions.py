"""Asked the labelled questions: which were understood, which answers rest on the right facts, which were declined."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analyst.core.errors import UndertoneError
from eval.questions_facts import facts_missing
from eval.questions_plan import plan_wrong
from eval.sets.questions import Question

if TYPE_CHECKING:
    from analyst.answers.answer import Answer
    from analyst.answers.asking.plan import Reading
    from analyst.runs.view import View
    from eval.sets.counted import Company
    from eval.sets.truth import Truth

Ask = Callable[[str], "Answer"]
ReadQuestion = Callable[[str], "Reading"]


@dataclass(frozen=True)
class QuestionRow:
    """One question: what was found, whether the reading and the facts were right, and what was wrong with each.

    `read` is None where no reader was given, `rested` None where no answer was expected or none was asked for.
    `answerable` is whether an answer may be right at all. `seconds` is how long the answer took.
    """

    question_id: str
    text: str
    answerable: bool
    expected: tuple[str, ...]
    found: str
    read: bool | None
    rested: bool | None
    wrong: tuple[str, ...]
    seconds: float
    tags: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether nothing was wrong with it."""
        return not self.wrong


def run(
    view: View,
    questions: Iterable[Question],
    ask: Ask | None = None,
    *,
    plan: ReadQuestion | None = None,
    truth: Truth | None = None,
    company: Company | None = None,
) -> list[QuestionRow]:
    """Ask every question and compare with what was expected, one row a question.

    `ask` answers, `plan` only reads; either may be left out. With both, a right answer is understood rightly and rests
    on the right facts. `truth` and `company` are the sample company's (read from the workspace of `view` where they
    are not given). An error counts as a wrong answer and is named in the row.
    """
    from eval.sets.counted import Company
    from eval.sets.truth import read_truth

    truth = truth or read_truth(view)
    company = company or Company.read(view.settings.workspace / "sample")
    return [_row(one, ask, plan, truth, company) for one in questions]


def _row(question: Question, ask: Ask | None, plan: ReadQuestion | None, truth: Truth, company: Company) -> QuestionRow:
    faults_read: list[str] | None = None
    faults_facts: list[str] | None = None
    found = ""
    if plan is not None:
        reading, problem = _tried(plan, question.text)
        faults_read = [problem] if problem else plan_wrong(question, reading, truth)
        found = _kind(reading)
    began = time.perf_counter()
    seconds = 0.0
    if ask is not None:
        answer, problem = _tried(ask, question.text)
        seconds = time.perf_counter() - began
        found = answer.kind if answer is not None else "error"
        faults_facts = [problem] if problem else _answer_wrong(question, answer, truth, company)
    wrong = dict.fromkeys([*(faults_read or ()), *(faults_facts or ())])
    return QuestionRow(
        question.question_id,
        question.text,
        question.answerable,
        question.kinds,
        found,
        None if faults_read is None else not faults_read,
        None if faults_facts is None else not faults_facts,
        tuple(wrong),
        seconds,
        question.tags,
    )


def _tried(act: Callable[[str], Any], text: str) -> tuple[Any, str]:
    """What `act` gives; an error of any kind is a wrong answer and must not end the suite."""
    try:
        return act(text), ""
    except UndertoneError as problem:
        return None, f"failed: {problem}"
    except Exception as error:
        return None, f"failed: {type(error).__name__}: {error}"


def _kind(reading: Any) -> str:
    names = {"Plan": "answer", "AskBack": "ask_back", "Declined": "declined"}
    return names.get(type(reading).__name__, "error")


def _answer_wrong(question: Question, answer: Answer, truth: Truth, company: Company) -> list[str]:
    if answer.kind not in question.kinds:
        return [f"kind: {answer.kind}, not {' or '.join(question.kinds)}"]
    if answer.kind == "declined" and question.declined and answer.declined not in question.declined:
        return [f"declined as {answer.declined}, not {' or '.join(question.declined)}"]
    if answer.kind != "answer":
        return [] if answer.message else ["says nothing"]
    if not answer.claims:
        return ["no claim"]
    wrong = []
    if question.intents and answer.intent not in question.intents:
        wrong.append(f"intent: {answer.intent}, not {' or '.join(question.intents)}")
    return wrong + facts_missing(question, answer, truth, company)


def measures(rows: Sequence[QuestionRow]) -> Mapping[str, float]:
    """Shares over the rows, each 0..1, NaN where no row counts: what the suite prints.

    `questions_right` are those that may be answered and were read and answered rightly; `questions_declined` those
    that must not be answered and were declined or asked back in a right way; `questions_read` and `questions_rested`
    the two halves of a right answer; `questions_loose` those with typos, slang or other words.
    """
    answerable = [row for row in rows if row.answerable]
    loose = [row for row in answerable if {"typo", "slang", "paraphrase"} & set(row.tags)]
    return {
        "questions_right": _share([row.right for row in answerable]),
        "questions_declined": _share([row.right for row in rows if not row.answerable]),
        "questions_read": _share([row.read for row in rows if row.read is not None]),
        "questions_rested": _share([row.rested for row in answerable if row.rested is not None]),
        "questions_loose": _share([row.right for row in loose]),
    }


def _share(values: Sequence[bool | None]) -> float:
    return sum(bool(value) for value in values) / len(values) if values else float("nan")

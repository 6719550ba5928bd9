"""The suite of labelled questions: understood, answered on the right facts, declined where nothing can be said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyst.core.progress import Progress
from eval import checking
from eval.questions import QuestionRow, run
from eval.results import Measure, Options, Row, value
from eval.sets.counted import Company
from eval.sets.lines import LABELLED
from eval.sets.questions import read_questions
from eval.sets.truth import read_truth
from eval.suites.folders import hash_of
from eval.suites.shipped import labelled_split, shipped

if TYPE_CHECKING:
    from analyst.answers.answer import Answer

SUITE = "questions"
QUICK = 3  # of the questions of dev, every third is in the quick part
LOOSE = frozenset({"typo", "slang", "paraphrase"})


class Questions:
    """Questions of dev or test, put to the company that ships; each is its own cluster."""

    name = SUITE
    title = "Labelled questions"
    measures = (
        Measure("questions_right", "questions that have an answer: read and answered rightly"),
        Measure("questions_declined", "questions that have none: declined or asked back, in a right way"),
        Measure("questions_read", "questions read rightly, of all"),
        Measure("questions_rested", "answers that rest on the right facts, of questions that have one"),
        Measure("questions_loose", "of those with typos, slang or other words: answered rightly"),
        *checking.MEASURES,
    )

    def rows(self, options: Options, progress: Progress) -> Iterator[Row]:
        """One row a question."""
        view, home = shipped(options, progress)
        split = "quick" if options.split == "quick" else labelled_split(options)
        ask, plan = options.analyst.asking(view)
        truth, company = read_truth(view, home / "truth"), Company.read(home / "files")
        questions = read_questions(labelled_split(options))[:: QUICK if split == "quick" else 1]
        progress.start("Asking", len(questions))
        for question in questions:
            kept: list[Answer] = []

            def asked(text: str, kept: list[Answer] = kept) -> Answer:
                kept.append(ask(text))
                return kept[-1]

            [row] = run(view, [question], asked, plan=plan, truth=truth, company=company)
            progress.advance()
            yield _row(row, kept[0] if kept else None, split)

    def fingerprint(self) -> str:
        """Hash of the labelled questions."""
        return hash_of(LABELLED / "questions")


def _row(one: QuestionRow, answer: Answer | None, split: str) -> Row:
    values = {"questions_right" if one.answerable else "questions_declined": value(float(one.right))}
    if one.read is not None:
        values["questions_read"] = value(float(one.read))
    if one.answerable and one.rested is not None:
        values["questions_rested"] = value(float(one.rested))
    if one.answerable and LOOSE & set(one.tags):
        values["questions_loose"] = value(float(one.right))
    if answer is not None:
        values |= checking.values_of(checking.check(answer))
    details = {
        "question": one.text,
        "expected": list(one.expected),
        "found": one.found,
        "wrong": list(one.wrong),
        "seconds": round(one.seconds, 3),
        "said": [claim.text for claim in answer.claims] if answer is not None else [],
    }
    return Row(SUITE, "question", one.question_id, one.question_id, values, details, split)

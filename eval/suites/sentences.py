"""The suite of labelled sentences: faulty and hostile ones that the grounding check must refuse, and sound ones."""

from __future__ import annotations

from collections.abc import Iterator

from analyst.core.progress import Progress
from eval.results import Measure, Options, Row, value
from eval.sentences import FOLDER, load_sentences
from eval.suites.folders import hash_of
from eval.suites.shipped import labelled_split

SUITE = "sentences"


class Sentences:
    """Sentences of dev or test, each with the facts and the evidence that it cites; each is its own cluster."""

    name = SUITE
    title = "Ungrounded and hostile sentences"
    measures = (
        Measure("sentences_caught", "faulty sentences that the check refuses"),
        Measure("sentences_passed", "sound sentences that it lets through"),
        Measure("sentences_named", "faulty sentences that it refuses for the very rule that they break"),
    )

    def rows(self, options: Options, progress: Progress) -> Iterator[Row]:
        """One row a sentence."""
        from analyst.answers.grounding import check

        split = labelled_split(options)
        for one in load_sentences(FOLDER / f"{split}.jsonl"):
            faults = check(one.claim, one.pack)
            if one.grounded:
                values = {"sentences_passed": value(float(not faults))}
            else:
                named = any(fault.rule == one.rule for fault in faults)
                values = {"sentences_caught": value(float(bool(faults))), "sentences_named": value(float(named))}
            details = {"text": one.claim.text, "rule": one.rule, "faults": [fault.message for fault in faults]}
            yield Row(SUITE, "sentence", one.sentence_id, one.sentence_id, values, details, split)

    def fingerprint(self) -> str:
        """Hash of the labelled sentences."""
        return hash_of(FOLDER)

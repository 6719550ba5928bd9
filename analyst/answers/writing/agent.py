"""Questions that no plan fits, answered by a model that may look things up; checked like everything else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analyst.answers.answer import Answer
from analyst.answers.facts import Claim, Pack
from analyst.answers.writing.answers import in_place
from analyst.answers.writing.toolbox import Toolbox, toolbox_of
from analyst.answers.writing.worded import judged, problems_in
from analyst.core.errors import UndertoneError
from analyst.runs.view import choose_query

if TYPE_CHECKING:
    from analyst.answers.telling import Desk
    from analyst.llm import LlmClient
    from prompts import AnswerText

THEMES_SHOWN = 40


@dataclass(frozen=True)
class LlmAgent:
    """Answers with the model behind `client` and read-only look-ups at the desk."""

    client: LlmClient

    def answer(self, question: str, desk: Desk) -> Answer:
        """The answer, each sentence of it resting on what was looked up for it; a declined one whose `note` says why
        where none was found. Never raises for what a model or an endpoint does."""
        from analyst.llm import converse
        from prompts import AnswerText, load_prompt

        endpoint = self.client.endpoint
        none = Answer(question, "declined", "", desk.view.run.run_id, declined="not_understood")
        if self.client.abilities.get(endpoint.base_url, endpoint.model).tools is False:
            return replace(none, note=_told(f"'{endpoint.model}' cannot call tools, as it showed before."))
        try:
            box, usual = toolbox_of(desk), choose_query(desk.view)
        except UndertoneError as problem:
            return replace(none, note=_told(problem.message))
        prompt = load_prompt("agent")
        themes = [{"id": short, "label": label} for short, (_, label) in box.choices.themes.items()]
        messages = prompt.render(
            question=question,
            today=f"{desk.view.until:%Y-%m-%d}",
            usual={"metric": usual.metric, "period": usual.window.label, "versus": usual.baseline.label},
            themes=themes[:THEMES_SHOWN],
        )

        def claims_of(text: AnswerText) -> list[Claim]:
            return _claims(text, box)

        def problems(text: AnswerText) -> list[str]:
            return problems_in(claims_of, _pack(box), spoken=_spoken(box))(text)

        reply = converse(
            self.client.for_job(),
            messages,
            box.tools(),
            AnswerText,
            task=prompt.task,
            prompt_hash=prompt.hash,
            check=problems,
            max_tokens=prompt.max_tokens,
        )
        found = judged(reply, claims_of, _pack(box), prompt, _spoken(box))
        if not found.claims:
            return replace(
                none,
                note=_told(found.note),
                dropped=found.dropped,
                prompt=found.prompt,
                calls=found.calls,
                tokens=found.tokens,
            )
        return Answer(
            question=question,
            kind="answer",
            understood=f"Looked up by {endpoint.model}: {'; '.join(box.looked)}.",
            run_id=desk.view.run.run_id,
            metric=usual.metric,
            window=usual.window.label,
            baseline=usual.baseline.label,
            claims=tuple(in_place(found.claims, box.claims, box.words, every=False)),
            facts=dict(desk.book.facts),
            evidence=dict(desk.evidence),
            assumed=("A model chose what to look up; the plan of the question was not understood without it.",),
            grounded="full" if found.complete else "partial",
            writer=endpoint.model,
            dropped=found.dropped,
            prompt=found.prompt,
            calls=found.calls,
            tokens=found.tokens,
        )


def _told(why: str) -> str:
    return f"Not looked up by the model: {why}"


def _claims(text: AnswerText, box: Toolbox) -> list[Claim]:
    return [
        Claim(s.text, tuple(dict.fromkeys(s.facts)), tuple(dict.fromkeys(map(box.real, s.quotes))), s.part)
        for s in text.sentences
    ]


def _spoken(box: Toolbox) -> list[str]:
    return [claim.text for claim in box.claims if claim.part != "quote"]


def _pack(box: Toolbox) -> Pack:
    """What the model was shown, and nothing else: a fact that it guessed the id of is not in here."""
    pack = box.desk.pack()
    facts = {fact_id: fact for fact_id, fact in pack.facts.items() if fact_id in box.told}
    evidence = {one: pack.evidence[one] for one in box.ids.values() if one in pack.evidence}
    return Pack(facts, evidence, pack.names)

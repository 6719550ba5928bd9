"""From a question to a checked answer: plan, tell, check; and who may reword it or answer what cannot be planned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from analyst.answers.answer import Answer
from analyst.answers.asking.plan import AskBack, Declined, Plan
from analyst.answers.telling import Desk, tell
from analyst.answers.telling.following import candidates
from analyst.core.errors import CannotTell, UsageProblem
from analyst.core.query import where_text

if TYPE_CHECKING:
    from analyst.answers.asking.meanings import Meanings
    from analyst.answers.asking.plan import Declining, Reading
    from analyst.answers.facts import Claim
    from analyst.answers.gather import Gatherer
    from analyst.answers.telling import Searcher
    from analyst.core.query import Query
    from analyst.runs.view import View

Step = Callable[[str], None]  # told what is being done: planning, looking up, writing, checking
STEPS = ("planning", "looking up", "writing", "checking")
NEXT = 3
NO_ANSWER = "What was found could not be said in sentences that stand the check, so nothing is said."
_MOVED = ("why", "level", "for_whom", "sure", "benchmark")  # answers that rest on the movement of the plan's query


class Rewriter(Protocol):
    """Words a finished answer anew. It gets the extractive answer with its facts and evidence, all checked, and gives
    back one that stood the same check, or the same one with a `note` why; it never raises for what a model does."""

    def reword(self, answer: Answer) -> Answer: ...


class Agent(Protocol):
    """Answers a question that the planner did not understand, with what it looks up at `desk`: `tell(plan, desk)`
    gives claims and puts their facts and evidence on the desk, whose `pack()` the answer is checked against. Where it
    finds none, the answer is a declined one whose `note` says why; it never raises for what a model does."""

    def answer(self, question: str, desk: Desk) -> Answer: ...


def ask(
    question: str,
    view: View,
    *,
    gather: Callable[[Query], Gatherer] | None = None,
    search: Searcher | None = None,
    meanings: Meanings | None = None,
    writer: Rewriter | None = None,
    agent: Agent | None = None,
    step: Step | None = None,
) -> Answer:
    """The answer to `question` on the run in `view`, as of its clock. Every claim in it stood the grounding check.

    `gather` gives the findings of a query (kept ones, in a warm process), `search` finds opinions by words and
    meaning, `meanings` themes near the question's words; without them labels and words alone are compared. `writer`
    rewords the answer, `agent` is tried where no plan was found. `step` is told each of STEPS as it begins.
    """
    from analyst.answers.asking.planner import plan_question

    told = step or _silent
    told("planning")
    reading = plan_question(question, view, meanings)
    desk = Desk(view, gather or _gatherers(view), search)
    if isinstance(reading, Plan):
        answer = answer_plan(reading, desk, told)
        if answer.kind != "answer":
            return answer
        answer = replace(answer, next_questions=next_questions(reading, answer, desk, meanings))
        return _reworded(answer, writer, told)
    if isinstance(reading, Declined) and reading.kind == "not_understood" and agent is not None:
        told("looking up")
        found = agent.answer(question, desk)
        if found.kind == "answer":
            return found
        refusal = unanswered(reading, view)  # the planner's reason and its questions stand
        kept = {name: getattr(found, name) for name in ("note", "dropped", "prompt", "calls", "tokens")}
        return replace(refusal, **kept)
    return unanswered(reading, view)


def answer_plan(plan: Plan, desk: Desk, step: Step | None = None) -> Answer:
    """The extractive answer to a plan, checked; what the run cannot tell becomes a declined one with the reason."""
    told = step or _silent
    told("looking up")
    try:
        claims = tell(plan, desk)
    except (CannotTell, UsageProblem) as problem:
        reason = f"{problem.message} {problem.hint}".strip()
        return _declined(plan, desk.view, "no_data", reason, ())
    told("checking")
    kept, dropped = _checked(claims, desk)
    base = _about(plan, desk.view)
    if not any(claim.part != "quote" for claim in kept):
        return replace(base, kind="declined", declined="no_data", message=NO_ANSWER, dropped=dropped)
    movement = desk.gather(plan.query).movement if plan.intent in _MOVED else None
    return replace(
        base,
        claims=tuple(kept),
        facts=dict(desk.book.facts),
        evidence={cite: desk.evidence[cite] for claim in kept for cite in claim.cites},
        verdict=movement.verdict if movement else None,
        caveats=tuple(movement.caveats) if movement else (),
        dropped=dropped,
    )


def next_questions(plan: Plan, answer: Answer, desk: Desk, meanings: Meanings | None = None) -> tuple[str, ...]:
    """Up to three questions that follow from the answer, each of which plans and is not the one just asked."""
    from analyst.answers.asking.planner import plan_question

    found: list[str] = []
    for question in candidates(plan, answer, desk):
        reading = plan_question(question, desk.view, meanings)
        same = isinstance(reading, Plan) and replace(reading, question="", understood="", assumed=()) == replace(
            plan, question="", understood="", assumed=()
        )
        if isinstance(reading, Plan) and not same and question not in found:
            found.append(question)
        if len(found) == NEXT:
            break
    return tuple(found)


def unanswered(reading: Reading, view: View) -> Answer:
    """What is said where there is no plan: the question back with its readings, or why there is no answer."""
    if isinstance(reading, AskBack):
        return Answer(reading.question, "ask_back", "", view.run.run_id, message=reading.why, readings=reading.readings)
    assert isinstance(reading, Declined)
    return _declined(reading, view, reading.kind, reading.reason, reading.instead)


def _declined(about: Plan | Declined, view: View, kind: Declining, reason: str, instead: tuple[str, ...]) -> Answer:
    base = _about(about, view) if isinstance(about, Plan) else Answer(about.question, "declined", "", view.run.run_id)
    return replace(base, kind="declined", declined=kind, message=reason, readings=instead)


def _about(plan: Plan, view: View) -> Answer:
    query = plan.query
    return Answer(
        question=plan.question,
        kind="answer",
        understood=plan.understood,
        run_id=view.run.run_id,
        intent=plan.intent,
        metric=query.metric,
        window=query.window.label,
        baseline=query.baseline.label,
        where=where_text(query.where),
        assumed=plan.assumed,
    )


def _checked(claims: list[Claim], desk: Desk) -> tuple[list[Claim], tuple[str, ...]]:
    from analyst.answers.grounding import keep_grounded

    kept, refused = keep_grounded(claims, desk.pack())
    told = [f"{one.claim.text}: {'; '.join(fault.message for fault in one.faults)}" for one in refused]
    return list(kept), tuple(told)


def _reworded(answer: Answer, writer: Rewriter | None, told: Step) -> Answer:
    if writer is None:
        return answer
    told("writing")
    return writer.reword(answer)


def _gatherers(view: View) -> Callable[[Query], Gatherer]:
    """Findings of each query, kept for the length of one answer."""
    from analyst.answers.gather import Gatherer

    kept: dict[Query, Gatherer] = {}

    def gather(query: Query) -> Gatherer:
        if query not in kept:
            kept[query] = Gatherer(view, query)
        return kept[query]

    return gather


def _silent(_: str) -> None:
    """Nobody listens."""

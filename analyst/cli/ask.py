"""`undertone ask`: a question in plain language, answered in checked sentences."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from analyst.cli.console import print_json, say, show
from analyst.cli.options import JsonOption, NowOption, RunOption, WorkspaceOption, open_session
from analyst.core.errors import UndertoneError, UsageProblem

if TYPE_CHECKING:
    from rich.console import RenderableType

    from analyst.answers.answer import Answer
    from analyst.answers.facts import Claim

Writer = Literal["extractive", "llm"]


def ask(
    question: Annotated[
        str | None, typer.Argument(help="What you want to know; without it, questions are read until an empty line.")
    ] = None,
    facts: Annotated[bool, typer.Option("--facts", help="Also show each fact with the command for it.")] = False,
    writer: Annotated[
        Writer, typer.Option("--writer", help="Who words the answer; llm needs an endpoint set.")
    ] = "extractive",
    run: RunOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    now: NowOption = None,
) -> None:
    """Answer a question about the score, the themes, the screens or the fixes, each sentence with its facts.

    A question back and a question that the data cannot answer are answers too: the exit code is 0.
    """
    from analyst.answers.inquiry import open_inquiry

    if question is None and not sys.stdin.isatty():
        raise UsageProblem("There is no question.", 'Ask like: undertone ask "Why did NPS drop last week?"')
    session = open_session(workspace, now)
    inquiry = open_inquiry(session.settings, session.clock, run, with_llm=writer == "llm")
    if question is not None:
        _tell(inquiry.ask(question), facts, as_json)
        return
    for asked in _questions():
        try:
            _tell(inquiry.ask(asked), facts, as_json)
        except UndertoneError as problem:
            say(f"{problem.message}\n{problem.hint}".strip())


def _questions() -> Iterator[str]:
    """Lines from the terminal until an empty one or its end."""
    import readline  # noqa: F401  (its import alone gives input() editing and history)

    say("Ask a question; an empty line ends.")
    while True:
        try:
            asked = input("? ").strip()
        except EOFError:
            return
        if not asked:
            return
        yield asked


def _tell(answer: Answer, with_facts: bool, as_json: bool) -> None:
    if as_json:
        from analyst.answers.answerview import answer_json

        print_json(answer_json(answer))
        return
    show(*answer_parts(answer))
    if with_facts:
        show(*fact_parts(answer))


def answer_parts(answer: Answer) -> list[RenderableType]:
    """The answer for a terminal: what was understood, the verdict, its paragraphs, quotes set in, what to ask next."""
    from rich.text import Text

    from analyst.answers.answerview import TITLES, paragraphs
    from analyst.cli.tables import heading

    if answer.kind != "answer":
        note = [Text(answer.note, style="dim")] if answer.note else []
        return [Text(answer.message, style="bold"), *_readings(answer), *note]
    parts: list[RenderableType] = [Text(answer.understood, style="dim")] if answer.understood else []
    parts += [
        Text(f"{assumed[:1].upper()}{assumed[1:].rstrip('.')}.", style="dim")
        for assumed in answer.assumed
        if assumed not in answer.understood  # said already
    ]
    if parts:
        parts.append(Text(""))
    titled: set[str] = set()
    for place, (name, claims) in enumerate(paragraphs(answer.claims)):
        if name in TITLES and name not in titled and place > 0:
            titled.add(name)
            parts.append(heading(TITLES[name]))
        parts += _paragraph(name, claims, answer, first=place == 0)
    if answer.caveats:
        parts += [heading("What to keep in mind"), *(Text(f"· {caveat}") for caveat in answer.caveats)]
    if answer.dropped:
        parts.append(Text(f"\n{_left_out(answer)}", style="dim"))
    if answer.note:
        parts.append(Text(f"\n{answer.note}", style="dim"))
    return [*parts, *_next(answer)]


def _paragraph(name: str, claims: list[Claim], answer: Answer, *, first: bool) -> list[RenderableType]:
    from rich.text import Text

    if name == "quote":
        return [_quote(claim, answer) for claim in claims]
    if first:
        opening, rest = claims[0].text, " ".join(claim.text for claim in claims[1:])
        return [Text(opening, style="bold"), *([Text(rest)] if rest else [])]
    return [Text(" ".join(claim.text for claim in claims))]


def _quote(claim: Claim, answer: Answer) -> RenderableType:
    from analyst.cli.tables import quote_text
    from analyst.core.values import Quote

    source = next((answer.evidence[cite] for cite in claim.cites if cite in answer.evidence), None)
    score, at = (source.score, source.at) if source else (None, None)
    return quote_text(Quote(claim.text.strip("“”"), claim.cites[0] if claim.cites else "", score, at))


def _left_out(answer: Answer) -> str:
    n = len(answer.dropped)
    said = "1 sentence is" if n == 1 else f"{n} sentences are"
    return f"{said} left out: not every word stood the check against the facts."


def _readings(answer: Answer) -> list[RenderableType]:
    from rich.text import Text

    if not answer.readings:
        return []
    title = "Which one?" if answer.kind == "ask_back" else "What can be asked:"
    return [Text(title, style="dim"), *(Text(f"  {reading}") for reading in answer.readings)]


def _next(answer: Answer) -> list[RenderableType]:
    from rich.text import Text

    if not answer.next_questions:
        return []
    return [Text("\nNext:", style="dim"), *(Text(f"  {question}", style="dim") for question in answer.next_questions)]


def fact_parts(answer: Answer) -> list[RenderableType]:
    """Each fact that a sentence cites, with its n and the command that reproduces it."""
    from rich.text import Text

    from analyst.cli.tables import heading

    cited = list(dict.fromkeys(fact for claim in answer.claims for fact in claim.facts))
    told: list[RenderableType] = [heading("Facts")]
    for fact_id in cited:
        fact = answer.facts[fact_id]
        n = f" (n = {fact.n:,})" if fact.n is not None else ""
        told += [Text(f"{fact_id}  {fact.text}{n}"), Text(f"    {fact.command}", style="dim")]
    return told

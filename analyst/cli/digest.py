"""`undertone digest`: the week in one page."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from analyst.cli.console import out, print_json, say, show
from analyst.cli.reading import Asked, reading_verb

if TYPE_CHECKING:
    from analyst.answers.digest import Digest
    from analyst.answers.gather import Findings
    from analyst.core.settings import Settings

Format = Literal["text", "md", "html", "json"]
Writer = Literal["extractive", "llm"]


@reading_verb
def digest(
    asked: Asked,
    as_json: bool,
    form: Annotated[Format, typer.Option("--format", help="text, md, html or json.")] = "text",
    writer: Annotated[
        Writer, typer.Option("--writer", help="Who words the opening; llm needs an endpoint set.")
    ] = "extractive",
    output: Annotated[Path | None, typer.Option("--out", help="Write to this file instead of standard output.")] = None,
) -> None:
    """The period's digest: score, verdict, themes, screens and the top fixes, each sentence with its facts."""
    from analyst.answers.digest import write_digest

    found = asked.open()
    everything = found.everything()
    written = write_digest(everything)
    if writer == "llm":
        written = _reword(written, everything, found.view.settings)
    form = "json" if as_json else form
    if output is None and form == "json":
        from analyst.answers.jsonview import digest_json

        print_json(digest_json(written))
    elif output is None and form == "text":
        from analyst.cli import tables

        show(*tables.digest_parts(written, out().width))
    elif output is None:
        sys.stdout.write(render(written, form))
    else:
        output.parent.mkdir(parents=True, exist_ok=True)
        beside = output.with_name(f".{output.name}.writing")
        beside.write_text(render(written, form), encoding="utf-8")
        os.replace(beside, output)
        say(f"Digest written to {output}.")


def _reword(written: Digest, everything: Findings, settings: Settings) -> Digest:
    from analyst.answers.digest import citable_names
    from analyst.answers.llm_writer import with_llm_opening
    from analyst.llm import LlmClient, require_llm

    require_llm(settings)
    client = LlmClient(settings.llm, settings.workspace)
    return with_llm_opening(written, client, everything.texts, citable_names(everything))


def render(written: Digest, form: Format) -> str:
    """The digest as a document in `form`."""
    if form == "html":
        from analyst.answers import html

        return html.render(written)
    if form == "json":
        import json

        from analyst.answers.jsonview import digest_json

        return json.dumps(digest_json(written), ensure_ascii=False, indent=2, allow_nan=False, default=str) + "\n"
    if form == "text":
        from analyst.answers import plain

        return plain.render(written)
    from analyst.answers import markdown

    return markdown.render(written)

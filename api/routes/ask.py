"""Questions in plain language: one reply, or the steps as they are taken and then the checked answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, ConfigDict, Field

from analyst.answers.answerview import answer_json
from analyst.answers.inquiry import warm_inquiry
from analyst.core.errors import UndertoneError

router = APIRouter(tags=["ask"])
LONGEST = 2_000  # characters of a question that are read at all; the planner says what is too long for it
Question = Annotated[str, Query(max_length=LONGEST, examples=["Why did NPS drop last week?"])]
RunId = Annotated[str | None, Query(description="A run id [the current run]")]


class Asked(BaseModel):
    """A question, and the run it is put to (the current one by default)."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(max_length=LONGEST, examples=["Why did NPS drop last week?"])
    run: str | None = None


@router.post("/ask")
def ask(request: Request, asked: Asked) -> dict[str, Any]:
    """The checked answer with the facts and evidence behind every sentence; a question back and a declined question
    are answers too (`kind`)."""
    with request.app.state.warm.run(asked.run).lease() as lease:
        return answer_json(warm_inquiry(lease).ask(asked.question))


@router.get("/ask/stream", response_class=EventSourceResponse)
async def stream(request: Request, question: Question, run: RunId = None) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events: `step` as each begins (planning, looking up, writing, checking), then one `answer` with the
    same document as POST /ask, or `problem` with a sentence. Unchecked prose is never sent."""
    loop = asyncio.get_running_loop()
    events: asyncio.Queue[ServerSentEvent | None] = asyncio.Queue()

    def send(event: ServerSentEvent | None) -> None:
        loop.call_soon_threadsafe(events.put_nowait, event)

    def work() -> None:
        try:
            with request.app.state.warm.run(run).lease() as lease:
                inquiry = warm_inquiry(lease)
                told = inquiry.ask(question, lambda step: send(ServerSentEvent(event="step", data={"step": step})))
                send(ServerSentEvent(event="answer", data=answer_json(told)))
        except UndertoneError as problem:
            said = {"title": problem.message, "hint": problem.hint, "type": type(problem).__name__}
            send(ServerSentEvent(event="problem", data=said))
        finally:
            send(None)

    worker = asyncio.create_task(asyncio.to_thread(work))
    while (event := await events.get()) is not None:
        yield event
    await worker

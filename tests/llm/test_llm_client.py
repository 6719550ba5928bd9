"""The ladder, the repair turn, the cache and the budget, against a scripted server."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic

import pytest
from pydantic import BaseModel, ConfigDict, Field

from analyst.llm import Budget, LlmClient, LlmFailed, LlmReply
from prompts import Message
from tests.llm.server import Answer, Request, ScriptedServer, Step, completion, error

Build = Callable[..., LlmClient]
GOOD = '{"name": "Checkout", "count": 3}'
MESSAGES = [Message("system", "Name the theme."), Message("user", "It froze on me, as r17 says.")]


class Named(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=20)
    count: int


def ask(client: LlmClient, **more: object) -> LlmReply[Named] | LlmFailed:
    return client.structured(MESSAGES, Named, task="naming", prompt_hash="abc", **more)  # type: ignore[arg-type]


def good(answer: LlmReply[Named] | LlmFailed) -> LlmReply[Named]:
    assert isinstance(answer, LlmReply), str(answer)
    assert answer.value == Named(name="Checkout", count=3)
    return answer


def failed(answer: LlmReply[Named] | LlmFailed) -> LlmFailed:
    assert isinstance(answer, LlmFailed), answer
    assert answer.message.endswith(".")
    assert "sk-secret" not in str(answer)
    return answer


def test_a_good_answer_by_schema(server: ScriptedServer, build: Build) -> None:
    server.script(GOOD)
    answer = good(ask(build()))
    assert (answer.rung, answer.repaired, answer.cached) == ("json_schema", False, False)
    assert (answer.usage.input_tokens, answer.usage.output_tokens, answer.usage.estimated) == (120, 30, False)
    body = server.posts[0].body
    assert body["response_format"]["type"] == "json_schema"
    assert body["response_format"]["json_schema"]["strict"] is False
    assert body["response_format"]["json_schema"]["schema"] == Named.model_json_schema()
    assert body["model"] == "tiny"
    assert body["temperature"] == 0.0
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    # A server that ignores response_format still gets to see the shape, once and in the system message.
    assert body["messages"][0]["content"].startswith("Name the theme.")
    assert json.dumps(Named.model_json_schema(), separators=(",", ":")) in body["messages"][0]["content"]


@pytest.mark.parametrize(
    "step",
    [
        f"```json\n{GOOD}\n```",
        f"Here you are:\n```\n{GOOD}\n```\nAnything else?",
        f'<think>maybe {{"name": "Wrong", "count": 9}}?</think>\n{GOOD}',
        f'<think>{{"name": "Wrong", "count": 9}}</think>Sure! {GOOD}',
        f"the server's template opened the thought</think>{GOOD}",
        f"Sure! {GOOD} Hope that helps.",
        completion([{"type": "text", "text": GOOD}]),
        completion(GOOD, finish="length"),  # whole all the same
    ],
)
def test_wrappings_come_off(server: ScriptedServer, build: Build, step: Step) -> None:
    server.script(step)
    good(ask(build()))
    assert len(server.posts) == 1


def test_a_broken_answer_is_repaired_once_with_the_reasons(server: ScriptedServer, build: Build) -> None:
    server.script('{"name": "Checkout"}', GOOD)
    answer = good(ask(build()))
    assert answer.repaired
    assert answer.usage.total == 300
    assert len(answer.calls) == 2
    said, told = server.posts[1].body["messages"][-2:]
    assert said == {"role": "assistant", "content": '{"name": "Checkout"}'}
    assert "count: Field required" in told["content"]


def test_broken_twice_is_a_result_and_not_an_exception(server: ScriptedServer, build: Build) -> None:
    server.script("I would rather not.", '{"name": 1}')
    failure = failed(ask(build()))
    assert failure.reason == "invalid"
    assert len(failure.calls) == len(server.posts) == 2
    assert failure.usage.total == 300


def test_reasons_given_to_people_hold_no_words_of_the_answer(server: ScriptedServer, build: Build) -> None:
    leaked = "my card 4111 was refused at the shop"
    server.script(json.dumps({"name": leaked, "count": 1}), json.dumps({"name": leaked, "count": 1}))
    assert leaked not in str(failed(ask(build())))


def test_the_ladder_goes_down_and_is_remembered(server: ScriptedServer, build: Build) -> None:
    def picky(request: Request) -> str | Answer:
        return error(400, "response_format is not supported") if "response_format" in request.body else GOOD

    server.script(picky, picky, picky, GOOD)
    assert good(ask(build())).rung == "prompt"
    kinds = [post.body.get("response_format", {}).get("type") for post in server.posts]
    assert kinds == ["json_schema", "json_object", None]
    # another process, another question: straight to the rung that worked
    other = build().structured([Message("user", "Again.")], Named, task="naming", prompt_hash="abc")
    assert good(other).rung == "prompt"
    assert len(server.posts) == 4


def test_another_model_at_the_same_endpoint_starts_at_the_top(server: ScriptedServer, build: Build) -> None:
    server.script(error(422, "json_schema unknown"), GOOD, GOOD)
    assert good(ask(build())).rung == "json_object"
    assert good(ask(build(model="other"))).rung == "json_schema"


def test_a_rejection_that_is_about_something_else_is_not_remembered(server: ScriptedServer, build: Build) -> None:
    server.script(*[error(400, "something is off")] * 3, GOOD)
    assert failed(ask(build())).reason == "rejected"
    assert good(ask(build())).rung == "json_schema"


def test_temperature_is_left_out_where_it_is_refused(server: ScriptedServer, build: Build) -> None:
    refuse = error(400, "Unsupported value: 'temperature' does not support 0.0 with this model.")
    server.script(refuse, GOOD, GOOD)
    assert good(ask(build())).rung == "json_schema"
    assert ["temperature" in post.body for post in server.posts] == [True, False]
    good(ask(build(), max_tokens=2000))
    assert "temperature" not in server.posts[2].body


def test_a_check_takes_part_in_the_repair(server: ScriptedServer, build: Build) -> None:
    def check(value: Named) -> Sequence[str]:
        return [] if value.count == 3 else [f"the count {value.count} is no fact"]

    server.script('{"name": "Checkout", "count": 4}', GOOD)
    assert good(ask(build(), check=check)).repaired
    assert "the count 4 is no fact" in server.posts[1].body["messages"][-1]["content"]


def test_what_the_check_still_finds_comes_back(server: ScriptedServer, build: Build) -> None:
    server.script(GOOD, '{"name": "Checkout", "count": 4}')

    def check(value: Named) -> Sequence[str]:
        return ["no"] if value.count == 3 else ["no", "and no"]

    answer = good(ask(build(), check=check))  # the better of the two, which was the first
    assert answer.problems == ("no",)
    assert not answer.repaired
    server.script(GOOD)
    assert not good(ask(build())).cached  # an answer with problems is not kept


def test_a_repair_that_breaks_leaves_the_first_answer(server: ScriptedServer, build: Build) -> None:
    server.script(GOOD, error(500, "out of memory"))
    answer = good(ask(build(), check=lambda value: ["not grounded"]))
    assert answer.problems == ("not grounded",)
    assert len(answer.calls) == 2


def test_the_same_request_is_answered_from_the_cache(server: ScriptedServer, build: Build) -> None:
    server.script(GOOD)
    good(ask(build()))
    again = good(ask(build()))
    assert again.cached
    assert again.calls == ()
    assert again.usage.total == 0
    assert len(server.posts) == 1


@pytest.mark.parametrize("change", [{"model": "other"}, {"max_tokens": 1200}])
def test_a_changed_request_is_sent_anew(server: ScriptedServer, build: Build, change: dict[str, object]) -> None:
    server.script(GOOD, GOOD)
    good(ask(build()))
    assert not good(ask(build(**change))).cached


def test_a_kept_answer_that_no_longer_passes_is_asked_anew(server: ScriptedServer, build: Build) -> None:
    server.script(GOOD, GOOD, GOOD)
    good(ask(build()))
    assert not good(ask(build(), check=lambda value: ["stale"])).cached


def test_a_damaged_cache_is_passed_over(server: ScriptedServer, build: Build, tmp_path: Path) -> None:
    server.script(GOOD, GOOD)
    good(ask(build()))
    (kept,) = (tmp_path / "cache" / "llm" / "answers").glob("*/*.json")
    kept.write_text('{"text": 7')
    (tmp_path / "cache" / "llm" / "abilities.json").write_text("[]")
    assert not good(ask(build())).cached


def test_tokens_are_estimated_when_the_server_is_silent(server: ScriptedServer, build: Build) -> None:
    server.script(completion(GOOD, usage=None))
    answer = good(ask(build()))
    assert answer.usage.estimated
    assert answer.usage.output_tokens == len(GOOD) // 4 + 1
    assert answer.usage.input_tokens > 20


def test_the_budget_stops_before_anything_is_sent(server: ScriptedServer, build: Build) -> None:
    budget = Budget(max_calls=1)
    server.script(GOOD)
    good(ask(build(budget)))
    other = build(budget).structured([Message("user", "More.")], Named, task="naming", prompt_hash="abc")
    assert isinstance(other, LlmFailed)
    assert other.reason == "budget"
    assert len(server.posts) == 1
    assert (budget.calls, budget.tokens) == (1, 150)
    assert failed(ask(build(Budget(max_tokens=100)), max_tokens=2000)).reason == "budget"


def test_the_room_for_the_answer_is_the_larger_of_both(server: ScriptedServer, build: Build) -> None:
    server.script(GOOD, GOOD)
    ask(build(), max_tokens=1500)
    ask(build(max_tokens=4000), max_tokens=1500)
    assert [post.body["max_completion_tokens"] for post in server.posts] == [1500, 4000]


def test_messages_without_a_system_message_get_one(server: ScriptedServer, build: Build) -> None:
    server.script(GOOD)
    good(build().structured([Message("user", "Hello.")], Named, task="naming", prompt_hash="abc"))
    assert [message["role"] for message in server.posts[0].body["messages"]] == ["system", "user"]


def test_the_deadline_covers_ladder_and_repair(server: ScriptedServer, build: Build) -> None:
    server.script(Answer({"error": {"message": "no"}}, 400, sleep_s=0.4), Answer(GOOD, sleep_s=5.0))
    started = monotonic()
    assert failed(ask(build(), deadline_s=0.8)).reason == "timeout"
    assert monotonic() - started < 4.0

"""The very messages of every prompt, as files: a change of a template shows as a change of a message.

`UPDATE_GOLDEN=1 pytest tests/prompts/test_prompts_golden.py` writes them anew.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

import pytest

from analyst.llm.client import with_schema
from prompts import load_prompt, tasks, versions
from tests.prompts.test_prompts_loader import EXAMPLES

GOLDEN = Path(__file__).parent / "golden"
ALL = [(task, version) for task in tasks() for version in versions(task)]


@pytest.mark.parametrize(("task", "version"), ALL)
def test_messages_are_the_golden_ones(task: str, version: int) -> None:
    prompt = load_prompt(task, version)
    messages = with_schema(prompt.render(**EXAMPLES[task]), prompt.output_model)
    made = json.dumps([asdict(message) for message in messages], indent=1, ensure_ascii=False) + "\n"
    file = GOLDEN / f"{task}.v{version}.json"
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(made, encoding="utf-8")
    assert made == file.read_text(encoding="utf-8"), f"UPDATE_GOLDEN=1 writes {file} anew, if this was meant"


@pytest.mark.parametrize(("task", "version"), ALL)
def test_the_shape_that_is_told_is_the_shape_that_is_read(task: str, version: int) -> None:
    prompt = load_prompt(task, version)
    told = with_schema(prompt.render(**EXAMPLES[task]), prompt.output_model)[0].content
    assert json.loads(told.split("by this JSON Schema:\n")[1]) == prompt.output_model.model_json_schema()


def test_there_is_no_golden_file_without_a_prompt() -> None:
    assert sorted(file.name for file in GOLDEN.glob("*")) == sorted(f"{task}.v{version}.json" for task, version in ALL)

"""People's edits from run to run: laid over at once, written in by the next run, taken back without a trace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from analyst.core.clock import fixed_clock
from analyst.core.progress import Silent
from analyst.core.settings import Settings, load_settings
from analyst.records import Response, Store, open_store
from analyst.runs.analyze import Analysis, analyze
from analyst.runs.changes import report
from analyst.runs.editing import Desk
from analyst.runs.view import View, open_view
from analyst.themes.taxonomy import taxonomy_from_rows
from tests.themes.conftest import WordEncoder, comments

CLOCK = fixed_clock(datetime(2026, 11, 20, tzinfo=UTC))
START = datetime(2026, 11, 2, tzinfo=UTC)


class Company:
    """A workspace of 240 comments whose encoder sees nothing but words."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings, self.store = settings, store

    def bring(self, texts: list[str], first: int = 0) -> None:
        self.store.write(
            [
                Response(
                    source="s", source_id=f"r{first + n}", kind="nps", score=float(n % 11), scale_min=0.0,
                    scale_max=10.0, text=text, submitted_at=START + timedelta(hours=n),
                )
                for n, text in enumerate(texts)
            ],
            f"import-{first}",
        )  # fmt: skip

    def analyze(self, force: bool = False) -> Analysis:
        return analyze(self.store, self.settings, clock=CLOCK, progress=Silent(), force=force)

    @property
    def desk(self) -> Desk:
        return Desk(self.store, self.settings, CLOCK, "ana")

    @property
    def view(self) -> View:
        return open_view(self.settings, CLOCK)

    def seen(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Opinions and themes as a reader sees them now."""
        opinions: pa.Table = self.view.table("opinions").sort_by("opinion_id")
        return opinions.to_pylist(), self.view.table("all_themes").sort_by("theme_id").to_pylist()

    def largest(self) -> list[str]:
        rows = [row for row in self.seen()[1] if row["kind"] != "system"]
        return [row["theme_id"] for row in sorted(rows, key=lambda row: -row["n"])]


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    monkeypatch.setattr("embeddings.open_encoder", lambda *_: WordEncoder())
    settings = load_settings(workspace=tmp_path)
    made = Company(settings, open_store(settings.database_url))
    made.bring(comments(240))
    made.analyze()
    return made


def test_what_is_laid_over_is_what_the_next_run_holds(company: Company) -> None:
    one, other, third = company.largest()[:3]
    opinion = next(row for row in company.seen()[0] if row["theme_id"] == one)
    company.desk.rename(one, "A name of ours")
    company.desk.merge(other, third)
    company.desk.exclude(company.largest()[-1])
    company.desk.describe(third, "what it is about")
    company.desk.sentiment([opinion["opinion_id"]], "neutral" if opinion["sentiment"] != "neutral" else "positive")
    laid = company.seen()
    assert company.analyze().reused  # none of it needs a fit
    assert not company.analyze(force=True).reused
    run = company.view.run
    assert run.manifest["edit_seq"] == 5
    assert company.seen() == laid
    written = run.table("themes").sort_by("theme_id").to_pylist()
    assert [row["label"] for row in written] == [row["label"] for row in laid[1]]


def test_undoing_what_a_run_holds_gives_back_what_was_found(company: Company) -> None:
    before = company.seen()
    one, other = company.largest()[:2]
    company.desk.merge(one, other)
    company.desk.rename(other, "Both")
    merged = company.seen()
    company.analyze(force=True)
    company.desk.undo()
    company.desk.undo()
    assert company.seen() == before
    company.desk.undo(4)
    company.desk.undo(3)
    assert company.seen() == merged


@pytest.mark.parametrize("verb", ["move", "split", "seed"])
def test_undoing_what_a_run_learned_gives_back_the_themes_of_before(company: Company, verb: str) -> None:
    before = company.seen()
    one, other = company.largest()[:2]
    if verb == "move":
        wrong = [row["opinion_id"] for row in before[0] if row["theme_id"] == one][:6]
        company.desk.move(wrong, other)
    elif verb == "split":
        company.desk.split(one, into=2)
    else:
        rows = [{"name": "Spoilt food", "examples": ["rotten fruit", "mouldy bread", "stale milk"]}]
        company.desk.seed(taxonomy_from_rows(rows))
    first = company.analyze()
    assert not first.reused and not first.run.manifest["stats"]["refit"]
    assert first.run.manifest["taught"] == [1]
    taught = company.seen()
    assert taught != before
    company.desk.undo()
    assert not company.analyze().reused
    assert company.seen() == before
    company.desk.undo(2)
    company.analyze()
    assert company.seen() == taught


def test_edits_outlive_new_records(company: Company) -> None:
    one, other, third = company.largest()[:3]
    company.desk.rename(one, "A name of ours")
    company.desk.merge(other, third)
    moved = next(row for row in company.seen()[0] if row["theme_id"] == one)
    company.desk.move([moved["opinion_id"]], third)
    company.bring([*comments(270)[240:], moved["text"]], first=500)
    company.analyze()
    opinions, themes = company.seen()
    names = {row["theme_id"]: row["label"] for row in themes}
    assert names[one] == "A name of ours" and other not in names
    same = [row for row in opinions if row["text"] == moved["text"]]
    assert len(same) == 2
    assert {(row["theme_id"], row["state"]) for row in same} == {(third, "corrected")}
    told = report(company.view)
    assert [edit.standing for edit in told.edits] == ["holds"] * 3
    assert told.compared >= 240
    assert sum(one.n for one in told.moved if one.why == "edit") >= 1
    assert told.to_dict()["previous"] is not None and told.lines()


def test_a_split_is_told_and_its_parts_can_be_named(company: Company) -> None:
    theme = company.largest()[0]
    company.desk.split(theme, into=2)
    assert [edit.standing for edit in report(company.view).edits] == ["waits for the next analyze"]
    company.analyze()
    told = report(company.view)
    assert told.edits[0].standing == "holds"
    (part,) = set(company.largest()) & {one["theme_id"] for one in told.events if one["kind"] == "birth"}
    company.desk.rename(part, "The other half")
    assert "The other half" in {row["label"] for row in company.seen()[1]}


def test_an_edit_for_a_text_that_is_gone_says_so(company: Company) -> None:
    row = company.seen()[0][0]
    target = next(theme for theme in company.largest() if theme != row["theme_id"])
    company.desk.move([row["opinion_id"]], target)
    texts = [row["text"] for row in company.seen()[0]]
    changed = [text for text in comments(300) if text not in texts][:5]
    number = comments(240).index(row["text"]) if row["text"] in comments(240) else 0
    company.bring([changed[0]], first=number)
    company.analyze()
    standing = report(company.view).edits[0].standing
    assert "holds for 0 of 1" in standing


def test_a_log_of_before_the_first_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embeddings.open_encoder", lambda *_: WordEncoder())
    settings = load_settings(workspace=tmp_path)
    made = Company(settings, open_store(settings.database_url))
    done = made.desk.seed(taxonomy_from_rows([{"name": "Payments", "examples": ["card payment declined"]}]))
    assert done.at_analyze and done.seq == 1
    made.bring(comments(120))
    made.analyze()
    assert "Payments" in {row["label"] for row in made.seen()[1] if row["kind"] == "seeded"}

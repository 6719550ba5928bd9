"""Makes a sample company: people, answers, sessions, scores, comments, files."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from analyst.sample.answers import Answers, Sessions, draw_answers, draw_sessions
from analyst.sample.bank import load_bank
from analyst.sample.comments import write_comments
from analyst.sample.people import People, make_people
from analyst.sample.scores import Scored, score_answers
from analyst.sample.spec import LAST_MONDAY, CompanySpec, company_spec
from analyst.sample.tables import (
    change_table,
    customer_table,
    response_ids,
    response_tables,
    session_table,
    ticket_table,
    write_table,
)
from analyst.sample.truth import write_truth


@dataclass(frozen=True)
class SampleCompany:
    """What was made.

    Attributes:
        spec: the company.
        files: table name (nps, csat, ces, sessions, tickets, customers, changes) -> CSV file.
        rows: table name -> number of rows in it.
        truth: the folder with what is true of it; nothing that analyses may read it.
        first_day, last_day: of the feedback, both included.
    """

    spec: CompanySpec
    files: Mapping[str, Path]
    rows: Mapping[str, int]
    truth: Path
    first_day: date
    last_day: date


@dataclass(frozen=True)
class Simulation:
    """Everything that happened at a company, before anybody writes a word about it."""

    spec: CompanySpec
    people: People
    answers: Answers
    sessions: Sessions
    scored: Scored


def simulate(spec: CompanySpec, seed: int, scale: float = 1.0) -> Simulation:
    """Who lived through what and scored how, at a company; ``seed`` draws the people, ``spec`` what goes wrong."""
    draws = _streams(seed)
    people = make_people(spec, draws[0], scale)
    answers, people = draw_answers(spec, people, draws[1], scale)
    answers, sessions = draw_sessions(spec, people, answers, draws[2], scale)
    return Simulation(spec, people, answers, sessions, score_answers(spec, people, answers, sessions, draws[3]))


def _streams(seed: int) -> list[np.random.Generator]:
    """One stream of draws per step, so that a change in one step leaves the others alone."""
    return [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(9)]


def generate(out_dir: Path, truth_dir: Path, seed: int = 7, weeks: int = 12, scale: float = 1.0) -> SampleCompany:
    """Write a company's files and, apart from them, its truth.

    The same arguments write the same bytes (with the same numpy).

    Args:
        out_dir: for the files that get imported; made when absent.
        truth_dir: for opinions.csv, frictions.csv, themes.csv, weeks.csv, causes.json and fixes.json; made when absent.
        seed: 7 is the company that ships, any other seed another company.
        weeks: ISO weeks of feedback, at least 6, the last one 2026-W46.
        scale: multiplies the volumes; 1 is about 1,075 NPS answers a week and 9,000 customers.

    Raises:
        ValueError: on fewer than 6 weeks or a scale that is not above 0.
    """
    if scale <= 0:
        raise ValueError(f"The scale of a sample company must be above 0, not {scale}.")
    story = simulate(company_spec(seed, weeks), seed, scale)
    spec, people, answers, scored = story.spec, story.people, story.answers, story.scored
    draws = _streams(seed)[4:]
    bank = load_bank()
    comments = write_comments(spec, people, answers, scored, bank, draws[0])
    tables = {
        **response_tables(spec, people, answers, scored, comments, draws[1]),
        "sessions": session_table(spec, people, story.sessions, bank, draws[2]),
        "tickets": ticket_table(spec, people, answers, scored, bank, draws[3]),
        "customers": customer_table(people, answers, draws[4]),
        "changes": change_table(spec),
    }
    out_dir.mkdir(parents=True, exist_ok=True)
    files = {name: out_dir / f"{name}.csv" for name in tables}
    rows = {name: write_table(files[name], table) for name, table in tables.items()}
    write_truth(truth_dir, spec, people, answers, story.sessions, scored, response_ids(answers), comments)
    return SampleCompany(spec, files, rows, truth_dir, spec.first_day, LAST_MONDAY + timedelta(days=6))

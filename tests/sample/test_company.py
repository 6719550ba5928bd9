"""The files of a company: formats, volumes, offsets, determinism."""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from analyst.sample import SampleCompany, company_spec, generate

Rows = list[dict[str, str]]


def read(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleCompany]:
    folder = tmp_path_factory.mktemp("sample")
    yield generate(folder / "files", folder / "truth")


@pytest.fixture(scope="module")
def responses(company: SampleCompany) -> Rows:
    return [row for kind in ("nps", "csat", "ces") for row in read(company.files[kind])]


def week_of(stamp: str) -> tuple[int, int]:
    year, week, _ = datetime.fromisoformat(stamp).astimezone(UTC).isocalendar()
    return year, week


def fingerprint(company: SampleCompany) -> str:
    files = [*sorted(company.files.values()), *sorted(company.truth.iterdir())]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    first = generate(tmp_path / "a", tmp_path / "at", scale=0.05)
    again = generate(tmp_path / "b", tmp_path / "bt", scale=0.05)
    other = generate(tmp_path / "c", tmp_path / "ct", seed=8, scale=0.05)
    assert fingerprint(first) == fingerprint(again)
    assert fingerprint(first) != fingerprint(other)


def test_headers_are_the_house_template(company: SampleCompany) -> None:
    heads = {name: path.open(encoding="utf-8").readline().strip() for name, path in company.files.items()}
    survey = (
        "id,submitted_at,kind,score,scale,text,user_id,language,channel,survey,question,"
        "attr.app_version,attr.platform,attr.device"
    )
    assert heads == {
        "nps": survey,
        "csat": survey,
        "ces": survey,
        "sessions": "session_id,user_id,started_at,duration_s,platform,device,app_version,screen,dwell_s,"
        "rage_taps,dead_taps,ui_freezes,crashes,errors,summary,replay_url",
        "tickets": "ticket_id,created_at,user_id,subject,text,status,priority,channel",
        "customers": "user_id,signed_up_at,plan,country,channel,mrr,churned_at",
        "changes": "change_id,kind,at,until,title,version,platform,note",
    }


def test_volumes(company: SampleCompany, responses: Rows) -> None:
    nps = Counter(week_of(row["submitted_at"]) for row in responses if row["kind"] == "nps")
    assert sorted(nps) == [(2026, week) for week in range(35, 47)]
    assert min(nps.values()) >= 1_000
    kinds = Counter(row["kind"] for row in responses)
    assert kinds["csat"] >= 3_000
    assert kinds["ces"] >= 3_000
    sessions = {row["session_id"] for row in read(company.files["sessions"])}
    assert 19_000 <= len(sessions) <= 24_000
    assert 1_300 <= company.rows["tickets"] <= 1_800
    assert company.rows["customers"] == 9_000
    assert (company.first_day, company.last_day) == (date(2026, 8, 24), date(2026, 11, 15))


def test_who_comments(responses: Rows) -> None:
    nps = [row for row in responses if row["kind"] == "nps"]
    others = [row for row in responses if row["kind"] != "nps"]
    assert 0.44 <= sum(bool(row["text"]) for row in nps) / len(nps) <= 0.56
    assert 0.24 <= sum(bool(row["text"]) for row in others) / len(others) <= 0.36
    assert 0.04 <= sum(not row["user_id"] for row in responses) / len(responses) <= 0.08
    spoken = Counter(row["language"] for row in responses if row["text"])
    assert min(spoken["es"], spoken["de"]) >= 200


def test_texts_vary_like_people(responses: Rows) -> None:
    texts = [row["text"] for row in responses if row["text"]]
    assert len(set(texts)) >= 3_000
    words = [len(text.split()) for text in texts]
    assert 8 <= median(words) <= 16
    assert max(words) >= 100
    assert words.count(1) >= 150
    assert not any("{" in text and '"role"' not in text for text in texts)
    assert any("@example.com" in text for text in texts)
    assert any("\n" in text for text in texts)
    assert any("<script>" in text or "Ignore all previous" in text for text in texts)
    assert any("4111 1111 1111 1111" in text for text in texts)


def test_scores_fit_their_scales(responses: Rows) -> None:
    scales = {"nps": (0, 10, "0-10"), "csat": (1, 5, "1-5"), "ces": (1, 7, "1-7")}
    for row in responses:
        low, high, scale = scales[row["kind"]]
        assert low <= int(row["score"]) <= high
        assert row["scale"] == scale
    for kind, (low, high, _) in scales.items():
        assert {int(row["score"]) for row in responses if row["kind"] == kind} == set(range(low, high + 1))


def test_ids_join(company: SampleCompany, responses: Rows) -> None:
    users = {row["user_id"] for row in read(company.files["customers"])}
    assert len({row["id"] for row in responses}) == len(responses)
    for name in ("nps", "csat", "ces", "sessions", "tickets"):
        assert {row["user_id"] for row in read(company.files[name])} - {""} <= users
    signed_up = {row["user_id"]: row["signed_up_at"] for row in read(company.files["customers"])}
    for row in responses:
        if row["user_id"]:
            joined = datetime.fromisoformat(signed_up[row["user_id"]])
            assert joined < datetime.fromisoformat(row["submitted_at"])


def test_nobody_is_asked_twice_within_five_weeks(responses: Rows) -> None:
    weeks: dict[str, list[int]] = {}
    for row in responses:
        if row["kind"] == "nps" and row["user_id"]:
            weeks.setdefault(row["user_id"], []).append(week_of(row["submitted_at"])[1])
    assert any(len(found) > 1 for found in weeks.values())
    for found in weeks.values():
        ordered = sorted(found)
        assert all(b - a >= 5 for a, b in pairwise(ordered))


def test_weekday_cycle(responses: Rows) -> None:
    days = Counter(datetime.fromisoformat(row["submitted_at"]).astimezone(UTC).weekday() for row in responses)
    assert days[4] > 1.3 * days[6]


def test_sessions_are_consistent(company: SampleCompany) -> None:
    rows = read(company.files["sessions"])
    by_session: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        by_session.setdefault(row["session_id"], []).append(row)
    shared = ("user_id", "started_at", "duration_s", "platform", "device", "app_version", "summary", "replay_url")
    silent = 0
    for found in by_session.values():
        assert len({tuple(row[name] for name in shared) for row in found}) == 1
        assert len({row["screen"] for row in found}) == len(found)
        assert sum(int(row["dwell_s"]) for row in found) <= int(found[0]["duration_s"]) + len(found)
        silent += not found[0]["summary"]
    assert 0.12 <= silent / len(by_session) <= 0.18
    signals = ("rage_taps", "dead_taps", "ui_freezes", "crashes", "errors")
    rough = {row["session_id"] for row in rows if any(int(row[name]) for name in signals)}
    assert 0.1 < len(rough) / len(by_session) < 0.7


def test_frictions_left_their_signals(company: SampleCompany) -> None:
    signals = ("rage_taps", "dead_taps", "ui_freezes", "crashes", "errors")
    counts = {
        (row["session_id"], row["screen"]): sum(int(row[name]) for name in signals)
        for row in read(company.files["sessions"])
    }
    rows = read(company.truth / "frictions.csv")
    assert len(rows) > 3_000
    assert all(counts[row["session_id"], row["screen"]] > 0 for row in rows)
    assert {row["harmful"] for row in rows} == {"0", "1"}


def test_opinions_are_exact_and_in_order(company: SampleCompany, responses: Rows) -> None:
    texts = {row["id"]: row["text"] for row in responses}
    themes = {row["theme"] for row in read(company.truth / "themes.csv")}
    ends: dict[str, int] = {}
    seen = set()
    for row in read(company.truth / "opinions.csv"):
        start, end, text = int(row["start"]), int(row["end"]), texts[row["response_id"]]
        assert ends.get(row["response_id"], 0) <= start < end <= len(text)
        assert text[start:end].strip()
        assert row["theme"] in themes
        assert row["sentiment"] in {"+", "-", "0"}
        ends[row["response_id"]] = end
        seen.add(row["response_id"])
    assert seen == {identity for identity, text in texts.items() if text}


def test_opinions_hold_the_words_of_the_bank(company: SampleCompany, responses: Rows) -> None:
    """Offsets point at the very words: popular phrases come out of the texts whole."""
    texts = {row["id"]: row["text"] for row in responses}
    cut = {
        texts[row["response_id"]][int(row["start"]) : int(row["end"])]
        for row in read(company.truth / "opinions.csv")
        if row["theme"] == "delivery_time"
    }
    assert {"late delivery", "Always on time", "never on time", "Immer pünktlich"} <= cut


def test_comments_go_with_scores(company: SampleCompany, responses: Rows) -> None:
    scores = {row["id"]: int(row["score"]) for row in responses if row["kind"] == "nps"}
    signs = {"det": Counter[str](), "pro": Counter[str]()}
    for row in read(company.truth / "opinions.csv"):
        score = scores.get(row["response_id"], 7)
        if score <= 6:
            signs["det"][row["sentiment"]] += 1
        elif score >= 9:
            signs["pro"][row["sentiment"]] += 1
    assert signs["det"]["-"] > 5 * signs["det"]["+"]
    assert signs["pro"]["+"] > 3 * signs["pro"]["-"]
    assert signs["pro"]["-"] > 100


def test_the_calendar_tells_what_happened_and_not_what_it_did(company: SampleCompany) -> None:
    rows = read(company.files["changes"])
    assert {row["kind"] for row in rows} == {"release", "outage", "price", "campaign", "survey"}
    release = next(row for row in rows if row["version"] == "4.2.0" and row["platform"] == "android")
    assert release["at"].startswith("2026-11-09")
    assert not any("freez" in " ".join(row.values()).lower() for row in rows)


def test_truth_is_complete(company: SampleCompany) -> None:
    causes = json.loads((company.truth / "causes.json").read_text("utf-8"))
    assert {cause["id"] for cause in causes} == {"main", "gradual", "outage", "price", "mix", "decoy"}
    fixes = json.loads((company.truth / "fixes.json").read_text("utf-8"))
    assert [fix["lift"] for fix in fixes] == sorted((fix["lift"] for fix in fixes), reverse=True)
    assert fixes[0]["id"] == "main"
    assert all(fix["lift"] == 0 for fix in fixes if fix["decoy"])
    assert sum(fix["decoy"] for fix in fixes) >= 3
    slots = next(fix for fix in fixes if fix["id"] == "standing_slot_dead")
    assert slots["where"] == {"platform": "web"}
    assert slots["lift"] > 0.5
    weeks = read(company.truth / "weeks.csv")
    assert len(weeks) == 12
    assert 25 <= float(weeks[0]["expected_nps"]) <= 35


def test_telling_weeks(company: SampleCompany, responses: Rows) -> None:
    """Card payment is spoken of in the last week, recipes from the redesign on."""
    week = {row["id"]: week_of(row["submitted_at"])[1] for row in responses}
    commented = Counter(week[row["id"]] for row in responses if row["text"])
    spoken: dict[str, Counter[int]] = {"card_payment": Counter(), "recipes": Counter(), "support": Counter()}
    for row in read(company.truth / "opinions.csv"):
        if row["theme"] in spoken:
            spoken[row["theme"]][week[row["response_id"]]] += 1

    def share(theme: str, first: int, last: int) -> float:
        weeks = range(first, last + 1)
        return sum(spoken[theme][w] for w in weeks) / sum(commented[w] for w in weeks)

    assert share("card_payment", 46, 46) > 3 * share("card_payment", 42, 45)
    assert share("recipes", 44, 46) > 2 * share("recipes", 35, 43)
    assert share("support", 43, 46) > 1.3 * share("support", 35, 38)


@pytest.mark.parametrize(("weeks", "scale"), [(6, 0.05), (16, 0.03)])
def test_other_lengths_and_sizes(tmp_path: Path, weeks: int, scale: float) -> None:
    company = generate(tmp_path / "f", tmp_path / "t", weeks=weeks, scale=scale)
    found = {week_of(row["submitted_at"]) for row in read(company.files["nps"])}
    assert len(found) == weeks
    assert max(found) == (2026, 46)
    assert len(read(company.truth / "weeks.csv")) == weeks


def test_senseless_arguments_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 6 weeks"):
        company_spec(7, weeks=3)
    with pytest.raises(ValueError, match="above 0"):
        generate(tmp_path, tmp_path, scale=0)

"""The files of a sample company, in the house template formats."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import numpy as np

from analyst.sample.answers import KINDS, NPS_A_WEEK, OTHERS_A_WEEK, Answers, Sessions
from analyst.sample.bank import Bank
from analyst.sample.catalogue import SCREENS, SIGNALS, STORY, THEME_NAMES
from analyst.sample.comments import Comment
from analyst.sample.people import CHANNELS, COUNTRIES, DAY, PLANS, PRICES, WEEK, People, pick, seconds
from analyst.sample.scores import Scored
from analyst.sample.slots import DEVICES, PHONES, fill_values
from analyst.sample.spec import LAST_MONDAY, PLATFORMS, CompanySpec

RESPONSES = (
    "id", "submitted_at", "kind", "score", "scale", "text", "user_id", "language", "channel", "survey", "question",
    "attr.app_version", "attr.platform", "attr.device",
)  # fmt: skip
SESSIONS = (
    "session_id", "user_id", "started_at", "duration_s", "platform", "device", "app_version", "screen", "dwell_s",
    "rage_taps", "dead_taps", "ui_freezes", "crashes", "errors", "summary", "replay_url",
)  # fmt: skip
TICKETS = ("ticket_id", "created_at", "user_id", "subject", "text", "status", "priority", "channel")
CUSTOMERS = ("user_id", "signed_up_at", "plan", "country", "channel", "mrr", "churned_at")
CHANGES = ("change_id", "kind", "at", "until", "title", "version", "platform", "note")
SCALES = {"nps": "0-10", "csat": "1-5", "ces": "1-7"}
SURVEYS = {"nps": "nps-relationship", "csat": "csat-order", "ces": "ces-ordering"}
QUESTIONS = {
    "nps": "How likely are you to recommend {company} to a friend?",
    "csat": "How satisfied were you with your last {company} order?",
    "ces": "How easy was it to place your order with {company}?",
}
ANONYMOUS = 0.06
NO_SUMMARY = 0.15
TICKETS_A_WEEK = 128
OFFSETS = {"US": -5, "ES": 2, "DE": 2}


@dataclass(frozen=True)
class Table:
    """A CSV file: its header and its rows, all text."""

    header: Sequence[str]
    rows: Sequence[Sequence[object]]


def write_table(path: Path, table: Table) -> int:
    """Write a table as UTF-8 CSV with ``\\n`` line ends; the number of rows."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(table.header)
        writer.writerows(table.rows)
    return len(table.rows)


def stamp(at: int, hours: int = 0) -> str:
    """An instant as ISO 8601, in UTC with Z or at an offset of whole hours."""
    if not hours:
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return datetime.fromtimestamp(at, timezone(timedelta(hours=hours))).isoformat()


def version_of(spec: CompanySpec, release: int) -> str:
    """The version of a release number; empty on the web."""
    return spec.releases[release][0] if release >= 0 else ""


def _device(people: People, user: int, platform: int) -> str:
    devices = DEVICES[PLATFORMS[platform]]
    return devices[int(people.device[user]) % len(devices)]


def response_ids(answers: Answers) -> list[str]:
    """Ids of the answers, numbered within their kind: ``nps-000001``."""
    seen = [0, 0, 0]
    ids = []
    for code in answers.kind:
        seen[code] += 1
        ids.append(f"{KINDS[code]}-{seen[code]:06d}")
    return ids


def session_id(number: int) -> str:
    """Id of a session by its row: ``s-000001``."""
    return f"s-{number + 1:06d}"


def response_tables(
    spec: CompanySpec,
    people: People,
    answers: Answers,
    scored: Scored,
    comments: Sequence[Comment],
    rng: np.random.Generator,
) -> dict[str, Table]:
    """One table per survey kind; some answers without a user, some times at the writer's own offset."""
    named = rng.random(answers.n) >= ANONYMOUS
    local = rng.random(answers.n) < 0.5
    ids = response_ids(answers)
    rows: dict[str, list[Sequence[object]]] = {kind: [] for kind in KINDS}
    for i, comment in enumerate(comments):
        kind, user, platform = KINDS[answers.kind[i]], int(answers.user[i]), int(answers.platform[i])
        offset = OFFSETS.get(COUNTRIES[people.country[user]], 0) if local[i] else 0
        rows[kind].append(
            (
                ids[i],
                stamp(int(answers.at[i]), offset),
                kind,
                int(scored.score[i]),
                SCALES[kind],
                comment.text,
                people.ids[user] if named[i] else "",
                people.language[user],
                "in_app" if answers.in_app[i] else "email",
                SURVEYS[kind],
                QUESTIONS[kind].format(company=spec.name),
                version_of(spec, int(answers.release[i])),
                PLATFORMS[platform],
                _device(people, user, platform),
            )
        )
    return {kind: Table(RESPONSES, kind_rows) for kind, kind_rows in rows.items()}


def session_table(spec: CompanySpec, people: People, sessions: Sessions, bank: Bank, rng: np.random.Generator) -> Table:
    """The recorded sessions, one row per screen, in the order the screens come in an order."""
    silent = rng.random(sessions.n) < NO_SUMMARY
    rows: list[Sequence[object]] = []
    for i in np.flatnonzero(people.consent[sessions.user]):
        session, user, platform = session_id(int(i)), int(sessions.user[i]), int(sessions.platform[i])
        version = version_of(spec, int(sessions.release[i]))
        summary = "" if silent[i] else _summary(spec, sessions, int(i), bank, rng, platform, version)
        head = (
            session,
            people.ids[user],
            stamp(int(sessions.at[i])),
            int(sessions.seconds[i]),
            PLATFORMS[platform],
            _device(people, user, platform),
            version,
        )
        tail = (summary, f"https://replay.example.com/{session}")
        columns = np.flatnonzero(sessions.visited[i])
        cuts = rng.dirichlet(np.full(len(columns), 3.0)) * sessions.seconds[i]
        for column, dwell in zip(columns, cuts, strict=True):
            rows.append((*head, SCREENS[column], max(int(dwell), 1), *sessions.counts[i, column].tolist(), *tail))
    return Table(SESSIONS, rows)


def _summary(
    spec: CompanySpec,
    sessions: Sessions,
    i: int,
    bank: Bank,
    rng: np.random.Generator,
    platform: int,
    version: str,
) -> str:
    """What the recorder's summary says: the friction of the session, at most two of it, or nothing special."""
    numbers = np.flatnonzero(sessions.hits[i])[:2]
    stories = [STORY[spec.plans[number].subject] for number in numbers]
    names = [story.name for story in stories] or ["neutral"]
    taps = (
        int(sessions.counts[i, SCREENS.index(stories[0].screen), SIGNALS.index(stories[0].signals[0][0])])
        if stories
        else 2
    )
    phones = PHONES[PLATFORMS[platform]]
    values = {
        "n": ("once", "twice", "three times", "four times", "five times", "six times")[min(taps, 6) - 1],
        "phone": phones[int(rng.integers(len(phones)))],
        "item": ("bananas", "oat milk", "salmon", "bread", "nappies")[int(rng.integers(5))],
        "version": version or "the site",
        "hour": f"{7 + int(rng.integers(12))}:00",
    }
    texts = [bank.summaries[name] for name in names]
    return " ".join(text[int(rng.integers(len(text)))].format_map(values) for text in texts)


def ticket_table(
    spec: CompanySpec, people: People, answers: Answers, scored: Scored, bank: Bank, rng: np.random.Generator
) -> Table:
    """Tickets of people who lived through something bad, more of them in worse weeks."""
    themes = {ticket.theme for ticket in bank.tickets}
    cases: list[tuple[int, str]] = []
    for i in range(answers.n):
        names = [THEME_NAMES[t] for t in np.flatnonzero(scored.bad[i])]
        names += [
            plan.theme
            for number in np.flatnonzero(scored.met[i])
            if (plan := spec.plans[number]).points is not None and (plan.cause or plan.mention > 0.1)
        ]
        cases += [(i, name) for name in names if name in themes]
    share = min(TICKETS_A_WEEK * spec.weeks * answers.n / _full_size(spec) / max(len(cases), 1), 1.0)
    chosen = [case for case in cases if rng.random() < share]
    rows = [_ticket(spec, people, answers, bank, rng, i, theme) for i, theme in chosen]
    rows.sort(key=lambda row: (row[0], row[1:]))
    return Table(
        TICKETS, [(f"T-{5000 + number}", stamp(int(str(at))), *rest) for number, (at, *rest) in enumerate(rows)]
    )


def _full_size(spec: CompanySpec) -> float:
    return float((NPS_A_WEEK + 2 * OTHERS_A_WEEK) * spec.weeks)


def _ticket(
    spec: CompanySpec,
    people: People,
    answers: Answers,
    bank: Bank,
    rng: np.random.Generator,
    i: int,
    theme: str,
) -> tuple[object, ...]:
    user = int(answers.user[i])
    texts = [ticket for ticket in bank.tickets if ticket.theme == theme]
    ticket = texts[int(rng.integers(len(texts)))]
    values = fill_values(
        lambda n: int(rng.integers(n)),
        "en",
        COUNTRIES[people.country[user]],
        PLATFORMS[answers.platform[i]],
        version_of(spec, int(answers.release[i])),
        spec.name,
    )
    # Some hours before the answer or up to a day after it, in the same week.
    monday = seconds(spec.monday(int(answers.week[i])))
    at = int(answers.at[i] + (rng.random() * 28 - 8) * 3600)
    if not monday + 6 * 3600 <= at < monday + WEEK:
        at = int(answers.at[i])
    old = at < seconds(LAST_MONDAY) + WEEK - 4 * DAY
    status = ("open", "pending", "solved", "closed")[int(pick(rng, (1, 2, 6, 6) if old else (5, 3, 3, 0.1), 1)[0])]
    priority = ("low", "normal", "high", "urgent")[int(pick(rng, (2, 6, 3, 1), 1)[0])]
    channel = ("email", "chat", "phone", "app")[int(pick(rng, (4, 4, 1, 2), 1)[0])]
    return (
        at,
        people.ids[user],
        ticket.subject.format_map(values),
        ticket.body.format_map(values),
        status,
        priority,
        channel,
    )


def customer_table(people: People, answers: Answers, rng: np.random.Generator) -> Table:
    """The customers; a few have left since their last answer."""
    last_answer = np.zeros(people.n, dtype=np.int64)
    np.maximum.at(last_answer, answers.user, answers.at)
    end = seconds(LAST_MONDAY) + WEEK
    left = np.maximum(last_answer, people.signed_up) + DAY + (rng.exponential(12 * DAY, people.n)).astype(np.int64)
    leaves = (rng.random(people.n) < 0.06) & (left < end)
    rows = [
        (
            people.ids[i],
            stamp(int(people.signed_up[i])),
            PLANS[people.plan[i]],
            COUNTRIES[people.country[i]],
            CHANNELS[people.channel[i]],
            PRICES[people.plan[i]],
            stamp(int(left[i])) if leaves[i] else "",
        )
        for i in range(people.n)
    ]
    return Table(CUSTOMERS, sorted(rows))


def change_table(spec: CompanySpec) -> Table:
    """The calendar of what the company did and what happened to it, with no word about what harm it did."""
    rows: list[tuple[str, ...]] = []
    for version, platform, day in spec.releases:
        rows.append(("release", _at(day, 5), "", f"Release {version}", version, platform, ""))
    for plan in spec.plans:
        if plan.subject == "login_outage" and plan.start:
            rows.append(("outage", _at(plan.start, 7), _at(plan.start, 19), "Sign-in outage", "", "", ""))
        if plan.plan_id == "price" and plan.start:
            rows.append(("price", _at(plan.start, 0), "", "New price list", "", "", "About 400 goods dearer"))
    if spec.campaign:
        day = spec.monday(spec.campaign.first_week)
        title = f"Campaign on {spec.campaign.channel}: first delivery free"
        rows.append(("campaign", _at(day, 5), _at(day + timedelta(days=13), 23), title, "", "", ""))
    chatter = spec.monday(spec.chatter.first_week)
    title = f"{spec.chatter.theme.replace('_', ' ').capitalize()} redesigned"
    rows.append(("release", _at(chatter, 6), "", title, "", "", "Server side, all platforms"))
    survey = spec.monday(1) + timedelta(days=1)
    rows.append(("survey", _at(survey, 8), "", "Reminder e-mail wording changed", "", "", "Same questions"))
    rows.sort(key=lambda row: row[1:])
    return Table(CHANGES, [(f"c{number:02d}", *row) for number, row in enumerate(rows, start=1)])


def _at(day: date, hour: int) -> str:
    return f"{day.isoformat()}T{hour:02d}:00:00Z"

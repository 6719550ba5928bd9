"""What to say of the join between answers and sessions."""

from __future__ import annotations

from analyst.answers import wording as w
from analyst.answers.facts import Claim, FactBook, Number
from analyst.findings.coverage import JoinCoverage


def join_sentences(join: JoinCoverage) -> list[str]:
    """The share that could be joined first, then what keeps it low, if anything does."""
    if not join.sessions:
        return [
            "No sessions are known for this window, so nothing can be said of screens: import sessions or events "
            "with the same user ids as the answers."
        ]
    if not join.answers:
        return []
    said = [f"{_who(join)} have a session in the {join.days} days before."]
    if not join.sessions_named:
        said.append("No session names its user: map the user column (user_id), or the two can never be joined.")
    elif join.sessions_named < join.sessions / 2:
        said.append(f"Only {w.percent(join.sessions_named / join.sessions)} of the sessions name their user.")
    if not join.named:
        said.append("No answer names its user, so none can be joined with a session.")
    elif join.sessions_named and not join.joined:
        said.append("Users of answers and of sessions never meet: the two files may use different ids.")
    if join.skewed:
        said.append(
            f"{w.count(join.only_after)} answers have no session before them but one within a day after: if clocks or "
            "time zones disagree, set the time zone in a mapping. Sessions after an answer are ignored."
        )
    return said


def _who(join: JoinCoverage) -> str:
    everybody = f"{w.percent(join.joined / join.answers)} of the {w.count(join.answers)} answers"
    if not join.low:
        return everybody
    return f"{w.percent(join.low_joined / join.low)} of the {w.count(join.low)} detractors and {everybody}"


def join_claims(join: JoinCoverage, book: FactBook) -> list[Claim]:
    """The same sentences as claims, each resting on one fact."""
    numbers = [
        Number(join.joined / max(1, join.answers), "share", "share of answers"),
        Number(join.low_joined / max(1, join.low), "share", "share of detractors"),
        Number(join.sessions_named / max(1, join.sessions), "share", "share of sessions"),
        Number(float(join.days), "days", "days"),
        *(
            Number(float(value), "count", of)
            for value, of in (
                (join.answers, "answers"),
                (join.joined, "answers with a session"),
                (join.low, "detractors"),
                (join.low_joined, "detractors with a session"),
                (join.sessions, "sessions"),
                (join.sessions_named, "sessions that name their user"),
                (join.only_after, "answers with a session only after"),
            )
        ),
    ]
    nowhere = not (join.sessions and join.sessions_named and join.named and join.joined) or join.skewed
    fact = book.add(
        f"Join: {join.joined} of {join.answers} answers and {join.low_joined} of {join.low} detractors have a session "
        f"in the {join.days} days before; {join.sessions_named} of {join.sessions} sessions name their user",
        numbers,
        n=join.answers,
        allows=["none"] if nowhere else [],
    )
    return [Claim(sentence, (fact,)) for sentence in join_sentences(join)]

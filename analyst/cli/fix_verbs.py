"""`undertone fixes ship|verify|calibration|set|status`: from the day a fix ships to the proof of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from analyst.cli.console import print_json, say, show
from analyst.cli.options import JsonOption, NowOption, RunOption, WorkspaceOption, open_session
from analyst.cli.reading import Asked
from analyst.core.errors import UndertoneError, UsageProblem

if TYPE_CHECKING:
    from analyst.answers.gather import Gatherer
    from analyst.core.query import Query
    from analyst.fixes import Fix
    from analyst.fixes.looks import Look
    from analyst.fixes.shipping import Shipping
    from analyst.fixes.standing import FixBook, Standing
    from analyst.fixes.watching import Target
    from analyst.records.store.shipping import LookKind

FixArgument = Annotated[str, typer.Argument(help="The fix's id, as `undertone fixes` prints it.")]
OwnerOption = Annotated[str | None, typer.Option("--owner", help="Who does it, by name.")]
DueOption = Annotated[str | None, typer.Option("--due", help="Until when, like 2026-12-01.")]
EffortOption = Annotated[float | None, typer.Option("--effort", help="Person-weeks it takes.")]


def ship(
    asked: Asked,
    as_json: bool,
    fix_id: FixArgument,
    on: Annotated[str | None, typer.Option("--on", help="The day it shipped [default: today].")] = None,
    release: Annotated[str | None, typer.Option("--release", help="The version it shipped in.")] = None,
    again: Annotated[bool, typer.Option("--again", help="A second try, after it reopened or had no effect.")] = False,
    target_screen: Annotated[str | None, typer.Option("--target-screen", help="Another screen than the fix's.")] = None,
    target_theme: Annotated[str | None, typer.Option("--target-theme", help="Another theme: label or id.")] = None,
    target_where: Annotated[
        list[str] | None, typer.Option("--target-where", help="Other people, like platform=android; 'everyone'.")
    ] = None,
    owner: OwnerOption = None,
    effort: EffortOption = None,
) -> None:
    """Register that a fix shipped: what it should bring and on which day it will be judged, before any look."""
    from analyst.answers.followups import before_shipping, find_fix
    from analyst.fixes.shipping import promise, register, shipping_day, target_of
    from analyst.fixes.standing import shippings
    from analyst.fixes.watching import midnight
    from analyst.metrics import kind_of

    found = asked.open()
    before = shippings(found.book).get(fix_id, [])
    _may_ship(found.book, before, again)
    fields = _fields(owner, None, effort)
    holder, fix = find_fix(found, fix_id)
    now = found.view.until
    target = _aimed(found, target_of(fix, holder.query), target_screen, target_theme, target_where)
    day = shipping_day(
        found.view.connection, target, on=_day(on, "--on"), version=release, today=now.date(), until=now
    )  # fmt: skip
    notes = []
    if day < now.date():
        then = before_shipping(found, fix_id, midnight(day))
        if then is not None:
            holder, fix = then
        else:
            notes.append("No list of before the shipping held it: what is promised rests on figures of after it, too.")
    made = register(
        holder.view.connection, fix, holder.query, target, shipped=day, version=release, number=len(before) + 1,
        now=now, until=now, join_days=found.view.settings.join_days, realisation=found.calibration.realisation.value,
    )  # fmt: skip
    made = replace(made, notes=[*made.notes, *notes])
    _keep(found, made, fields)
    told = promise(made, kind_of(target.metric).name)
    if as_json:
        plain = made.to_dict()
        plain["target"]["where"] = dict(made.target.where)
        print_json({**plain, "promise": told})
        return
    say(f"{fix_id} is registered as shipped on {day}{f' in {release}' if release else ''}: {made.title}")
    show(*told)


def _may_ship(book: FixBook, before: list[Shipping], again: bool) -> None:
    """Raises UsageProblem where the fix is registered already, unless it is a second try after a verdict that asks for
    one."""
    from analyst.fixes.standing import SECOND_TRY, latest_look
    from analyst.fixes.telling import VERDICTS

    if not before:
        return
    last = before[-1]
    seen = latest_look(book, last)
    verdict = VERDICTS[seen.verdict] if seen else None
    if seen is not None and seen.verdict in SECOND_TRY:
        if not again:
            raise UsageProblem(
                f"{last.fix_id} is registered as shipped on {last.shipped}, and was judged: {verdict}.",
                "Register the second try with --again.",
            )
        return
    raise UsageProblem(
        f"{last.fix_id} is registered as shipped on {last.shipped} already; a registration is never changed.",
        f"It was judged: {verdict}." if verdict else f"It will be judged on {last.review}: `undertone fixes verify`.",
    )


def _aimed(
    found: Gatherer, target: Target, screen: str | None, theme: str | None, where: list[str] | None
) -> Target:  # fmt: skip
    """The target with what the options change. Raises UsageProblem for a screen or theme that the run does not have."""
    from analyst.core.query import parse_where
    from analyst.fixes.watching import lasting

    if screen is not None:
        known = {f.screen: f for f in found.screens}
        if screen not in known:
            raise UsageProblem(f"No session of this window saw a screen '{screen}'.", f"There are: {', '.join(known)}.")
        signals = target.signals or tuple(dict.fromkeys(f.signal for f in found.screens if f.screen == screen))
        target = replace(target, screen=screen, signals=signals)
    if theme is not None:
        ids = [i for i, label in found.labels.items() if theme in (i, label) or theme.casefold() == label.casefold()]
        if not ids:
            raise UsageProblem(f"There is no theme called '{theme}'.", "`undertone themes` lists them.")
        target = replace(target, themes=tuple(ids[:1]))
    if where is not None:
        asked = () if where == ["everyone"] else parse_where(where)
        target = replace(target, where=lasting(asked))
    return target


def _keep(found: Gatherer, made: Shipping, fields: dict[str, Any]) -> None:
    from analyst.fixes.watching import midnight
    from analyst.records import open_store
    from analyst.records.store.shipping import add_shipping

    with open_store(found.view.settings.database_url) as store:
        add_shipping(
            store, made.fix_id, made.number, made.registered, made.review.isoformat(), made.to_dict()
        )  # fmt: skip
        fields |= {"status": "shipped", "shipped_at": midnight(made.shipped), "shipped_version": made.version}
        store.set_fix_state(made.fix_id, made.registered, **fields)


def verify(
    fix_id: Annotated[str | None, typer.Argument(help="Only this fix [default: all that shipped].")] = None,
    run: RunOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    now: NowOption = None,
) -> None:
    """Did it work? First the friction, then the theme, then the score; judged once, on the day promised."""
    from analyst.answers.followups import unknown_fix, workspace_book
    from analyst.fixes.standing import shippings
    from analyst.fixes.telling import VERDICTS, look_sentences
    from analyst.runs.view import open_view

    session = open_session(workspace, now)
    book, note = workspace_book(session.settings)
    if note:
        raise UndertoneError(note)
    registered = {known: made[-1] for known, made in shippings(book).items()}
    if fix_id is not None and fix_id not in registered:
        if not registered:
            raise UsageProblem("No fix is registered as shipped yet.", f"`undertone fixes ship {fix_id}` does that.")
        raise unknown_fix(fix_id, {known: made.title for known, made in registered.items()})
    view = open_view(session.settings, session.clock, run)
    wanted = [made for known, made in registered.items() if fix_id in (None, known)]
    seen = [(made, _look(view.connection, book, made, view.until)) for made in wanted]
    _keep_looks(session.settings.database_url, book, seen)
    if as_json:
        print_json(
            {
                "fixes": [
                    {"title": made.title, **look.to_dict(), "told": look_sentences(look, made)} for made, look in seen
                ]
            }
        )
        return
    if not seen:
        say("No fix is registered as shipped yet. `undertone fixes ship FIX_ID` does that, on the day it ships.")
    from rich.padding import Padding
    from rich.text import Text

    for made, look in seen:
        show(Text(f"{made.title}: {VERDICTS[look.verdict]}", style="bold"))
        show(Text(f"{made.fix_id}, shipped {made.shipped}{f' in {made.version}' if made.version else ''}", style="dim"))
        show(*(Padding(Text(f"· {line}"), (0, 0, 0, 2)) for line in look_sentences(look, made)), Text(""))


def _look(connection: Any, book: FixBook, made: Shipping, now: datetime) -> Look:
    from analyst.fixes.standing import decisive_look, latest_look
    from analyst.fixes.verify import look

    kept = latest_look(book, made)
    if kept is not None and kept.verdict == "reopened":
        return kept
    return look(connection, made, now=now, decided=decisive_look(book, made))


def _keep_looks(url: str, book: FixBook, seen: list[tuple[Shipping, Look]]) -> None:
    """Decisive looks are kept, once; preliminary ones are forgotten: they decide nothing."""
    new = [look for made, look in seen if look.decisive and not _is_kept(book, look)]
    if not new:
        return
    from analyst.records import open_store
    from analyst.records.store.shipping import add_look

    with open_store(url) as store:
        for look in new:
            add_look(store, look.fix_id, look.number, _kind(look), look.looked, look.verdict, look.to_dict())


def _kind(look: Look) -> LookKind:
    return "reopened" if look.verdict == "reopened" else "decisive"


def _is_kept(book: FixBook, look: Look) -> bool:
    return _kind(look) in book.looks.get((look.fix_id, look.number), {})


def calibration(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Predicted against realised lift over all judged fixes, and the realisation learned from them."""
    from analyst.answers import wording as w
    from analyst.answers.followups import workspace_book
    from analyst.answers.jsonview import estimate_json
    from analyst.fixes.standing import calibration_of
    from analyst.fixes.telling import VERDICTS

    book, note = workspace_book(open_session(workspace).settings)
    if note:
        raise UndertoneError(note)
    found = calibration_of(book)
    if as_json:
        judged = [
            {
                "fix_id": j.fix_id, "title": j.title, "verdict": j.verdict, "predicted": estimate_json(j.predicted),
                "realised": estimate_json(j.realised), "ratio": j.realised.value / j.predicted.value,
            }
            for j in found.judged
        ]  # fmt: skip
        print_json({"realisation": estimate_json(found.realisation), "told": found.told, "judged": judged})
        return
    from rich.markup import escape
    from rich.text import Text

    from analyst.cli import tables

    low, high = found.realisation.low or 0.0, found.realisation.high or 0.0
    show(Text(f"{found.told[:1].upper()}{found.told[1:]} (95% interval {low:.2f} to {high:.2f})."))
    if not found.judged:
        return
    table = tables.grid("Fix", "Verdict", "Predicted", "Realised", "Ratio", right=(2, 3, 4))
    for j in found.judged:
        table.add_row(
            escape(j.title), VERDICTS[j.verdict], w.signed(j.predicted.value),
            f"{w.signed(j.realised.value)} ({w.interval(j.realised)})", f"{j.realised.value / j.predicted.value:.2f}",
        )  # fmt: skip
    show(table)
    show(Text("Predicted is the whole gap, before realisation; both are points over everybody.", style="dim"))


def set_state(
    asked: Asked,
    as_json: bool,
    fix_id: FixArgument,
    status: Annotated[str | None, typer.Option("--status", help="open, planned, doing or dropped.")] = None,
    owner: OwnerOption = None,
    due: DueOption = None,
    effort: EffortOption = None,
    note: Annotated[str | None, typer.Option("--note", help="A line about it.")] = None,
) -> None:
    """Set status, owner, due date or effort of a fix."""
    from dataclasses import asdict

    from analyst.answers.followups import find_fix, workspace_book
    from analyst.fixes.standing import STATUSES
    from analyst.records import open_store

    fields = _fields(owner, due, effort) | ({"note": note} if note is not None else {})
    if status == "shipped":
        raise UsageProblem(
            "A fix is shipped by registering it, so that it can be proved.", f"Use `undertone fixes ship {fix_id}`."
        )
    if status is not None and status not in STATUSES:
        raise UsageProblem(f"'{status}' is no status of a fix.", f"Choose one of {', '.join(STATUSES)}.")
    if status is not None:
        fields["status"] = status
    if not fields:
        raise UsageProblem("Nothing is to be set.", "Give --status, --owner, --due, --effort or --note.")
    session = open_session(asked.workspace, asked.now)
    book, _ = workspace_book(session.settings)
    if fix_id not in book.states and fix_id not in book.shipped:
        find_fix(asked.open(), fix_id)
    with open_store(session.settings.database_url) as store:
        state = store.set_fix_state(fix_id, session.clock(), **fields)
    if as_json:
        print_json(asdict(state))
        return
    told = ", ".join(f"{name} {value}" for name, value in fields.items())
    say(f"{fix_id}: {told}.")


def status(asked: Asked, as_json: bool) -> None:
    """Where the fixes under way stand: owner, due date, promise and verdict; what calls for somebody first."""
    from analyst.answers.followups import standing_json
    from analyst.fixes.telling import standing_sentence

    found = asked.open()
    if found.follow_ups.note:
        raise UndertoneError(found.follow_ups.note)
    if as_json:
        print_json({"fixes": [standing_json(row) for row in found.standings]})
        return
    if not found.standings:
        say("No fix is under way. `undertone fixes set FIX_ID --status planned --owner NAME --due DATE` begins one.")
        return
    from rich.markup import escape
    from rich.text import Text

    from analyst.cli import tables

    table = tables.grid("Fix", "Title", "Standing", "Owner", "Due", "Review")
    for row in found.standings:
        review = row.shipping.review.isoformat() if row.shipping and row.look is None else ""
        table.add_row(
            row.fix_id, escape(row.title), escape(_stands(row)), escape(row.owner or ""),
            row.due.isoformat() if row.due else "", review,
        )  # fmt: skip
    show(table)
    show(*(Text(f"· {standing_sentence(row)}") for row in found.follow_ups.standings))


def standing_words(row: Standing) -> str:
    """`doing, Ana, due 2026-12-01`, `shipped 2026-11-20, judged 2027-01-08`"""
    parts = [_stands(row), row.owner or "no owner"]
    if row.shipping is None and row.due:
        parts.append(f"due {row.due}" + (" (overdue)" if row.call == "overdue" else ""))
    return ", ".join(parts)


def _stands(row: Standing) -> str:
    from analyst.fixes.telling import VERDICTS

    if row.shipping is None or row.status != "shipped":
        return row.status
    verdict = VERDICTS[row.look.verdict] if row.look else f"judged on {row.shipping.review}"
    return f"shipped {row.shipping.shipped}, {verdict}"


def _fields(owner: str | None, due: str | None, effort: float | None) -> dict[str, Any]:
    """What is to be set, checked."""
    fields: dict[str, Any] = {}
    if owner is not None:
        fields["owner"] = " ".join(owner.split()) or None
    if due is not None:
        fields["due"] = None if not due.strip() else str(_day(due, "--due"))
    if effort is not None:
        if not 0 < effort <= 1000:
            raise UsageProblem(f"{effort:g} is no effort.", "Give person-weeks above 0, like --effort 1.5.")
        fields["effort"] = effort
    return fields


def _day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageProblem(f"'{text}' is not a day.", f"Write {option} 2026-11-30.") from error


def target_and_fix(found: Gatherer, fix_id: str) -> tuple[Target, Query, Fix | None]:
    """What the fix aims at: as registered where it shipped, else as the list says."""
    from analyst.answers.followups import find_fix
    from analyst.fixes.shipping import target_of
    from analyst.fixes.standing import shippings

    made = shippings(found.book).get(fix_id)
    if made:
        return made[-1].target, found.query, None
    holder, fix = find_fix(found, fix_id)
    target = replace(target_of(fix, holder.query), themes=tuple(fix.themes), where=fix.where)
    return target, holder.query, fix

"""What an agent may look up: the same plans that the planner makes, told by the same tellers, read-only and bounded.

A tool's arguments come from closed lists of this run; its result is facts under ids and quotes marked as what they
are: text of customers that nobody may take for an instruction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ConfigDict, Field, create_model

from analyst.answers.asking.plan import Plan
from analyst.answers.telling import tell
from analyst.answers.writing.choices import LATEST, Choices, choices_of
from analyst.answers.writing.material import QUOTE_LENGTH, quoted_words, told_fact
from analyst.core.errors import UndertoneError
from analyst.core.query import Query, Where
from analyst.core.values import inside_quotes
from analyst.llm import Tool, ToolResult
from analyst.runs.view import WindowChoice, choose_query

if TYPE_CHECKING:
    from analyst.answers.asking.plan import Intent
    from analyst.answers.facts import Claim
    from analyst.answers.telling import Desk

MOST_ITEMS = 20
ANY = "any"  # no null: some servers cannot turn a union into a grammar
BEFORE = "before"
LONGEST_SEARCH = 120  # characters that a model may search for


@dataclass
class Toolbox:
    """The tools for one question at `desk`, and what was looked up with them, in order."""

    desk: Desk
    choices: Choices
    looked: list[str] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)  # short id of a quote -> id of its response or session
    words: dict[str, str] = field(default_factory=dict)  # id of a response or session -> the words quoted from it
    told: set[str] = field(default_factory=set)  # ids of the facts that the model was shown

    def tools(self) -> list[Tool]:
        """Movement, compare, themes, screens, fixes and search, as far as this run has what they need."""
        made = [
            self._tool("movement", "Whether a score moved, by how much, and which groups moved.", self._movement,
                       metric=True, period=True, versus=True, groups=True),
            self._tool("compare", "Two groups, or one group in two periods, side by side.", self._compare,
                       metric=True, period=True, versus=True, groups=True, other_groups=True),
            self._tool("fixes", "What to fix first, with expected lift and evidence.", self._fixes,
                       metric=True, groups=True, limit=True),
            self._tool("search", "Customers' own words about something.", self._search,
                       period=True, groups=True, theme=True, band=True, text=True, limit=True),
        ]  # fmt: skip
        if self.choices.themes:
            made.append(
                self._tool("themes", "What customers talk about, or all about one theme.", self._themes,
                           metric=True, period=True, groups=True, theme=True, moving=True, limit=True)
            )  # fmt: skip
        if self.choices.screens:
            made.append(
                self._tool("screens", "Friction by screen: rage taps, freezes, crashes, errors.", self._screens,
                           period=True, groups=True, screen=True, limit=True)
            )  # fmt: skip
        return made

    def real(self, short: str) -> str:
        """The id of a response or session that was shown as `short`; an id that never was stays what it is."""
        return self.ids.get(short, short)

    # Arguments: closed lists and bounds

    def _tool(self, name: str, description: str, run: Callable[[Any], ToolResult], **wanted: bool) -> Tool:
        """`run` as a tool with the arguments `wanted`; what the run cannot tell is a result like any other."""

        def look(given: Any) -> ToolResult:
            try:
                return run(given)
            except UndertoneError as reason:  # a sentence for people, which a model can read as well
                return ToolResult({"found": "nothing", "because": reason.message})

        fields: dict[str, Any] = {argument: self._argument(argument) for argument in wanted}
        arguments = create_model(name, __config__=ConfigDict(extra="forbid"), **fields)
        return Tool(name, description, arguments, look)

    def _argument(self, name: str) -> tuple[Any, Any]:
        groups = self.choices.groups
        if name in ("groups", "other_groups") and groups:
            told = "only these people; all of them hold at once" if name == "groups" else "the other side's people"
            return (_list_of(_one_of(tuple(groups))), Field(default_factory=list, max_length=3, description=told))
        if name in ("groups", "other_groups"):
            return (list[str], Field(default_factory=list, max_length=0))
        closed: dict[str, tuple[Sequence[str], str]] = {
            "metric": (self.choices.metrics, ""),
            "period": (self.choices.periods, "an ISO week or a month"),
            "versus": ((BEFORE, *self.choices.periods[1:]), "the period to compare with"),
            "theme": ((ANY, *self.choices.themes), "an id from <themes>"),
            "screen": ((ANY, *self.choices.screens), ""),
            "moving": ((ANY, "rising", "falling", "new", "quiet"), ""),
            "band": ((ANY, "detractor", "passive", "promoter"), ""),
        }
        if name in closed:
            values, told = closed[name]
            return (_one_of(values), Field(values[0], description=told or None))
        if name == "text":
            return (str, Field("", max_length=LONGEST_SEARCH, description="what to search for, in a few words"))
        return (int, Field(5, ge=1, le=MOST_ITEMS))

    # What each tool looks up

    def _movement(self, given: Any) -> ToolResult:
        return self._look("why", self._query(given))

    def _compare(self, given: Any) -> ToolResult:
        groups, other = self._where(given.groups), self._where(given.other_groups)
        query = self._query(given, where=groups)
        if groups != other and other:
            return self._look("compare", query, other=self._query(given, where=other))
        return self._look("compare", query, other=replace(query, window=query.baseline))

    def _themes(self, given: Any) -> ToolResult:
        theme = self._theme(given.theme)
        intent: Intent = "theme" if theme else "themes"
        return self._look(intent, self._query(given), themes=theme, moving=_said(given.moving), limit=given.limit)

    def _fixes(self, given: Any) -> ToolResult:
        return self._look("fixes", self._query(given), limit=given.limit)

    def _screens(self, given: Any) -> ToolResult:
        return self._look("screens", self._query(given), screen=_said(given.screen), limit=given.limit)

    def _search(self, given: Any) -> ToolResult:
        return self._look(
            "quotes",
            self._query(given),
            themes=self._theme(given.theme),
            topic=" ".join(given.text.split()),
            band=_said(given.band),
            limit=given.limit,
        )

    def _query(self, given: Any, where: Where | None = None) -> Query:
        choice = _choice(getattr(given, "period", LATEST), getattr(given, "versus", BEFORE))
        people = self._where(given.groups) if where is None else where
        return choose_query(self.desk.view, getattr(given, "metric", None), choice, people)

    def _where(self, groups: Sequence[str]) -> Where:
        return tuple(sorted({part for group in groups for part in self.choices.groups[group]}))

    def _theme(self, short: str) -> tuple[str, ...]:
        return (self.choices.themes[short][0],) if _said(short) else ()

    def _look(self, intent: Intent, query: Query, **more: Any) -> ToolResult:
        said = {name: value for name, value in more.items() if value and name != "other"}
        understood = f"{intent} of {query.metric} in {query.window.label}"
        plan = Plan("", intent, query, understood, **{name: more[name] for name in more if more[name] is not None})
        claims = tell(plan, self.desk)
        self.looked.append(", ".join([understood, *(self._plainly(name, value) for name, value in said.items())]))
        self.claims += claims
        return self._result(claims)

    def _result(self, claims: Sequence[Claim]) -> ToolResult:
        facts = self.desk.book.facts
        used = list(dict.fromkeys(one for claim in claims for one in claim.facts if one in facts))
        self.told.update(used)
        words = quoted_words(claims, self.desk.evidence)
        self.words |= words
        quotes = [{"id": self._short(one), "text": text[:QUOTE_LENGTH]} for one, text in words.items()]
        found = [{"sentence": c.text, "facts": list(c.facts)} for c in claims if c.part != "quote"]
        data: dict[str, Any] = {"found": found, "facts": [told_fact(facts[one]) for one in used]}
        return ToolResult(data | ({"untrusted_customer_text": quotes} if quotes else {}), tuple(words))

    def _plainly(self, name: str, value: Any) -> str:
        """An argument as the reader of the answer is told it: themes by their labels, which no id tells anybody."""
        if name == "themes":
            return " and ".join(f"“{inside_quotes(self.desk.labels.get(one, one))}”" for one in value)
        # What the model searched for is its own free text, unchecked: the log has it, the answer does not repeat it.
        return "in words of its own choice" if name == "topic" else f"{name} {value}"

    def _short(self, evidence_id: str) -> str:
        known = next((short for short, real in self.ids.items() if real == evidence_id), None)
        if known is None:
            known = f"r{len(self.ids) + 1}"
            self.ids[known] = evidence_id
        return known


def _one_of(values: Sequence[str]) -> Any:
    kind: Any = Literal
    return kind[tuple(values)]


def _list_of(kind: Any) -> Any:
    made: Any = list
    return made[kind]


def _said(value: str) -> str | None:
    return None if value == ANY else value


def _choice(period: str, versus: str) -> WindowChoice:
    against = None if versus == BEFORE else versus
    if period == LATEST:
        return WindowChoice(versus=against)
    return WindowChoice(week=period, versus=against) if "W" in period else WindowChoice(month=period, versus=against)


def toolbox_of(desk: Desk) -> Toolbox:
    """The toolbox for `desk`. Raises CannotTell where its run has no scored, dated answer."""
    return Toolbox(desk, choices_of(desk))

"""Where output goes: results on standard output, everything else on standard error, bars on a terminal only."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from analyst.core.progress import Progress, Silent

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

PIPE_WIDTH = 120  # a file or a pipe has no width of its own


def out() -> Console:
    """The console of results. Rich honours NO_COLOR; a pipe gets plain text of a fixed width."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=False, width=None if sys.stdout.isatty() else PIPE_WIDTH)


def say(text: str = "") -> None:
    """One line for people, on standard error."""
    sys.stderr.write(text + "\n")


def show(*parts: RenderableType) -> None:
    """Print tables and text as results."""
    console = out()
    for part in parts:
        console.print(part)


def print_json(value: Any) -> None:
    """One JSON document on standard output. NaN is refused: it is not JSON and never an answer."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False, default=str) + "\n")


class Bars:
    """A Progress drawn with Rich: one bar a stage, with counts where the total is known."""

    def __init__(self, drawn: RichProgress) -> None:
        self._drawn = drawn
        self._task: TaskID | None = None

    def start(self, stage: str, total: int | None = None) -> None:
        self._close()
        self._task = self._drawn.add_task(stage, total=total)

    def advance(self, steps: int = 1) -> None:
        if self._task is not None:
            self._drawn.advance(self._task, steps)

    def note(self, text: str) -> None:
        self._drawn.console.print(text, style="dim")

    def _close(self) -> None:
        if self._task is not None:
            task = self._drawn.tasks[self._drawn.task_ids.index(self._task)]
            self._drawn.update(self._task, total=task.total or 1, completed=task.total or 1)

    def finish(self) -> None:
        """Mark the last stage as done."""
        self._close()


@contextmanager
def progress(quiet: bool = False) -> Iterator[Progress]:
    """Bars on a terminal, silence elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield Silent()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as RichProgress

    columns = [
        SpinnerColumn(finished_text="[green]✓[/]"), TextColumn("{task.description}"), BarColumn(bar_width=24),
        MofNCompleteColumn(), TimeElapsedColumn(),
    ]  # fmt: skip
    with RichProgress(*columns, console=Console(stderr=True)) as drawn:
        bars = Bars(drawn)
        yield bars
        bars.finish()

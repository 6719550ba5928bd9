"""Which fix a question is about: by its id, or by the words of one that shipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyst.answers.asking.words import plain, stem
from analyst.answers.followups import workspace_book
from analyst.fixes.standing import shippings

if TYPE_CHECKING:
    from analyst.answers.asking.reading import Read
    from analyst.runs.view import View


def find_fix(read: Read, view: View) -> tuple[str | None, str]:
    """The id of the fix that is meant, and what was assumed; None where the question fits none that shipped."""
    if read.fix_ids:
        return read.fix_ids[0], ""
    wanted = {stem(word) for word in read.topic.split()}
    wanted |= {stem(w) for screen in (*read.screens.named, *read.screens.maybe) for w in plain(screen).split()}
    if not wanted or read.intents.best != "fix_worked":
        return None, ""
    book, _ = workspace_book(view.settings)
    fitting = []
    for fix_id, registered in shippings(book).items():
        shipped = registered[-1]
        words = {stem(word) for word in plain(f"{shipped.title} {shipped.target.screen or ''}").split()}
        if wanted & words:
            fitting.append((len(wanted & words), shipped.shipped, fix_id, shipped.title))
    if not fitting:
        return None, ""
    best = max(fitting)
    note = f"of {len(fitting)} shipped fixes that fit, the latest was taken: {best[3]}" if len(fitting) > 1 else ""
    return best[2], note

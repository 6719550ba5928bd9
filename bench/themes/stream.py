"""Do themes keep their ids over weeks in which nothing changes, and is a new subject found soon?

    python -m bench.themes.stream [--sets banking77 nhs_phase1 ...] [--seeds 3] [--parts still planted parted]

A set is dealt at random into a history of four weeks and eight weeks more; each week is learned with the model of
the week before, on all rows so far, as `undertone analyze` does. *still*: nothing new is said, so every birth is a
false one. *planted*: one label is held back from everything and makes up 1 % of the volume from the fourth week on.
*parted*: themes taught by labels, two of which become one, or one two: do the events say so? The sample company's
comments need no data; the public sets are read from UNDERTONE_PUBLIC_DATA. A row that is there already is kept.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from analyst.core.settings import ThemeSettings, load_settings
from analyst.sample import generate
from analyst.themes.assign import assign, train_head
from analyst.themes.catalogue import match, shared_members
from analyst.themes.cluster import Floats, Ints, content_hash
from analyst.themes.corpus import Bools, Corpus
from analyst.themes.keywords import stem
from analyst.themes.learn import Learned, learn_themes
from analyst.themes.model import ThemeModel
from analyst.themes.muting import directions
from analyst.themes.words import tokens
from bench.main_job import machine
from bench.themes.sets import WORKSPACE, Documents, Units, cut_into, data_folder, load
from embeddings import embed_texts, open_encoder

RESULTS = Path(__file__).resolve().parent / "results" / "stream.json"
SAMPLE = "sample company"
PLANTED = {
    "banking77": ("verify_top_up", "lost_or_stolen_phone", "card_swallowed"),
    "nhs_phase1": ("Food", "Facilities/equipment", "Time spent waiting for first appt/referral/service"),
    SAMPLE: ("login", "notifications", "recipes"),
}
SETS = (SAMPLE, "banking77", "nhs_phase1", "airline", "fabsa_dev")
HISTORY, WEEKS, FIRST_PLANTED, VOLUME = 4, 8, 4, 0.01
_FIRST_DAY = date(2026, 1, 5)


@dataclass(frozen=True)
class Week:
    """What one weekly run said: ids of the week before that are active still, births, texts that kept their theme."""

    week: int
    themes: int
    refit: bool
    ids_kept: float
    births: int
    texts_kept: float
    coverage: float


def sample_company(seed: int = 7) -> Documents:
    """The comments of the generated company at three times its usual size, with the themes that they are made from."""
    with tempfile.TemporaryDirectory(prefix="undertone-stream-") as folder:
        made = generate(Path(folder) / "files", Path(folder) / "truth", seed=seed, scale=3.0)
        gold: dict[str, set[str]] = {}
        for row in csv.DictReader((made.truth / "opinions.csv").open(encoding="utf-8")):
            gold.setdefault(row["response_id"], set()).add(row["theme"])
        rows = [
            row
            for kind in ("nps", "csat", "ces")
            for row in csv.DictReader(made.files[kind].open(encoding="utf-8"))
            if row["text"].strip() and row["id"] in gold
        ]
    labels = [frozenset(gold[row["id"]]) for row in rows]
    return Documents(SAMPLE, [row["text"] for row in rows], [row["language"] for row in rows], labels, True)


def documents_of(name: str) -> Documents | None:
    """The documents of a set; None where the public sets are not here."""
    if name == SAMPLE:
        return sample_company()
    folder = data_folder()
    return load(name, folder) if folder else None


def deal(documents: Documents, label: str | None, seed: int) -> Ints:
    """The week of each document, (n,): 0 to 3 for the history, then 4 to 11; -1 for what is left out.

    Documents that carry `label` are held back; those that carry no other make up 1 % of each week's volume from the
    fourth week on.
    """
    random = np.random.default_rng(seed)
    held = np.array([label in gold for gold in documents.gold]) if label else np.zeros(len(documents.gold), dtype=bool)
    week = np.full(len(held), -1, dtype=np.int64)
    rest = random.permutation(np.flatnonzero(~held))
    week[rest] = np.arange(len(rest)) % (HISTORY + WEEKS)
    alone = np.array([len(gold) == 1 for gold in documents.gold])
    waiting = random.permutation(np.flatnonzero(held & alone))
    each = round(VOLUME * len(rest) / (HISTORY + WEEKS))
    for place, at in enumerate(range(HISTORY + FIRST_PLANTED - 1, HISTORY + WEEKS)):
        week[waiting[place * each : (place + 1) * each]] = at
    return week


def corpus_until(units: Units, week: Ints, last: int) -> tuple[Corpus, Ints]:
    """What has been said up to week `last`, and the rows of the whole corpus that it holds."""
    there = (week[units.document] >= 0) & (week[units.document] <= last) & (units.row >= 0)
    whole = units.corpus
    counts = np.bincount(units.row[there], minlength=len(whole.texts)).astype(np.int64)
    rows = np.flatnonzero(counts)
    day = _FIRST_DAY.toordinal() + 7 * week[units.document[there]]
    first, latest = np.full(len(counts), 10**9), np.zeros(len(counts), dtype=np.int64)
    np.minimum.at(first, units.row[there], day)
    np.maximum.at(latest, units.row[there], day)
    languages = [whole.languages[row] for row in rows]
    texts = [whole.texts[row] for row in rows]
    part = replace(
        whole, texts=texts, languages=languages, vectors=whole.vectors[rows], counts=counts[rows],
        comments=whole.comments[rows], statements=whole.statements[rows],
        muted=directions(whole.vectors[rows], texts, [], whole.statements[rows], languages),
        first_day=first[rows], last_day=latest[rows],
    )  # fmt: skip
    return part, rows


def weekly(units: Units, week: Ints, settings: ThemeSettings) -> Iterator[tuple[int, Learned, Ints]]:
    """(week, what was learned, rows of the whole corpus) for the history, then week by week."""
    at_work = load_settings(workspace=WORKSPACE)
    encoder = open_encoder(at_work.encoder, at_work.cache)
    previous: ThemeModel | None = None
    for last in range(HISTORY - 1, HISTORY + WEEKS):
        corpus, rows = corpus_until(units, week, last)
        learned = learn_themes(
            corpus, settings, lambda texts: embed_texts(texts, encoder, at_work.cache), "bench", previous
        )
        yield last, learned, rows
        previous = learned.model


def told(learned: Learned, before: ThemeModel, week: int, vectors: Floats) -> Week:
    """One week's numbers."""
    then, now = ({theme.theme_id for theme in model.active} for model in (before, learned.model))
    moved = learned.moved or {}
    return Week(
        week=week - HISTORY + 1,
        themes=len(now),
        refit=learned.refit,
        ids_kept=round(len(then & now) / max(len(then), 1), 4),
        births=sum(event["kind"] in ("birth", "split") for event in learned.events),
        texts_kept=moved["kept"] if moved.get("kept") is not None else 1.0,
        coverage=round(float((learned.model.assign(vectors).theme >= 0).mean()), 4),
    )


def still(units: Units, documents: Documents, seed: int, settings: ThemeSettings) -> dict[str, Any]:
    """Eight weeks of the same."""
    weeks: list[Week] = []
    first: set[str] = set()
    before: ThemeModel | None = None
    for at, learned, rows in weekly(units, deal(documents, None, seed), settings):
        if before is None:
            first = {theme.theme_id for theme in learned.model.active}
        else:
            weeks.append(told(learned, before, at, units.corpus.vectors[rows]))
        before = learned.model
    assert before is not None
    last = {theme.theme_id for theme in before.active}
    return {
        "documents": len(documents.texts),
        "themes": weeks[-1].themes,
        "ids_kept": round(float(np.mean([one.ids_kept for one in weeks])), 4),
        "ids_kept_first_to_last": round(len(first & last) / max(len(first), 1), 4),
        "texts_kept": round(float(np.mean([one.texts_kept for one in weeks])), 4),
        "texts_kept_at_refits": [one.texts_kept for one in weeks if one.refit],
        "false_births_a_week": round(float(np.mean([one.births / max(one.themes, 1) for one in weeks])), 4),
        "weeks": [vars(one) for one in weeks],
    }


def planted(units: Units, documents: Documents, seed: int, settings: ThemeSettings, label: str) -> dict[str, Any]:
    """Weeks from the first planted comment to a theme that consists of them by half or more."""
    week = deal(documents, label, seed)
    carries = np.zeros(len(units.corpus.texts), dtype=bool)
    carries[
        units.row[[row >= 0 and label in documents.gold[d] for row, d in zip(units.row, units.document, strict=True)]]
    ] = True
    born: str | None = None
    found: dict[str, Any] = {"label": label, "planted": int((week >= HISTORY + FIRST_PLANTED - 1)[
        [label in gold for gold in documents.gold]].sum()), "weeks_until_birth": None}  # fmt: skip
    false = 0
    known: set[str] = set()
    for at, learned, rows in weekly(units, week, settings):
        model = learned.model
        placed = model.assign(units.corpus.vectors[rows]).theme
        mine = carries[rows]
        fresh = [theme for theme in (t.theme_id for t in model.active) if theme not in known] if known else []
        known |= {theme.theme_id for theme in model.themes}
        for theme in fresh:
            inside = placed == [t.theme_id for t in model.themes].index(theme)
            purity = float(mine[inside].mean()) if inside.any() else 0.0
            if born is None and purity >= 0.5:
                born = theme
                found |= {"weeks_until_birth": at - HISTORY - FIRST_PLANTED + 2, "purity": round(purity, 3),
                          "recall": round(float(inside[mine].mean()), 3)}  # fmt: skip
            else:
                false += 1
        if born is not None and mine.any():
            ids = [t.theme_id for t in model.themes]
            inside = placed == (ids.index(born) if born in ids else -2)
            found["recall_at_the_end"] = round(float(inside[mine].mean()), 3)
            found["purity_at_the_end"] = round(float(mine[inside].mean()), 3) if inside.any() else 0.0
    return {**found, "other_births": false}


def parted(units: Units, documents: Documents, seed: int, trials: int = 20, labels: int = 12) -> dict[str, Any]:
    """Of constructed merges and splits, the share told as exactly that with everything else continued."""
    names = [
        name for name in sorted({n for g in documents.gold for n in g}) if sum(name in g for g in documents.gold) >= 60
    ]
    label_of = np.full(len(units.corpus.texts), -1, dtype=np.int64)
    for row, document in zip(units.row.tolist(), units.document.tolist(), strict=True):
        if row >= 0 and len(documents.gold[document]) == 1 and min(documents.gold[document]) in names:
            label_of[row] = names.index(min(documents.gold[document]))
    random = np.random.default_rng(seed)
    right = {"merge": 0, "split": 0}
    for _ in range(trials):
        chosen = random.permutation(len(names))[:labels]
        rows = np.flatnonzero(np.isin(label_of, chosen))
        fine = np.array([int(np.flatnonzero(chosen == one)[0]) for one in label_of[rows]])
        coarse = np.where(fine == 1, 0, np.where(fine > 1, fine - 1, fine))  # the first two labels are one
        half = random.random(len(rows)) < 0.7
        for kind, (then, now) in {"merge": (fine, coarse), "split": (coarse, fine)}.items():
            events = _events(units, rows, half, then, now)
            told = [event["kind"] for event in events]
            pair = [event for event in events if event["kind"] == kind]
            right[kind] += (
                told.count("continue") == labels - 1 and len(told) == labels and len(pair) == 1 and _is_pair(pair[0])
            )
    return {"trials": trials, "merges_told": right["merge"] / trials, "splits_told": right["split"] / trials}


def _is_pair(event: dict[str, Any]) -> bool:
    """The first two themes are those that were joined or parted."""
    return event["new"] in (0, 1) and event["old"] in (0, 1)


def _events(units: Units, rows: Ints, before: Bools, then: Ints, now: Ints) -> list[dict[str, Any]]:
    """Events between a model taught `then` on the rows `before`, and one taught `now` on all of them."""
    vectors, texts = units.corpus.vectors[rows], [units.corpus.texts[row] for row in rows]
    hashes = np.array([content_hash(text) for text in texts], dtype=np.uint64)
    heads, samples, words = [], [], []
    for labels, there in ((then, before), (now, np.ones(len(rows), dtype=bool))):
        ones = np.ones(int(there.sum()), dtype=np.int64)
        head = train_head(vectors[there], labels[there], ones.astype(np.float32), ones, 0.85)
        order = np.argsort(hashes[there])
        heads.append(head)
        samples.append((hashes[there][order], assign(head, vectors[there]).theme[order].astype(np.int32)))
        words.append(_commonest([t for t, kept in zip(texts, there, strict=True) if kept], labels[there], head.count))
    shared = shared_members(*samples[1], *samples[0], heads[1].count, heads[0].count)
    return match(heads[1].centroids, words[1], heads[0].centroids, words[0], shared).events


def _commonest(texts: list[str], labels: Ints, count: int) -> list[list[str]]:
    """Eight commonest long word stems of each group: stand-ins for keywords."""
    kept: list[list[str]] = []
    for group in range(count):
        said: dict[str, int] = {}
        for text, label in zip(texts, labels.tolist(), strict=True):
            if label == group:
                for word in {stem(w) for w in tokens(text) if len(w) > 4}:
                    said[word] = said.get(word, 0) + 1
        kept.append(sorted(said, key=lambda word: (-said[word], word))[:8])
    return kept


def measure(sets: Sequence[str], parts: Sequence[str], seeds: int, out: Path) -> None:
    """Run what `out` does not hold yet and write each row as it comes."""
    held: dict[str, Any] = json.loads(out.read_text()) if out.exists() else {"rows": []}
    settings = ThemeSettings()
    code = _commit()
    for name in sets:
        documents = documents_of(name)
        if documents is None:
            print(f"{name} is left out: set UNDERTONE_PUBLIC_DATA to the public sets' folder.", file=sys.stderr)
            continue
        units = cut_into(documents, "opinions")
        jobs: list[tuple[str, int, str | None]] = []
        for seed in range(seeds):
            jobs += [("parted", seed, None)] if "parted" in parts and name in ("banking77", "nhs_phase1") else []
            jobs += [("still", seed, None)] if "still" in parts else []
            if "planted" in parts and name in PLANTED:
                jobs.append(("planted", seed, PLANTED[name][seed % len(PLANTED[name])]))
        for part, seed, label in jobs:
            if any((row["set"], row["part"], row["seed"]) == (name, part, seed) for row in held["rows"]):
                continue
            began = time.perf_counter()
            if part == "still":
                row = still(units, documents, seed, settings)
            elif label is not None:
                row = planted(units, documents, seed, settings, label)
            else:
                row = parted(units, documents, seed)
            row = {
                "set": name,
                "part": part,
                "seed": seed,
                "code": code,
                **row,
                "seconds": round(time.perf_counter() - began, 1),
            }
            held = {
                "date": datetime.now(UTC).date().isoformat(),
                "machine": machine(),
                "rows": [*held["rows"], row],
            }
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")
            out.with_suffix(".md").write_text(markdown(held), encoding="utf-8")
            print(json.dumps({k: v for k, v in row.items() if k != "weeks"}), file=sys.stderr, flush=True)


def _commit() -> str:
    """The commit that is measured, where git can tell."""
    told = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=RESULTS.parent, capture_output=True, text=True)
    return told.stdout.strip() or "unknown"


def markdown(held: dict[str, Any]) -> str:
    """The rows as three tables."""
    about = held["machine"]
    rows = sorted(held["rows"], key=lambda row: (row["set"], row["seed"]))
    lines = [
        "# Themes over weeks",
        "",
        f"{about['processor']}, {about['cores']} cores, Python {about['python']}, {held['date']}. Made by "
        "`python -m bench.themes.stream`. A set is dealt at random into four weeks of history and eight weeks more; "
        "each week is learned on all rows so far, with the model of the week before. Rows were measured at the commits "
        f"{', '.join(sorted({row['set'] + ' ' + row['part'] + ' ' + row['code'] for row in rows}))}.",
        "",
        "## Nothing changes",
        "",
        "Targets: 95 % of theme ids kept, at most 2 % false births a week. *Texts*: mentions that stay in their theme "
        "from week to week, and at the weeks when everything was fitted anew.",
        "",
        "| set | seed | documents | themes | ids kept a week | first to last | texts kept | at refits "
        "| false births a week |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in (r for r in rows if r["part"] == "still"):
        refits = ", ".join(f"{one:.3f}" for one in row["texts_kept_at_refits"]) or "–"
        lines.append(
            f"| {row['set']} | {row['seed']} | {row['documents']:,} | {row['themes']} | {row['ids_kept']:.3f} "
            f"| {row['ids_kept_first_to_last']:.3f} | {row['texts_kept']:.3f} | {refits} "
            f"| {row['false_births_a_week']:.3f} |"
        )
    lines += [
        "", "## A new subject at 1 % of the volume, from the fourth week", "",
        "Target: found within two weeks. Found: a born theme at least half of whose texts carry the label held back.",
        "",
        "| set | label held back | planted in all | weeks until birth | purity | recall | at the end | other births |",
        "|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for row in (r for r in rows if r["part"] == "planted"):
        if row["weeks_until_birth"] is None:
            found = "not found | – | – | –"
        else:
            found = (
                f"{row['weeks_until_birth']} | {row['purity']:.2f} | {row['recall']:.2f} "
                f"| {row['purity_at_the_end']:.2f} / {row['recall_at_the_end']:.2f}"
            )
        lines.append(f"| {row['set']} | {row['label']} | {row['planted']} | {found} | {row['other_births']} |")
    lines += [
        "", "## Constructed merges and splits", "",
        "Twelve labels taught as themes, two of them as one before or after, a part of the texts unheard before. "
        "Right: one merge or split is told, of those two, and all others continue.", "",
        "| set | seed | trials | merges told right | splits told right |", "|---|---|---|---|---|",
    ]  # fmt: skip
    lines += [
        f"| {row['set']} | {row['seed']} | {row['trials']} | {row['merges_told']:.2f} | {row['splits_told']:.2f} |"
        for row in rows
        if row["part"] == "parted"
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=SETS)
    parser.add_argument("--parts", nargs="+", default=["still", "planted", "parted"])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    measure(arguments.sets, arguments.parts, arguments.seeds, arguments.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What people teach: labelled comments, seeded themes, corrections. Small worlds in which the truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyst.themes.assign import Head, assign, train_head
from analyst.themes.bags import Scorer, best_cut, comments_of, cut_for_labels, learn, learn_from_all
from analyst.themes.cluster import Floats, Ints
from analyst.themes.correct import Corrections, correct
from analyst.themes.teach import Claims, Seed, claim, hand_over
from tests.themes.conftest import SUBJECTS, WordEncoder, comments, subject_of

NAMES = list(SUBJECTS)
NOTHING = np.zeros((0, 64), np.float32)


def told(count: int, seed: int = 0) -> tuple[list[str], Ints]:
    """`count` comments and the subject of each."""
    texts = comments(count, seed)
    return texts, np.array([NAMES.index(subject_of(text)) for text in texts])


@pytest.fixture(scope="module")
def rows(encoder: WordEncoder) -> tuple[Floats, Ints]:
    texts, subject = told(600)
    return encoder.encode(texts), subject


@pytest.fixture(scope="module")
def head(rows: tuple[Floats, Ints]) -> Head:
    vectors, subject = rows
    every = np.ones(len(vectors), dtype=np.int64)
    return train_head(vectors, subject, every.astype(np.float32), every, 0.85)


def test_which_opinion_carries_which_label_is_found_out(encoder: WordEncoder) -> None:
    """Every comment says two things and only the comment is labelled; then a lone opinion is asked about."""
    texts, subject = told(400)
    vectors = encoder.encode(texts)
    pairs = [(i, i + 1 + i % 5) for i in range(0, 320, 2) if subject[i] != subject[i + 1 + i % 5]]
    labels = np.array([[subject[a] == k or subject[b] == k for k in range(8)] for a, b in pairs])
    scorer = learn(comments_of([vectors[[a, b]] for a, b in pairs]), labels)
    alone = scorer.chances(vectors[330:])
    assert (alone.argmax(axis=1) == subject[330:]).mean() >= 0.9


def test_a_comment_has_a_theme_when_any_of_its_opinions_has_it() -> None:
    scorer = Scorer(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0.0, 0.0]))
    some = comments_of([np.array([[0.0, 0.0]], np.float32), np.array([[0.0, 0.0], [0.0, 0.0]], np.float32)])
    assert scorer.of_comments(some) == pytest.approx(np.array([[0.5, 0.5], [0.75, 0.75]]))


def test_names_help_where_examples_are_few(encoder: WordEncoder) -> None:
    texts, subject = told(500)
    vectors = encoder.encode(texts)
    first = np.array([int(np.flatnonzero(subject == k)[0]) for k in range(8)])
    unclear = vectors[first] + vectors[np.roll(first, 1)]  # each example speaks of another subject as much
    shown = comments_of(list((unclear / np.linalg.norm(unclear, axis=1, keepdims=True))[:, None]))
    names = encoder.encode([" ".join(words.split()[:2]) for words in SUBJECTS.values()])

    def right(scorer: Scorer) -> float:
        return float((scorer.chances(vectors).argmax(axis=1) == subject).mean())

    assert right(learn(shown, np.eye(8, dtype=bool), names)) > right(learn(shown, np.eye(8, dtype=bool)))


def test_unlabelled_comments_teach_too(encoder: WordEncoder) -> None:
    texts, subject = told(800)
    vectors = encoder.encode(texts)
    first = np.concatenate([np.flatnonzero(subject == k)[:2] for k in range(8)])
    rest = np.setdiff1d(np.arange(400), first)
    labels = subject[first][:, None] == np.arange(8)
    shown = comments_of([vectors[[row]] for row in first])
    asked = comments_of([vectors[[row]] for row in range(400, 800)])

    def right(unlabelled: list[int]) -> float:
        there = comments_of([vectors[[row]] for row in unlabelled]) if unlabelled else None
        chances = learn_from_all(shown, labels, there).of_comments(asked)
        return float((chances.argmax(axis=1) == subject[400:]).mean())

    assert right(rest.tolist()) >= right([])
    assert right(rest.tolist()) >= 0.85


def test_cuts_by_hand() -> None:
    chances = np.array([[0.9, 0.8], [0.2, 0.1]])
    assert best_cut(chances) == 0.8  # F1 of the two likeliest: 2 * 1.7 / (2 + 2.0); of three: 2 * 1.9 / (3 + 2.0)
    labels = np.array([[True, True], [False, False]])
    assert 0.2 < cut_for_labels(chances, labels) < 0.8
    assert cut_for_labels(np.array([[0.0], [5e-324]]), np.array([[False], [True]])) == 5e-324


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30))
def test_no_other_cut_is_better_on_the_labels(drawn: list[tuple[float, bool]]) -> None:
    chances = np.array([[chance] for chance, _ in drawn])
    labels = np.array([[label] for _, label in drawn])

    def f1(cut: float) -> float:
        found = chances >= cut
        return 2 * float((found & labels).sum()) / max(int(found.sum() + labels.sum()), 1)

    if len({chance for chance, _ in drawn}) == len(drawn):  # equal chances cannot be told apart by any cut
        assert f1(cut_for_labels(chances, labels)) >= max(f1(float(c)) for c in chances[:, 0]) - 1e-9


def claimed(vectors: Floats, subject: Ints, seeds: list[Seed], of: list[int]) -> tuple[float, float, Claims]:
    """(share of sure claims that are right, share of the seeded subjects that is claimed, the claims)."""
    claims = claim(vectors, seeds)
    right = np.array(of)[claims.likeliest] == subject
    return float(right[claims.sure].mean()), float(claims.sure[np.isin(subject, of)].mean()), claims


def test_a_seed_claims_what_is_said_of_it_and_leaves_the_rest(rows: tuple[Floats, Ints], encoder: WordEncoder) -> None:
    vectors, subject = rows
    of = [0, 2, 4, 6]  # half of what people speak of
    seeds = [Seed(encoder.encode([NAMES[k]]), vectors[np.flatnonzero(subject == k)[:8]]) for k in of]
    precision, recall, claims = claimed(vectors, subject, seeds, of)
    assert precision >= 0.95 and recall >= 0.6
    assert claims.sure[~np.isin(subject, of)].mean() <= 0.05
    again = claim(vectors, seeds)
    assert (again.likeliest == claims.likeliest).all() and (again.sure == claims.sure).all()


def test_a_name_alone_is_enough_to_begin_with(rows: tuple[Floats, Ints], encoder: WordEncoder) -> None:
    vectors, subject = rows
    seeds = [Seed(encoder.encode([" ".join(SUBJECTS[NAMES[k]].split()[:3])]), NOTHING) for k in (1, 3, 5)]
    precision, recall, _ = claimed(vectors, subject, seeds, [1, 3, 5])
    assert precision >= 0.9 and recall >= 0.3


def test_a_seed_that_nobody_speaks_of_claims_next_to_nothing(rows: tuple[Floats, Ints], encoder: WordEncoder) -> None:
    vectors, subject = rows
    away = encoder.encode(["parking garage barrier"])
    seeds = [Seed(away, NOTHING), Seed(encoder.encode(["login"]), vectors[np.flatnonzero(subject == 6)[:8]])]
    claims = claim(vectors, seeds)
    assert (claims.sure & (claims.likeliest == 0)).mean() <= 0.02


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_rows_and_no_seeds(count: int, encoder: WordEncoder) -> None:
    vectors = encoder.encode(comments(count)) if count else NOTHING
    assert not claim(vectors, []).sure.any()
    claims = claim(vectors, [Seed(encoder.encode(["delivery"]), NOTHING)])
    assert len(claims.sure) == count


def test_a_found_group_that_a_seed_means_goes_over_and_others_stay() -> None:
    labels = np.array([0, 0, 0, 0, 1, 1, 1, 1, -1, 2])
    sure = np.array([1, 1, 0, 0, 1, 0, 0, 0, 1, 1], dtype=bool)
    doubtful = np.array([0, 0, 1, 0, 0, 1, 0, 0, 0, 0], dtype=bool)
    claims = Claims(np.zeros(10, dtype=np.int64), sure, doubtful)
    # Of group 0 two and a half of four are claimed, of group 1 one and a half; group 2 was shaped by people.
    assert hand_over(labels, claims, np.array([7]), {2}).tolist() == [7, 7, 7, 7, 7, -1, 1, 1, 7, 7]
    assert hand_over(labels, claims, np.zeros(0, np.int64), set()).tolist() == labels.tolist()


MIXED = (
    "the card declined {} again today",
    "my card was declined because of the {}",
    "card declined and {} all week",
    "why is the card declined when {}",
    "they never fix the declined card {}",
)


def mixed(encoder: WordEncoder, words: str) -> Floats:
    """Comments on payment that speak of something else too: a person may well say that this is what they are about."""
    return encoder.encode([frame.format(words) for frame in MIXED])


def test_a_correction_moves_what_it_names_and_leaves_the_rest(
    head: Head, rows: tuple[Floats, Ints], encoder: WordEncoder
) -> None:
    vectors, _ = rows
    said = mixed(encoder, "password")
    assert (assign(head, said).theme == 0).all()
    changed = correct(head, vectors, Corrections(said[:1], np.array([6])))
    before, after = assign(head, vectors), assign(changed, vectors)
    assert assign(changed, said[:1]).theme.tolist() == [6]
    assert (after.theme == before.theme).mean() >= 0.98


def test_corrections_to_several_themes_at_once(head: Head, rows: tuple[Floats, Ints], encoder: WordEncoder) -> None:
    vectors, _ = rows
    said = np.vstack([mixed(encoder, words)[:2] for words in ("password", "delivery", "search")])
    theme = np.repeat([6, 2, 5], 2)
    changed = correct(head, vectors, Corrections(said, theme))
    assert (assign(changed, said).theme == theme).all()
    assert (assign(changed, vectors).theme == assign(head, vectors).theme).mean() >= 0.98


def test_who_says_the_same_follows_the_correction(head: Head, rows: tuple[Floats, Ints], encoder: WordEncoder) -> None:
    vectors, _ = rows
    said = mixed(encoder, "password")
    assert ((said[1:] @ said[0]) >= 0.85).all()
    changed = correct(head, np.vstack([vectors, said]), Corrections(said[:1], np.array([6])))
    assert (assign(changed, said).theme == 6).all()


def test_the_same_corrections_once_more_change_nothing(
    head: Head, rows: tuple[Floats, Ints], encoder: WordEncoder
) -> None:
    vectors, _ = rows
    corrections = Corrections(mixed(encoder, "password")[:1], np.array([6]))
    changed = correct(head, vectors, corrections)
    assert changed is not head
    assert correct(changed, vectors, corrections) is changed


def test_a_theme_is_not_opened_to_anything(head: Head, rows: tuple[Floats, Ints], encoder: WordEncoder) -> None:
    vectors, _ = rows
    away = encoder.encode(["parking garage barrier"])
    changed = correct(head, vectors, Corrections(away, np.array([6])))
    assert changed.reach[6] >= 0.2
    assert (assign(changed, vectors).theme == assign(head, vectors).theme).mean() >= 0.98


def test_nothing_to_correct(head: Head, rows: tuple[Floats, Ints]) -> None:
    none = Corrections(NOTHING, np.zeros(0, np.int64))
    assert correct(head, rows[0], none) is head
    lone = replace(head, weights=head.weights[:1], bias=head.bias[:1], centroids=head.centroids[:1],
                   reach=head.reach[:1], core=head.core[:1])  # fmt: skip
    assert correct(lone, rows[0], Corrections(rows[0][:1], np.zeros(1, np.int64))) is lone

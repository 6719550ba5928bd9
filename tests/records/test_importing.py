"""Files into the store: what is taken, what is refused, what people are told. In both databases."""

from __future__ import annotations

import csv
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from analyst.core.errors import UndertoneError, UsageProblem
from analyst.core.settings import Settings
from analyst.records import ImportReport, Store, load_mapping
from analyst.records.importing import source_name
from analyst.records.store import schema
from tests.records.conftest import Bring

HOUSE = "id,submitted_at,kind,score,scale,text,user_id,language,channel,attr.plan\n"


def kept(store: Store, *columns: str) -> list[tuple[Any, ...]]:
    return sorted(store.rows("responses", columns), key=str)


def refused(report: ImportReport) -> list[dict[str, str]]:
    assert report.refusals_path is not None
    with Path(report.refusals_path).open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def mapped(report: ImportReport) -> dict[str, str]:
    return {m.canonical: m.header for m in report.mapping}


def test_the_house_template_needs_no_mapping(store: Store, bring: Bring) -> None:
    report = bring(
        store,
        HOUSE
        + "r1,2026-06-01T08:01:02Z,nps,3,0-10,Checkout keeps freezing,u_1001,en,in_app,pro\n"
        + "r2,2026-06-01T09:15:20+02:00,csat,5,1-5,,u_1002,de,email,free\n"
        + "r3,2026-06-01T09:15:20Z,ces,6,1-7,,u_1003,de,email,free\n",
    )
    assert (report.record, report.read, report.new, report.refused, report.exit_code) == ("responses", 3, 3, 0, 0)
    assert report.segments == ("plan",) and not report.warnings
    assert kept(store, "source_id", "kind", "score", "scale_max", "utc_offset_min", "segments", "channel") == [
        ("r1", "nps", 3.0, 10.0, 0, '{"plan":"pro"}', "in_app"),
        ("r2", "csat", 5.0, 5.0, 120, '{"plan":"free"}', "email"),
        ("r3", "ces", 6.0, 7.0, 0, '{"plan":"free"}', "email"),
    ]
    assert any("effort" in note for note in report.notes)


def test_importing_again_changes_nothing(store: Store, bring: Bring) -> None:
    content = HOUSE + "r1,2026-06-01,nps,3,0-10,Slow,u1,en,app,pro\nr2,2026-06-01,nps,11,0-10,Slow,u1,en,app,pro\n"
    first = bring(store, content)
    before = store.fingerprints()
    again = bring(store, content)
    assert (again.read, again.new, again.replaced, again.unchanged, again.refused) == (2, 0, 0, 1, 1)
    assert "nothing changed" in again.notes[0] and again.exit_code == first.exit_code == 4
    other_bytes = bring(store, content.replace("\n", "\r\n"))
    assert (other_bytes.new, other_bytes.replaced, other_bytes.unchanged, other_bytes.refused) == (0, 0, 1, 1)
    assert store.fingerprints() == before and store.counts()["responses"] == 1


def test_a_newer_version_of_a_row_replaces_it_and_an_older_file_brings_it_back(store: Store, bring: Bring) -> None:
    old = HOUSE + "r1,2026-06-01,nps,3,0-10,Slow,u1,en,app,pro\nr2,2026-06-01,nps,9,0-10,,u2,en,app,pro\n"
    bring(store, old)
    report = bring(store, old.replace("r1,2026-06-01,nps,3,0-10,Slow", "r1,2026-06-01,nps,8,0-10,Better now"))
    assert (report.new, report.replaced, report.unchanged) == (0, 1, 1)
    assert kept(store, "source_id", "score", "text") == [("r1", 8.0, "Better now"), ("r2", 9.0, None)]
    assert bring(store, old).replaced == 1, "the last import wins, even of a file seen before"
    assert kept(store, "score") == [(3.0,), (9.0,)]


def test_scores_off_the_scale_are_refused_and_missing_ones_are_not(store: Store, bring: Bring) -> None:
    rows = "".join(f"r{i},{i % 11},fine,2026-06-01\n" for i in range(30))
    report = bring(
        store,
        f"id,nps,comment,date\n{rows}a,11,too high,2026-06-01\nb,-1,too low,2026-06-01\nc,n/a,not said,2026-06-01\n"
        "d,,,2026-06-01\ne,seven,word,2026-06-01\nf,n/a,n/a,2026-06-01\n",
    )
    assert (report.read, report.new, report.refused, report.exit_code, report.kind) == (36, 32, 4, 4, "nps")
    assert kept(store, "source_id", "score")[:2] == [("c", None), ("e", None)]
    told = {row["id"]: (row["line"], row["column"], row["reason"]) for row in refused(report)}
    assert told["a"] == ("32", "nps", "the score is outside its scale: 11 is not within 0 to 10")
    assert told["b"][2].endswith("-1 is not within 0 to 10") and told["d"][2] == "neither a score nor a comment"
    assert set(told) == {"a", "b", "d", "f"}
    assert report.reasons == {"the score is outside its scale": 2, "neither a score nor a comment": 2}
    assert any("no numbers" in warning and "seven" in warning for warning in report.warnings)


def test_refused_rows_cannot_run_as_formulas(lite: Store, bring: Bring) -> None:
    report = bring(lite, 'id,nps,comment\n=cmd(),11,"=HYPERLINK(""http://x"")"\nr2,5,ok\n')
    (row,) = refused(report)
    assert row["id"] == "'=cmd()" and row["comment"].startswith("'=")


def test_a_very_long_comment_is_cut_with_a_warning(lite: Store, bring: Bring) -> None:
    report = bring(lite, f"id,nps,comment\nr1,3,{'long ' * 40_000}\nr2,5,ok\n")
    assert report.refused == 0 and any("20,000" in warning for warning in report.warnings)
    assert sorted(len(text) for (text,) in kept(lite, "text")) == [2, 19_999]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "empty"),
        ("id,score,text\n", "no rows"),
        ("a,b\n1,x\n", "No column"),
        ("id,date\nr1,2026-06-01\n", "No column"),
    ],
)
def test_a_file_with_nothing_in_it_is_said_in_a_sentence(lite: Store, bring: Bring, content: str, words: str) -> None:
    with pytest.raises(UndertoneError, match=words) as caught:
        bring(lite, content)
    assert caught.value.message.startswith("answers.csv") and caught.value.hint
    assert lite.counts()["responses"] == 0


def test_comments_without_scores_and_scores_without_comments(lite: Store, bring: Bring) -> None:
    report = bring(lite, "Yorum\nödeme ekranı donuyor\nçok yavaş, hep bekliyorum\n", name="yorum.csv")
    assert report.new == 2 and any("No score" in note for note in report.notes)
    assert bring(lite, "id,nps\nr1,3\nr2,9\n", name="scores.csv").new == 2
    assert bring(lite, "id,nps,comment\nr1,3,only one\n", name="one.csv").new == 1


def test_identical_answers_are_all_kept_unless_they_name_person_and_time(lite: Store, bring: Bring) -> None:
    anonymous = bring(lite, "nps,comment,date\n" + "10,good,2026-06-01\n" * 40, name="anonymous.csv")
    assert (anonymous.new, anonymous.duplicates) == (40, 0) and any("kept for itself" in n for n in anonymous.notes)
    assert bring(lite, "nps,comment,date\r\n" + "10,good,2026-06-01\r\n" * 40, name="anonymous.csv").unchanged == 40
    named = bring(lite, "nps,comment,date,user id\n" + "10,good,2026-06-01 08:00,u1\n" * 40, name="named.csv")
    assert (named.new, named.duplicates) == (1, 39)


def test_of_rows_with_one_id_the_last_usable_one_counts(lite: Store, bring: Bring) -> None:
    content = "id,nps,comment\nr1,3,first\nr1,9,second\nr2,5,ok\nr1,11,broken\n"
    report = bring(lite, content)
    assert (report.read, report.new, report.duplicates, report.refused) == (4, 2, 1, 1)
    assert kept(lite, "source_id", "text") == [("r1", "second"), ("r2", "ok")]
    assert bring(lite, content.replace("\n", "\r\n")).replaced == 0


def test_dates_in_the_future_and_no_dates(lite: Store, bring: Bring) -> None:
    rows = "a,3,x,2099-01-01\nb,3,x,whenever\nc,3,x,\nd,3,x,2026-06-01\ne,4,x,2026-06-02\nf,4,x,2026-06-03\n"
    report = bring(lite, "id,nps,comment,date\n" + rows)
    assert report.new == 6 and report.refused == 0
    assert any("future" in warning and "line 2" in warning for warning in report.warnings)
    assert any("could not be read" in warning and "whenever" in warning for warning in report.warnings)
    years = {i: at and datetime.fromtimestamp(at / 1e6, UTC).year for i, at in kept(lite, "source_id", "submitted_at")}
    assert years["a"] == 2099 and years["b"] is years["c"] is None


def test_ambiguous_dates_are_asked_for(lite: Store, bring: Bring) -> None:
    unclear = "id,nps,comment,date\nr1,3,x,03/04/2026\nr2,5,y,05/06/2026\n"
    with pytest.raises(UndertoneError, match="day first or month first") as caught:
        bring(lite, unclear)
    assert 'date_order = "dmy"' in caught.value.hint
    assert bring(lite, unclear, mapping={"date_order": "mdy"}).new == 2
    assert bring(lite, unclear + "r3,5,z,25/06/2026\n", name="clear.csv").new == 3
    dates = {
        (source, i): datetime.fromtimestamp(at / 1e6, UTC).strftime("%m-%d")
        for source, i, at in kept(lite, "source", "source_id", "submitted_at")
    }
    assert dates["answers", "r1"] == "03-04" and dates["clear", "r1"] == "04-03"


def test_zone_less_times_are_read_in_the_zone_of_the_mapping(lite: Store, bring: Bring) -> None:
    bring(lite, "id,nps,date\nr1,3,2026-06-01 10:00\n", mapping={"timezone": "Europe/Berlin"})
    ((at, offset),) = kept(lite, "submitted_at", "utc_offset_min")
    assert datetime.fromtimestamp(at / 1e6, UTC).hour == 8 and offset == 120
    with pytest.raises(UsageProblem, match="Nowhere"):
        bring(lite, "id,nps\nr1,3\n", mapping={"timezone": "Nowhere/Land"})


def test_scores_in_words_need_a_mapping_and_the_error_writes_it(lite: Store, bring: Bring) -> None:
    content = "id,satisfaction,comment\nr1,Very good,nice\nr2,Poor,slow\nr3,Very good,\n"
    with pytest.raises(UndertoneError) as caught:
        bring(lite, content)
    assert '[values.score]\n  "Very good" = \n  "Poor" = ' in caught.value.hint
    report = bring(
        lite, content, mapping={"kind": "csat", "scale": [1, 5], "values": {"score": {"very good": 5, "Poor": 2}}}
    )
    assert report.new == 3 and [s for _, s in kept(lite, "source_id", "score")] == [5.0, 2.0, 5.0]


def test_the_direction_of_effort_is_never_guessed(lite: Store, bring: Bring) -> None:
    content = "id,ces,comment\nr1,6,easy\nr2,1,hard\n"
    with pytest.raises(UndertoneError, match="direction"):
        bring(lite, content)
    assert bring(lite, content, mapping={"higher_is_better": False}).kind == "ces"
    assert {flag for (flag,) in kept(lite, "higher_is_better")} == {False}
    with pytest.raises(UndertoneError, match="direction"):
        bring(lite, "id,score,comment\nr1,6,easy\n", name="b.csv", mapping={"survey": "Customer effort"})


@pytest.mark.parametrize(
    ("scores", "header", "kind", "scale"),
    [
        (range(11), "score", "nps", (0, 10)),
        (range(1, 6), "rating", "csat", (1, 5)),
        (range(1, 8), "score", "csat", (1, 7)),
        (range(1, 6), "nps", "nps", (0, 10)),
        (range(101), "score", "csat", (0, 100)),
        (range(1, 11), "overall satisfaction", "csat", (1, 10)),
    ],
)
def test_kind_and_scale_are_guessed_and_said(
    lite: Store, bring: Bring, scores: range, header: str, kind: str, scale: tuple[float, float]
) -> None:
    rows = "".join(f"r{i},{scores[i % len(scores)]},some words here\n" for i in range(300))
    report = bring(lite, f"id,{header},comment\n{rows}")
    assert report.kind == kind and report.refused == 0
    assert set(kept(lite, "scale_min", "scale_max")) == {scale}


def test_a_mapping_file_wins_over_every_guess(lite: Store, bring: Bring, tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(
        'record = "responses"\nsource = "panel"\nkind = "csat"\nscale = [1, 5]\ntimezone = "UTC"\nsurvey = "Q3"\n'
        'ignore = ["Team"]\n[columns]\ntext = "Second"\nscore = "How was it"\n[values.score]\n"Very good" = 5\n'
        '[segments]\nplan = "Plan name"\n',
        encoding="utf-8",
    )
    rows = "".join(f"a long first comment {i},another long one {i},Very good,Pro {i % 2},t{i % 3}\n" for i in range(20))
    report = bring(lite, "First,Second,How was it,Plan name,Team\n" + rows, mapping=load_mapping(tmp_path / "map.toml"))
    assert report.source == "panel" and report.segments == ("plan",)
    assert mapped(report)["text"] == "Second" and {m.sure for m in report.mapping} == {"given"}
    assert {text.split()[0] for (text,) in kept(lite, "text")} == {"another"} and {
        s for (s,) in kept(lite, "survey")
    } == {"Q3"}


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("kind = ", "not TOML"),
        ('kind = "stars"', "kind"),
        ("scale = [10, 0]", "rise"),
        ('[columns]\nmood = "x"', "mood"),
        ('[columns]\ntext = "missing"', "missing"),
        ('[segments]\nplan = "missing"', "missing"),
        ('[values.score]\ngood = "five"', "good"),
        ("colour = 3", "colour"),
    ],
)
def test_a_mapping_that_does_not_fit_is_said(lite: Store, bring: Bring, tmp_path: Path, toml: str, words: str) -> None:
    (tmp_path / "map.toml").write_text(toml, encoding="utf-8")
    with pytest.raises(UsageProblem, match=words):
        bring(lite, "id,nps,comment\nr1,3,x\n", mapping=load_mapping(tmp_path / "map.toml"))


@pytest.mark.parametrize(
    ("header", "row", "wanted"),
    [
        ("Kullanıcı ID;Tarih;Puan;Yorum", "u1;13.06.2026 08:01;3;Ödeme donuyor, yavaş",
         ("user_id", "submitted_at", "score", "text")),
        ("Kundennummer;Datum;Bewertung;Kommentar", "7;13.06.2026;4;zu langsam",
         ("user_id", "submitted_at", "score", "text")),
        ("Fecha;Puntuación;Comentario;Idioma", "13/06/2026;4;muy lento;es",
         ("submitted_at", "score", "text", "language")),
        ("respondentId,When,How likely are you to recommend us?,Why?", "x1,2026-06-01,9,because it works",
         ("submitted_at", "score", "text")),
        ("col1,col2,col3", "2026-06-01,7,the longest text of all", ("submitted_at", "text")),
    ],
)  # fmt: skip
def test_columns_are_guessed_in_several_languages(
    lite: Store, bring: Bring, header: str, row: str, wanted: tuple[str, ...]
) -> None:
    report = bring(lite, f"{header}\n" + f"{row}\n" * 3, name="x.csv")
    assert set(wanted) <= set(mapped(report))


def test_columns_of_few_levels_become_segments(lite: Store, bring: Bring) -> None:
    rows = "".join(
        f"r{i},{i % 5 + 1},some text number {i},9.{i % 90}.1,{'AB'[i % 2]},{i},2026-06-{i % 28 + 1:02d},"
        f"{i * 0.37},same\n"
        for i in range(200)
    )
    report = bring(lite, "id,stars,review,version,cabin,sequence,flown on,share,constant\n" + rows)
    assert report.segments == ("app_version", "cabin")
    left = next(note for note in report.notes if "left out" in note)
    assert all(name in left for name in ("sequence", "share", "constant"))


def test_personal_data_never_reaches_the_store(store: Store, bring: Bring, settings: Settings) -> None:
    secret = settings.model_copy(update={"redact": {"order": r"ORD-\d+"}})
    report = bring(
        store,
        "id,score,title,comment,email,date\nr1,3,Call jo@example.com,Write jo@example.com or 555-0142 re ORD-77,"
        "jo@example.com,2026-06-01\n",
        settings=secret,
    )
    assert kept(store, "title", "text") == [("Call [email-1]", "Write [email-1] or [phone-1] re [order-1]")]
    ((user,),) = kept(store, "user_id")
    assert user.startswith("user-") and any("pseudonym" in note for note in report.notes)
    assert any("1 email, 1 order, 1 phone" in note for note in report.notes)
    assert "jo@example" not in str(store.rows("responses", [column.name for column in schema.responses.columns]))


def test_words_from_right_to_left_and_emoji_come_through(store: Store, bring: Bring) -> None:
    texts = ["התשלום נתקע במסך האחרון", "شاشة الدفع تتجمد 😡", "👩‍👩‍👧‍👦 love it", "e\u0301te\u0301 trop cher"]
    bring(store, "id,nps,comment\n" + "".join(f"r{i},3,{text}\n" for i, text in enumerate(texts)))
    assert [text for _, text in kept(store, "source_id", "text")] == texts


@pytest.mark.parametrize(
    ("header", "row", "record"),
    [
        ("session_id,user_id,started_at,screen,rage_taps,errors,summary",
         "s1,u1,2026-06-01,Basket,4,1,Left", "sessions"),
        ("ticket_id,created_at,user_id,subject,text,status,priority,channel",
         "t1,2026-06-01,u1,Help,It broke,open,low,mail", "tickets"),
        ("event,time,distinct_id,screen", "$rageclick,1780300800,u1,Basket", "events"),
        ("user_id,signed_up_at,plan,country,channel,mrr,churned_at", "u1,2026-01-01,pro,DE,ads,9.99,", "customers"),
        ("change_id,kind,at,until,title,version,platform,note",
         "c1,release,2026-06-01,,4.2.0,4.2.0,android,", "changes"),
        ("app,version,date,release_note", "App,4.2.0,2026-06-01,Fixed things", "changes"),
        ("id,created_at,rating,review", "1,2026-06-01,5,Great and fast", "responses"),
        ("id,text,date,topic", "1,Some comment,2026-06-01,a", "responses"),
        ("ticket id,score,comment", "t1,5,Solved quickly", "responses"),
    ],
)  # fmt: skip
def test_the_type_of_record_is_told_by_the_header(
    lite: Store, bring: Bring, header: str, row: str, record: str
) -> None:
    report = bring(lite, f"{header}\n{row}\n", name="x.csv")
    assert (report.record, report.new, report.refused) == (record, 1, 0)
    assert lite.counts()[record] == 1


def test_google_play_reviews(lite: Store, bring: Bring) -> None:
    header = (
        "Package Name,App Version Code,App Version Name,Reviewer Language,Device,Review Submit Date and Time,"
        "Review Submit Millis Since Epoch,Review Last Update Date and Time,Review Last Update Millis Since Epoch,"
        "Star Rating,Review Title,Review Text,Developer Reply Date and Time,Developer Reply Millis Since Epoch,"
        "Developer Reply Text,Review Link"
    )
    row = (
        "com.example.k,420,4.2.0,tr,a52q,2026-06-01T08:01:02Z,1780300862000,2026-06-01T08:01:02Z,1780300862000,1,,"
        "Ödeme ekranı donuyor,,,,http://play.google.com/x?reviewid=aaaa-1"
    )
    report = bring(lite, f"{header}\n{row}\n".encode("utf-16"), name="reviews_x_202606.csv")
    assert (report.source, report.new) == ("google-play", 1)
    assert kept(lite, "source_id", "kind", "score", "segments") == [
        ("aaaa-1", "csat", 1.0, '{"app":"com.example.k","app_version":"4.2.0","device":"a52q"}')
    ]


def test_the_source_is_the_file_name_without_what_changes() -> None:
    names = [
        "nps.csv",
        "NPS 2026-W46.csv.gz",
        "nps_2026-11.csv",
        "nps-20261123 (2).csv",
        "nps_final_v2.csv",
        "nps-w46.zip",
    ]
    assert {source_name(Path(name)) for name in names} == {"nps"}
    assert source_name(Path("app_reviews.json")) == "app-reviews" and source_name(Path("2026-11-01.csv")) == ""


def test_two_files_with_the_same_ids_do_not_overwrite_each_other(lite: Store, bring: Bring) -> None:
    bring(lite, "id,nps,date\n1,3,2026-06-01\n2,9,2026-06-02\n", name="nps.csv")
    bring(lite, "id,csat,date\n1,5,2026-06-03\n2,4,2026-06-04\n", name="csat.csv")
    assert lite.counts()["responses"] == 4


def test_rows_that_are_already_here_under_another_name_are_noticed(lite: Store, bring: Bring) -> None:
    content = "id,nps,date\n" + "".join(f"{i},{i % 11},2026-06-{i % 28 + 1:02d}\n" for i in range(60))
    bring(lite, content, name="panel.csv")
    report = bring(lite, content, name="somewhere.csv")
    assert any('already here from "panel"' in warning for warning in report.warnings)
    moved = "id,nps,date\n" + "".join(f"{i},{i % 11},2025-06-{i % 28 + 1:02d}\n" for i in range(60))
    assert any("another date" in warning for warning in bring(lite, moved, name="panel.csv").warnings)


def test_an_unknown_importer_is_said(lite: Store, bring: Bring) -> None:
    with pytest.raises(UsageProblem, match="nothing-such"):
        bring(lite, "id,nps\n1,2\n", source="nothing-such")


def test_row_order_does_not_matter(lite: Store, bring: Bring, tmp_path: Path, settings: Settings) -> None:
    rows = [f"r{i},{i % 11},text {i},2026-06-01\n" for i in range(1200)]
    bring(lite, "id,nps,comment,date\n" + "".join(rows))
    random.Random(7).shuffle(rows)
    report = bring(lite, "id,nps,comment,date\n" + "".join(rows))
    assert (report.new, report.replaced, report.unchanged) == (0, 0, 1200)


def test_only_the_rows_that_the_mapping_asks_for(lite: Store, bring: Bring) -> None:
    content = "id,nps,product\nr1,3,Mail\nr2,9,calendar\nr3,8,Chat\n"
    report = bring(lite, content, mapping={"only": {"product": ["mail", "Calendar"]}})
    assert (report.read, report.new) == (2, 2)
    assert any("1 rows were left out" in note for note in report.notes)
    assert [row[0] for row in kept(lite, "source_id")] == ["r1", "r2"]
    with pytest.raises(UsageProblem, match=r"\[only\] asks for 'app'"):
        bring(lite, content, name="other.csv", mapping={"only": {"app": "Mail"}})

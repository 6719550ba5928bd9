"""A digest sent to a real server on loopback: what arrives, what is tried again, and that no secret gets out."""

from __future__ import annotations

import json
import socket
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analyst.answers.delivery import deliver, problem_of
from analyst.answers.delivery.files import file_name
from analyst.answers.delivery.http import checked_address, post_json
from analyst.answers.delivery.sending import LONGEST_WAIT, post
from analyst.answers.digest import Digest
from analyst.cli.app import run
from analyst.core.errors import UsageProblem
from analyst.core.settings import DigestSettings
from tests.answers.delivery.hook import SECRET, Hook, Say

NOW = datetime(2026, 11, 16, 7, tzinfo=UTC)
MESSAGE = b'{"text": "hello"}'


def _settings(hook: Hook, **more: object) -> DigestSettings:
    return DigestSettings.model_validate({"slack_webhook": hook.url, "timeout_s": 1.0} | more)


class Waits:
    """Keeps the waits instead of waiting."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def test_the_message_arrives_whole_and_the_files_are_there(digest: Digest, hook: Hook, tmp_path: Path) -> None:
    hook.answers.append(Say())
    sent = deliver(digest, _settings(hook), tmp_path / "digests", NOW)
    assert problem_of(sent) is None
    (heard,) = hook.heard
    assert (heard.method, heard.path) == ("POST", f"/services/{SECRET}")
    assert heard.headers["content-type"].startswith("application/json")
    assert json.loads(heard.body)["blocks"][0]["type"] == "header"
    assert sorted(path.name for path in sent.files) == [f"2026-W46.{e}" for e in ("eml", "html", "json", "md")]
    assert all(path.stat().st_size > 1_000 for path in sent.files)
    assert json.loads((tmp_path / "digests" / "2026-W46.json").read_text(encoding="utf-8"))["window"] == "2026-W46"


@pytest.mark.parametrize(
    ("say", "sentence"),
    [
        (Say(400, b"invalid_blocks"), "does not take the blocks"),
        (Say(404, b"no_service"), "was revoked"),
        (Say(403, b"action_prohibited"), "an administrator forbids it"),
        (Say(404, b"<html><b>not here</b></html>"), "answered 404"),
        (Say(302, b"", {"location": "http://127.0.0.1:9/elsewhere"}), "redirect (302), which is not followed"),
        (Say(307, b"", {"location": "https://example.com/"}), "redirect (307)"),
        (Say(200, b"<html>Please log in</html>"), "not as Slack does"),
        (Say(200, b""), "not as Slack does"),
        (Say(204, b""), "not as Slack does"),
        (Say(400, b"x" * 100_000), "answered 400"),
        (Say(400, b"\xff\xfe\x00 odd"), "answered 400"),
    ],
)
def test_a_refusal_is_a_sentence_and_is_not_tried_again(hook: Hook, say: Say, sentence: str) -> None:
    hook.answers.append(say)
    waits = Waits()
    problem = post(hook.url, MESSAGE, 1.0, waits)
    assert sentence in problem
    assert "SECRET" not in problem and "<" not in problem
    assert len(hook.heard) == 1 and waits.seconds == []


def test_a_busy_server_is_given_the_time_it_asks_for(hook: Hook) -> None:
    hook.answers += [Say(429, b"rate_limited", {"retry-after": "7"}), Say(503, b""), Say()]
    waits = Waits()
    assert post(hook.url, MESSAGE, 1.0, waits) == ""
    assert waits.seconds == [7.0, 2.0]
    assert [heard.body for heard in hook.heard] == [MESSAGE] * 3


def test_a_server_that_asks_for_too_long_is_left_alone(hook: Hook) -> None:
    hook.answers.append(Say(429, b"", {"retry-after": "3600"}))
    waits = Waits()
    assert "asks to wait 3600 seconds" in post(hook.url, MESSAGE, 1.0, waits)
    assert len(hook.heard) == 1 and waits.seconds == []
    assert LONGEST_WAIT < 3600


def test_a_broken_server_is_tried_three_times(hook: Hook) -> None:
    hook.answers += [Say(500, b"")] * 3
    assert post(hook.url, MESSAGE, 1.0, Waits()) == "it answered 500, 3 times in a row"
    assert len(hook.heard) == 3


def test_what_may_have_arrived_is_not_sent_twice(hook: Hook) -> None:
    hook.answers += [Say(sleep_s=1.2), Say()]
    problem = post(hook.url, MESSAGE, 0.3, Waits())
    assert "did not answer in time" in problem and "may have arrived" in problem
    assert len(hook.heard) == 1


def test_an_answer_that_drips_holds_nobody_up(hook: Hook) -> None:
    hook.answers.append(Say(200, b"o" * 200, drip_s=0.05))
    begun = time.monotonic()
    post_json(hook.url, MESSAGE, 0.4)
    assert time.monotonic() - begun < 2


def test_nobody_listening_is_tried_again_and_told() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    waits = Waits()
    assert "nobody listens there" in post(f"http://127.0.0.1:{port}/{SECRET}", MESSAGE, 0.5, waits)
    assert len(waits.seconds) == 2


@pytest.mark.parametrize(
    "url",
    [
        f"http://hooks.slack.com/services/{SECRET}",
        f"ftp://hooks.slack.com/{SECRET}",
        f"file:///etc/passwd?{SECRET}",
        f"https:///services/{SECRET}",
        f"https://user:{SECRET}@hooks.slack.com/x",
        f"https://hooks.slack.com:99999/{SECRET}",
        f"https://hooks.slack.com/a b{SECRET}",
        f"http://127.0.0.1.example.com/{SECRET}",
        SECRET,
        "",
    ],
)
def test_an_address_that_is_not_safe_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(UsageProblem) as refused:
        checked_address(url, "digest.slack_webhook")
    assert "SECRET" not in str(refused.value)
    assert "digest.slack_webhook" in str(refused.value)


@pytest.mark.parametrize("url", ["https://hooks.slack.com/services/x", "http://localhost:1/x", "http://[::1]:8/x"])
def test_a_safe_address_is_taken(url: str) -> None:
    assert checked_address(url, "x") == url


def test_the_same_digest_goes_to_a_place_once(digest: Digest, hook: Hook, tmp_path: Path) -> None:
    hook.answers += [Say(), Say()]
    first = deliver(digest, _settings(hook), tmp_path, NOW)
    second = deliver(digest, _settings(hook), tmp_path, NOW)
    assert [first.deliveries[0].skipped, second.deliveries[0].skipped] == [False, True]
    assert len(hook.heard) == 1
    deliver(digest, _settings(hook), tmp_path, NOW, again=True)
    assert len(hook.heard) == 2


def test_a_failed_sending_is_tried_by_the_next_run(digest: Digest, hook: Hook, tmp_path: Path) -> None:
    hook.answers += [Say(404, b"no_service"), Say()]
    assert problem_of(deliver(digest, _settings(hook), tmp_path, NOW)) is not None
    assert problem_of(deliver(digest, _settings(hook), tmp_path, NOW)) is None
    assert len(hook.heard) == 2


def test_the_command_says_what_happened_and_never_the_secret(
    sample_workspace: Path,
    hook: Hook,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    for name in ("runs", "store.db"):
        (home / name).symlink_to(sample_workspace / name)
    monkeypatch.setenv("UNDERTONE_DIGEST__SLACK_WEBHOOK", hook.url)
    hook.answers += [Say(400, b"invalid_blocks"), Say()]
    send = ["digest", "--week", "2026-W46", "--send", "--workspace", str(home)]
    assert run(send) == 4
    failed = capsys.readouterr()
    assert "does not take the blocks" in failed.err and failed.out == ""
    assert run(send) == 0
    assert "Sent to Slack (127.0.0.1)." in capsys.readouterr().err
    assert run(send) == 0
    assert "a second time" in capsys.readouterr().err
    assert run(["config", "show", "--workspace", str(home)]) == 0
    shown = failed.err + capsys.readouterr().out
    shown += "".join(p.read_text(encoding="utf-8") for p in (home / "digests").iterdir())
    assert "SECRET" not in shown
    entries = [json.loads(line) for line in (home / "digests" / "sent.jsonl").read_text().splitlines()]
    assert [entry["outcome"] == "sent" for entry in entries] == [False, True]
    assert entries[1]["bytes"] == len(hook.heard[1].body)


@pytest.mark.parametrize("more", [["--out", "x.md"], ["--format", "md"], ["--json"]])
def test_send_takes_no_other_form(sample_workspace: Path, more: list[str]) -> None:
    assert run(["digest", "--send", *more, "--workspace", str(sample_workspace)]) == 2


def test_file_names_hold_nothing_but_letters_digits_and_hyphens() -> None:
    assert file_name("2026-W46") == "2026-W46"
    assert (
        file_name("2026-11-01..2026-11-09", "csat", "", "plan=pro/../x")
        == "2026-11-01-to-2026-11-09-csat-plan-pro-..-x"
    )
    assert "/" not in file_name("../../etc", "a/b\x00")


class MailServer:
    """The least of an SMTP server: it takes a mail, or refuses it as told, and keeps what it was handed."""

    def __init__(self, refuse: str = "") -> None:
        self.said: list[str] = []
        self.data = b""
        self._refuse = refuse
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        connection, _ = self._listening.accept()
        with connection, connection.makefile("rwb") as stream:

            def answer(text: str) -> None:
                stream.write(f"{text}\r\n".encode())
                stream.flush()

            answer("220 hello")
            while line := stream.readline():
                said = line.decode().strip()
                self.said.append(said)
                verb = said.split(" ")[0].upper()
                if self._refuse and said.upper().startswith(self._refuse):
                    answer("550 no")
                elif verb == "DATA":
                    answer("354 go on")
                    while (line := stream.readline()) not in (b".\r\n", b""):
                        self.data += line
                    answer("250 taken")
                elif verb == "QUIT":
                    answer("221 bye")
                    return
                else:
                    answer("250 fine")


def _mailing(port: int, **more: object) -> DigestSettings:
    given = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none", "mail_to": ["Ana <ana@example.com>"]}
    return DigestSettings.model_validate(given | more)


def test_a_mail_server_gets_the_mail(digest: Digest, tmp_path: Path) -> None:
    server = MailServer()
    sent = deliver(digest, _mailing(server.port), tmp_path, NOW)
    assert problem_of(sent) is None
    assert "rcpt TO:<ana@example.com>" in server.said
    assert b"Weekly digest 2026-W46: NPS" in server.data and b"Content-ID: <series@undertone>" in server.data
    assert deliver(digest, _mailing(server.port), tmp_path, NOW).deliveries[0].skipped


@pytest.mark.parametrize(("refuse", "sentence"), [("RCPT", "refused one of the addresses"), ("DATA", "answered 550")])
def test_a_mail_server_that_refuses_is_told(digest: Digest, tmp_path: Path, refuse: str, sentence: str) -> None:
    problem = problem_of(deliver(digest, _mailing(MailServer(refuse).port), tmp_path, NOW))
    assert problem is not None and sentence in str(problem) and problem.exit_code == 4


def test_a_mail_server_without_encryption_gets_no_password(digest: Digest, tmp_path: Path) -> None:
    server = MailServer()
    wanting = _mailing(server.port, smtp_security="starttls", smtp_user="me", smtp_password="secret")
    problem = problem_of(deliver(digest, wanting, tmp_path, NOW))
    assert problem is not None
    assert not any("AUTH" in said.upper() for said in server.said)


def test_mail_settings_that_cannot_work_are_told_before_anything_is_written(digest: Digest, tmp_path: Path) -> None:
    folder = tmp_path / "digests"
    unencrypted, injected = {"smtp_host": "mail.example.com"}, {"mail_from": "a@b\nBcc: x@y"}
    for wrong in (unencrypted, injected, {"mail_to": []}, {"mail_to": ["nobody"]}):
        with pytest.raises(UsageProblem):
            deliver(digest, _mailing(25, **wrong), folder, NOW)
    assert not folder.exists()

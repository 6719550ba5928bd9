"""The digest's mail handed to a mail server, with the standard library. Unencrypted only to this machine."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from typing import TYPE_CHECKING

from analyst.answers.delivery.http import is_loopback
from analyst.answers.delivery.mail import address
from analyst.core.errors import UsageProblem

if TYPE_CHECKING:
    from analyst.core.settings import DigestSettings


def check_mail_settings(settings: DigestSettings) -> None:
    """Raises UsageProblem where mail can never be sent as `settings` stand."""
    if not settings.smtp_host:
        return
    if not settings.mail_to:
        raise UsageProblem(
            "A mail server is set, but nobody to write to.", "Set digest.mail_to to a list of addresses."
        )
    if settings.smtp_security == "none" and not is_loopback(settings.smtp_host):
        raise UsageProblem("Mail would leave this machine unencrypted.", "Set digest.smtp_security to starttls or tls.")
    for one in (settings.mail_from, *settings.mail_to):
        address(one)


def send_mail(eml: bytes, settings: DigestSettings) -> str:
    """Hand `eml` to the mail server of `settings`; returns what went wrong in a sentence, empty where all is well.

    Encrypted and with the server's certificate checked, unless the server is on this machine and told otherwise.
    """
    recipients = [address(one).addr_spec for one in settings.mail_to]
    try:
        with _connection(settings) as server:
            if settings.smtp_security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user and settings.smtp_password:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            refused = server.sendmail(address(settings.mail_from).addr_spec, recipients, eml)
    except smtplib.SMTPRecipientsRefused as error:
        return f"the mail server refused {_names(list(error.recipients))}"
    except smtplib.SMTPAuthenticationError:
        return "the mail server refused the user name or the password"
    except smtplib.SMTPResponseException as error:
        return f"the mail server answered {error.smtp_code}"
    except smtplib.SMTPException as error:
        return f"the mail server did not do what mail servers do ({type(error).__name__})"
    except TimeoutError:
        return "the mail server did not answer in time"
    except ssl.SSLError as error:
        return f"the encrypted connection failed ({error.reason or type(error).__name__})"
    except OSError as error:
        return f"the mail server cannot be reached ({error.strerror or type(error).__name__})"
    return f"the mail server refused {_names(list(refused))}, and took the mail for the others" if refused else ""


def _connection(settings: DigestSettings) -> smtplib.SMTP:
    host, port, timeout = settings.smtp_host or "", settings.smtp_port, settings.timeout_s
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=timeout, context=ssl.create_default_context())
    return smtplib.SMTP(host, port, timeout=timeout)


def _names(refused: Sequence[str]) -> str:
    return f"{len(refused)} of the addresses" if len(refused) > 1 else "one of the addresses"

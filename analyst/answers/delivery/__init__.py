"""The digest on its way to people: as a mail, as Slack blocks, as files, and sent."""

from analyst.answers.delivery.mail import Mail, self_contained, to_eml, write_mail
from analyst.answers.delivery.sending import Delivery, NotSent, Sent, deliver, problem_of
from analyst.answers.delivery.slack import payload

__all__ = [
    "Delivery",
    "Mail",
    "NotSent",
    "Sent",
    "deliver",
    "payload",
    "problem_of",
    "self_contained",
    "to_eml",
    "write_mail",
]

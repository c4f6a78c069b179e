"""An e-mail as RFC 5322 has it, read with the standard library: subject, sender, time and plain text."""

import email
import email.policy
import email.utils
import re
from dataclasses import dataclass
from datetime import UTC, datetime

MOST_BYTES = 30_000_000
_TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)


class UnreadableMail(ValueError):
    """Bytes that are no e-mail, with the reason."""


@dataclass(frozen=True, slots=True)
class Mail:
    """What a report needs of an e-mail. Attachments are named and not kept."""

    subject: str
    sender: str
    sent: datetime | None
    text: str
    attachments: tuple[str, ...]


def read_mail(raw: bytes) -> Mail:
    """An e-mail from its bytes. Raises UnreadableMail."""
    if len(raw) > MOST_BYTES:
        raise UnreadableMail(f"the file is larger than {MOST_BYTES // 1_000_000} MB")
    message = email.message_from_bytes(raw, policy=email.policy.default)
    if not message.keys() or not (message["from"] or message["subject"]):
        raise UnreadableMail("it has neither a From nor a Subject line, so it is no e-mail")
    body = message.get_body(preferencelist=("plain", "html"))
    text = ""
    if body is not None:
        try:
            text = body.get_content()
        except (LookupError, UnicodeError):
            text = bytes(body.get_payload(decode=True) or b"").decode("utf-8", "replace")
        if body.get_content_subtype() == "html":
            text = _TAG.sub(" ", text)
    names = tuple(part.get_filename() or "unnamed" for part in message.iter_attachments())
    if names:
        text = f"{text.strip()}\n\nAttachments, not kept: {', '.join(names)}"
    return Mail(_line(message["subject"]), _line(message["from"])[:254], _sent(message["date"]), text.strip(), names)


def _line(value: object) -> str:
    """A header as one line."""
    return " ".join(str(value or "").split())[:200]


def _sent(value: object) -> datetime | None:
    """When it says it was sent; None where that cannot be read."""
    try:
        sent = email.utils.parsedate_to_datetime(str(value))
    except (TypeError, ValueError):
        return None
    return sent if sent.tzinfo else sent.replace(tzinfo=UTC)

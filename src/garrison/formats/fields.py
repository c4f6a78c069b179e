"""What typed decoders of foreign JSON share: text of bounded length, and a cheap look for a word in a file's head."""

from typing import Annotated

import msgspec

from garrison.formats.source import Limits

FIELD_CHARS = Limits().field_chars
"""The longest text of one field; beyond it the row is refused."""

Text = Annotated[str, msgspec.Meta(max_length=FIELD_CHARS)]


def mentions(head: bytes, *words: bytes) -> bool:
    """Whether any of the words, in ASCII, stands in the head in UTF-8 or UTF-16."""
    plain = head.replace(b"\0", b"") if b"\0" in head[:4] else head
    return any(word in plain for word in words)

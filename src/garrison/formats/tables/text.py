"""Lines of a text file in whatever encoding it came, in flat memory."""

import codecs
import io
from collections.abc import Iterator

from garrison.formats.source import Damaged, Source

CHUNK_BYTES = 64 * 1024
END = "\0"
"""The line that ends every stream of lines; NULs of the file itself are left out, so nothing else looks like it."""

MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
FALLBACK = "garrison-cp1252"


def _as_cp1252(problem: UnicodeError) -> tuple[str, int]:
    """The bytes that are no UTF-8, read as Windows-1252, or as Latin-1 where that has no letter."""
    if not isinstance(problem, UnicodeDecodeError):
        raise problem
    odd = problem.object[problem.start : problem.end]
    return "".join(codecs.decode(bytes((byte,)), "cp1252", "ignore") or chr(byte) for byte in odd), problem.end


codecs.register_error(FALLBACK, _as_cp1252)


def encoding(head: bytes) -> tuple[str, str]:
    """The codec of a file that starts with ``head`` and the name of its error handler.

    A byte order mark decides; then NULs at every other byte (UTF-16 without one); then whether ``head`` is UTF-8;
    else Windows-1252. A byte after ``head`` that is no UTF-8 is read as Windows-1252 alone.
    """
    for mark, codec in MARKS:
        if head.startswith(mark):
            return codec, "replace"
    probe = head[:4096]
    half = max(1, len(probe) // 2)
    if probe[1::2].count(0) > half * 0.4 and probe[::2].count(0) < half * 0.1:
        return "utf-16-le", "replace"
    if probe[::2].count(0) > half * 0.4 and probe[1::2].count(0) < half * 0.1:
        return "utf-16-be", "replace"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252", FALLBACK
    return "utf-8", FALLBACK


def opening(source: Source, chars: int) -> str:
    """The first ``chars`` characters that ``source.head`` holds, without NULs."""
    codec, errors = encoding(source.head)
    return codecs.getincrementaldecoder(codec)(errors).decode(source.head[: 4 * chars])[:chars].replace("\0", "")


class Lines:
    """The lines of ``source`` with their ends (CR, LF or CRLF), then ``END``.

    The reader of records sets ``row`` to the line at which a record starts and ``pending`` to 0; lines beyond
    ``limits.line_bytes`` characters since then raise `Damaged`. ``quoted`` tells that an apostrophe was seen since
    the reader last cleared it; ``done`` that ``END`` was given out.
    """

    __slots__ = ("done", "pending", "quoted", "row", "source")

    def __init__(self, source: Source) -> None:
        self.source = source
        self.pending, self.row, self.quoted, self.done = 0, 1, False, False

    def __iter__(self) -> Iterator[str]:
        limit = self.source.limits.line_bytes
        for line in self._split():
            self.pending += len(line)
            if self.pending > limit:
                raise self._endless()
            if "'" in line:
                self.quoted = True
            yield line
        self.done = True
        yield END

    def _split(self) -> Iterator[str]:
        """The lines, each whole; what has no end yet is carried over, never beyond the limit."""
        codec, errors = encoding(self.source.head)
        decoder = codecs.getincrementaldecoder(codec)(errors)
        limit, carry, more = self.source.limits.line_bytes, "", True
        with self.source.open() as stream:
            while more:
                chunk = stream.read(CHUNK_BYTES)
                more = bool(chunk)
                text = carry + decoder.decode(chunk, not more).replace("\0", "")
                lines = io.StringIO(text, newline="").readlines()
                # A trailing CR may be the first half of CRLF, so it waits for the next chunk.
                carry = lines.pop() if more and lines and not text.endswith("\n") else ""
                yield from lines
                if len(carry) > limit:
                    raise self._endless()

    def _endless(self) -> Damaged:
        """The refusal of a line or a quoted cell that does not end."""
        return Damaged(
            f"The record that starts in line {self.row} does not end within {self.source.limits.line_bytes:,} "
            "characters: a line break or a closing quotation mark is missing. Export the table again.",
            row=self.row,
        )

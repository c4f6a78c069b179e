"""What every catalogue of CVEs writes the same way: identifiers, weaknesses, calendar days."""

import re
from collections.abc import Iterable
from datetime import date

_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,19}")
_CWE = re.compile(r"CWE-[0-9]{1,6}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def cve_id(text: str) -> str | None:
    """A CVE identifier in its canonical upper case, or None when ``text`` is none (CVE record format 5, cveId)."""
    canonical = text.strip().upper()
    return canonical if _CVE.fullmatch(canonical) else None


def day(text: str) -> date | None:
    """A calendar day written YYYY-MM-DD, alone or followed by a time; None when ``text`` is none."""
    written = text.strip()
    if not _DAY.match(written) or (len(written) > 10 and written[10] not in "T "):
        return None
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        return None


def cwe_ids(texts: Iterable[str]) -> tuple[str, ...]:
    """The CWE identifiers that the texts start with, each once, in order; texts without one are passed over."""
    found = (_CWE.match(text.strip().upper()) for text in texts)
    return tuple(dict.fromkeys(match[0] for match in found if match))

"""SARIF 2.1.0 (OASIS standard): the results of code scanners and others as findings.

Every result is a finding but those of kind ``pass`` and ``notApplicable``, which are counted. One that the tool knows
to have gone since its baseline (``baselineState`` absent) has the status "fixed", one whose suppressions are all
accepted "suppressed", one of kind ``review`` or ``open`` "in_triage". A finding's severity is its rule's
``security-severity`` by the bands of CVSS, else its level: error is high, warning medium, note low. The draft 2.0.0
differs in few names (``fileLocation``, ``tool.name``, ``resources``), which are read too.
"""

from collections.abc import Iterator

import msgspec

from garrison.formats import findings, safejson
from garrison.formats.facts import Note, Reading, Refusal, SubjectFact
from garrison.formats.sarif.results import finding
from garrison.formats.sarif.runs import context
from garrison.formats.sarif.shape import Log, Result
from garrison.formats.source import Damaged, Source

FORMAT = "sarif"
TITLE = "SARIF"
VERSION = 1

_PASSED = frozenset({"pass", "notApplicable"})
_DOCUMENT = msgspec.json.Decoder(Log)
_RESULT = msgspec.json.Decoder(Result)


def sniff(source: Source) -> bool:
    """Whether the document is a SARIF log, of whatever version."""
    seen = safejson.opening(source)
    if seen is None or seen.array:
        return False
    schema = seen.values.get("$schema", "").lower()
    if "sarif" in schema and "external" not in schema:
        return True
    known = {"tool", "results"} & seen.within("runs")
    return "runs" in seen.keys and (bool(known) or seen.values.get("version", "").startswith("2.1"))


def read(source: Source) -> Iterator[Reading]:
    """For each run its subject and findings, then a note of what passed. Raises Damaged, also for other versions."""
    return findings.distinct(_read(source))


def _read(source: Source) -> Iterator[Reading]:
    log = safejson.decode(source, _DOCUMENT)
    if not (log.version or "").startswith("2."):
        version = findings.name(log.version) or "none"
        raise Damaged(f"This is SARIF of version {version}; only 2.1.0 is read. Convert the file.", field="version")
    row = passed = 0
    for run in log.runs or ():
        about = context(run)
        if run.results:
            yield SubjectFact(kind=about.kind, ident=about.ident, name=about.ident)
            if about.ident == about.tool:
                reason = f"The report names no repository; its findings are kept under the tool's name, {about.tool}."
                yield Note(field="versionControlProvenance", reason=reason)
        for taken in safejson.each(run.results or (), _RESULT, first=row + 1):
            row += 1
            if isinstance(taken, Refusal):
                yield taken
            elif taken[1].kind in _PASSED or taken[1].level in _PASSED:
                passed += 1
            else:
                yield finding(taken[1], about, row)
    if passed:
        reason = f"{passed} results say that a check passed or does not apply and are not findings."
        yield Note(field="kind", reason=reason, counts={"checks_passed": passed})

"""Reports of ours: lists exported to be read, whose facts are changed elsewhere. They do not come back in."""

from collections.abc import Iterator
from dataclasses import dataclass

from garrison.formats.facts import Reading
from garrison.formats.source import Damaged, Source
from garrison.formats.tables.reader import Header, headers, key

FORMAT = "report"
TITLE = "Report of ours, which does not come back in"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Report:
    """A list that is a report: what it is, the columns by which it is known, and where its facts are changed."""

    name: str
    marks: tuple[str, ...]
    instead: str

    def recognises(self, header: Header) -> bool:
        """Whether ``header`` has all its marks."""
        names = {key(name) for name in header.names}
        return all(key(mark) in names for mark in self.marks)


REPORTS = (
    Report(
        "the list of leavers",
        ("person", "left", "since", "last_use_note"),
        "Import a new HR roster, badge list or directory export, or ask for the closing on the Leavers page.",
    ),
    Report(
        "the list of software",
        ("asset_code", "licences", "supplier", "purl"),
        "Import a bill of materials (CycloneDX) or a scanner's report of the asset.",
    ),
    Report("the list of network services", ("port", "host_name", "tunnel", "product"), "Import a new port scan."),
    Report(
        "the list of vulnerabilities",
        ("cve", "kev_added", "percentile", "automatable"),
        "Import CISA's catalogue, an EPSS file or CVE records.",
    ),
    Report("the list of threats", ("tactics", "platforms", "aliases", "domain"), "Import a STIX bundle."),
    Report(
        "the list of frameworks",
        ("title", "requirements", "withdrawn", "ident"),
        "Import an OSCAL catalogue or profile.",
    ),
    Report(
        "the list of access events",
        ("time", "door", "outcome", "door_name", "source_row"),
        "Import the badge system's own log of events.",
    ),
    Report("the import ledger", ("rows_read", "rows_refused", "sha256", "holds"), "Import the files themselves."),
    Report(
        "a file's messages", ("row", "field", "reason", "refused"), "Mend the rows in the file itself and import that."
    ),
    Report(
        "the list of incidents",
        ("code", "category", "opened_at", "exercise"),
        "Open cases on the Incidents page, or by `garrison incident intake`.",
    ),
    Report(
        "the list of policies",
        ("title", "standing", "acknowledged", "bound", "review_due"),
        "Write a policy on the Policies page; its text goes in as Markdown.",
    ),
    Report(
        "who has acknowledged a policy",
        ("name", "stands", "reminders", "how", "recorded_by"),
        "Record a signed paper list on the policy's page.",
    ),
    Report(
        "the list of exceptions to policies",
        ("policy", "reason", "requested_by", "decided_by"),
        "Ask for an exception on the policy's page.",
    ),
    Report(
        "the list of assessments",
        ("title", "period_until", "tested", "wrong", "lead"),
        "Plan and test on the Assessments page.",
    ),
    Report(
        "the list of evidence",
        ("title", "collected_on", "valid_until", "population"),
        "Add evidence on the page of the requirement that it shows.",
    ),
    Report(
        "the list of requests for evidence",
        ("title", "state", "due", "asked_by"),
        "Ask and answer on the Requests page.",
    ),
    Report(
        "the list of service organisations' reports",
        ("provider", "opinion", "period_until", "expected"),
        "Record a report on its own page under Compliance.",
    ),
    Report("the audit log", ("seq", "actor", "command", "outcome"), "It records what was done and is never changed."),
    Report(
        "the list of users",
        ("username", "full_name", "roles", "last_login"),
        "Invite people and grant roles on the Users page, or by `garrison user`.",
    ),
)


def find(source: Source) -> Report | None:
    """The report that ``source`` is an export of. Raises `Damaged` for a workbook that cannot be read."""
    for header in headers(source):
        for report in REPORTS:
            if report.recognises(header):
                return report
    return None


def sniff(source: Source) -> bool:
    """Whether ``source`` is an export of a report of ours; a broken workbook is none."""
    try:
        return find(source) is not None
    except Damaged:
        return False


def read(source: Source) -> Iterator[Reading]:
    """Nothing: raises `Damaged` that says what it is and where its facts are changed instead."""
    report = find(source)
    what = report.name if report else "a report"
    where = report.instead if report else ""
    raise Damaged(f"This is {what} that Garrison exported: a report, which does not come back in. {where}")
    yield

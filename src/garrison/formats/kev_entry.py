"""One entry of CISA's catalogue of known exploited vulnerabilities, whatever file it came in."""

from collections.abc import Iterable

import msgspec

from garrison.formats.cve import cve_id, cwe_ids, day
from garrison.formats.facts import Refusal, VulnerabilityFact
from garrison.formats.fields import Text


class Entry(msgspec.Struct, frozen=True):
    """The columns of an entry, named as in CISA's JSON schema; the CSV file has the same, with ``cwes`` joined."""

    cveID: Text  # noqa: N815
    dateAdded: Text  # noqa: N815
    vendorProject: Text = ""  # noqa: N815
    product: Text = ""
    vulnerabilityName: Text = ""  # noqa: N815
    requiredAction: Text = ""  # noqa: N815
    dueDate: Text | None = ""  # noqa: N815
    knownRansomwareCampaignUse: Text = ""  # noqa: N815
    cwes: Iterable[str] | None = None


_RANSOMWARE = {"known": True, "unknown": False}


def fact(row: int, entry: Entry) -> VulnerabilityFact | Refusal:
    """The entry as a fact, or a Refusal naming the field: no CVE id, or a date that is none.

    ``ransomware`` is False where the catalogue says "Unknown": it knows of no such use. White space inside texts is
    made single, since the two files of one catalogue differ in it.
    """
    cve = cve_id(entry.cveID)
    if cve is None:
        return Refusal(row=row, field="cveID", reason=f"{entry.cveID[:60]!r} is not a CVE identifier.")
    added = day(entry.dateAdded)
    if added is None:
        return Refusal(row=row, field="dateAdded", reason=f"{entry.dateAdded[:60]!r} is not a date (YYYY-MM-DD).")
    due_text = (entry.dueDate or "").strip()
    due = day(due_text)
    if due is None and due_text:
        return Refusal(row=row, field="dueDate", reason=f"{due_text[:60]!r} is not a date (YYYY-MM-DD).")
    return VulnerabilityFact(
        row=row,
        source="kev",
        cve=cve,
        title=" ".join(entry.vulnerabilityName.split()),
        vendor=" ".join(entry.vendorProject.split()),
        product=" ".join(entry.product.split()),
        action=" ".join(entry.requiredAction.split()),
        kev_added=added,
        kev_due=due,
        ransomware=_RANSOMWARE.get(entry.knownRansomwareCampaignUse.strip().lower()),
        cwes=cwe_ids(entry.cwes or ()),
    )

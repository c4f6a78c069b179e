"""What the catalogues say of CVEs, as the priority rule wants it."""

from collections.abc import Iterable

from garrison.apps.threats.models import Vulnerability
from garrison.apps.vulnerabilities.rules import Known
from garrison.core.bulk import batches

COLUMNS = ("cve", "kev_added", "epss", "automatable", "total_impact", "cvss_vector", "cvss")


def known_of(cves: Iterable[str]) -> dict[str, Known]:
    """What is known of these CVEs, a thousand a statement; what nobody spoke of is left out.

    Public catalogues belong to no unit, so this is not narrowed.
    """
    found: dict[str, Known] = {}
    for some in batches(sorted(set(cves))):
        rows = Vulnerability.objects.filter(cve__in=some).order_by().values_list(*COLUMNS)
        found.update((row[0], Known(*row)) for row in rows)
    return found

"""Real layouts of badge, directory and roster exports, and real tables that nobody knows."""

import gzip
import os
from collections import Counter
from pathlib import Path

import pytest
from tests.kit.plain import plain

from garrison.formats import (
    badge_events,
    badge_holders,
    business_units,
    controls_table,
    devices,
    directory,
    directory_ldif,
    hosts_table,
    hr_roster,
    initiatives_table,
    mapping,
    scenarios_table,
)
from garrison.formats.facts import Note, Refusal, count_name
from garrison.formats.source import Source

CORPUS = Path(os.environ.get("GARRISON_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
pytestmark = pytest.mark.skipif(not (CORPUS / "physical").is_dir(), reason=f"no corpus at {CORPUS}")

READERS = (
    *(badge_events, badge_holders, business_units, controls_table, devices, directory, directory_ldif, hosts_table),
    *(hr_roster, initiatives_table, scenarios_table),
)
COUNTS = {
    "ad_users_ldif_fields.csv": ("directory", {"accounts": 1}),
    "amag_symmetry_export.csv": ("badge-events", {"access_events": 1}),
    "ccure9000_journal.csv": ("badge-events", {"access_events": 1}),
    "genetec_import_tool_fields.csv": ("badge-holders", {"badges": 1}),
    "hr_roster_bamboohr_like.csv": ("hr-roster", {"people": 1}),
    "kisi_event_export.csv": ("badge-events", {"access_events": 1}),
    "onguard_db_export.csv": ("badge-events", {"access_events": 1}),
    "uhppote_event_fields.csv": ("badge-events", {"access_events": 2}),
}
UNKNOWN = {"benchmarks.csv", "isc_fsl_matrix.csv"}


def source(path: Path) -> Source:
    content = path.read_bytes()
    return plain(gzip.decompress(content) if path.suffix == ".gz" else content)


@pytest.mark.parametrize("name", COUNTS)
def test_counts(name: str) -> None:
    file = source(CORPUS / "physical" / name)
    wanted, counts = COUNTS[name]
    (reader,) = [each for each in READERS if each.sniff(file)]
    assert wanted == reader.FORMAT
    readings = list(reader.read(file))
    assert not [each for each in readings if isinstance(each, Refusal)]
    assert Counter(count_name(each) for each in readings if not isinstance(each, Note | Refusal)) == counts


def test_every_table_is_known_or_proposed() -> None:
    assert {path.name for path in (CORPUS / "physical").glob("*.csv")} == set(COUNTS) | UNKNOWN
    for path in [CORPUS / "physical" / name for name in UNKNOWN] + sorted((CORPUS / "incidents").glob("*.csv*")):
        file = source(path)
        assert not [each for each in READERS if each.sniff(file)]
        proposal = mapping.propose(file)
        assert proposal is not None
        assert proposal.row == 1
        list(mapping.read_mapped(file, "hosts-table", {proposal.tables[0].columns[0].column: "host_name"}))


def test_nothing_else_there_is_a_table() -> None:
    for path in sorted((CORPUS / "physical").rglob("*")):
        if path.is_file() and path.suffix != ".csv":
            file = source(path)
            assert not [each for each in READERS if each.sniff(file)], path

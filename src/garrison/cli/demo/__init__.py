"""The exports of a made-up hospital group, written in the real formats, for the demonstration and for tests.

Everything is invented but the ids and products of a few well-known CVEs and the ids and names of ATT&CK techniques.
The same day and seed give the same bytes. Days are counted from the Eastern date of ``as_of``; clock times stay.

The group. Larkmere Hospital Group has three sites (Larkmere General, Westhollow, Cindervale), 1,200 people on the
roster, 1,268 badges, 1,431 accounts, 90 doors and 604 hosts.

The thread. Dorian Vesk (employee 20417, pharmacy technician) left eleven days ago; HR wrote it down three days late.
Badge 40417 still works. It opened the staff entrance D-014 eight days ago at 17:48, and three days ago at 21:37 the
same door and at 21:42 the pharmacy store D-031, which stood open for 74 seconds at 21:58; at 22:03 somebody left by
the loading dock D-022. The latch of D-031 had failed its test the day before; CAM-19 in corridor B went dark the day
after.
Six more leavers have a badge or an account: eleven in all with his. One of those accounts was used: Baxter Loom's,
by remote access, seven days ago at 19:12.

The weaknesses. 2,418 findings are open: 2,395 in the scanners' reports and 23 failed tests of doors and devices. Four
known exploited ones are open to the internet: on gw-edge-01, portal-01, portal-02 and mx-02. Twelve
imaging stations can be taken over from inside; CTRL-07 has its default password; eighteen readers take any firmware.

The money. The failed latch and the dark camera raise R-03 from 44 to 84 thousand dollars a year and the whole to
1.45 million; see `risk`. Of thirteen initiatives the best eight cost 590 of 600 thousand dollars.
"""

from datetime import datetime
from pathlib import Path

from garrison.cli.demo import (
    access,
    baseline,
    devices,
    events,
    feeds,
    hosts,
    nessus,
    people,
    risk,
    software,
    threats,
    weaknesses,
)
from garrison.cli.demo.clock import Clock
from garrison.cli.demo.packing import gzipped, zipped
from garrison.cli.demo.story import LEAVERS, OFFICERS, SIGHTINGS, STORY, Leaver, Sighting, Story

__all__ = ["LEAVERS", "OFFICERS", "SIGHTINGS", "STORY", "Leaver", "Sighting", "Story", "exports", "write_exports"]

FAILED_TESTS = 18 + 2 + len(devices.FAILED)
"""Readers, the latch and the camera, and what failed elsewhere: findings that the device list tells."""


def write_exports(folder: Path, *, as_of: datetime, seed: int = 20417) -> list[Path]:
    """Write the exports into ``folder``, which is made if it is not there, and give their paths in order of name.

    ``as_of`` is aware. Nothing in the exports is later than it, nor later than 08:42 Eastern of its day. Raises
    ValueError when it names no zone.
    """
    made = exports(as_of=as_of, seed=seed)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in sorted(made):
        path = folder / name
        path.write_bytes(made[name])
        paths.append(path)
    return paths


def exports(*, as_of: datetime, seed: int = 20417) -> dict[str, bytes]:
    """The exports by file name."""
    clock = Clock.of(as_of, seed)
    found = people.roster(clock)
    held = access.badges(found, clock)
    machines = hosts.all_hosts()
    pool = weaknesses.pool(clock)
    images, bills = software.trivy(clock), software.bills(clock)
    elsewhere = FAILED_TESTS + software.CODE_FINDINGS + sum(count for _, _, count, _ in software.IMAGES)
    elsewhere += 1 + sum(count for _, _, count, _ in software.BILLS)
    scanned = nessus.scan(machines, STORY.findings - elsewhere, pool, clock)
    day = clock.today.isoformat()
    result = {
        "business-units.csv": risk.business_units(),
        "controls.csv": risk.controls(clock),
        "risk-scenarios.csv": risk.scenarios(clock),
        "initiatives.csv": risk.initiatives(),
        f"hr-roster-{day}.csv": people.hr_roster(found),
        f"directory-{day}.ldif": access.directory(access.accounts(found, clock)),
        f"badge-holders-{day}.csv": access.badge_holders(held),
        f"badge-events-{day}.csv.gz": gzipped(events.badge_events(found, held, clock)),
        "devices.xlsx": devices.device_list(clock),
        "hosts.csv": hosts.host_list(machines),
        "nmap-servers.xml": hosts.port_scan(machines, clock),
        "code-appointment-forms.sarif": software.code_report(clock),
        "software-bills.zip": zipped(bills),
        "known-exploited.json": feeds.exploited(clock),
        f"epss-{day}.csv.gz": feeds.likelihoods(pool, clock),
        "vulnrichment.tar.gz": feeds.records(pool, clock),
        "threats.stix.json": threats.bundle(clock),
        "physical-baseline.oscal.json": baseline.catalogue(clock),
        **images,
    }
    for name, report in nessus.reports(machines, scanned, clock).items():
        large = len(report) > 500_000
        result[f"{name}.nessus.gz" if large else f"{name}.nessus"] = gzipped(report) if large else report
    return result

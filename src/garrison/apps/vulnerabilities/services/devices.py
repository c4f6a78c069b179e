"""The command that makes findings of doors and devices that fail, and closes them when they work again."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any

from garrison.apps.assets import selectors as assets
from garrison.apps.assets.models import PHYSICAL, DeviceTest
from garrison.apps.vulnerabilities import rules
from garrison.apps.vulnerabilities.models import Finding
from garrison.apps.vulnerabilities.rules import Subject, Weakness
from garrison.core.bulk import BATCH, batches, cut
from garrison.core.clock import zone
from garrison.core.commands import changed, command
from garrison.core.models import User

STATES = {"offline": "offline", "failed": "out of order"}
COLUMNS = (
    "pk", "uuid", "kind", "code", "name", "unit_id", "critical", "exposed", "state", "source_id", "source_row",
    "source__at",
)  # fmt: skip


@command("vulnerabilities.watch_devices")
def watch_devices(*, actor: User, only: Sequence[int] = ()) -> dict[str, list[str]]:
    """Make the findings of doors and devices say what their latest tests and states say; with ``only`` (ids) theirs.

    A failed test or a device out of order is a finding; it closes when the next test passes or the state is well.
    Gives the codes of devices whose finding was opened, reopened or closed. Doing it twice changes nothing.
    """
    wanted = _wanted(actor, only)
    told: dict[str, list[str]] = {"opened": [], "reopened": [], "closed": []}
    stored: dict[str, Mapping[str, Any]] = {}
    mine = Finding.objects.filter(tool=rules.DEVICES, kind="door", rule__in=(rules.TEST_FAILED, rules.OFFLINE))
    for some in batches(only) if only else [()]:
        rows = mine.filter(asset__in=some) if some else mine
        for row in rows.values("key", "pk", "status", "decided", "last_seen", "description", "asset__code"):
            stored[row["key"]] = row
    for key in stored.keys() - wanted.keys():
        if stored[key]["status"] not in ("closed", "not affected"):
            told["closed"].append(stored[key]["asset__code"])
    gone = [row["pk"] for key, row in stored.items() if key not in wanted]
    for some_gone in batches(gone):
        live = Finding.objects.filter(pk__in=some_gone).exclude(status__in=("closed", "not affected"))
        live.update(status="closed", decided=None, note="It works again.")
    write = [row for key, row in wanted.items() if _differs(row, stored.get(key), told)]
    cut(Finding, write)
    Finding.objects.bulk_create(
        [Finding(**row) for row in write],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["status", "decided", "last_seen", "description", "source", "source_row", "first_seen", "due",
                       "rank", "due_set"],
    )  # fmt: skip
    changed(target="doors and devices", after=told)
    return told


def _differs(row: dict[str, Any], known: Mapping[str, Any] | None, told: dict[str, list[str]]) -> bool:
    """Whether a device's finding must be written: it is new, it failed again after closing, or a newer test says so."""
    code = row["title"].partition(": ")[2].partition(",")[0]
    if known is None:
        told["opened"].append(code)
        return True
    newer = row["last_seen"] > known["last_seen"]
    if known["status"] in ("closed", "not affected"):
        if known["decided"] is not None and not newer:
            return False
        told["reopened"].append(code)
        return True
    return False


def _wanted(actor: User, only: Sequence[int]) -> dict[str, dict[str, Any]]:
    """The findings that there should be, by key."""
    devices = assets.assets(viewer=actor).filter(kind__in=PHYSICAL)
    chosen = devices.filter(pk__in=list(only)) if only else devices
    rows = list(chosen.order_by("pk").values(*COLUMNS))
    failed = _failed(row["pk"] for row in rows)
    wanted = {}
    for row in rows:
        test = failed.get(row["pk"])
        if test is not None:
            finding = _row(row, rules.TEST_FAILED, "failed its test", test)
        elif row["state"] in STATES and row["source__at"] is not None:
            finding = _row(row, rules.OFFLINE, STATES[row["state"]], None)
        else:
            continue
        wanted[finding["key"]] = finding
    return wanted


def _failed(devices: Iterable[int]) -> dict[int, DeviceTest]:
    """The latest test of each device, where it failed; a later record of the same day wins."""
    found: dict[int, DeviceTest] = {}
    for some in batches(devices):
        for test in DeviceTest.objects.filter(asset__in=some).order_by("on", "recorded_at", "pk"):
            found[test.asset_id] = test
    return {pk: test for pk, test in found.items() if not test.passed}


def _row(device: dict[str, Any], rule: str, what: str, test: DeviceTest | None) -> dict[str, Any]:
    """One device's finding, seen on the day of the test or when the device list was read."""
    here = zone()
    seen = datetime.combine(test.on, time(), tzinfo=here).astimezone(UTC) if test else device["source__at"]
    place = f"{device['code']}, {device['name']}" if device["name"] not in ("", device["code"]) else device["code"]
    found = rules.prioritise(
        Weakness("door", rule, "high", seen.astimezone(here).date()),
        Subject(device["exposed"], device["critical"], device["kind"]),
        [],
    )
    return {
        "key": rules.finding_key(device["uuid"].hex, rule, "", "", "door"),
        "asset_id": device["pk"],
        "unit_id": device["unit_id"],
        "tool": rules.DEVICES,
        "kind": "door",
        "rule": rule,
        "title": f"{device['kind'].capitalize()} {what}: {place}",
        "severity": "high",
        "description": test.note if test else "",
        "physical": True,
        "status": "open",
        "decided": None,
        "first_seen": seen,
        "last_seen": seen,
        "level": found.level,
        "deadline": found.deadline,
        "reason": found.reason,
        "due": found.due,
        "due_set": False,
        "rank": rules.rank(found.level, found.due),
        "exposed": device["exposed"],
        "search": rules.search_words(device["code"], device["name"], rule, device["kind"], what),
        "source_id": test.source_id if test else device["source_id"],
        "source_row": test.source_row if test else device["source_row"],
    }

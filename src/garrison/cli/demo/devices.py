"""Doors, readers, cameras, locks and controllers of the three sites, with their states and latest tests."""

from dataclasses import dataclass

from garrison.cli.demo.clock import Clock
from garrison.cli.demo.packing import Cell, workbook
from garrison.cli.demo.people import SITE_NAMES
from garrison.cli.demo.story import STORY


@dataclass(frozen=True, slots=True)
class Door:
    """A door: where it is, whether the room behind it is critical, and the access levels that open it."""

    code: str
    name: str
    site: str
    zone: str
    critical: bool = False
    levels: tuple[str, ...] = ()


GENERAL = """
Main entrance|Main lobby|
Lobby inner door|Main lobby|
Lobby to corridor A|Corridor A|
Emergency waiting entrance|Emergency waiting|
Chapel corridor|Main lobby|
Outpatient entrance|Outpatients|
Offices|Offices|
Emergency stairs|Corridor A|
Ambulance stores|Ambulance bay|Emergency
Ambulance bay|Ambulance bay|Emergency
Resuscitation|Emergency treatment|Emergency
Emergency treatment|Emergency treatment|Emergency
Triage|Emergency waiting|Emergency
Staff entrance east|Corridor A|
CT control room|Imaging|Imaging
Imaging|Imaging|Imaging
Film archive|Imaging|Imaging
Records|Records|*Records
Plant room|Plant room|*Plant and stores
Server room|Server room|*Server rooms
Stores|Stores|Plant and stores
Loading dock|Loading dock|Plant and stores;Kitchen
Kitchen goods in|Kitchen|Kitchen
Corridor B west|Corridor B|
Kitchen|Kitchen|Kitchen
Laundry|Stores|Plant and stores
Changing rooms east|Staff rooms|
Changing rooms west|Staff rooms|
Staff rooms|Staff rooms|
Staff stairs|Corridor B|
Pharmacy store|Pharmacy store|*Pharmacy
Dispensary hatch|Dispensary|Pharmacy
Dispensary|Dispensary|Pharmacy
Specimen reception|Laboratory|Laboratory
Blood bank|Laboratory|*Laboratory
Laboratory|Laboratory|Laboratory
Operating suite|Surgery|Surgery
Recovery|Surgery|Surgery
Surgery 3|Surgery|Surgery
Maternity|Wards|
Ward corridor|Wards|
"""
WESTHOLLOW = """
Main entrance|Lobby|
Staff entrance|Lobby|
Urgent care entrance|Urgent care|
Urgent care treatment|Urgent care|
Ward 1|Wards|
Ward 2|Wards|
Ward 3|Wards|
Ward 4|Wards|
Day room|Wards|
Rehabilitation gym|Rehabilitation|
Therapy rooms|Rehabilitation|
Pool|Rehabilitation|
Rehabilitation office|Rehabilitation|
Garden door|Rehabilitation|
Kitchen|Kitchen|
Goods in|Stores|
Linen|Stores|
Staff rooms|Staff rooms|
Fire stairs north|Lobby|
Plant room|Plant room|*Plant and stores
Server room|Server room|*Server rooms
Medicines room|Medicines|*Pharmacy
Records|Records|*Records
Clean utility|Wards|
Dirty utility|Wards|
Equipment store|Stores|
Oxygen store|Stores|
Workshop|Stores|
Fire stairs south|Lobby|
"""
CINDERVALE = """
Main entrance|Lobby|
Staff entrance|Lobby|
Clinic entrance|Clinic|
Consulting corridor|Clinic|
Medicines room|Medicines|*Pharmacy
Records|Records|*Records
Unit A|Long-term care|
Unit B|Long-term care|
Unit C|Long-term care|
Garden door|Long-term care|
Day room|Long-term care|
Kitchen|Kitchen|
Goods in|Stores|
Linen|Stores|
Staff rooms|Staff rooms|
Plant room|Plant room|*Plant and stores
Server room|Server room|*Server rooms
Workshop|Stores|
Fire stairs|Lobby|
Bin store|Stores|
"""
"""Doors by site, one a line: name, zone, access levels (none: the site's staff level; a star marks a critical room)."""

CAMERA_DOORS = {2: 1, 5: 4, 9: 19, 12: 14, 17: 22, 19: 31, 20: 24, 22: 33, 23: 36}
"""Cameras whose place the story tells: camera number to door number."""

CONTROLLERS = (
    (1, 14), (15, 24), (25, 32), (33, 41), (42, 50), (51, 60), (61, 68), (69, 70), (71, 80), (81, 90),
)  # fmt: skip
"""First and last door of each controller; the third serves D-031, the seventh D-061 to D-068."""

CAMERAS = {"LG": 33, "WH": 19, "CV": 14}
"""How many cameras each site has."""

FAILED = {
    "D-057": (-20, "Closer takes 19 s; 8 s allowed"),
    "D-069": (-16, "Contact stays closed with the door open"),
    "CAM-58": (-9, "Picture too dark to tell faces"),
}
"""Tests that failed elsewhere in the group: day and note."""


def _read(text: str, site: str, first: int, base: str) -> list[Door]:
    found = []
    for number, line in enumerate(text.strip().splitlines(), first):
        name, zone, levels = line.split("|")
        critical = levels.startswith("*")
        opens = tuple(levels.lstrip("*").split(";")) if levels else (base,)
        found.append(Door(f"D-{number:03}", name, site, zone, critical, opens))
    return found


def doors() -> list[Door]:
    """The 90 doors in the order of their codes."""
    return [
        *_read(GENERAL, "LG", 1, "Staff day"),
        *_read(WESTHOLLOW, "WH", 42, "Westhollow staff"),
        *_read(CINDERVALE, "CV", 71, "Cindervale staff"),
    ]


def controller_address(number: int) -> str:
    """The address of controller CTRL-01 to CTRL-10, the same in the device list, the host list and the scans."""
    return f"10.{_controller_net(number)}.90.{10 + number}"


def _controller_net(number: int) -> int:
    return 20 if number <= 4 else 30 if number <= 8 else 40


HEADER = (
    "device_code", "device_name", "device_kind", "unit_code", "site", "building", "floor", "zone", "critical",
    "serves", "address", "model", "state", "tested", "test_result", "test_note",
)  # fmt: skip
"""Columns of the device list."""


@dataclass(frozen=True, slots=True)
class _Device:
    code: str
    name: str
    kind: str
    site: str
    zone: str
    critical: bool = False
    serves: str = ""
    address: str = ""
    model: str = ""


def _readers(found: list[Door]) -> list[_Device]:
    """Readers in the order they were fitted: General 43 (two doors read on the way out too), Cindervale, Westhollow."""
    by_site = {site: [door for door in found if door.site == site] for site in SITE_NAMES}
    extra = [door for door in by_site["LG"] if door.code in {STORY.entrance_door, STORY.dorian_door}]
    order = [*by_site["LG"], *extra, *by_site["CV"][:18], *by_site["WH"], *by_site["CV"][18:]]
    sides = {door.code: {order.index(door): ", way in", len(by_site["LG"]) + nth: ", way out"}
             for nth, door in enumerate(extra)}  # fmt: skip
    return [
        _Device(f"RDR-{number:03}", f"Reader at {door.code}{sides.get(door.code, {}).get(number - 1, '')}", "reader",
                door.site, door.zone, False, door.code, "", "Halberd R2")
        for number, door in enumerate(order, 1)
    ]  # fmt: skip


def _cameras(found: list[Door]) -> list[_Device]:
    cameras = []
    number = 0
    for site, count in CAMERAS.items():
        here = [door for door in found if door.site == site]
        spare = iter([door for door in here if int(door.code[2:]) not in CAMERA_DOORS.values()])
        net = {"LG": 20, "WH": 30, "CV": 40}[site]
        for _ in range(count):
            number += 1
            planted = CAMERA_DOORS.get(number)
            door = found[planted - 1] if planted else next(spare)
            zone = "Corridor B" if number in {19, 20} else door.zone
            cameras.append(
                _Device(f"CAM-{number:02}", f"Camera, {zone}", "camera", site, zone, False, door.code,
                        f"10.{net}.91.{10 + number}", "Ostrava Dome 4")
            )  # fmt: skip
    return cameras


def _all(found: list[Door]) -> list[_Device]:
    devices = [
        _Device(door.code, door.name, "door", door.site, door.zone, door.critical, model="Steel leaf") for door in found
    ]
    devices += [*_readers(found), *_cameras(found)]
    devices += [
        _Device(f"LCK-{door.code[2:]}", f"Lock of {door.code}", "lock", door.site, door.zone, False, door.code, "",
                "Tarn Strike 90")
        for door in found
        if door.critical
    ]  # fmt: skip
    for number, (first, last) in enumerate(CONTROLLERS, 1):
        served = ";".join(door.code for door in found[first - 1 : last])
        devices.append(
            _Device(f"CTRL-{number:02}", f"Door controller {number}", "controller", found[first - 1].site,
                    "Risers", False, served, controller_address(number), "Halberd C8")
        )  # fmt: skip
    for number, code in enumerate((STORY.overdue_door, STORY.dock_door, "D-061", "D-086"), 1):
        door = found[int(code[2:]) - 1]
        devices.append(
            _Device(f"SEN-{number:02}", f"Door contact at {code}", "sensor", door.site, door.zone, False, code, "",
                    "Plover Contact")
        )  # fmt: skip
    return devices


def device_list(clock: Clock) -> bytes:
    """The building systems' device list as a spreadsheet."""
    dice = clock.dice("device tests")
    rows: list[tuple[Cell, ...]] = []
    for device in _all(doors()):
        state, tested, result, note = "ok", -dice.randint(6, 170), "pass", ""
        if device.code in FAILED:
            (tested, note), result = FAILED[device.code], "fail"
        if device.kind == "reader" and 44 <= int(device.code[4:]) <= 61:
            tested, result, note = -11, "fail", "Takes firmware that is not signed; maker's notice of the same day"
        elif device.code == STORY.dorian_door:
            state, tested, result, note = "failed", -4, "fail", STORY.latch_note
        elif device.code == STORY.offline_camera:
            state, tested, result, note = "offline", -2, "fail", "No picture since 03:10; switch port down"
        elif device.code == STORY.dock_door:
            state, note = "held", "Held open for a delivery; alarm masked"
        elif device.code == STORY.overdue_door:
            tested, note = -377, "Yearly latch and alarm test"
        rows.append((
            device.code, device.name, device.kind, device.site, SITE_NAMES[device.site],
            f"{SITE_NAMES[device.site]} main building", "Ground", device.zone, "yes" if device.critical else "no",
            device.serves, device.address, device.model, state, clock.day(tested).isoformat(), result, note,
        ))  # fmt: skip
    return workbook("Devices", HEADER, rows)

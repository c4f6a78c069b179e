"""The names and codes of the planted story, for the generator and for tests that look for it on every page."""

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True)
class Leaver:
    """A planted person who left ``left`` days from day 0 and still holds ``badges`` and ``accounts``."""

    first: str
    last: str
    unit: str
    title: str
    left: int
    badges: int
    accounts: tuple[str, ...]

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"


@dataclass(frozen=True, slots=True)
class Sighting:
    """One planted line of the badge log: which day, when by the local clock, at which door, what."""

    day: int
    clock: time
    door: str
    what: str
    carded: bool = True


@dataclass(frozen=True, slots=True)
class Story:
    """Everything a page or a test may look for by name."""

    group: str = "Larkmere Hospital Group"
    sites: tuple[tuple[str, str], ...] = (("LG", "Larkmere General"), ("WH", "Westhollow"), ("CV", "Cindervale"))
    people: int = 1200
    leavers: int = 41
    badges: int = 1268
    accounts: int = 1431
    doors: int = 90
    hosts: int = 604
    findings: int = 2418
    controls: int = 20
    scenarios: int = 10
    initiatives: int = 13
    event_days: int = 14
    dorian_number: int = 20417
    dorian_badge: int = 40417
    dorian_login: str = "d.vesk"
    dorian_door: str = "D-031"
    entrance_door: str = "D-014"
    dock_door: str = "D-022"
    overdue_door: str = "D-019"
    entrance_camera: str = "CAM-12"
    offline_camera: str = "CAM-19"
    weak_controller: str = "CTRL-07"
    store_control: str = "C-17"
    camera_control: str = "C-18"
    leaver_control: str = "C-08"
    latch_note: str = "Latch released at 40 N; 90 N required"
    shared_account: str = "svc-dispense"
    used_vpn_login: str = "b.loom"
    used_vpn_day: int = -7
    used_vpn_clock: time = time(19, 12)
    held_minutes_ago: int = 22
    gateway_host: str = "gw-edge-01"
    gateway_cve: str = "CVE-2026-99812"
    imaging_host: str = "img-ws-03"
    imaging_cve: str = "CVE-2026-99740"
    imaging_hosts: int = 12
    portal_host: str = "portal-02"
    portal_cve: str = "CVE-2026-99655"
    mail_host: str = "mx-01"
    mail_cve: str = "CVE-2026-99610"
    backup_host: str = "bak-01"
    printer_host: str = "prn-03"
    lab_host: str = "lab-if-02"
    pharmacy_host: str = "pharm-app-01"
    pharmacy_cve: str = "CVE-2026-99388"
    pharmacy_station: str = "pharm-ws-07"
    exploited_exposed: tuple[tuple[str, str], ...] = (
        ("gw-edge-01", "CVE-2026-99812"),
        ("portal-02", "CVE-2026-99655"),
        ("mx-02", "CVE-2026-99701"),
        ("portal-01", "CVE-2026-99588"),
    )
    budget: int = 600_000
    best_plan: tuple[str, ...] = ("I-01", "I-02", "I-03", "I-04", "I-07", "I-08", "I-09", "I-13")


STORY = Story()
"""The one story that is told."""

LEAVERS = (
    Leaver("Dorian", "Vesk", "LG-PHARM", "Pharmacy technician", -11, 1, ("d.vesk",)),
    Leaver("Odalys", "Brenn", "LG-SURG", "Nurse, surgery 3", -4, 1, ()),
    Leaver("Kit", "Marrowby", "FAC", "Cleaner", -10, 1, ()),
    Leaver("Selwyn", "Ashgrove", "LG-ED", "Physician, locum", -9, 0, ("s.ashgrove", "s.ashgrove-locum")),
    Leaver("Ilka", "Thornquist", "LG-LAB", "Laboratory assistant", -11, 1, ("i.thornquist",)),
    Leaver("Baxter", "Loom", "IT", "IT service desk", -10, 0, ("b.loom", "b.loom-desk")),
    Leaver("Perrin", "Vale", "LG-CATER", "Kitchen assistant", -5, 1, ()),
)
"""The seven leavers who still have access: five badges and six accounts, eleven in all; Vesk and Loom used one."""

OFFICERS = (
    ("Odile", "Fenwright", "SEC", "Security head"),
    ("Teodor", "Brask", "SEC", "Operations centre supervisor"),
    ("Hal", "Ostrander", "SEC", "Guard supervisor"),
    ("Pilar", "Sandoval-Brix", "SEC", "Guard"),
    ("Mattias", "Orrel", "IT", "IT access manager"),
    ("Sunniva", "Aldane", "IT", "Network manager"),
    ("Ephraim", "Koss", "IT", "IT operations manager"),
    ("Bram", "Tolliver", "FAC", "Facilities manager"),
    ("Junia", "Halloway", "LG-PHARM", "Pharmacy director"),
    ("Perpetua", "Lindqvar", "LEGAL", "General counsel"),
    ("Ada", "Pellworth", "FIN", "Finance director"),
)
"""Owners of scenarios, controls and work, by name, unit and title."""

SIGHTINGS = (
    Sighting(-8, time(17, 48, 10), "D-014", "granted"),
    Sighting(-3, time(21, 37, 22), "D-014", "granted"),
    Sighting(-3, time(21, 42, 5), "D-031", "granted"),
    Sighting(-3, time(21, 58, 47), "D-031", "held", carded=False),
    Sighting(-3, time(22, 3, 15), "D-022", "exit", carded=False),
)
"""What badge 40417 and the doors on its way did after Dorian Vesk had left."""

SIGNED_IN = {"d.vesk": (-11, time(16, 5)), "b.loom": (-7, time(19, 12)), "svc-dispense": (-3, time(21, 44, 31))}
"""Last sign-ins that the story tells, by login: day and local clock time."""

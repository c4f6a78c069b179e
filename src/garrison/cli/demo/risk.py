"""Business units, controls, risk scenarios and initiatives: the numbers from which the money is computed.

A scenario's rate and loss are those before controls. Today's expected loss is the rate times the mean loss, times
(1 - coverage x effectiveness) for each control that bears on it. The failed tests of D-031 and CAM-19 lower C-17 and
C-18 to six tenths of what was measured: R-03 then costs 84 thousand dollars a year instead of 44, the approved
scenarios together 1.45 million, and two million are reached in 19 years of 100. The best plan within the budget
leaves 0.89 million.
"""

from garrison.cli.demo.clock import Clock
from garrison.cli.demo.packing import Cell, table
from garrison.cli.demo.people import UNITS
from garrison.cli.demo.story import STORY

KOSS, ALDANE, HALLOWAY, OSTRANDER, LINDQVAR, ORREL, TOLLIVER, PELLWORTH, BRASK = (
    "Ephraim Koss", "Sunniva Aldane", "Junia Halloway", "Hal Ostrander", "Perpetua Lindqvar", "Mattias Orrel",
    "Bram Tolliver", "Ada Pellworth", "Teodor Brask",
)  # fmt: skip
"""Owners."""

PREVENTING, RESPONDING = "preventing", "responding"
"""What a control does: make losses rarer, or smaller."""

CONTROLS = (
    ("C-01", "Second factor on remote sign-in", PREVENTING, "IT", ALDANE, "R-01:0.5; R-02:0.4", 0.55, 38, 90, ""),
    ("C-02", "Mail filter and payee warning", PREVENTING, "IT", KOSS, "R-01:0.3; R-08:0.4", 0.70, 21, 90, ""),
    ("C-03", "Endpoint detection", PREVENTING, "IT", KOSS, "R-01:0.4; R-02:0.3", 0.72, 27, 90, ""),
    ("C-04", "Patching within policy time", PREVENTING, "IT", KOSS, "R-01:0.3; R-02:0.3", 0.64, 12, 30, ""),
    ("C-05", "Backups with restore test", RESPONDING, "IT", KOSS, "R-01:0.5", 0.50, 55, 180, ""),
    ("C-06", "Network separation of servers", PREVENTING, "IT", ALDANE, "R-01:0.25; R-02:0.3; R-10:0.3", 0.58, 61, 180,
     ""),
    ("C-07", "Review of administrator rights", PREVENTING, "IT", ORREL, "R-01:0.2; R-02:0.25", 0.66, 44, 90, ""),
    ("C-08", "Leaver access closed within 24 h", PREVENTING, "IT", ORREL, "R-02:0.1; R-03:0.3; R-06:0.1", 0.70, 68, 90,
     ""),
    ("C-09", "Watch over access to records", RESPONDING, "LEGAL", LINDQVAR, "R-02:0.4", 0.60, 35, 90, ""),
    ("C-10", "Supplier reviews and contracts", PREVENTING, "LEGAL", LINDQVAR, "R-05:0.5", 0.55, 120, 365, ""),
    ("C-11", "Two approvals for new payees", PREVENTING, "FIN", PELLWORTH, "R-08:0.5", 0.64, 49, 90, ""),
    ("C-12", "Encryption of laptops", PREVENTING, "IT", ORREL, "R-06:0.6", 0.62, 18, 90, ""),
    ("C-13", "Guard post, emergency department", PREVENTING, "SEC", OSTRANDER, "R-04:0.4; R-09:0.2", 0.70, 26, 90, ""),
    ("C-14", "De-escalation training", PREVENTING, "LG-ED", OSTRANDER, "R-04:0.3", 0.60, 75, 180, ""),
    ("C-15", "Panic buttons and response", RESPONDING, "SEC", OSTRANDER, "R-04:0.3", 0.75, 33, 90, ""),
    ("C-16", "Daily count of Schedule II stock", PREVENTING, "LG-PHARM", HALLOWAY, "R-03:0.35", 0.68, 15, 30, ""),
    ("C-17", "Door control, pharmacy store", PREVENTING, "LG-PHARM", TOLLIVER, "R-03:0.74", 0.86, 40, 90, "D-031"),
    ("C-18", "Camera watch, corridor B", PREVENTING, "SEC", BRASK, "R-03:0.3", 0.77, 33, 90, "CAM-19"),
    ("C-19", "Plant room doors and alarms", PREVENTING, "FAC", TOLLIVER, "R-07:0.35", 0.66, 377, 365, "D-019"),
    ("C-20", "Second power feed and generators", RESPONDING, "FAC", TOLLIVER, "R-07:0.5", 0.60, 29, 90, ""),
)  # fmt: skip
"""Code, name, effect, unit, owner, scenarios with coverage, effectiveness measured, days ago, test rhythm, device."""

OWN, PRIOR = "own", "sector prior"
"""What a scenario's numbers rest on."""

SCENARIOS = (
    ("R-01", "Ransomware stops clinical systems", "LHG", KOSS, 0.37, 0.18, 0.76, 1_700_000, 20_500_000, OWN, KOSS, True,
     -20, "ehr-app-01"),
    ("R-02", "Patient records exposed by intrusion", "LHG", ALDANE, 0.38, 0.19, 0.78, 720_000, 8_650_000, OWN, ALDANE,
     True, -18, "ehr-db-01"),
    ("R-03", "Drug diversion from pharmacy store", "LG-PHARM", HALLOWAY, 1.93, 0.93, 3.74, 20_000, 400_000, OWN,
     HALLOWAY, True, -6, "D-031"),
    ("R-04", "Violence against staff, emergency", "LG-ED", OSTRANDER, 3.7, 2.1, 6.4, 20_000, 245_000, OWN, OSTRANDER,
     False, -26, "D-012"),
    ("R-05", "Vendor breach of a business associate", "LHG", LINDQVAR, 0.28, 0.13, 0.58, 118_000, 2_350_000, OWN,
     ALDANE, True, -33, ""),
    ("R-06", "Devices with records stolen", "IT", ORREL, 1.37, 0.7, 2.6, 9_500, 141_000, OWN, KOSS, True, -41, ""),
    ("R-07", "Intrusion in plant room, power lost", "FAC", TOLLIVER, 0.091, 0.035, 0.22, 360_000, 7_200_000, OWN,
     HALLOWAY, True, -47, "D-019"),
    ("R-08", "Payment sent to a false supplier", "FIN", PELLWORTH, 1.02, 0.5, 2.1, 15_000, 295_000, OWN, PELLWORTH,
     False, -57, "erp-01"),
    ("R-09", "Patient taken from a ward", "WH-WARD", OSTRANDER, 0.04, 0.01, 0.15, 60_000, 1_900_000, PRIOR,
     "Sector survey", False, None, "D-046"),
    ("R-10", "Medical devices stopped over the network", "LHG", ALDANE, 0.09, 0.02, 0.3, 90_000, 2_400_000, PRIOR,
     "Sector survey", False, None, "bms-01"),
)  # fmt: skip
"""Code, name, unit, owner, events a year (best, low, high), loss low and high, basis, estimator, calibrated, approved
on which day, asset."""

INITIATIVES = (
    ("I-01", "Close leavers' access within the hour (HR to badge link)", 45_000, "IT", ORREL,
     "R-01:0.02; R-02:0.04; R-03:0.43", 90, "IT", 22, "C-08 missed for two quarters"),
    ("I-02", "Offline backups with a monthly restore test", 180_000, "IT", KOSS, "R-01:0.364", 150, "IT", 60, ""),
    ("I-03", "Second factor on every remote sign-in", 95_000, "IT", ALDANE, "R-01:0.19; R-02:0.235", 60, "IT", 35, ""),
    ("I-04", "Pharmacy store: new latch, two-person rule, camera", 62_000, "LG-PHARM", TOLLIVER, "R-03:0.44", 30,
     "Facilities", 12, ""),
    ("I-05", "Emergency department: third night guard, panic buttons", 140_000, "LG-ED", OSTRANDER, "R-04:0.36", 60,
     "Security", None, ""),
    ("I-06", "Separate network for medical devices", 260_000, "IT", ALDANE, "R-01:0.25; R-02:0.12; R-10:0.3", 270, "IT",
     110, ""),
    ("I-07", "Vendor contracts and checks renewed", 55_000, "LEGAL", LINDQVAR, "R-05:0.245", 180, "Counsel", 20, ""),
    ("I-08", "Encrypt the last 140 laptops", 38_000, "IT", ORREL, "R-02:0.015; R-06:0.72", 45, "IT", 15, ""),
    ("I-09", "Plant room doors and sensors", 85_000, "FAC", TOLLIVER, "R-07:0.42", 120, "Facilities", 25, ""),
    ("I-10", "Call-back check before a new payee is paid", 12_000, "FIN", PELLWORTH, "R-08:0.3", 14, "Finance", 3, ""),
    ("I-11", "Round-the-clock monitoring service", 310_000, "IT", KOSS, "R-01:0.27; R-02:0.27; R-05:0.05", 90,
     "Contract", None, ""),
    ("I-12", "Camera refresh, Cindervale", 150_000, "CV", TOLLIVER, "R-04:0.03; R-06:0.2; R-07:0.08", 120,
     "Facilities", 40, ""),
    ("I-13", "Phishing practice for all staff", 30_000, "HR", KOSS, "R-01:0.07; R-02:0.03; R-08:0.2", 365, "", None,
     ""),
)  # fmt: skip
"""Code, name, cost, unit, owner, share of loss taken away by scenario, days, team, team days, why it must be."""

APPETITE = (2_000_000, 0.15, 10_000_000, 0.03)
"""Two losses, each with the yearly probability that the board accepts."""


def business_units() -> bytes:
    """The unit tree with the group's budget and appetite at its root."""
    header = (
        "unit_code", "unit_name", "parent_code", "currency", "yearly_budget", "appetite_loss_1",
        "appetite_probability_1", "appetite_loss_2", "appetite_probability_2",
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for unit in UNITS:
        money: tuple[Cell, ...] = ("", "", "", "", "") if unit.parent else (STORY.budget, *APPETITE)
        rows.append((unit.code, unit.name, unit.parent, "USD", *money))
    return table(header, rows)


def controls(clock: Clock) -> bytes:
    """The control list with the latest measurement of each."""
    header = (
        "control_code", "control_name", "effect", "unit_code", "owner", "bears_on", "effectiveness", "tested",
        "test_every_days", "device",
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [(*row[:7], clock.day(-row[7]).isoformat(), *row[8:]) for row in CONTROLS]
    return table(header, rows)


def scenarios(clock: Clock) -> bytes:
    """The risk register: eight scenarios approved by their owners, two drafts that rest on a sector prior."""
    header = (
        "scenario_code", "scenario_name", "unit_code", "owner", "currency", "events_per_year", "events_low",
        "events_high", "distribution", "loss_low", "loss_high", "basis", "estimator", "calibrated", "approved_by",
        "approved_on", "asset",
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for (
        code,
        name,
        unit,
        owner,
        rate,
        low,
        high,
        small,
        large,
        basis,
        estimator,
        calibrated,
        approved,
        asset,
    ) in SCENARIOS:
        approval: tuple[Cell, Cell] = ("", "") if approved is None else (owner, clock.day(approved).isoformat())
        rows.append((
            code, name, unit, owner, "USD", rate, low, high, "lognormal", small, large, basis, estimator,
            "yes" if calibrated else "no", *approval, asset,
        ))  # fmt: skip
    return table(header, rows)


def initiatives() -> bytes:
    """The thirteen things that money could buy."""
    header = (
        "initiative_code", "initiative_name", "cost", "currency", "unit_code", "owner", "effectiveness", "days", "team",
        "team_days", "must", "must_reason",
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (code, name, cost, "USD", unit, owner, effect, days, team, team_days, "yes" if reason else "no", reason)
        for code, name, cost, unit, owner, effect, days, team, team_days, reason in INITIATIVES
    ]
    return table(header, rows)

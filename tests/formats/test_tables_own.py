"""The tables of ours: units, controls, scenarios, initiatives, devices and hosts."""

from datetime import date
from decimal import Decimal
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kit.plain import facts, plain, read, refusals, survives

from garrison.formats import (
    business_units,
    controls_table,
    devices,
    hosts_table,
    initiatives_table,
    scenarios_table,
)
from garrison.formats.facts import ControlFact, DeviceFact, HostFact, InitiativeFact, ScenarioFact, UnitFact

UNITS = (
    "unit_code,unit_name,parent_code,currency,yearly_budget,appetite_loss_1,appetite_probability_1,appetite_loss_2,"
    "appetite_probability_2\n"
)
CONTROLS = "control_code,control_name,effect,bears_on,effectiveness,tested,test_every_days,device\n"
SCENARIOS = (
    "scenario_code,scenario_name,events_per_year,events_low,events_high,distribution,loss_low,loss_mode,loss_high,"
    "basis,calibrated,approved_by,approved_on\n"
)
INITIATIVES = (
    "initiative_code,initiative_name,cost,effectiveness,requires,excludes,days,team,team_days,must,must_reason\n"
)
DEVICES = "device_code,device_name,device_kind,critical,serves,state,tested,test_result,test_note\n"
HOSTS = "host_name,addresses,os,exposed,critical\n"


def check(reader: ModuleType, header: str, row: str, wanted: object) -> None:
    content = header + row + "\n"
    assert reader.sniff(plain(content))
    readings = read(reader, content)
    if isinstance(wanted, str):
        assert refusals(readings) == [(2, wanted)]
    else:
        assert facts(readings) == [wanted]


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        (
            'EU,Europe,HQ,eur,"1,200,000",$1000000,0.01,250000,10 %',
            UnitFact(
                code="EU",
                name="Europe",
                parent="HQ",
                currency="EUR",
                budget=Decimal(1200000),
                appetite=((Decimal(250000), 0.1), (Decimal(1000000), 0.01)),
            ),
        ),
        ("HQ,Head,,,,5000,0.5,,", UnitFact(code="HQ", name="Head", appetite=((Decimal(5000), 0.5),))),
        ("HQ,Head,HQ,,,,,,", "parent_code"),
        ("HQ,Head,,,,5000,,,", "appetite_probability_1"),
        ("HQ,Head,,,,,,,0.1", "appetite_loss_2"),
        ("HQ,Head,,,,5000,0.1,6000,0.2", "appetite_probability_2"),
        ("HQ,Head,,,,5000,0.1,5000,0.1", "appetite_probability_2"),
        ("HQ,,,,,,,,", "unit_name"),
        ("HQ,Head,,,lots,,,,", "yearly_budget"),
    ],
)
def test_units(row: str, wanted: object) -> None:
    check(business_units, UNITS, row, wanted)


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        (
            "C-01,Mantrap,Preventive,R-01:0.4; R-03:80 %,0.9,2026-01-02,30,D-1",
            ControlFact(
                code="C-01",
                name="Mantrap",
                bears_on={"R-01": 0.4, "R-03": 0.8},
                effectiveness=0.9,
                tested=date(2026, 1, 2),
                test_every_days=30,
                device="D-1",
            ),
        ),
        ("C-02,Back-up,responding,,,,,", ControlFact(code="C-02", name="Back-up", effect="responding")),
        ("C-03,X,magic,,,,,", "effect"),
        ("C-03,X,,R-01:4,,,,", "bears_on"),
        ("C-03,X,,,90,,,", "effectiveness"),
        ("C-03,X,,,,1/2/2026,,", "tested"),
        ("C-03,X,,,,,0,", "test_every_days"),
    ],
)
def test_controls(row: str, wanted: object) -> None:
    check(controls_table, CONTROLS, row, wanted)


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        (
            "R-01,Theft,0.5,0.1,2,lognormal,1000,,50000,Sector prior,yes,Ida,2026-01-02",
            ScenarioFact(
                code="R-01",
                name="Theft",
                rate=0.5,
                rate_low=0.1,
                rate_high=2.0,
                low=Decimal(1000),
                high=Decimal(50000),
                basis="sector prior",
                calibrated=True,
                approved_by="Ida",
                approved_on=date(2026, 1, 2),
            ),
        ),
        ("R-02,Fire,0,,,,,,,own,,,", ScenarioFact(code="R-02", name="Fire", rate=0.0)),
        (
            "R-03,Flood,1,,,PERT,1,2,3,,,,",
            ScenarioFact(
                code="R-03",
                name="Flood",
                rate=1.0,
                distribution="pert",
                low=Decimal(1),
                mode=Decimal(2),
                high=Decimal(3),
            ),
        ),
        (
            "R-04,Fine,1,,,fixed,0,,,,,,",
            ScenarioFact(code="R-04", name="Fine", rate=1.0, distribution="fixed", low=Decimal(0)),
        ),
        ("R,X,-1,,,,,,,,,,", "events_per_year"),
        ("R,X,1,3,2,,,,,,,,", "events_high"),
        ("R,X,1,,,lognormal,1,,,,,,", "loss_high"),
        ("R,X,1,,,lognormal,0,,5,,,,", "loss_low"),
        ("R,X,1,,,lognormal,5,,5,,,,", "loss_high"),
        ("R,X,1,,,pert,1,9,5,,,,", "loss_high"),
        ("R,X,1,,,pert,2,1,5,,,,", "loss_mode"),
        ("R,X,1,,,pert,2,,5,,,,", "loss_mode"),
        ("R,X,1,,,gamma,2,,0,,,,", "loss_high"),
        ("R,X,1,,,exponential,,,5,,,,", "loss_low"),
        ("R,X,1,,,cauchy,1,,5,,,,", "distribution"),
        ("R,X,1,,,,,,,hearsay,,,", "basis"),
    ],
)
def test_scenarios(row: str, wanted: object) -> None:
    check(scenarios_table, SCENARIOS, row, wanted)


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        (
            'I-1,Gates,"$40,000.50",R-01:0.5,I-2; I-3,I-4,60,Guards,12.5,yes,law',
            InitiativeFact(
                code="I-1",
                name="Gates",
                cost=Decimal("40000.50"),
                effectiveness={"R-01": 0.5},
                requires=("I-2", "I-3"),
                excludes=("I-4",),
                days=60,
                team="Guards",
                team_days=12.5,
                must=True,
                must_reason="law",
            ),
        ),
        ("I-1,Gates,1,,I-1,,,,,,", "requires"),
        ("I-1,Gates,1,,,I-1,,,,,", "excludes"),
        ("I-1,Gates,1,,I-2,I-2,,,,,", "excludes"),
        ("I-1,Gates,-1,,,,,,,,", "cost"),
        ("I-1,Gates,1,,,,1.5,,,,", "days"),
    ],
)
def test_initiatives(row: str, wanted: object) -> None:
    check(initiatives_table, INITIATIVES, row, wanted)


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        (
            "D-1,Vault,Door,yes,,held,2026-01-02,fail,ajar",
            DeviceFact(
                code="D-1",
                name="Vault",
                kind="door",
                critical=True,
                state="held",
                tested=date(2026, 1, 2),
                test_passed=False,
                test_note="ajar",
            ),
        ),
        ("R-1,Vault in,card reader,,D-1,,,,", DeviceFact(code="R-1", name="Vault in", kind="reader", serves="D-1")),
        ("D-1,Vault,door,,D-1,,,,", "serves"),
        ("D-1,Vault,door,,,,,pass,", "tested"),
        ("D-1,Vault,window,,,,,,", "device_kind"),
    ],
)
def test_devices(row: str, wanted: object) -> None:
    check(devices, DEVICES, row, wanted)


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        (
            "web-1,192.0.2.7; 2001:DB8::0:7,Linux,yes,no",
            HostFact(
                ident="web-1",
                name="web-1",
                addresses=("192.0.2.7", "2001:db8::7"),
                os="Linux",
                exposed=True,
                critical=False,
            ),
        ),
        ("web-2,,,,", HostFact(ident="web-2", name="web-2")),
        ("web-3,192.0.2.777,,,", "addresses"),
    ],
)
def test_hosts(row: str, wanted: object) -> None:
    check(hosts_table, HOSTS, row, wanted)


TABLES = (
    (business_units, UNITS),
    (controls_table, CONTROLS),
    (scenarios_table, SCENARIOS),
    (initiatives_table, INITIATIVES),
    (devices, DEVICES),
    (hosts_table, HOSTS),
)


def test_each_header_is_recognised_by_one_reader() -> None:
    for reader, header in TABLES:
        assert [other.FORMAT for other, _ in TABLES if other.sniff(plain(header))] == [reader.FORMAT]


@settings(deadline=None)
@given(
    st.sampled_from(TABLES), st.lists(st.text(max_size=9) | st.sampled_from(["1", "0.5", "a:1", "R-1"]), max_size=13)
)
def test_any_cells(table: tuple[ModuleType, str], cells: list[str]) -> None:
    reader, header = table
    width = header.count(",") + 1
    survives(reader, (header + ",".join((cells * width)[:width]) + "\n").encode())

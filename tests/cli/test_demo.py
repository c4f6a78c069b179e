"""The made-up organisation's exports: real formats, the planted story, the same bytes each time."""

import csv
import json
import xml.etree.ElementTree as ET
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.cli.demo_files import (
    AS_OF,
    TODAY,
    accounts,
    devices,
    events,
    files,
    local,
    members,
    named,
    results,
    rows,
)

from garrison.cli.demo import LEAVERS, OFFICERS, SIGHTINGS, STORY, exports, write_exports
from garrison.cli.demo.clock import eastern
from garrison.formats import catalogue, container, facts

# the files --------------------------------------------------------------------------------------------------------


def test_the_same_day_and_seed_give_the_same_bytes() -> None:
    assert exports(as_of=AS_OF + timedelta(hours=5)) == files()


def test_another_seed_or_day_gives_others() -> None:
    assert exports(as_of=AS_OF, seed=1)["hosts.csv"] == files()["hosts.csv"]
    assert exports(as_of=AS_OF, seed=1)["hr-roster-2026-03-10.csv"] != files()["hr-roster-2026-03-10.csv"]
    assert "hr-roster-2026-11-21.csv" in exports(as_of=datetime(2026, 11, 21, 22, tzinfo=UTC))


def test_the_files_are_written_and_small(tmp_path: Path) -> None:
    paths = write_exports(tmp_path / "new" / "exports", as_of=AS_OF)
    assert {path.name: path.read_bytes() for path in paths} == files()
    assert paths == sorted(paths)
    assert sum(path.stat().st_size for path in paths) < 15_000_000


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        exports(as_of=AS_OF.replace(tzinfo=None))


def test_every_file_parses() -> None:
    for name, data in members():
        if name.endswith((".json", ".sarif")):
            assert json.loads(data)
        elif name.endswith((".xml", ".nessus")):
            assert len(ET.fromstring(data))
        elif name.endswith(".csv"):
            lines = data.decode().splitlines()
            table = list(csv.reader(line for line in lines if not line.startswith("#")))
            assert len({len(line) for line in table}) == 1
            assert len(table) > 9
        else:
            assert name.endswith((".ldif", ".xlsx"))


def test_garrison_reads_every_file_without_refusal(tmp_path: Path) -> None:
    counts: Counter[str] = Counter()
    for path in write_exports(tmp_path, as_of=AS_OF):
        for name, source in container.members(path):
            reader = catalogue.recognise(source)
            assert reader is not None, name or path.name
            for fact in reader.read(source):
                assert not isinstance(fact, facts.Refusal), (path.name, fact)
                counts[type(fact).__name__] += 1
    assert counts["PersonFact"] == STORY.people
    assert counts["AccountFact"] == STORY.accounts
    assert counts["BadgeFact"] == STORY.badges
    failed = sum(device["test_result"] == "fail" for device in devices().values())
    assert counts["FindingFact"] + failed == STORY.findings


# people and access ------------------------------------------------------------------------------------------------


def test_counts_agree_with_the_story() -> None:
    people = rows("hr-roster")
    assert len(people) == len({(line["first_name"], line["last_name"]) for line in people}) == STORY.people
    assert len({line["work_email"] for line in people}) == STORY.people
    gone = [line for line in people if line["termination_date"]]
    assert len(gone) == STORY.leavers
    assert all(TODAY - timedelta(days=90) < date.fromisoformat(line["termination_date"]) < TODAY for line in gone)
    cards = [line["card_number"] for line in rows("badge-holders")]
    assert len(cards) == len(set(cards)) == STORY.badges
    logins = [entry["sAMAccountName"] for entry in accounts()]
    assert len(logins) == len(set(logins)) == STORY.accounts
    kinds = Counter(device["device_kind"] for device in devices().values())
    assert kinds["door"] == STORY.doors
    assert kinds["camera"] == 66
    assert len(rows("hosts")) == STORY.hosts
    assert 50_000 < len(events()) < 70_000


def test_seven_leavers_keep_eleven_badges_and_accounts() -> None:
    gone = {line["employee_id"]: line for line in rows("hr-roster") if line["termination_date"]}
    open_badges = Counter(
        line["holder_name"]
        for line in rows("badge-holders")
        if line["status"] == "Active" and line["employee_number"] in gone
    )
    open_accounts = Counter(
        entry["displayName"]
        for entry in accounts()
        if int(entry["userAccountControl"]) & 2 == 0 and entry.get("employeeID") in gone
    )
    assert open_badges == Counter({leaver.name: leaver.badges for leaver in LEAVERS if leaver.badges})
    assert open_accounts == Counter({leaver.name: len(leaver.accounts) for leaver in LEAVERS if leaver.accounts})
    assert open_badges.total() + open_accounts.total() == 11
    left = {f"{line['first_name']} {line['last_name']}": line["termination_date"] for line in gone.values()}
    for leaver in LEAVERS:
        assert left[leaver.name] == (TODAY + timedelta(days=leaver.left)).isoformat()


def test_two_used_one_since_leaving() -> None:
    left = {
        line["employee_id"]: date.fromisoformat(line["termination_date"])
        for line in rows("hr-roster")
        if line["termination_date"]
    }
    seen = {
        event["EMPID"]
        for event in events()
        if event["EMPID"] in left and date.fromisoformat(event["EVENT_TIME_UTC"][:10]) > left[event["EMPID"]]
    }
    assert seen == {str(STORY.dorian_number)}
    used = set()
    for entry in accounts():
        if entry.get("employeeID") in left and "lastLogonTimestamp" in entry:
            at = datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(entry["lastLogonTimestamp"]) // 10)
            if at.date() > left[entry["employeeID"]]:
                used.add((entry["sAMAccountName"], eastern(at)))
    assert used == {("b.loom", datetime(2026, 3, 3, 19, 12))}


def test_dorian_vesk_is_seen_where_the_story_says() -> None:
    person = next(line for line in rows("hr-roster") if line["employee_id"] == str(STORY.dorian_number))
    assert (person["first_name"], person["job_title"]) == ("Dorian", "Pharmacy technician")
    assert person["site"] == "Larkmere General"
    assert (person["termination_date"], person["end_date_recorded"]) == ("2026-02-27", "2026-03-02")
    told = {(local(event), event["READERDESC"], event["EVDESCR"], event["CARDNUM"]) for event in events()}
    words = {"granted": "Access Granted", "held": "Door Held Open (74 s)", "exit": "Request to Exit"}
    for seen in SIGHTINGS:
        at = datetime.combine(TODAY + timedelta(days=seen.day), seen.clock)
        assert (at, seen.door, words[seen.what], str(STORY.dorian_badge) if seen.carded else "") in told
    after = [event for event in events() if event["EMPID"] == "20417" and event["EVENT_TIME_UTC"] > "2026-02-28"]
    assert len(after) == 3


def test_the_log_has_the_shape_of_working_days() -> None:
    by_day = Counter(local(event).date() for event in events())
    assert by_day[date(2026, 3, 5)] > 1.5 * by_day[date(2026, 3, 7)]
    by_hour = Counter(local(event).hour for event in events())
    assert by_hour[7] > 4 * by_hour[3]
    kinds = Counter(event["EVDESCR"].partition(" (")[0] for event in events())
    assert kinds["Access Denied: Invalid Access Level"] > 100
    assert kinds["Door Held Open"] > 40
    assert kinds["Door Forced Open"] > 0
    assert max(event["EVENT_TIME_UTC"] for event in events()) < "2026-03-10 12:42:00"
    assert events() == sorted(events(), key=lambda event: event["EVENT_TIME_UTC"])


def test_access_exceptions_beside_the_leavers() -> None:
    people = {line["employee_id"]: line for line in rows("hr-roster")}
    badges = [line for line in rows("badge-holders") if line["status"] == "Active"]
    late = [line for line in badges if line["valid_until"] and line["valid_until"] < TODAY.isoformat()]
    assert len(late) == 5
    mails = {line["work_email"] for line in people.values()}
    assert sum(not line["employee_number"] and line["email"] in mails for line in badges) == 4
    assert sum(not line["employee_number"] and not line["email"] for line in badges) == 4
    assert sum(count == 2 for count in Counter(line["holder_name"] for line in badges).values()) == 3
    servers = {line["employee_number"] for line in badges if "Server rooms" in line["access_levels"]}
    admins = {entry["employeeID"] for entry in accounts() if "adminCount" in entry}
    assert len(servers & admins) == 2


def test_officers_work_here() -> None:
    here = {(line["first_name"], line["last_name"], line["unit_code"], line["job_title"]) for line in rows("hr-roster")}
    assert set(OFFICERS) <= here
    units = {line["unit_code"] for line in rows("business-units")}
    for start in ("hr-roster", "hosts", "controls", "risk-scenarios", "initiatives"):
        assert {line["unit_code"] for line in rows(start)} <= units


# doors, hosts and findings ----------------------------------------------------------------------------------------


def test_devices_tell_the_story() -> None:
    store, camera = devices()[STORY.dorian_door], devices()[STORY.offline_camera]
    assert (store["tested"], store["test_result"], store["test_note"]) == ("2026-03-06", "fail", STORY.latch_note)
    assert store["critical"] == "yes"
    assert (camera["state"], camera["tested"], camera["serves"]) == ("offline", "2026-03-08", STORY.dorian_door)
    assert devices()[STORY.entrance_camera]["serves"] == STORY.entrance_door
    assert devices()[STORY.dock_door]["state"] == "held"
    assert devices()[STORY.weak_controller]["serves"].split(";") == [f"D-{door:03}" for door in range(61, 69)]
    for number in range(44, 62):
        assert devices()[f"RDR-{number:03}"]["test_result"] == "fail"
        assert devices()[f"RDR-{number:03}"]["site"] == "Cindervale"
    assert {event["READERDESC"] for event in events()} <= set(devices())


def test_findings_tell_the_story() -> None:
    found = results()
    exposed = {line["host_name"]: line["exposed"] for line in rows("hosts")}
    listed = {entry["cveID"] for entry in json.loads(named("known-exploited"))["vulnerabilities"]}
    exploited = [(host, cve) for host, _, cves in found for cve in cves if cve in listed]
    assert {pair for pair in exploited if exposed[pair[0]] == "yes"} == set(STORY.exploited_exposed)
    assert all(exposed[host] in {"yes", "no"} for host, _ in exploited)
    assert sum(cve == STORY.imaging_cve for _, cve in exploited) == STORY.imaging_hosts
    assert (STORY.imaging_host, STORY.imaging_cve) in exploited
    told = {(host, title) for host, title, _ in found}
    assert (STORY.weak_controller.lower(), "Default password on door controller") in told
    assert (STORY.backup_host, "Backup console reachable from guest network") in told
    assert (STORY.printer_host, "Weak cipher offered by print server") in told
    assert (STORY.lab_host, "Verbose banner on lab interface") in told
    assert any(host == STORY.mail_host and STORY.mail_cve in cves and len(cves) == 3 for host, _, cves in found)
    assert len(found) == len({(host, title) for host, title, _ in found})


def test_hosts_are_the_same_in_every_export() -> None:
    known = {line["host_name"]: line["addresses"] for line in rows("hosts")}
    assert len(set(known.values())) == STORY.hosts
    for name in files():
        if name.startswith("nessus-"):
            for host in ET.fromstring(named(name)).iter("ReportHost"):
                tags = {tag.attrib["name"]: tag.text for tag in host.iter("tag")}
                assert tags["host-ip"] == known[host.attrib["name"]]
    for host in ET.fromstring(named("nmap")).iter("host"):
        for spoken in host.iter("hostname"):
            address = host.find("address")
            assert address is not None
            assert address.attrib["addr"] == known[spoken.attrib["name"]]
    assert devices()[STORY.weak_controller]["address"] == known[STORY.weak_controller.lower()]
    assert STORY.pharmacy_station in known


def test_catalogues_know_the_story() -> None:
    score_lines = named("epss").decode().splitlines()
    assert score_lines[0] == "#model_version:v2026.03.01,score_date:2026-03-10T00:00:00+0000"
    scores = {line.split(",")[0] for line in score_lines[2:]}
    told = {name.rpartition("/")[2]: json.loads(data) for name, data in members() if name.startswith("vulnrichment/")}
    for cve in (STORY.gateway_cve, STORY.imaging_cve, STORY.portal_cve, STORY.mail_cve, STORY.pharmacy_cve):
        assert cve in scores
        options = told[f"{cve}.json"]["containers"]["adp"][0]["metrics"][0]["other"]["content"]["options"]
        assert [next(iter(option)) for option in options] == ["Exploitation", "Automatable", "Technical Impact"]
    assert len(json.loads(named("physical-baseline"))["catalog"]["groups"]) == 5
    objects = json.loads(named("threats"))["objects"]
    assert sum(one["type"] == "intrusion-set" for one in objects) == 3
    known = {one["id"] for one in objects}
    assert all({one["source_ref"], one["target_ref"]} <= known for one in objects if one["type"] == "relationship")

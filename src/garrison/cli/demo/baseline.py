"""The group's own physical-security baseline as an OSCAL catalogue."""

from datetime import time
from typing import Any

from garrison.cli.demo.clock import Clock, iso
from garrison.cli.demo.packing import json_bytes
from garrison.cli.demo.software import name_uuid
from garrison.cli.demo.story import STORY

GROUPS = (
    ("doors", "Doors and locks", (
        ("Critical rooms are named", "Facilities keeps a list of critical rooms, and the doors that lead into them."),
        ("Doors to critical rooms latch", "A door to a critical room closes and latches by itself and holds 90 N."),
        ("Doors are tested", "Latch and alarm of critical doors are tested each quarter, of others each year."),
        ("Held doors tell", "A door to a critical room that stays open for 60 seconds raises an alarm."),
        ("Keys are counted", "Mechanical keys to critical rooms are numbered, signed for and counted each month."),
        ("Way out stays free", "No lock or alarm of ours may stop anybody from leaving."),
    )),
    ("badges", "Badges and access", (
        ("One person, one badge", "Each badge belongs to one named person, and nobody holds two that work."),
        ("Access follows the job", "A person's levels are those that the present post asks for."),
        ("Leavers within a day", "Badges and accounts of a leaver stop working within 24 hours of the last day."),
        ("Contractors end", "A contractor's badge ends on the contract's last day."),
        ("Critical access is reviewed", "Owners of critical rooms confirm each quarter who may enter."),
        ("Unused access ends", "A right to enter a critical room that was not used for 90 days is taken back."),
        ("Visitors are met", "Visitors wear a day badge and are met by the person they visit."),
    )),
    ("watching", "Cameras and alarms", (
        ("Cameras see critical doors", "A camera sees the face of whoever enters a critical room."),
        ("Cameras are watched over", "A camera without a picture is noticed within an hour, repaired within 14 days."),
        ("Pictures are kept", "Pictures are kept for 30 days, and those of an incident until its case closes."),
        ("Alarms are answered", "An alarm is acknowledged within five minutes and somebody is sent."),
        ("Clocks agree", "Clocks of doors, cameras and hosts differ by less than five seconds."),
    )),
    ("systems", "The systems behind the doors", (
        ("No default passwords", "Controllers, cameras and readers have passwords of their own."),
        ("Signed firmware", "Readers and controllers take only firmware that their maker signed."),
        ("A network apart", "Door and camera systems are reached only from their own network."),
        ("Door log is complete", "Door events reach the log within a minute and are kept for two years."),
    )),
    ("people", "Guards and staff", (
        ("Posts are filled", "Each guard post is filled by somebody with a valid licence, day and night."),
        ("Tours are walked", "Night tours pass each critical door, and missed points are explained."),
        ("Staff know what to do", "Staff practise evacuation and the report of a lost badge each year."),
        ("Lessons are kept", "After each incident somebody says what will change, by when, and who does it."),
    )),
)  # fmt: skip
"""Groups of requirements: id, title, and title and text of each; all in our own words."""

REQUIREMENTS = sum(len(items) for _, _, items in GROUPS)
"""How many requirements the baseline has."""


def catalogue(clock: Clock) -> bytes:
    """The catalogue, OSCAL 1.1 in JSON."""
    return json_bytes({
        "catalog": {
            "uuid": name_uuid("baseline"),
            "metadata": {
                "title": f"{STORY.group}: physical security baseline",
                "published": iso(clock.at(-200, time(9))),
                "last-modified": iso(clock.at(-200, time(9))),
                "version": "2.0",
                "oscal-version": "1.1.2",
            },
            "groups": [
                {"id": group, "class": "family", "title": title,
                 "controls": [_requirement(group, number, *item) for number, item in enumerate(items, 1)]}
                for group, title, items in GROUPS
            ],
        }
    })  # fmt: skip


def _requirement(group: str, number: int, title: str, text: str) -> dict[str, Any]:
    ident = f"{group}-{number}"
    return {
        "id": ident,
        "class": "LHG-PS",
        "title": title,
        "props": [{"name": "label", "value": f"{group.upper()}-{number}"}],
        "parts": [{"id": f"{ident}_smt", "name": "statement", "prose": text}],
    }

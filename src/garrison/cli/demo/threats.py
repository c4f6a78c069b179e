"""A small bundle of threat knowledge in STIX 2.1: techniques by ATT&CK's ids, and three invented groups."""

from datetime import time
from typing import Any

from garrison.cli.demo.clock import Clock, iso
from garrison.cli.demo.packing import json_bytes
from garrison.cli.demo.software import name_uuid

TACTICS = (
    ("TA0001", "Initial Access", "initial-access", "Getting a first foothold."),
    ("TA0003", "Persistence", "persistence", "Keeping the foothold."),
    ("TA0006", "Credential Access", "credential-access", "Getting at names and passwords."),
    ("TA0008", "Lateral Movement", "lateral-movement", "Moving on to other systems."),
    ("TA0010", "Exfiltration", "exfiltration", "Carrying data away."),
    ("TA0040", "Impact", "impact", "Stopping or spoiling what the organisation does."),
)
"""Tactics: id, name, short name, and what they are about in our words."""

TECHNIQUES = (
    ("T1078", "Valid Accounts", ("initial-access", "persistence"), "An account that works is used by someone else."),
    ("T1078.003", "Local Accounts", ("persistence",), "A shared account of one machine is used."),
    ("T1566", "Phishing", ("initial-access",), "A message makes somebody open a door in the network."),
    ("T1190", "Exploit Public-Facing Application", ("initial-access",), "A weakness open to the internet is used."),
    ("T1133", "External Remote Services", ("initial-access", "persistence"), "Remote access meant for staff is used."),
    ("T1200", "Hardware Additions", ("initial-access",), "A device is plugged in on the premises."),
    ("T1195", "Supply Chain Compromise", ("initial-access",), "A supplier's product brings the intruder along."),
    ("T1110", "Brute Force", ("credential-access",), "Passwords are tried until one works."),
    ("T1021", "Remote Services", ("lateral-movement",), "Remote administration carries the intruder onward."),
    ("T1052", "Exfiltration Over Physical Medium", ("exfiltration",), "Data leaves on something that fits a pocket."),
    ("T1486", "Data Encrypted for Impact", ("impact",), "Data is made unreadable, and money asked for the key."),
    ("T1490", "Inhibit System Recovery", ("impact",), "Backups are spoiled first."),
)
"""Techniques: id, short name, tactics, and one sentence of our own."""

GROUPS = (
    ("G9001", "Sable Lantern", ("Lantern crew",), "Extorts clinics: enters by remote access, spoils backups, encrypts.",
     ("T1190", "T1133", "T1021", "T1490", "T1486")),
    ("G9002", "Tin Orchard", ("Orchard",), "Collects patient records to sell; likes suppliers and shared passwords.",
     ("T1195", "T1566", "T1078", "T1110")),
    ("G9003", "Gravel Choir", (), "Takes drugs and records by walking in with badges that should not work.",
     ("T1078", "T1078.003", "T1200", "T1052")),
)  # fmt: skip
"""Invented groups: id, name, other names, what they do, and the techniques they use."""

MITIGATIONS = (
    ("M9001", "Second factor on remote sign-in", ("T1133", "T1078", "T1110")),
    ("M9002", "Leaver access closed within a day", ("T1078", "T1078.003")),
    ("M9003", "Backups kept offline", ("T1490", "T1486")),
)
"""Mitigations: id, name, techniques."""


def bundle(clock: Clock) -> bytes:
    """The bundle."""
    made = iso(clock.at(-40, time(12)))
    objects = [
        _object("x-mitre-tactic", code, name, text, made, x_mitre_shortname=short)
        for code, name, short, text in TACTICS
    ]
    for code, name, tactics, text in TECHNIQUES:
        phases = [{"kill_chain_name": "mitre-attack", "phase_name": tactic} for tactic in tactics]
        objects.append(
            _object("attack-pattern", code, name, text, made, kill_chain_phases=phases,
                    x_mitre_is_subtechnique="." in code, x_mitre_platforms=["Windows", "Linux"])
        )  # fmt: skip
    objects.append(_link("subtechnique-of", ("attack-pattern", "T1078.003"), ("attack-pattern", "T1078"), made))
    for code, name, aliases, text, uses in GROUPS:
        objects.append(_object("intrusion-set", code, name, text, made, aliases=[name, *aliases]))
        objects += [_link("uses", ("intrusion-set", code), ("attack-pattern", technique), made) for technique in uses]
    for code, name, against in MITIGATIONS:
        objects.append(_object("course-of-action", code, name, f"{name}.", made))
        objects += [
            _link("mitigates", ("course-of-action", code), ("attack-pattern", technique), made) for technique in against
        ]
    return json_bytes({"type": "bundle", "id": f"bundle--{name_uuid('bundle')}", "objects": objects})


def _identity(kind: str, code: str) -> str:
    return f"{kind}--{name_uuid(f'{kind} {code}')}"


def _object(kind: str, code: str, name: str, text: str, made: str, **more: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "spec_version": "2.1",
        "id": _identity(kind, code),
        "created": made,
        "modified": made,
        "name": name,
        "description": text,
        "external_references": [{"source_name": "mitre-attack", "external_id": code}],
        "x_mitre_domains": ["enterprise-attack"],
        "x_mitre_version": "1.0",
        **more,
    }


def _link(kind: str, source: tuple[str, str], target: tuple[str, str], made: str) -> dict[str, Any]:
    return {
        "type": "relationship",
        "spec_version": "2.1",
        "id": f"relationship--{name_uuid(f'{kind} {source} {target}')}",
        "created": made,
        "modified": made,
        "relationship_type": kind,
        "source_ref": _identity(*source),
        "target_ref": _identity(*target),
    }

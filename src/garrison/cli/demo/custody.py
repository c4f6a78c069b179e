"""What the story's case holds as evidence, what it stopped, how it is coded; and the services that must not stop."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from garrison.cli.demo.clock import Clock

PEOPLE = (("teodor", "Teodor Brask", "manager"), ("ephraim", "Ephraim Koss", "investigator"))
"""Who signs for evidence beside the security head: each needs a sign-in of their own."""

SERVICES: tuple[tuple[str, str, str, str, int, int, int, tuple[str, ...], tuple[str, ...], str], ...] = (
    ("SV-01", "Network core", "LHG-IT", "Ephraim Koss", 60, 0, 4_200, (), ("gw-edge-01",),
     "Wards use the paper forms of the downtime boxes; runners carry orders."),
    ("SV-02", "Sign-in and directory", "LHG-IT", "Ephraim Koss", 120, 15, 3_100, ("SV-01",), (),
     "Break-glass accounts from the sealed envelope in the operations centre."),
    ("SV-03", "Pharmacy dispensing", "LG-PHARM", "Junia Halloway", 240, 30, 6_800, ("SV-02",), ("pharm-ws-07",),
     "Two pharmacists sign each dispensing on paper; the controlled cabinet is opened by key, two present."),
    ("SV-04", "Patient portal", "LHG-IT", "Mattias Orrel", 1_440, 60, 450, ("SV-01", "SV-02"), ("portal-01",),
     "The telephone desk takes appointments; a notice stands on the public page."),
)  # fmt: skip
"""Code, name, unit, owner, recovery time and point in minutes, cost per hour, needs, assets, procedure."""

CODING = {
    "security_incident": ["Confirmed"],
    "confidence": ["High"],
    "targeted": ["Targeted"],
    "overall_rating": ["Painful"],
    "actor.external.variety": ["Former employee"],
    "actor.external.motive": ["Financial"],
    "action.physical.variety": ["Bypassed controls", "Theft"],
    "action.physical.vector": ["Victim secure area"],
    "action.misuse.variety": ["Possession abuse"],
    "action.misuse.vector": ["Physical access"],
    "asset.variety": ["N - Access reader", "U - Desktop", "M - Flash drive"],
    "attribute.confidentiality.data_disclosure": ["Potentially"],
    "attribute.confidentiality.data": ["Medical"],
    "attribute.confidentiality.data_victim": ["Patient"],
    "attribute.availability.variety": ["Loss"],
    "discovery_method.internal": ["Log review"],
}


def plant(*, as_of: datetime, seed: int, actor: Any) -> None:
    """Plant it once, after the case itself; nothing happens where there is no such case."""
    from garrison.apps.incidents.selectors import continuity, of_code
    from garrison.cli.demo.cases import NUMBER

    clock = Clock.of(as_of, seed)
    if continuity.services(viewer=actor).exists():
        return
    _services(actor, clock)
    incident = of_code(viewer=actor, code=f"INC-{clock.day(-1).year}-{NUMBER:03}")
    if incident is None:
        return
    people = _people(actor, incident, clock)
    _evidence(actor, people, incident, clock)
    _effect(actor, incident, clock)


def _services(actor: Any, clock: Clock) -> None:
    """The critical services and their restore tests; one was never tested, one came back too late."""
    from garrison.apps.assets import selectors as assets
    from garrison.apps.incidents.services import continuity
    from garrison.apps.organization import selectors as organization

    units = {unit.code for unit in organization.units(viewer=actor)}
    for code, name, unit, owner, recovery, point, cost, needs, hosts, procedure in SERVICES:
        made = continuity.keep_service(
            actor=actor,
            code=code,
            name=name,
            unit=unit if unit in units else "",
            owner=owner,
            recovery_minutes=recovery,
            point_minutes=point,
            cost_per_hour=Decimal(cost),
            currency="USD",
            cost_basis=f"Estimate of {owner}, overtime and diverted patients",
            procedure=procedure,
            needs=needs,
            assets_named=[host for host in hosts if assets.device(viewer=actor, named=host) is not None],
        )
        if code in ("SV-01", "SV-02", "SV-03"):
            late = code == "SV-03"
            continuity.record_restore(
                actor=actor,
                uuid=made.uuid,
                tested_at=clock.at(-64, time(6, 30)),
                passed=True,
                took_minutes=310 if late else recovery - 15,
                lost_minutes=point,
                note="Restored on the spare server, watched by the owner",
                at=clock.at(-63, time(9)),
            )


def _people(actor: Any, incident: Any, clock: Clock) -> dict[str, Any]:
    """Those who sign for evidence, each with a sign-in and a role in the case."""
    from garrison.apps.incidents import services as cases
    from garrison.core import selectors, services
    from garrison.core.commands import Missing, Refused

    system, found = selectors.system_actor(), {}
    for username, name, role in PEOPLE:
        try:
            user = selectors.user_named(viewer=system, username=username)
        except Missing:
            user = services.add_user(
                actor=system, username=username, name=name, email=f"{name.lower().replace(' ', '.')}@larkmere.example"
            )
            services.grant_role(actor=system, user=user.uuid, role=role, path="/")
        found[username] = user
        at = clock.at(-1, time(8, 55))
        try:
            cases.assign(actor=actor, uuid=incident.uuid, role="member", user=user.uuid, at=at)
        except Refused:
            continue
    return found


def _evidence(actor: Any, people: dict[str, Any], incident: Any, clock: Clock) -> None:
    """Three items, one handed over, one looked at, and a legal hold."""
    from garrison.apps.incidents.services import custody, leaving

    evening = clock.at(-3, time(21, 37))
    rows = (
        ("teodor", "CAM-12 and CAM-19 clips", "video", "cam-12-cam-19.mp4", time(9, 2), "Camera server",
         "Six clips from 21:35 to 22:05, copied with the player and its log."),
        ("teodor", "Disk image PHARM-WS-07", "image", "pharm-ws-07.e01", time(9, 30), "Pharmacy",
         "Taken with a write blocker; the memory of the machine was lost when it was unplugged."),
        ("odile", "Badge log of the nine days before", "log", "badge-log.csv", time(9, 41), "Security office",
         "Export of controller CTRL-03, its clock 2 s behind."),
    )  # fmt: skip
    items = []
    for number, (who, label, what, name, at, place, words) in enumerate(rows, start=1):
        body = (f"Larkmere Hospital Group, made-up evidence {number} of the demonstration: {label}\n" * 400).encode()
        holder = people.get(who, actor)
        items.append(
            custody.take_evidence(
                actor=holder,
                uuid=incident.uuid,
                pieces=[body],
                original_name=name,
                label=label,
                what=what,
                taken_by=str(holder),
                taken_at=min(evening + timedelta(days=1), clock.at(-1, at)) if what == "video" else clock.at(-1, at),
                place=place,
                description=words,
                at=clock.at(-1, at),
            )
        )
    given = custody.offer(
        actor=people["teodor"],
        uuid=items[1].uuid,
        receiver=people["ephraim"].uuid,
        reason="To look for the export to the removable storage",
        at=clock.at(-1, time(11, 20)),
    )
    custody.accept(actor=people["ephraim"], uuid=given.uuid, note="Seal whole", at=clock.at(-1, time(11, 35)))
    purpose = "Who came with him to the staff entrance"
    _item, body_ = custody.look_at_evidence(
        actor=actor, uuid=items[0].uuid, purpose=purpose, at=clock.at(-1, time(12, 10))
    )
    body_.close()
    leaving.set_hold(
        actor=actor, uuid=incident.uuid, reason="The insurer and the police may ask", at=clock.at(-1, time(12, 30))
    )


def _effect(actor: Any, incident: Any, clock: Clock) -> None:
    """The dispensing was stopped when its workstation was isolated; and the coding in VERIS."""
    from garrison.apps.incidents.selectors import continuity
    from garrison.apps.incidents.services import coding
    from garrison.apps.incidents.services import continuity as acts

    service = continuity.by_codes(viewer=actor, codes=["SV-03"])["SV-03"]
    acts.mark_down(
        actor=actor,
        uuid=incident.uuid,
        service=service.uuid,
        down_at=clock.at(-1, time(9, 20)),
        note="PHARM-WS-07 is isolated; dispensing goes on paper",
        at=clock.at(-1, time(9, 25)),
    )
    coding.code(actor=actor, uuid=incident.uuid, chosen=CODING, at=clock.at(-1, time(13)))

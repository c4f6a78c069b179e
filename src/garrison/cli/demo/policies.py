"""The group's policies: eight in force and partly acknowledged, one next version in review, two exceptions.

Everything goes through the commands that people use, on the day on which it is said to have happened. A second run
finds the policies and changes nothing.
"""

import zlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from garrison.cli.demo.story import OFFICERS

if TYPE_CHECKING:
    from garrison.core.models import User

PLACES = {
    "security_phone": "extension 4400",
    "report_address": "security@larkmere.example",
    "it_head": "Ephraim Koss",
    "counsel": "Perpetua Lindqvar",
}
"""What the records do not know and somebody typed."""

USERS = (
    ("perpetua", "Perpetua Lindqvar", "privacy"),
    ("ada", "Ada Pellworth", "executive"),
    ("teodor", "Teodor Brask", "manager"),
)
"""Who approves beside the security head."""

IN_FORCE = (
    ("POL-01", "acceptable-use", "Odile Fenwright", 120, 0.91),
    ("POL-02", "access-control", "Mattias Orrel", 96, 0.83),
    ("POL-03", "incident-response", "Odile Fenwright", 75, 0.64),
    ("POL-04", "workplace-violence", "Hal Ostrander", 54, 0.72),
    ("POL-05", "remote-work", "Ephraim Koss", 33, 0.38),
    ("STD-01", "badges-and-keys", "Hal Ostrander", 61, 0.77),
    ("STD-02", "critical-rooms", "Bram Tolliver", 47, 0.58),
    ("STD-03", "data-classification", "Perpetua Lindqvar", 771, 0.95),
)
"""Code, template, owner, days in force, share that acknowledged; the last one's review is overdue."""

CHANGED = (
    "for dismissals and for people with access to critical rooms or administrator rights, **within one hour**.",
    "for dismissals, for people with access to critical rooms and for administrators, **before the person is told**.",
)
"""What the next version of POL-02 says otherwise, after a leaver's badge opened the pharmacy store."""


def plant(*, as_of: datetime, actor: "User") -> None:
    """Write, approve and publish the group's policies as ``actor``, the security head; once."""
    from garrison.apps.policies import selectors, services
    from garrison.core import selectors as core

    system = core.system_actor()
    if selectors.policies(viewer=system).exists():
        return
    users = {username: _user(username, name, role) for username, name, role in USERS}
    approvers = [user.uuid for user in users.values()]
    for code, template, owner, days, share in IN_FORCE:
        begun = as_of - timedelta(days=days)
        uuid = _draft(actor, code, template, owner, begun - timedelta(days=20))
        _decide(actor, uuid, approvers, [users["perpetua"], users["ada"]], begun)
        services.publish(actor=actor, uuid=uuid, at=begun)
        _sign(actor, uuid, begun, as_of, share)
        if code == "POL-02":
            _revise(actor, uuid, approvers, users["perpetua"], as_of)
    _exceptions(actor, users, as_of)
    services.mark_reviews(actor=system, at=as_of)
    services.check_exceptions(actor=system, at=as_of)


def _user(username: str, name: str, role: str) -> "User":
    """Somebody who signs in, joined to the roster by their e-mail address; made the first time."""
    from garrison.core import selectors, services
    from garrison.core.commands import Missing

    system = selectors.system_actor()
    try:
        return selectors.user_named(viewer=system, username=username)
    except Missing:
        email = f"{name.replace(' ', '.').lower()}@larkmere.example"
        user = services.add_user(actor=system, username=username, name=name, email=email)
        services.grant_role(actor=system, user=user.uuid, role=role, path="/")
        return user


def _draft(actor: "User", code: str, template: str, owner: str, at: datetime) -> UUID:
    """A draft from one of our templates, filled as the page fills it."""
    from garrison.apps.policies import selectors, services
    from garrison.core.clock import local_day

    filled = selectors.prepared(viewer=actor, code=template, said=PLACES, as_of=local_day(at))
    chosen = filled.template
    policy = services.create(
        actor=actor,
        at=at,
        code=code,
        title=chosen.title,
        kind=chosen.kind,
        owner=owner,
        audience=chosen.audience,
        audience_words=chosen.audience_words,
        review_months=chosen.review_months,
        body=filled.text,
        quiz=chosen.quiz,
        template=chosen.code,
        requirements=chosen.requirements,
        suggested=chosen.controls,
    )
    return policy.uuid


def _decide(actor: "User", uuid: UUID, approvers: list[UUID], voices: list["User"], at: datetime) -> None:
    """Send a draft to its approvers; two of them must approve, and some do."""
    from garrison.apps.policies import services

    version = services.submit(
        actor=actor, uuid=uuid, at=at - timedelta(days=9), approvers=approvers, quorum=min(2, len(approvers))
    )
    for place, voice in enumerate(voices):
        services.approve(
            actor=voice,
            uuid=uuid,
            at=at - timedelta(days=6 - 2 * place),
            decision="approve",
            reason=("Clear, and the rules can be checked.", "Agreed with the heads of departments.")[place % 2],
            sha256=version.sha256,
        )


def _sign(actor: "User", uuid: UUID, begun: datetime, as_of: datetime, share: float) -> None:
    """Most people signed a list at the shift meetings of the first weeks; the officers are left to sign in."""
    from garrison.apps.policies import selectors, services

    version = selectors.version_in_force(viewer=actor, uuid=uuid)
    officers = {f"{first} {last}" for first, last, _, _ in OFFICERS}
    rows = selectors.outstanding(viewer=actor, version=version).order_by("number").values_list("uuid", "name", "number")
    people = [
        uuid
        for uuid, name, number in rows
        if name not in officers and (hash_of(number, version.number) % 1000) < 1000 * share
    ]
    on = min(begun + timedelta(days=14), as_of)
    services.record_paper(
        actor=actor, uuid=uuid, at=as_of, people=people, on=on, note="Lists of the shift meetings, people operations"
    )


def hash_of(number: str, salt: int) -> int:
    """A number that is the same in every run, so that the demo is."""
    return zlib.crc32(f"{number}:{salt}".encode())


def _revise(actor: "User", uuid: UUID, approvers: list[UUID], voice: "User", as_of: datetime) -> None:
    """The next version of access control, in review: one of two approvals."""
    from garrison.apps.policies import services

    version = services.revise(actor=actor, uuid=uuid, at=as_of - timedelta(days=2))
    services.save_text(
        actor=actor,
        uuid=uuid,
        at=as_of - timedelta(days=2),
        edits=version.edits,
        body=version.body.replace(*CHANGED),
        quiz=version.quiz,
        pass_mark=version.pass_mark,
        note="A leaver's badge opened the pharmacy store: access to critical rooms ends before the person is told.",
    )
    sent = services.submit(actor=actor, uuid=uuid, at=as_of - timedelta(days=1), approvers=approvers, quorum=2)
    services.approve(
        actor=voice,
        uuid=uuid,
        at=as_of - timedelta(hours=20),
        decision="approve",
        reason="Right after what happened at D-031.",
        sha256=sent.sha256,
    )


def _exceptions(actor: "User", users: dict[str, "User"], as_of: datetime) -> None:
    """One exception that ends in ten days, and one that waits for the security head."""
    from garrison.apps.controls import selectors as controls
    from garrison.apps.policies import selectors, services
    from garrison.core.clock import local_day

    known = {control.code: control.uuid for control in controls.controls(viewer=actor)}
    policies = {policy.code: policy.uuid for policy in selectors.policies(viewer=actor)}
    today = local_day(as_of)
    first = services.request_exception(
        actor=users["teodor"],
        at=as_of - timedelta(days=20),
        policy=policies["POL-01"],
        control=known["C-03"],
        scope="Twelve imaging stations without endpoint detection",
        reason="The maker withdraws support when other software is installed. New stations come in spring.",
        compensating=known["C-06"],
        compensating_words="They stand in a network of their own without mail and browsing.",
        until=today + timedelta(days=10),
    )
    services.decide_exception(
        actor=users["ada"],
        uuid=first.uuid,
        at=as_of - timedelta(days=18),
        decision="approve",
        reason="Only until the new stations; separation was tested.",
    )
    services.request_exception(
        actor=users["teodor"],
        at=as_of - timedelta(days=1),
        policy=policies["STD-02"],
        control=known["C-17"],
        scope="Pharmacy store D-031 stays in use while its latch is replaced",
        reason="The latch failed its test; the new one comes in three weeks, and medicines cannot be moved meanwhile.",
        compensating=known["C-16"],
        compensating_words="A guard stands at the door outside staffed hours; the store is counted every day.",
        until=today + timedelta(days=28),
    )

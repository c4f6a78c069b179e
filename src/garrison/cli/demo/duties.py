"""What the made-up group says of its duties: which controls meet which requirements, what was decided, one assessment.

Planted by commands, as people would say it on the pages. Gaps are left honest: most addressable specifications wait for
a decision, many requirements have no control, and what the system measured of leavers speaks against the control.
"""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from garrison.apps.compliance.models import Requirement
    from garrison.apps.controls.models import Control
    from garrison.core.models import User

FULL, PART, HELP = "full", "partial", "supporting"

HIPAA, SOX, PHYSICAL, CSF = "hipaa-security", "sox-itgc", "garrison-physical", "nist-csf"

MAPPINGS: tuple[tuple[str, str, str, str, str], ...] = (
    ("C-08", HIPAA, "164.308(a)(3)(ii)(C)", FULL, "HR tells the badge office and IT; both close within 24 hours."),
    ("C-08", SOX, "APD-2", FULL, "The same list closes access to financial applications."),
    ("C-08", PHYSICAL, "B-1", FULL, "It is this very rule."),
    ("C-07", HIPAA, "164.308(a)(4)(ii)(C)", PART, "Administrators only; ordinary rights are not reviewed."),
    ("C-07", SOX, "APD-3", FULL, "Quarterly review, signed by the application's owner."),
    ("C-07", SOX, "APD-4", FULL, "Administrators of financial systems are named and looked at each quarter."),
    ("C-04", SOX, "OPS-4", FULL, "Weaknesses with a patch, within the time of policy 3.2."),
    ("C-19", SOX, "APD-7", HELP, "The plant room; the computer rooms have doors of their own."),
    ("C-07", HIPAA, "164.308(a)(3)(ii)(B)", PART, "Clearance is looked at for administrators."),
    ("C-01", HIPAA, "164.312(d)", PART, "Remote sign-in only; wards sign in with a password."),
    ("C-01", SOX, "APD-5", PART, "Remote sign-in only."),
    ("C-01", HIPAA, "164.308(a)(5)(ii)(D)", HELP, "A second factor makes a weak password matter less."),
    ("C-03", HIPAA, "164.308(a)(5)(ii)(B)", FULL, "On every workstation and server that can carry it."),
    ("C-03", HIPAA, "164.308(a)(6)(ii)", PART, "It finds and isolates; people respond by the incident policy."),
    ("C-04", HIPAA, "164.308(a)(1)(ii)(B)", PART, "Weaknesses with a patch, within the time of policy 3.2."),
    ("C-05", HIPAA, "164.308(a)(7)(ii)(A)", FULL, "Daily copies with a restore test twice a year."),
    ("C-05", HIPAA, "164.308(a)(7)(ii)(B)", PART, "Restoring is tested for the record system only."),
    ("C-05", HIPAA, "164.310(d)(2)(iv)", FULL, "A copy is made before equipment is moved."),
    ("C-05", SOX, "OPS-2", FULL, "Copies and restore tests include the ledger."),
    ("C-06", HIPAA, "164.312(e)(1)", HELP, "Traffic of servers stays on networks of their own."),
    ("C-09", HIPAA, "164.308(a)(1)(ii)(D)", FULL, "Looks at records are reviewed against the ward list each week."),
    ("C-09", HIPAA, "164.312(b)", FULL, "Every look at a record is written down and kept for six years."),
    ("C-10", HIPAA, "164.308(b)(1)", FULL, "No supplier sees records before the agreement is signed."),
    ("C-10", HIPAA, "164.308(b)(3)", FULL, "Counsel keeps the signed agreements."),
    ("C-10", SOX, "SCOPE-3", PART, "Reports are asked for; reading them is not written down."),
    ("C-11", SOX, "APD-6", PART, "Payees only; other duties are not kept apart by the system."),
    ("C-12", HIPAA, "164.312(a)(2)(iv)", PART, "Laptops; 140 still wait."),
    ("C-12", HIPAA, "164.310(d)(1)", PART, "What leaves the house is encrypted, but not every stick is counted."),
    ("C-13", HIPAA, "164.310(a)(2)(ii)", PART, "At the emergency department, not at the other entrances."),
    ("C-16", HIPAA, "164.310(a)(2)(iii)", HELP, "The count shows who was in the store."),
    ("C-17", HIPAA, "164.310(a)(1)", PART, "The pharmacy store only."),
    ("C-17", HIPAA, "164.310(a)(2)(iii)", PART, "Badge and time decide who may enter the store."),
    ("C-17", PHYSICAL, "D-2", PART, "The pharmacy store only."),
    ("C-18", HIPAA, "164.310(a)(2)(ii)", PART, "Corridor B."),
    ("C-18", PHYSICAL, "W-1", PART, "Corridor B."),
    ("C-19", HIPAA, "164.310(a)(1)", PART, "The plant room."),
    ("C-19", PHYSICAL, "D-2", PART, "The plant room."),
    ("C-20", HIPAA, "164.308(a)(7)(ii)(C)", PART, "Power for clinical systems; people and paper are in the plan."),
    ("C-14", PHYSICAL, "G-1", HELP, "Staff of the emergency department."),
    ("C-02", CSF, "PR.AT-01", HELP, "A warning on each outside message teaches a little."),
    ("C-05", CSF, "PR.DS-11", FULL, "Copies are made, protected, kept and tested."),
    ("C-08", CSF, "PR.AA-05", PART, "Leavers; movers keep old levels."),
    ("C-01", CSF, "PR.AA-03", PART, "Remote sign-in."),
    ("C-17", CSF, "PR.AA-06", PART, "The pharmacy store."),
    ("C-06", CSF, "PR.IR-01", PART, "Servers; medical devices still share a network."),
    ("C-09", CSF, "DE.CM-03", PART, "Looks at records."),
    ("C-10", CSF, "GV.SC-05", FULL, "Security terms stand in every contract."),
)
"""Control, framework, requirement, how far, why. What a framework does not have is left out."""

DECISIONS: tuple[tuple[str, str, str, str], ...] = (
    ("164.308(a)(3)(ii)(C)", "implement", "Leavers used their access last year; a day's limit costs little.", ""),
    ("164.308(a)(5)(ii)(B)", "implement", "Reasonable on all but medical devices, which their makers protect.", ""),
    ("164.310(a)(2)(ii)", "alternative", "Guards at every entrance cost more than the risk bears at Westhollow.",
     "Cameras with a watch at night, and doors that lock at 20:00."),
    ("164.310(d)(2)(iv)", "implement", "Copies exist anyway; the step is to check before a move.", ""),
    ("164.312(a)(2)(iv)", "implement", "Stolen laptops were our second largest loss.", ""),
    ("164.312(e)(2)(ii)", "implement", "Every outside link is encrypted by its product.", ""),
    ("164.308(a)(7)(ii)(D)", "alternative", "A full test stops clinical systems.",
     "Twice a year one system is restored beside the live one."),
)  # fmt: skip
"""Addressable specification, choice, reasons, what is done instead."""

NOT_FOR_US: tuple[tuple[str, str, str], ...] = (
    (HIPAA, "164.308(a)(4)(ii)(A)", "The group runs no clearinghouse; counsel looked on the day of signing."),
)

PLACES: tuple[tuple[str, str, float | None, str, str], ...] = (
    ("C-12", "IT", 0.72, "", "140 of 500 laptops wait for new batteries"),
    ("C-08", "HR", 0.9, "", "contractors are told of by e-mail"),
)
"""Control, unit, share in place, provider, note."""

REPORT = ("Quillmark Payroll", "Payroll and time recording", (
    "Access of our administrators to the payroll service ends when they leave",
    "Changes of bank details are approved by a second person",
    "We look through the list of new employees each month",
))  # fmt: skip

SEED = 40_417


def plant(*, as_of: datetime, actor: "User") -> None:
    """Say all of it, once: a second run finds it there and changes nothing."""
    from garrison.apps.compliance import selectors, services
    from garrison.apps.controls import selectors as controls
    from garrison.core import selectors as core
    from garrison.core.clock import local_day

    if selectors.mappings(viewer=actor).exists():
        return
    services.load_shipped(actor=actor)
    here = {row.code: row for row in controls.controls(viewer=actor)}
    asked = {
        (row.framework.ident, row.code): row
        for row in selectors.requirements(viewer=actor).filter(framework__shipped=True, withdrawn=False)
    }
    for code, framework, requirement, strength, why in MAPPINGS:
        if code in here and (framework, requirement) in asked:
            services.map_control(
                actor=actor, control=here[code].uuid, requirement=asked[framework, requirement].uuid,
                strength=strength, rationale=why, at=as_of, said_by=here[code].owner,
            )  # fmt: skip
    for requirement, choice, reasons, instead in DECISIONS:
        found = asked.get((HIPAA, requirement))
        if found is not None and found.obligation == "addressable":
            services.decide_addressable(
                actor=actor, uuid=found.uuid, choice=choice, reasons=reasons, alternative=instead, at=as_of,
                review_on=local_day(as_of) + timedelta(days=365),
            )  # fmt: skip
    for framework, requirement, why in NOT_FOR_US:
        found = asked.get((framework, requirement))
        if found is not None:
            services.set_applicability(actor=actor, uuid=found.uuid, applies=False, justification=why, at=as_of)
    _places(here, as_of, actor)
    services.measure(actor=core.system_actor(), at=as_of)
    _assessment(asked, here, as_of, actor)
    _report(here, as_of, actor)


def _report(here: "dict[str, Control]", at: datetime, actor: "User") -> None:
    """The payroll service's report, with one of three expectations done by a control."""
    from garrison.apps.compliance import services
    from garrison.core.clock import local_day

    provider, service, expected = REPORT
    payee = here.get("C-11")
    pairs = [(words, payee.uuid if payee and place == 1 else None) for place, words in enumerate(expected)]
    year = local_day(at).year - 1
    services.record_report(
        actor=actor, provider=provider, service=service, kind="SOC 1 type 2", period_from=date(year, 1, 1),
        period_until=date(year, 9, 30), bridged_until=date(year, 12, 31), opinion="unqualified", at=at, expected=pairs,
    )  # fmt: skip


def _places(here: "dict[str, Control]", at: datetime, actor: "User") -> None:
    """Say where two controls are not wholly in place."""
    from garrison.apps.controls import services
    from garrison.core.clock import local_day

    for code, unit, share, provider, note in PLACES:
        if code in here:
            services.say_in_place(
                actor=actor, uuid=here[code].uuid, share=share, on=local_day(at), at=at, unit=unit,
                inherited_from=provider, kind="inherited" if provider else "own", note=note,
            )  # fmt: skip


def _assessment(
    asked: "dict[tuple[str, str], Requirement]", here: "dict[str, Control]", at: datetime, actor: "User"
) -> None:
    """One assessment under way: a sample of leavers, of whom some were looked at, and a first finding."""
    from garrison.apps.access import selectors as access
    from garrison.apps.compliance import selectors, services
    from garrison.core.clock import local_day

    today = local_day(at)
    leaver = asked.get((HIPAA, "164.308(a)(3)(ii)(C)"))
    if leaver is None:
        return
    control = here["C-08"].uuid if "C-08" in here else None
    made = services.plan_assessment(
        actor=actor, title="HIPAA Security Rule, yearly evaluation", framework=leaver.framework.uuid,
        period_from=today - timedelta(days=364), period_until=today, lead="Perpetua Lindqvar", at=at,
        scope="Larkmere Hospital Group with its three sites; the laboratory's supplier is looked at apart.",
    )  # fmt: skip
    members, _ = selectors.population(viewer=actor, name="leavers", assessment=made)
    if members:
        size = min(12, len(members))
        sample = services.draw_sample(actor=actor, uuid=made.uuid, population="leavers", size=size, seed=SEED, at=at)
        held = {row.person.name for row in access.open_exceptions(viewer=actor)}
        for item in list(sample.items.all())[: max(1, size - 4)]:
            late = item.name in held
            services.record_item(
                actor=actor, uuid=item.uuid, outcome="failed" if late else "passed", at=at,
                note="badge or account still open" if late else "closed in time",
            )  # fmt: skip
    services.assess(
        actor=actor, uuid=made.uuid, requirement=leaver.uuid, aspect="design", outcome="effective", at=at,
        control=control,
        note="Read with HR and IT: the way from the roster to the badge office is described and has an owner.",
    )  # fmt: skip
    found = services.find_deficiency(
        actor=actor, uuid=made.uuid, requirement=leaver.uuid, at=at, control=control,
        title="Leavers keep badges and accounts for days",
        words="HR wrote Dorian Vesk's last day down three days late; badge 40417 opened the pharmacy store after it.",
    )  # fmt: skip
    services.judge(
        actor=actor, uuid=found.uuid, gravity="significant deficiency", at=at,
        reasons="Seven leavers still hold access and two used it; the count of Schedule II stock compensates in part.",
    )  # fmt: skip
    services.plan_remedy(
        actor=actor, uuid=found.uuid, remedy="Link the roster to the badge system, so that access ends by itself.",
        owner="Mattias Orrel", due=today + timedelta(days=60), at=at,
    )  # fmt: skip
    services.request_evidence(
        actor=actor, title="Signed reviews of access to the pharmacy store, last four quarters", at=at,
        assessment=made.uuid, requirement=leaver.uuid, owner="Junia Halloway", due=today + timedelta(days=9),
    )  # fmt: skip
